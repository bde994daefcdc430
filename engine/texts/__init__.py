"""Texts that transformers learn: real ones, and a made-up language."""
