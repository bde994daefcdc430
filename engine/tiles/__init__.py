"""Runs of a plane in tiles: where they lie, what is known of them, and who wants which first."""
