"""Text survives terminals and fonts that lack some of its characters."""

import os
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.command import main
from engine.errors import InputError
from engine.machine.legible import legible, plain, printable
from engine.pictures.lettering import drawable
from engine.words import brief

MADE = ["--preset", "quadratic", "--set", "steps=5", "--size", "90", "--store", "none"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("−0.5 ± 0.1", "-0.5 +/- 0.1"), ("3×4 · 5", "3x4 * 5"), ("μ, µ", "mu, mu"),
        ("η₁ = 10⁻³", "eta_1 = 10^-3"), ("R²", "R^2"), ("λ Δ σ_w", "lambda Delta sigma_w"),
        ("… – —", "... - -"), ("naïve", "naive"), ("中", "?"), ("½", "1/2"), ("a\u2009b", "a b"),
    ],
)  # fmt: skip
def test_substitutes_in_ascii_can_be_read(text, expected):
    assert plain(text) == expected


@settings(max_examples=500)
@given(st.text(st.characters()))
def test_any_text_becomes_ascii_and_ascii_stays(text):
    assert plain(text).isascii()
    assert plain(plain(text)) == plain(text)
    assert printable(text).count("\n") == 0
    assert all(c.isprintable() or "\ud800" <= c <= "\udfff" for c in printable(text))
    shown, lost = legible(text, str.isascii)
    assert shown.isascii()
    assert shown.isprintable()
    assert not lost or "?" in shown


@pytest.mark.parametrize("text", ["9" * 10_000, "a " * 9000, f"not '{'b ' * 5000}'; choices: c, d"])
def test_no_message_is_longer_than_can_be_read(text):
    assert len(brief(text)) <= 2001
    assert len(str(InputError(text))) <= 2001
    if "choices" in text:
        assert brief(text).endswith("'; choices: c, d")
        assert len(brief(text)) < 200


def trainscape(*arguments, program=("-m", "app.command"), **variables):
    """Run the command line and return its status, output and errors, as bytes."""
    command = [sys.executable, *program, *arguments]
    environment = {**os.environ, **variables}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=120)
    return done.returncode, done.stdout, done.stderr


NARROW = [
    {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONIOENCODING": "shift_jis"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""},
]  # fmt: skip


# What runs several commands as one process runs one, and prints the status of each.
SEVERAL = """
import sys
from engine.machine import process

def several():
    from app.command import main
    for line in sys.argv[1:]:
        try:
            status = main(line.split())
        except SystemExit as ended:
            status = ended.code
        print("status", status)
    return 0

process.run("trainscape", several)
"""


@pytest.mark.parametrize("variables", NARROW)
def test_every_encoding_prints_every_text(variables):
    lines = ["presets", "registry", "render --help", "render --preset μ−²中"]
    status, said, complained = trainscape(*lines, program=["-c", SEVERAL], **variables)
    assert status == 0
    assert b"Traceback" not in complained
    assert complained.count(b"\n") == 1
    *texts, of_wrong_use, end = re.split(rb"status (\d)\r?\n", said)
    assert (texts[1::2], of_wrong_use, end) == ([b"0"] * 3, b"2", b"")
    assert all(len(text) > 1000 for text in texts[:6:2])


@pytest.mark.parametrize("variables", NARROW[:1])
def test_what_was_measured_is_printed_on_a_terminal_of_ascii(variables):
    view = ["--preset", "tanh-single", "--set", "steps=20", "--size", "16", "--store", "none"]
    status, said, complained = trainscape("dimension", *view, **variables)
    assert (status, complained) == (0, b"")
    assert b" +/- " in said


def test_a_title_that_the_font_lacks_is_drawn_with_one_warning(tmp_path, capsys):
    out = tmp_path / "a.png"
    assert main(["render", *MADE, "--title", "边界 🦄 a\x1b[2J\nb", "-o", str(out)]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert "边界🦄" in line
    with Image.open(out) as image:
        assert image.width > 90
    assert drawable("边界 🦄 a\x1b[2J\nb") == "?? ? a?[2J b"


def test_the_fields_own_symbols_are_drawn_as_they_are():
    text = "η₁ ± 10⁻³ × Δ·λ²"
    assert drawable(text) == text


def test_a_reader_who_leaves_early_hears_no_complaint():
    command = f"{sys.executable} -m app.command registry | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=120)
    assert done.stderr == b""


def test_what_cannot_be_printed_is_said_with_status_1():
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "app.command", "presets"], stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == 1
    assert b"No space left" in done.stderr
    assert done.stderr.count(b"\n") == 1
