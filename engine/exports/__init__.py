"""Exports: pictures, data and movies, which are trained first and then written."""
