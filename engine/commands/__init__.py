"""This package is the commands of the engine, one module each: `add` adds it to a parser."""

from engine.commands import bench, cache, dimension, inspect, presets, render, reproduce

COMMANDS = (render, presets, inspect, dimension, reproduce, bench, cache)
