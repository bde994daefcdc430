"""Values as a page tells them: to a few digits, packed into a text.

A value is a whole number of 24 bits: its sign, and `(exponent + LOWEST) * MANTISSAS + mantissa`,
where 0 stands for zero and `INFINITE` for infinity. The text is their low bytes, then their middle
ones, then the high ones, deflated by zlib, in Base64. `javascript/values.js` reads it.
"""

import base64
import zlib

import numpy as np

DIGITS = 4  # that are told
MANTISSAS = 9 * 10 ** (DIGITS - 1)  # from 1000 to 9999
LOWEST = 400  # no float64 has an exponent of ten that is as small as -LOWEST
INFINITE = 2**23 - 1
_FLOAT = np.finfo(float)


def packed(values: np.ndarray) -> str:
    """Return values as a text.

    Args:
        values: of any shape, none of them NaN.
    """
    codes = _codes(values.ravel()).astype("<i4")
    planes = codes.view(np.uint8).reshape(-1, 4)[:, :3].T
    return base64.b64encode(zlib.compress(planes.tobytes(), 9)).decode()


def _codes(values: np.ndarray) -> np.ndarray:
    """Return the whole number that stands for each value, int64 of the same shape."""
    sizes = np.clip(np.abs(values), _FLOAT.smallest_subnormal, _FLOAT.max)
    exponents = np.floor(np.log10(sizes)).astype(int)
    shift = DIGITS - 1 - exponents
    half = shift // 2  # ten to the power of all of it may be infinite
    mantissas = np.rint(sizes * 10.0**half * 10.0 ** (shift - half)).astype(int)
    exponents += mantissas >= 10**DIGITS
    mantissas = np.clip(
        np.where(mantissas >= 10**DIGITS, mantissas // 10, mantissas), 10 ** (DIGITS - 1), None
    )
    codes = (exponents + LOWEST) * MANTISSAS + mantissas - 10 ** (DIGITS - 1) + 1
    codes = np.where(np.isinf(values), INFINITE, np.where(values == 0, 0, codes))
    return np.where(values < 0, -codes, codes)
