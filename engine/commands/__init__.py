"""The commands of the engine, a module each, which `add` adds to a parser."""

from engine.commands import (
    animate,
    bench,
    cache,
    compare,
    diagram,
    dimension,
    inspect,
    presets,
    publish,
    registry,
    render,
    reproduce,
)

COMMANDS = (
    render, compare, animate, publish, presets, inspect, dimension, diagram, reproduce, registry,
    bench, cache,
)  # fmt: skip
