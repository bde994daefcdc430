"""This package is the statistics of a picture: numbers that can be cited, beside their controls."""
