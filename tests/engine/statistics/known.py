"""Sets of known dimension, drawn at any resolution."""

import functools

import numpy as np
from PIL import Image, ImageDraw


def pixels(n):
    """Pixel centres of the unit square, shape (n, n) each: x to the right, y upwards."""
    centres = (np.arange(n) + 0.5) / n
    return np.meshgrid(centres, centres)


def below_line(n):
    x, y = pixels(n)
    return y < 0.3 + 0.41 * x


def inside_circle(n):
    x, y = pixels(n)
    return (x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.4**2


def carpet(n):
    """Sierpinski's carpet, down to the pixel: no common digit 1 of x and y to base 3."""
    x, y = pixels(n)
    members = np.ones((n, n), bool)
    for digit in range(1, int(np.log(n) / np.log(3)) + 1):
        members &= ~((x * 3**digit // 1 % 3 == 1) & (y * 3**digit // 1 % 3 == 1))
    return members


def koch(depth=7):
    """The corners of Koch's curve from 0 to 1 in the complex plane."""
    corners = np.array([0, 1], complex)
    for _ in range(depth):
        start, step = corners[:-1], np.diff(corners) / 3
        tip = start + step * (1 + np.exp(1j * np.pi / 3))
        corners = np.append(np.stack([start, start + step, tip, start + 2 * step], 1), 1)
    return corners


def koch_curve(n, turned=0.0):
    """The pixels through which Koch's curve passes."""
    curve = 0.05 + 0.3j + 0.9 * koch(9) * np.exp(1j * turned)
    members = np.zeros((n, n), bool)
    members[(curve.imag * n).astype(int), (curve.real * n).astype(int)] = True
    return members


@functools.cache
def snowflake(n):
    """The inside of Koch's snowflake, whose boundary is three such curves."""
    side, corners = koch(), []
    for turn in range(3):
        rotation = np.exp(-2j * np.pi * turn / 3)
        corners.append((side - 0.5 + 0.5j / np.sqrt(3)) * rotation)
    fine = 8 * n  # Pillow also fills the pixels that the outline only touches
    outline = (0.5 + 0.5j + 0.75 * np.concatenate(corners)) * fine
    image = Image.new("1", (fine, fine))
    ImageDraw.Draw(image).polygon([(z.real, z.imag) for z in outline], fill=1)
    return np.array(image)[4::8, 4::8]


@functools.cache
def rough(n, dimension, seed):
    """Where a Brownian surface lies above a level: the boundary has that dimension (H = 2 - D).

    It is drawn four times as fine as the samples, as a boundary of training is.
    """
    random, fine = np.random.default_rng(seed), 4 * n
    frequency = np.hypot(np.fft.fftfreq(2 * fine)[:, None], np.fft.rfftfreq(2 * fine)[None])
    frequency[0, 0] = np.inf
    draw = random.normal(size=(2, *frequency.shape))
    surface = np.fft.irfft2(frequency ** (dimension - 3) * (draw[0] + 1j * draw[1]))
    surface = surface[:fine:4, :fine:4]
    return surface > np.quantile(surface, random.uniform(0.35, 0.65))


def mandelbrot(n, centre=-0.75, width=3.0, steps=300):
    """The pixels whose orbit under z^2 + c stays."""
    x, y = pixels(n)
    c = centre + width * (x - 0.5 + 1j * (y - 0.5))
    z, inside = np.zeros_like(c), np.ones(c.shape, bool)
    for _ in range(steps):
        z = np.where(inside, z * z + c, 0)
        inside &= abs(z) < 2
    return inside
