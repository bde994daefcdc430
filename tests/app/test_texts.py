"""A text of the visitor's own, without a browser: what is taken, and what is refused."""

import asyncio

import panel_material_ui as pmui

from app.views.settings import Settings
from app.views.texts import TextUpload
from app.visitor.explorer import Explorer
from engine.texts import corpus

POEM = b"Das ist kein langes Gedicht, doch es gibt zu lernen. " * 30


def test_a_text_is_learnt_and_one_that_is_none_is_said_to_be_none(server, monkeypatch):
    async def visit():
        explorer = Explorer(server, "?preset=transformer-mini")
        edited = []
        monkeypatch.setattr(explorer.settings, "edit", lambda *change: edited.append(change))
        upload = TextUpload(explorer, "corpus")
        said, chosen = upload.__panel__().objects
        await explorer.page.at_rest()
        assert "1,048,576 characters" in said.object
        assert "kept on this server" not in said.object
        chosen.filename, chosen.value = "bad.txt", b"\xff" * 2000
        await explorer.page.at_rest()
        assert explorer.notice.startswith("bad.txt is no text in UTF-8")
        assert not edited
        chosen.filename, chosen.value = "poem.txt", POEM
        await explorer.page.at_rest()
        assert explorer.notice == ""
        assert edited == [("corpus", corpus.keep(POEM))]
        explorer.settings.spec = explorer.settings.spec.replace({"corpus": corpus.keep(POEM)})
        await explorer.page.at_rest()
        assert f"{len(POEM):,} characters" in said.object
        assert said.object.endswith("; it is kept on this server, by its digest")
        explorer.stop()

    asyncio.run(visit())


def test_the_button_is_where_a_setting_is_a_text_and_nowhere_else(server):
    async def visit():
        for preset, wanted in (("transformer-mini", 1), ("tanh-single", 0)):
            explorer = Explorer(server, f"?preset={preset}")
            texts = [
                about for about in explorer.settings.spec.applicable().values() if about.is_text
            ]
            assert len(texts) == wanted
            labels = [
                widget.label for widget in Settings(explorer).__panel__().select(pmui.FileInput)
            ]
            assert labels == ["Use a text of your own"] * wanted
            await explorer.page.at_rest()
            explorer.stop()

    asyncio.run(visit())
