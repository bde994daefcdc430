"""A text of the visitor's own, without a browser: what is taken, and what is refused."""

import asyncio
import base64

from app.views.settings import Settings
from app.views.texts import TextUpload
from app.visitor.explorer import Explorer
from engine.texts import corpus

POEM = b"Das ist kein langes Gedicht, doch es gibt zu lernen. " * 30


def given(name, data):
    """A file, as a browser sends it."""
    return [name, base64.b64encode(data).decode()]


def test_a_text_is_learnt_and_one_that_is_none_is_said_to_be_none(server, monkeypatch):
    async def visit():
        explorer = Explorer(server, "?preset=transformer-mini")
        edited = []
        monkeypatch.setattr(explorer.settings, "edit", lambda *change: edited.append(change))
        upload = TextUpload(explorer, lambda: None)

        async def said():
            upload.fields("corpus")
            await explorer.page.at_rest()
            about, button = upload.fields("corpus")
            assert button["label"] == "Use a text of your own"
            return about["value"]

        assert "1,048,576 characters" in await said()
        assert "kept on this server" not in await said()
        upload.keep("corpus", given("bad.txt", b"\xff" * 2000))
        await explorer.page.at_rest()
        assert explorer.notice.startswith("bad.txt is no text in UTF-8")
        assert not edited
        upload.keep("corpus", ["poem.txt", "no base64!"])
        await explorer.page.at_rest()
        assert explorer.notice == "that is no file"
        upload.keep("corpus", given("poem.txt", POEM))
        await explorer.page.at_rest()
        assert explorer.notice == ""
        assert edited == [("corpus", corpus.keep(POEM))]
        explorer.settings.spec = explorer.settings.spec.replace({"corpus": corpus.keep(POEM)})
        words = await said()
        assert f"{len(POEM):,} characters" in words
        assert words.endswith("; it is kept on this server, by its digest")
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
            fields = Settings(explorer).form.fields
            labels = [field["label"] for field in fields if field["kind"] == "file"]
            assert labels == ["Use a text of your own"] * wanted
            await explorer.page.at_rest()
            explorer.stop()

    asyncio.run(visit())
