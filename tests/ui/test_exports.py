"""The export dialog: pictures, data and movies are made and fetched, and a picture leads back."""

import base64
import csv
import io

import av
import numpy as np
import pytest
from playwright.sync_api import expect

from engine.places import provenance
from engine.plane import Size
from tests.pngs import behind, chunks, compressed, png
from tests.ui.driving import DRAWN, QUICK, choose, link_of, wait_for, wait_for_text, window

pytestmark = pytest.mark.ui
PLACE = f"{QUICK}&view=0.25,0.125,1.0&look=log,cividis,0.5"


def open_exports(page, tab):
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name=tab).click()
    return dialog


def fill(dialog, label, text):
    dialog.get_by_role("textbox", name=label).fill(text)


def make(dialog, cost):
    expect(dialog.get_by_text(cost)).to_be_visible()
    dialog.get_by_role("button", name="Make it").click()


def fetched(page, name, tmp_path):
    """Wait until a file is made, and fetch it as a click does."""
    link = page.get_by_role("link", name=name).first
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    path = tmp_path / name
    download.value.save_as(path)
    return path


def test_a_picture_is_made_fetched_and_dropped_on_the_page(visit, tmp_path):
    page = visit(PLACE)
    before = window(page)
    dialog = open_exports(page, "Picture")
    fill(dialog, "Size", "96x64")
    dialog.get_by_text("Frame with title").click()
    fill(dialog, "Title", "A bend")
    make(dialog, "a picture of 96x64, 6,144 runs")
    path = fetched(page, "trainscape-quadratic.png", tmp_path)
    spec, there, size = provenance.load_origin(path)
    assert (spec.steps, there, size) == (40, before, Size(96, 64))
    assert str(provenance.load_look(path)) == "log,cividis,0.5"

    page.keyboard.press("Escape")
    page = visit("?preset=rippled-quadratic&set=steps=40", DRAWN)
    drop(page, b"\x89PNG\r\n\x1a\n nothing")
    wait_for_text(page, "that is no picture made by trainscape")
    assert link_of(page)["preset"] == "rippled-quadratic"
    drop(page, path.read_bytes())
    wait_for(page, lambda: link_of(page)["preset"] == "quadratic")
    wait_for(page, lambda: abs(float(window(page).x) - 0.25) < 1e-6)
    assert link_of(page)["look"] == "log,cividis,0.5"
    assert link_of(page)["set"] == "steps=40"

    page.keyboard.press("h")
    wait_for(page, lambda: window(page).half_width >= 2)
    saved_again = png(compressed(behind(chunks(path.read_bytes()))))
    drop(page, saved_again)
    wait_for(page, lambda: abs(float(window(page).x) - 0.25) < 1e-6)
    drop(page, b"\xff\xd8\xff\xe0 of a camera")
    wait_for_text(page, "it is a JPEG, which does not keep what a .png of trainscape carries")
    remove(open_exports(page, "Picture"), "trainscape-quadratic.png")


def remove(dialog, name):
    """Remove the only export that there is."""
    dialog.get_by_role("button", name="Cancel or remove export 1").click()
    expect(dialog.get_by_text(name)).to_be_hidden()


def drop(page, data):
    """Drop a file on the page."""
    transfer = page.evaluate_handle(
        """(text) => {
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
          const transfer = new DataTransfer()
          transfer.items.add(new File([bytes], 'picture.png', {type: 'image/png'}))
          return transfer
        }""",
        base64.b64encode(data).decode(),
    )
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})


def test_data_and_statistics(visit, tmp_path):
    page = visit(PLACE)
    dialog = open_exports(page, "Data")
    fill(dialog, "Size", "32x20")
    make(dialog, "a field of 32x20, 640 runs")
    path = fetched(page, "trainscape-quadratic.npz", tmp_path)
    with np.load(path) as data:
        assert data["field"].shape == (20, 32)
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Statistics as CSV").click()
    lines = list(csv.DictReader(io.StringIO(open_text(download.value.path()))))
    quantities = [line["quantity"] for line in lines]
    assert "dimension, box counting" in quantities
    for label, start in (("Plots as SVG", b"<?xml"), ("Plots as PDF", b"%PDF")):
        with page.expect_download() as download:
            dialog.get_by_role("button", name=label).click()
        assert download.value.path().read_bytes().startswith(start)


def open_text(path):
    return path.read_text("utf-8")


def test_a_movie_is_made_while_the_page_is_closed(visit, tmp_path):
    page = visit(PLACE)
    dialog = open_exports(page, "Movie")
    fill(dialog, "Size", "64x36")
    fill(dialog, "Seconds per decade", "1")
    fill(dialog, "Rest at the ends, seconds", "0.5")
    choose(page, "Frames per second", "24")
    make(dialog, "frames of 64x36")
    expect(dialog.get_by_text("trainscape-quadratic-zoom.mp4").first).to_be_visible()
    page.goto("about:blank")
    dialog = open_exports(visit(PLACE), "Movie")
    path = fetched(page, "trainscape-quadratic-zoom.mp4", tmp_path)
    remove(dialog, "trainscape-quadratic-zoom.mp4")
    with av.open(str(path)) as container:
        assert container.streams.video[0].average_rate == 24


def test_what_takes_long_is_cancelled_and_known_to_its_visitor_alone(visit, visit_as_another):
    page, other = visit(PLACE), visit_as_another(PLACE)
    dialog = open_exports(page, "Picture")
    fill(dialog, "Size", "8192")
    make(dialog, "67,108,864 runs")
    expect(dialog.get_by_text("trainscape-quadratic.png")).to_be_visible()
    wait_for_text(page, "of 67,108,864 runs")
    other.keyboard.press("e")
    expect(other.get_by_role("dialog").get_by_role("button", name="Make it").first).to_be_visible()
    expect(other.get_by_text("trainscape-quadratic.png")).to_be_hidden()
    remove(dialog, "trainscape-quadratic.png")


def test_what_cannot_be_made_and_what_will_be_is_said_before_anybody_asks(visit):
    page = visit(PLACE)
    dialog = open_exports(page, "Picture")
    for tab, label, text, complaint in (
        ("Picture", "Size", "huge", "size must be N or WxH"),
        ("Picture", "Size", "70000", "at most 65,536 pixels a side"),
        ("Data", "Size", "16384", "of memory, and the page makes what takes up to"),
        ("Movie", "Seconds per decade", "fast", "must be a decimal number, not 'fast'"),
        ("Movie", "Rest at the ends, seconds", "-1", "between 0 and 60 seconds, not -1"),
    ):
        dialog.get_by_role("tab", name=tab).click()
        usual = dialog.get_by_role("textbox", name=label).input_value()
        fill(dialog, label, text)
        expect(dialog.get_by_text(complaint)).to_be_visible()
        expect(dialog.get_by_role("button", name="Make it")).to_be_disabled()
        fill(dialog, label, usual)
        expect(dialog.get_by_role("button", name="Make it")).to_be_enabled()
    # The fields follow the subject of a movie.
    expect(dialog.get_by_role("textbox", name="Seconds per decade")).to_be_visible()
    choose(page, "Subject", "This view, as a setting changes")
    expect(dialog.get_by_role("textbox", name="Seconds per decade")).to_be_hidden()
    expect(dialog.get_by_role("textbox", name="Seconds in all")).to_be_visible()
    choose(page, "Setting", "steps")
    fill(dialog, "from", "1")
    fill(dialog, "to", "20")
    expect(dialog.get_by_text("8.0 s, 240 frames")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
