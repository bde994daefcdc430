"""How browsers are answered: one text for everybody, and a session once it asks for one."""
