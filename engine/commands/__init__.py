"""This package is the commands of the engine, one module each: `add` adds it to a parser."""

from engine.commands import (
    animate,
    bench,
    cache,
    diagram,
    dimension,
    inspect,
    presets,
    render,
    reproduce,
)

COMMANDS = (render, animate, presets, inspect, dimension, diagram, reproduce, bench, cache)
