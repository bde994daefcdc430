"""What a browser sends back late of what it was told moves nothing and trains nothing."""

from decimal import Decimal

import panel as pn
import panel_material_ui as pmui
import pytest

from app.views import echo
from app.views.echo import Echo
from app.views.settings import Ranges, Settings
from app.views.statistics import StatisticsView
from app.views.toolbar import StatusLine
from app.views.where import Where
from app.visitor.explorer import Explorer
from engine.plane import Window
from tests.app.browsing import QUICK, widget


@pytest.fixture
def explorer(server):
    explorer = Explorer(server, QUICK)
    yield explorer
    explorer.stop()


def test_what_was_told_before_comes_back_and_what_was_told_last_does_not():
    widget, told = pmui.TextInput(), Echo()
    for value in ("1", "2", "3"):
        told.tell(widget, value)
    assert not told.heard(widget)
    widget.value = "2"
    assert told.heard(widget)
    widget.value = "4"
    assert not told.heard(widget)


def test_somebody_may_type_what_was_there_a_while_ago(monkeypatch):
    widget, told = pmui.TextInput(), Echo()
    told.tell(widget, "1")
    told.tell(widget, "2")
    monkeypatch.setattr(echo, "LASTS", 0.0)
    widget.value = "1"
    assert not told.heard(widget)


def test_the_ends_of_a_view_that_has_been_left_do_not_bring_it_back(explorer):
    ranges, went = Ranges(explorer).__panel__(), []
    explorer.navigation.go_to = went.append
    first = widget(ranges, "x from")
    explorer.navigation.window = Window.parse("0.5", "0.25", "1")
    left = first.value
    explorer.navigation.window = Window.parse("0.75", "0.25", "0.5")
    shown = first.value
    first.value = left
    assert went == []
    assert first.value == shown
    first.value = "-1"
    assert [window.x - Decimal(window.half_width) for window in went] == [-1]


def test_a_setting_that_was_undone_does_not_come_back(explorer):
    settings, edited = Settings(explorer).__panel__(), []
    explorer.settings.edit = lambda name, text: edited.append((name, text))
    steps = widget(settings, "steps")
    for number in (30, 40):
        explorer.settings.spec = explorer.settings.spec.set([f"steps={number}"])
    steps.value = "30"
    assert edited == []
    assert steps.value == "40"
    steps.value = "50"
    assert edited == [("steps", "50")]


def test_words_that_follow_the_view_are_in_nothing_that_sends_them_back(explorer):
    for view in (StatusLine, Where, StatisticsView):
        parts = view(explorer).__panel__().select(lambda part: hasattr(part, "object"))
        before = [part.object for part in parts]
        explorer.navigation.param.update(depth="deep", window=Window.parse("0.5", "0.25", "1"))
        explorer.findings.param.update(
            status=f"said to {view}", progress=37, spacings=0.5,
            measured=Window.parse("0", "0", "1"),
        )  # fmt: skip
        changed = [part for part, was in zip(parts, before, strict=True) if part.object != was]
        assert changed
        assert {type(part) for part in changed} == {pn.pane.HTML}
        explorer.navigation.window, explorer.findings.spacings = Window.parse("0", "0", "4"), 9.0
