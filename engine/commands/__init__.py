"""This package is the commands of the engine, one module each: `add` adds it to a parser."""

from engine.commands import animate, bench, cache, dimension, inspect, presets, render, reproduce

COMMANDS = (render, animate, presets, inspect, dimension, reproduce, bench, cache)
