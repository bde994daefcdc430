"""What is done beside the event loop, and who is told."""

import asyncio
import threading

import panel as pn
from bokeh.document import Document

from app.shared.page import Page
from engine.errors import InputError

LOOP = threading.main_thread()


def test_work_is_done_in_another_thread_and_told_in_this_one_in_order(server):
    async def visit():
        page, told = Page(), []
        for number in range(3):

            def work(number=number):
                assert threading.current_thread() is not LOOP
                return number

            page.beside(
                server.threads.files,
                work,
                lambda found: told.append((found, threading.current_thread())),
            )
        await page.at_rest()
        assert told == [(0, LOOP), (1, LOOP), (2, LOOP)]

    asyncio.run(visit())


def test_what_is_wrong_is_told_instead(server):
    def work():
        raise InputError("no")

    async def visit():
        page, told, wrong = Page(), [], []
        page.beside(server.threads.files, work, told.append, lambda error: wrong.append(str(error)))
        await page.at_rest()
        assert (told, wrong) == ([], ["no"])

    asyncio.run(visit())


def test_nobody_is_told_who_has_left(server):
    async def visit():
        page, told, gate = Page(), [], threading.Event()
        page.beside(server.threads.files, gate.wait, told.append)
        page.leave()
        gate.set()
        await page.at_rest()
        assert told == []

    asyncio.run(visit())


def test_what_would_be_lost_before_the_browser_shows_the_page_waits(monkeypatch):
    monkeypatch.setattr(pn.state, "curdoc", Document())

    async def visit():
        page = Page()
        waiting = asyncio.ensure_future(page.until_rendered())
        await asyncio.wait([waiting], timeout=0)
        assert not waiting.done()
        page.rendered()
        await waiting

    asyncio.run(visit())
