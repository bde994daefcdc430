"""What measures are made of, and those that only the engine asks for."""
