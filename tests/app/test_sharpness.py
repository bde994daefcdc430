"""The sharpness: what is chosen, and what it costs."""

import asyncio

import pytest

from app.picture.sharpness import runs_per_point
from tests.app.browsing import QUICK, closed, frame, opened, told, until

POINTS = 250_000


@pytest.mark.parametrize(
    ("choice", "density", "seconds", "expected"),
    [
        ("cost", 2, 9e-6, 2),  # nine seconds
        ("cost", 2, 11e-6, 1),
        ("cost", 3, 9e-6, 1),
        ("cost", 3, 4e-6, 3),
        ("cost", 2, None, 1),
        ("cost", 1, 1.0, 1),
        ("cost", 0.5, 1.0, 0.5),  # a view of more points than runs in a request
        ("nonsense", 2, 9e-6, 2),
        ("nonsense", 2, 11e-6, 1),
        ("standard", 2, 1e-9, 1),
        ("standard", 0.5, 1e-9, 0.5),
        ("full", 2, 1.0, 2),
        ("full", 1.5, None, 1.5),
    ],
)
def test_a_view_is_sharp_where_that_is_chosen_or_costs_little(choice, density, seconds, expected):
    assert runs_per_point(choice, density, POINTS, seconds) == expected


def test_by_cost_a_view_becomes_sharp_once_its_runs_are_known_to_be_quick(server):
    async def visit():
        explorer, picture = opened(server, f"{QUICK}&set=seed=71")
        sizes = []
        look = picture.painter.look
        picture.painter.look = lambda *view: (sizes.append(view[2].width), look(*view))
        epoch = frame(picture.landscape)["epoch"][0]
        told(picture.landscape, epoch, -1, 1, -0.5, 0.5, ratio=2)
        await until(explorer, lambda: len(sizes) == 2)
        await until(explorer, lambda: explorer.findings.status.startswith("settled"))
        told(picture.landscape, epoch, -1, 1, -0.5, 0.5, ratio=2, sharpness="standard")
        assert sizes == [200, 400, 200]
        assert not explorer.navigation.can_go_back
        closed(explorer, picture)

    asyncio.run(visit())
