"""This package is the commands of the engine, one module each: `add` adds it to a parser."""

from engine.commands import bench, cache, inspect, presets, render

COMMANDS = (render, presets, inspect, bench, cache)
