"""Runs in training: the trainer, its batches, the devices, and what runs cost."""
