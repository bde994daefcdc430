"""The state of one visitor: parameters, and what can be done with them."""
