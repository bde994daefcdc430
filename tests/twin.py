"""The slow twin: the published training run in plain NumPy, one run at a time.

It shares no line with the engine: the gradient is written out by hand, and the measure is taken of
the whole loss curve.
"""

import numpy as np

# Activation and derivative at z, where z = X W / sqrt(n).
SLOPES = {
    "tanh": (lambda z: np.tanh(2**0.5 * z), lambda z: 2**0.5 * (1 - np.tanh(2**0.5 * z) ** 2)),
    "relu": (lambda z: 2**0.5 * np.maximum(z, 0), lambda z: 2**0.5 * (z > 0)),
    "identity": (lambda z: z, lambda z: np.ones_like(z)),
}


def losses(w0, w1, x, y, rates, steps, nonlinearity="tanh", offset=0.0, batches=None):
    """Return the loss before each of `steps` updates; samples are rows, as in the paper."""
    f, slope = SLOPES[nonlinearity]
    n, curve = len(w0), []
    for t in range(steps):
        w0 = w0 + offset
        curve.append(np.mean((f(x @ w0 / n**0.5) @ w1 / n - y) ** 2))
        xb, yb = (x, y) if batches is None else (x[batches[t]], y[batches[t]])
        z = xb @ w0 / n**0.5
        error = 2 * (f(z) @ w1 / n - yb) / yb.size / n
        g0, g1 = xb.T @ (error @ w1.T * slope(z)) / n**0.5, f(z).T @ error
        w0, w1 = w0 - rates[0] * g0, w1 - rates[1] * g1
    return np.array(curve)


def convergence(curve):
    """Return the published measure of a whole loss curve; overflow counts after the division."""
    with np.errstate(invalid="ignore", over="ignore"):
        v = np.where(np.isfinite(curve), np.minimum(curve / curve[0], 1e6), 1e6)
    return -np.sum(v) if np.mean(v[-20:]) < 1 else np.sum(1 / v)
