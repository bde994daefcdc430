"""The page: the explorer that `trainscape serve` opens in the browser."""
