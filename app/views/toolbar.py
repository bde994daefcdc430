"""This module is the toolbar: the buttons above the picture, and the line that says what it is."""

import functools
import html
from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from app.picture import scripts
from app.views.buttons import icon_button
from app.views.plain import plain
from app.views.style import WIDE
from app.views.view import View
from app.visitor.actions import ACTIONS, FULLSCREEN, Action, parameter
from app.visitor.proposal import Proposal
from engine.statistics.settling import Settling
from engine.words import duration

FLOATING = {
    "position": "absolute", "top": "8px", "left": "80px", "max-width": "calc(100% - 96px)",
    "z-index": "10",
}  # fmt: skip


class Toolbar(View):
    """Buttons for what one does all the time, each with its key."""

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        buttons = [self._button(action) for action in ACTIONS]
        return pmui.Row(*buttons, margin=(2, 4), sizing_mode="stretch_width", css_classes=["tools"])

    def _button(self, action: Action) -> pn.viewable.Viewable:
        disabled: object = False
        if action.enabled:
            disabled = pn.bind(lambda can: not can, parameter(self.explorer, action.enabled))
        color: object = "default"
        if action.on:
            color = pn.bind(
                lambda on: "primary" if on else "default", parameter(self.explorer, action.on)
            )
        if action is FULLSCREEN:
            laid_out, button = icon_button(action.icon, action.words, tip=_tip(action))
            button.js_on_click(code=scripts.FULLSCREEN)
            return laid_out
        act = functools.partial(action.do, self.explorer)
        laid_out, _ = icon_button(
            action.icon, action.words, act, tip=_tip(action), disabled=disabled, color=color
        )
        return laid_out


def _tip(action: Action) -> str:
    return f"{action.words} ({action.key})"


class StatusLine(View):
    """How sharp the picture is, and what it took or will take."""

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view; its height never changes, or it would move the picture."""
        return pn.pane.HTML(
            pn.bind(_line, self.findings.param.status, self.findings.param.progress),
            margin=(4, 12, 0, 12),
            **WIDE,
        )


class Notices(View):
    """What went wrong, and what has to be asked first; over the picture, so that nothing moves."""

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view, of no height."""
        params, explorer = self.explorer.param, self.explorer
        notice = pmui.Alert(
            object=pn.bind(plain, params.notice), severity="warning", variant="filled",
            closeable=True, visible=pn.bind(bool, params.notice), margin=0, **WIDE,
        )  # fmt: skip
        notice.param.watch(lambda event: self._closed(event.new), "closed")
        params.watch(lambda event: setattr(notice, "closed", not event.new), "notice")
        question = _asked(
            _button("Train it", self.settings.accept), _button("Leave it", self.settings.decline),
            object=pn.bind(_question, self.settings.param.proposal),
            visible=pn.bind(lambda asked: asked is not None, self.settings.param.proposal),
        )  # fmt: skip
        settling = self.findings.param.settling
        longer = pn.bind(lambda found: bool(found and found.settled_at), settling)
        unsettled = _asked(
            _button(pn.bind(_longer, settling), explorer.train_longer, visible=longer),
            _button("Colour it anyway", self.findings.colour_anyway),
            _button("Leave it grey", self.findings.leave_unsettled),
            object=pn.bind(_unsettled, settling), visible=self.findings.param.unsettled,
        )  # fmt: skip
        return pmui.Column(
            notice, question, unsettled, styles=FLOATING, height=0, margin=0, sizing_mode=None
        )

    def _closed(self, closed: bool) -> None:
        if closed:
            self.explorer.dismiss()


def _button(label: Any, answer: Callable[[], None], **options: Any) -> pmui.Button:
    return pmui.Button(
        label=label, size="small", color="light", variant="outlined", margin=(4, 8, 0, 0),
        on_click=lambda event: answer(), **options,
    )  # fmt: skip


def _asked(*answers: pmui.Button, **options: Any) -> pmui.Alert:
    """Return a question over the picture, with buttons for the answers."""
    row = pmui.FlexBox(*answers, margin=0)
    return pmui.Alert(row, severity="info", variant="filled", margin=0, **options, **WIDE)


def _unsettled(found: Settling | None) -> str:
    return f"{plain(found.words)}. They are drawn in grey." if found is not None else ""


def _longer(found: Settling | None) -> str:
    return f"Train {found.settled_at:,} steps" if found and found.settled_at else ""


def _question(proposal: Proposal | None) -> str:
    if proposal is None:
        return ""
    now = f" (now {duration(proposal.now)})" if proposal.now else ""
    return f"This view would take about {duration(proposal.seconds)}{now}."


def _line(status: str, progress: int) -> str:
    """Return a line of words above a bar, as HTML: a component might show what it was told before
    (see `app.views.echo`).
    """
    words = html.escape(status)
    return (
        "<div style='font-size:.875rem;line-height:1.43;white-space:nowrap;overflow:hidden;"
        f"text-overflow:ellipsis'>{words}</div>"
        f"<div role='progressbar' aria-label='runs known' aria-valuenow='{progress}' "
        "style='height:4px;margin-top:4px;background:var(--mui-palette-divider)'>"
        f"<div style='height:4px;width:{progress}%;background:var(--mui-palette-primary-main)'>"
        "</div></div>"
    )
