"""This package is the data that travels with the program: presets and style."""
