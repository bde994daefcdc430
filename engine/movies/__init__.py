"""This package is the movies: through a landscape, and of how it changes."""
