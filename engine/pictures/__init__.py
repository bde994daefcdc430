"""Values to pixels: colours, plates around a picture, curves and captions on it."""
