"""What measures are made of, and the reductions that only the engine asks for."""
