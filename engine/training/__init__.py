"""Runs in training: the trainer, its programs, the devices, and what runs cost."""
