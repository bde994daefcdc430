"""A system of one's own on the page, where it has no preset and no picture."""

from pathlib import Path

from app.views.gallery import Gallery
from app.views.settings import Chooser, Settings
from engine.places.presets import presets
from tests.app.browsing import QUICK, enter, field

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "deep_scalar.py"


def test_it_is_chosen_like_any_other_and_has_its_settings(visiting, own, quickly):
    own(EXAMPLE)

    async def visit(explorer, picture):
        chooser, settings = Chooser(explorer).__panel__(), Settings(explorer).__panel__()
        enter(chooser, "system", "deep-scalar")
        made = presets()["deep-scalar"]
        assert (explorer.settings.preset, explorer.settings.spec) == (made.name, made.spec)
        assert explorer.navigation.home_window == made.window("home")
        offered = field(chooser, "preset")
        assert (offered["choices"], offered["value"]) == ([(made.name, made.name)], made.name)
        assert all(field(settings, name) for name in ("depth", "spread", "target"))
        assert "preset=deep-scalar" in explorer.link

    visiting(QUICK, visit)


def test_its_card_in_the_gallery_has_no_picture(own):
    own(EXAMPLE)
    cards = {card["label"]: card for card in Gallery(lambda *place: None).cards}
    assert cards["deep-scalar"]["image"] == ""
    assert "one weight a layer" in cards["deep-scalar"]["about"]
    assert cards["tanh"]["image"] == "overviews/tanh.png"
