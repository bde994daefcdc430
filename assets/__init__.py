"""Data that travels with the program: presets and pictures."""
