"""Exports that move: a zoom along a path, and a window that changes."""
