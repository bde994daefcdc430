"""The picture of one view: drawn as it becomes known, tile by tile."""
