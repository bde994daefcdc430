"""The engine's speed beside that of the published notebook."""
