"""Predictions on the page: what is said of them, how far they are trained, and their veil."""

import asyncio
from types import SimpleNamespace

import numpy as np
import panel as pn
import pytest

from app.picture.painter import MEASURED_FROM, _measured
from app.picture.predictions import KEPT
from app.views.look import Appearance
from app.views.speech import Speech
from app.views.statistics import StatisticsView, share_predicted
from app.views.toolbar import StatusLine, Toolbar
from app.visitor.findings import Findings
from app.visitor.words import status
from engine.places import links
from engine.places.presets import preset
from engine.plane import Size
from engine.tiles.audit import Audit
from engine.tiles.lattice import PLANE, TILE, Region
from engine.tiles.news import News
from engine.tiles.pyramid import Pyramid, TileCache
from engine.tiles.request import Request
from engine.tiles.scheduler import Training
from engine.tiles.tally import Tally
from engine.tiles.worth import ByWorth
from tests.app.browsing import (
    QUICK,
    closed,
    edited,
    enter,
    field,
    frame,
    opened,
    source,
    told,
    until,
)
from tests.tiles import train

REGION = Region(PLANE, 8, 0, 0, 600, 500)
FIRST = "first picture"
WHOLE = REGION.width * REGION.height
GOOD = Audit(points=WHOLE, predicted=200_000, sampled=9000, wrong=1, off=9)


def heard(known, *, complete=4, audit=None, sharp=False, ended=False, left=1800.0):
    """News of a view of which so many runs are known."""
    return News(
        {}, known / WHOLE, known, WHOLE, 0, complete, known, left, 9.0, None, audit, sharp, ended,
        REGION, np.zeros((REGION.height, REGION.width), bool),
    )  # fmt: skip


def asked(**more):
    return SimpleNamespace(region=REGION, **{"predicts": True, "until_sharp": False, **more})


@pytest.mark.parametrize(
    ("news", "request_", "expected"),
    [
        (heard(9000), asked(), "every 16 pixels · 9,000 of 300,000 runs · 30 min left"),
        (heard(0, complete=None, left=None), asked(), "first picture · 0 of 300,000 runs"),
        (
            heard(9000, audit=GOOD), asked(),
            "every 16 pixels · 9,000 of 300,000 runs · labels 99.9 % by audit · 30 min left",
        ),
        (
            heard(9000, audit=Audit(WHOLE, 290_000, 400, 3, 9)), asked(until_sharp=True),
            "every 16 pixels · 9,000 of 300,000 runs · labels 98.1 % by audit",
        ),
        (
            heard(9000, audit=Audit(WHOLE, 290_000, 9000, 1, 400)), asked(),
            "every 16 pixels · 9,000 of 300,000 runs · colours 95.3 % by audit · 30 min left",
        ),
        (
            heard(9000, audit=Audit(WHOLE, 290_000, 9, 0, 0)), asked(),  # which says nothing yet
            "every 16 pixels · 9,000 of 300,000 runs · 30 min left",
        ),
        (
            heard(38_999, audit=GOOD, sharp=True), asked(),
            "sharp: 38,999 of 300,000 runs; 12 % trained, labels 99.9 % by audit · whole in 30 min",
        ),
        (
            heard(299_999, audit=GOOD, sharp=True, ended=True), asked(until_sharp=True),
            "sharp, and stopped there: 299,999 of 300,000 runs; 99 % trained, "
            "labels 99.9 % by audit",
        ),
        (
            heard(WHOLE, audit=GOOD, sharp=True, ended=True), asked(until_sharp=True),
            "settled · 600x500 runs, 300,000 trained now in 9.0 s on CPU",
        ),
        (
            heard(9000), asked(predicts=False, until_sharp=True),  # nothing is ever sharp
            "every 16 pixels · 9,000 of 300,000 runs · 30 min left",
        ),
    ],
)  # fmt: skip
def test_the_status_says_how_far_predictions_are_right_and_never_too_much(news, request_, expected):
    assert status(news, request_) == expected


@pytest.mark.parametrize(
    ("status", "ended", "said"),
    [
        ("sharp: 3 of 9 runs; 33 % trained", False, "The view is sharp."),
        ("sharp, and stopped there: 3 of 9 runs; 33 % trained", True, "The view is sharp."),
        ("settled · 3x3 runs, all known before", True, "The view has settled."),
        ("every 2 pixels · 3 of 9 runs", False, ""),
    ],
)
def test_those_who_hear_the_page_are_told_once_it_is_sharp_and_once_it_has_settled(
    status, ended, said, server
):
    explorer, picture = opened(server, QUICK)
    speech = Speech(explorer)
    explorer.findings.status = status
    assert speech.says.news == said
    assert explorer.findings.ended == ended
    closed(explorer, picture)


def test_nothing_has_ended_before_anything_has_been_said():
    assert not Findings().ended


def noted_training(server):
    """Note the training that pages ask for, and the requests that they get."""
    trainings, requests = [], []
    ask = server.scheduler.request

    def request(*args):
        trainings.append(next((arg for arg in args if isinstance(arg, Training)), None))
        requests.append(ask(*args))
        return requests[-1]

    server.scheduler.request = request
    return trainings, requests


async def drawn_anew(explorer):
    """Wait until a view that is begun now has come to its end."""
    await until(explorer, lambda: explorer.findings.status == FIRST)
    await until(explorer, lambda: explorer.findings.ended)


def test_stopping_at_a_sharp_picture_is_kept_in_the_link_and_no_step_to_undo(visiting, quickly):
    async def visit(explorer, picture):
        line = StatusLine(explorer)
        assert not field(line.form, "until sharp")["value"]
        enter(line.form, "until sharp", True)
        assert field(line.form, "until sharp")["value"]
        assert links.parse(explorer.link).until_sharp
        assert not explorer.settings.can_undo
        await edited(explorer, steps="30")
        explorer.settings.undo()
        assert (explorer.settings.spec.steps, explorer.settings.until_sharp) == (20, True)
        explorer.choose("mandelbrot")
        assert explorer.settings.until_sharp
        enter(line.form, "until sharp", "nonsense")
        assert explorer.settings.until_sharp
        enter(line.form, "until sharp", False)
        assert "until" not in explorer.link
        explorer.follow("?preset=quadratic&until=sharp")
        assert field(line.form, "until sharp")["value"]

    visiting(QUICK, visit)


def test_training_is_as_the_link_and_the_browser_say_and_asked_for_anew(server):
    async def visit():
        trainings, _ = noted_training(server)
        explorer, picture = opened(server, f"{QUICK}&set=seed=72&until=sharp")
        epoch = frame(picture.landscape)["epoch"][0]
        for choice in ("", "off", "shown"):
            told(picture.landscape, epoch, -1, 1, -0.5, 0.5, predictions=choice)
            await drawn_anew(explorer)
        explorer.settings.stop_at_sharp(on=False)
        await drawn_anew(explorer)
        asked_for = [training for training in trainings if training is not None]
        assert [(t.by_level, t.until_sharp) for t in asked_for] == [
            (False, True), (True, True), (False, True), (False, False),
        ]  # fmt: skip
        closed(explorer, picture)

    asyncio.run(visit())


def test_a_view_that_is_being_trained_goes_on_until_it_is_sharp_and_is_not_begun_anew(server):
    async def visit():
        _, requests = noted_training(server)
        explorer, picture = opened(server, "?preset=tanh-single&set=steps=5000")
        epoch = frame(picture.landscape)["epoch"][0]
        told(picture.landscape, epoch, -1, 1, -0.5, 0.5)
        await until(explorer, lambda: explorer.findings.news is not None)
        (request,) = requests
        assert not request.until_sharp
        explorer.settings.stop_at_sharp(on=True)
        assert request.until_sharp
        explorer.settings.stop_at_sharp(on=False)
        await until(explorer, lambda: explorer.findings.status == FIRST)
        await until(explorer, lambda: explorer.findings.status != FIRST)
        assert [other.until_sharp for other in requests[1:]] == [False]
        closed(explorer, picture)

    asyncio.run(visit())


def test_a_veil_is_a_switch_of_the_page_and_trains_nothing(server):
    trainings, _ = noted_training(server)
    explorer, picture = opened(server, QUICK)
    toolbar = Toolbar(explorer)
    veil, link = source(picture.landscape, "veiled"), explorer.link
    assert "veil" in toolbar.buttons.switches
    for pressed in (True, False):
        explorer.press("v")
        assert ("veil" in toolbar.buttons.pressed) == pressed
        assert veil.data["veiled"] == [int(pressed)]
    assert (explorer.link, trainings) == (link, [])
    closed(explorer, picture)


def test_whether_to_predict_is_chosen_with_the_look_and_kept_in_the_browser(server):
    explorer, picture = opened(server, QUICK)
    choice = field(Appearance(explorer).form, KEPT)
    assert (choice["kind"], choice["value"]) == ("choice", "shown")
    assert {name for _, name in choice["choices"]} == {"shown", "off"}
    closed(explorer, picture)


def test_a_view_is_measured_as_predicted_before_it_is_sharp_with_a_larger_error():
    """Once an audit says that 99 % of its labels are right; and no sooner."""
    region, spec = Region(PLANE, 14, -150, 37, 400, 300), preset("quadratic").spec
    request = Request(Pyramid(spec, PLANE, TileCache()), region, ByWorth(), pace=1e-3)

    def ring(tile, points):
        size = 2 ** (region.level - tile.index.level)
        y = (tile.index.row * TILE + points // TILE) * size - region.row - 150
        x = (tile.index.column * TILE + points % TILE) * size - region.column - 200
        away = np.hypot(x, y) - 100 + 9 * np.sin(x / 5)
        return np.sign(away + 1e-9) * np.exp(-np.abs(away) / 30)

    told, errors = [], []
    while not request.sharp:
        train(request, 400, ring)
        (grade, _), numbers = _measured(spec, request)
        told.append(grade)
        if grade and not request.sharp:
            assert request.audit.labels >= MEASURED_FROM
            assert numbers.outcomes.runs == numbers.size.pixels == 400 * 300
            assert numbers.audit.predicted > 0
            errors.append(numbers.dimensions[-1].label_error)
    assert told == sorted(told)
    assert {0, 1, 2} == set(told)
    assert np.nanmax(errors) > 0


def test_a_sharp_view_is_measured_as_predicted_and_that_is_said(server):
    async def visit():
        explorer, picture = opened(server, "?preset=tanh-single&set=steps=60&until=sharp")
        view, found = StatisticsView(explorer).__panel__(), []
        explorer.findings.param.watch(lambda event: found.append(event.new), "statistics")
        picture.moved(explorer.navigation.window, Size(400, 300))
        await until(explorer, lambda: explorer.findings.ended)
        await until(
            explorer,
            lambda: found and found[-1].audit is not None and found[-1].audit.labels >= 0.999,
        )
        news, last = explorer.findings.news, found[-1]
        assert explorer.findings.status.startswith("sharp, and stopped there")
        assert (last.stride, last.outcomes.runs) == (1, last.size.pixels)
        assert last.size.pixels > last.audit.predicted > 0
        assert last.audit.labels >= 0.999
        assert news.known < news.points
        share = share_predicted(last.audit)
        assert f"of which {share} are predicted" in "".join(
            p.object for p in view.select(pn.pane.HTML)
        )
        closed(explorer, picture)

    asyncio.run(visit())


@pytest.mark.parametrize(
    ("predicted", "share"), [(1, "1 %"), (10, "1 %"), (11, "2 %"), (1000, "100 %")]
)
def test_the_share_of_predictions_is_never_rounded_down(predicted, share):
    assert share_predicted(Tally(1000, predicted, 1.0, 1.0)) == share
