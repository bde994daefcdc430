"""This package is the commands of the engine, one module each: `add` adds it to a parser."""

from engine.commands import (
    animate,
    bench,
    cache,
    compare,
    diagram,
    dimension,
    inspect,
    presets,
    registry,
    render,
    reproduce,
)

COMMANDS = (
    render, compare, animate, presets, inspect, dimension, diagram, reproduce, registry, bench,
    cache,
)  # fmt: skip
