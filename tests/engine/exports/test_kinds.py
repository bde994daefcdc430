"""Every kind of export is made again from what it says of itself."""

import json

import pytest

from engine.errors import InputError
from engine.exports.data import Data
from engine.exports.kinds import EXPORTS, export_from
from engine.exports.movies.camera import Path
from engine.exports.movies.stages import Formation, Sweep
from engine.exports.movies.zoom import Zoom
from engine.exports.poster import Poster
from engine.exports.site.scene import Scene
from engine.exports.site.site import Site
from engine.places.links import Place
from engine.places.look import Look
from engine.plane import Size, Window
from engine.spec import Spec

SPEC = Spec.make("mlp", {"steps": 60, "seed": 3})
WINDOW, SIZE = Window.parse("1.234567890123456789012345", "-2", "1e-20"), Size(48, 30)
WIDE = Window.parse("1", "-2", "7")
LOOK = Look("log", "PuOr", 0.25)
EXAMPLES = [
    Poster(SPEC, WINDOW, SIZE, LOOK, 2, "a title"),
    Poster(SPEC, WINDOW, SIZE),
    Poster(SPEC, WINDOW, SIZE, LOOK, captions=("dimension", "depth"), overview=WIDE),
    Data(SPEC, WINDOW, SIZE, LOOK),
    Zoom(SPEC, Path((WINDOW,), 2, 0.5, 0.25, "linear"), SIZE, 24, LOOK, ("depth",)),
    Formation(SPEC, [1, 7, 60], WINDOW, SIZE, 24, 4.5, 1.25, LOOK),
    Sweep(SPEC, "seed", [1, 2], WINDOW, SIZE, 24, 4.5, 1.25, LOOK),
    Site(
        [
            Scene.at(Place("tanh", SPEC, WINDOW, LOOK), SIZE, 3, "a name", "a note", named=True),
            Scene.at(Place("tanh", SPEC, WIDE, Look(muted_from=60)), SIZE, 1, "another"),
        ],
        "a title",
        "https://example.org",
    ),
]


def known_of(export):
    """All that an export was given, and the specs of its stages."""
    given = {name: value for name, value in vars(export).items() if not name.startswith("_")}
    if isinstance(export, Sweep):
        given["specs"] = [export.spec_of(stage) for stage in range(len(export.stages))]
    return given


@pytest.mark.parametrize("export", EXAMPLES, ids=lambda e: type(e).__name__)
def test_an_export_is_made_again_from_its_origin(export):
    text = json.dumps(export.origin())
    again = export_from(json.loads(text))
    assert type(again) is type(export)
    assert known_of(again) == known_of(export)
    assert again.origin() == export.origin()
    assert (again.runs, again.frames) == (export.runs, export.frames)


# What releases before curves and captions were told apart have left in folders of work.
WITH_THE_OLD_NAME = {"overlays": ["depth"]}
WITHOUT_CAPTIONS = {"samples": 2, "title": None}


def test_folders_of_work_from_before_captions_go_on(tmp_path):
    poster = EXAMPLES[1].origin()
    assert not {"captions", "overview"} & set(poster)
    assert export_from(poster | WITHOUT_CAPTIONS).captions == ()
    zoom = next(export for export in EXAMPLES if isinstance(export, Zoom))
    assert zoom.origin() == zoom.origin() | WITH_THE_OLD_NAME
    assert export_from(zoom.origin()).captions == ("depth",)


OF_ONE_LOOK = [export for export in EXAMPLES if not isinstance(export, Site)]


@pytest.mark.parametrize("export", OF_ONE_LOOK, ids=lambda e: type(e).__name__)
def test_curves_and_captions_outlive_a_restart(export):
    curved = export_from({**export.origin(), "look": "log,PuOr,0.25,escape.minima"})
    assert curved.look.overlays == ("escape", "minima")
    assert export_from(json.loads(json.dumps(curved.origin()))).look == curved.look


def test_every_kind_is_tried():
    assert {type(export) for export in EXAMPLES} == set(EXPORTS.values())


@pytest.mark.parametrize("origin", [{}, {"kind": "opera"}, {"kind": "zoom"}, [], None])
def test_what_tells_of_none_is_refused(origin):
    with pytest.raises(InputError, match="not an export"):
        export_from(origin)
