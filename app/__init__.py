"""This package is the page: the explorer that `trainscape serve` opens in the browser."""
