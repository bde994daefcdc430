"""The browser's scripts: read from the package, and given what they name."""

import importlib.resources
import re

import pytest
from bokeh.models import CustomJS, CustomJSHover, CustomJSTickFormatter

from app.picture.landscape import Gestures, Landscape
from engine.pictures.scripts import callback, script
from engine.plane import Window
from engine.spec import Spec

GIVEN = {  # by Bokeh, beside the arguments
    CustomJS: {"cb_obj", "Bokeh"},
    CustomJSHover: {"value", "format", "special_vars"},
    CustomJSTickFormatter: {"tick", "ticks"},
}
NAMED = re.compile(r"\}\)\(\)\(\{(.*)\}\)$")


def scripts(package):
    folder = importlib.resources.files(package).joinpath("javascript")
    return [path.name.removesuffix(".js") for path in folder.iterdir()]


@pytest.mark.parametrize("package", ["app.picture", "app.views"])
def test_every_script_that_exports_a_function_is_the_body_of_one(package):
    bodies = [
        callback(package, name)
        for name in scripts(package)
        if "export default" in script(package, name)
    ]
    assert len(bodies) > 3
    for body in bodies:
        assert not re.search(r"^\s*(import|export)\b", body, re.MULTILINE)


def test_what_a_script_imports_stands_before_it():
    body = callback("app.picture", "move")
    assert body.index("function row(") < body.index("function move(")
    assert body.endswith("return move\n})()({figure, local})\n")
    assert callback("app.web", "panels").endswith("return holdPanels\n})()()\n")


def test_a_script_without_a_function_is_no_callback():
    with pytest.raises(ValueError, match=r"sources\.js exports no function"):
        callback("app.picture", "sources")


def test_every_script_of_the_figures_is_given_what_it_names():
    window = Window.parse("0", "0", "1")
    landscape = Landscape(Spec.make("quadratic"), window, Gestures(lambda *view: None))
    beside = landscape.beside("other", "another")
    calls = 0
    for figure in (landscape.figure, beside.figure):
        for kind, by_bokeh in GIVEN.items():
            for model in figure.select({"type": kind}):
                names = NAMED.search(model.code.strip())
                assert names is not None
                assert set(names[1].split(", ")) <= by_bokeh | set(model.args)
                calls += 1
    assert calls >= 14
