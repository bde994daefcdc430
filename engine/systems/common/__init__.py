"""What systems are made of, and where those of other files come from."""
