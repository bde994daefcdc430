"""This package is the exports: pictures, data and movies to take away, however long they take."""
