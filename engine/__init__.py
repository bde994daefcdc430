"""From a plane of hyperparameters to a field of outcomes: the engine.

It runs with JAX and NumPy alone; pictures and labelled files need Datashader and xarray, and are
imported only where they are made. It never imports the page.
"""

from engine.training.surroundings import set_aside

__version__ = "0.1.0"

set_aside()  # before anything imports JAX or NumPy
