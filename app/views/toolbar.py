"""The toolbar: the buttons above the picture, the line that describes it, and what is asked."""

from collections.abc import Callable
from typing import Any, ClassVar

import panel as pn
import param
from markupsafe import Markup
from panel.custom import JSComponent

from app.views.fields import Fields
from app.views.style import BUTTON, WIDE
from app.views.view import View
from app.visitor.actions import ACTIONS, parameter
from app.visitor.explorer import Explorer
from app.visitor.proposal import Proposal
from engine.pictures.scripts import script
from engine.words import duration


class Buttons(JSComponent):
    """Buttons that show an icon, and say in words what they do."""

    actions = param.List(doc="for each: its name, words, key and the name of its picture")
    switches = param.List(doc="the names of those that are in force or not")
    disabled = param.List(doc="the names of those that can do nothing now")
    pressed = param.List(doc="the names of those in force")

    _esm = script(__package__, "toolbar")
    _stylesheets: ClassVar[list[str]] = [
        BUTTON,
        """
        [role=toolbar] { display: flex; gap: 2px; overflow-x: auto; scrollbar-width: none }
        button {
          display: inline-flex; padding: 6px; border: 0; color: inherit; flex: none;
          position: relative;
        }
        button:disabled { color: var(--quiet); opacity: .45 }
        button[aria-pressed=true] { color: var(--on-accent); background: var(--accent) }
        button[data-said]::after {
          content: attr(data-said); position: absolute; left: 50%; top: 100%; z-index: 30;
          translate: -50%; padding: 2px 8px; border-radius: 4px; white-space: nowrap;
          background: var(--ink); color: var(--paper); font-size: 12px;
        }
        """,
    ]

    def __init__(self, press: Callable[[str], None], **params: object) -> None:
        """Call `press` with the name of the button that somebody presses."""
        self._press = press
        super().__init__(**params)

    def _handle_msg(self, name: str) -> None:
        self._press(name)


class Toolbar(View):
    """Buttons for what one does all the time, each with its key."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._do = {action.name: action.do for action in ACTIONS}
        self.buttons = Buttons(
            self._press,
            actions=[
                {"name": a.name, "words": a.words, "key": a.key, "picture": a.icon} for a in ACTIONS
            ],
            switches=[action.name for action in ACTIONS if action.on],
            **WIDE,
        )
        self._show()
        for action in ACTIONS:
            for name in filter(None, (action.enabled, action.on)):
                of = parameter(explorer, name)
                of.owner.param.watch(lambda event: self._show(), of.name)

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        return self.buttons

    def _show(self) -> None:
        self.buttons.param.update(
            disabled=[a.name for a in ACTIONS if a.enabled and not self._holds(a.enabled)],
            pressed=[a.name for a in ACTIONS if a.on and self._holds(a.on)],
        )

    def _holds(self, name: str) -> bool:
        of = parameter(self.explorer, name)
        return bool(getattr(of.owner, of.name))

    def _press(self, name: str) -> None:
        if name in self._do:
            self._do[name](self.explorer)


class StatusLine(View):
    """How sharp the picture is, what it took or will take, and whether it ends there."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self.form = Fields(self._chosen, stylesheets=[_BESIDE], margin=(4, 12, 0, 8))
        self._show()
        self.settings.param.watch(lambda event: self._show(), "until_sharp")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view; its height never changes, or it would move the picture."""
        line = pn.pane.HTML(
            pn.bind(line_of, self.findings.param.status, self.findings.param.progress),
            stylesheets=[_LINES],
            margin=(4, 0, 0, 12),
            **WIDE,
        )
        return pn.Row(line, self.form, margin=0, **WIDE)

    def _show(self) -> None:
        self.form.fields = [
            {"name": "until sharp", "kind": "switch", "label": "stop at sharp",
             "help": UNTIL_SHARP, "value": self.settings.until_sharp}
        ]  # fmt: skip

    def _chosen(self, name: str, value: Any) -> None:
        del name
        if isinstance(value, bool) and value != self.settings.until_sharp:
            self.settings.stop_at_sharp(on=value)


class NoticeList(JSComponent):
    """What is said over the picture, with buttons for the answers."""

    notices = param.List(doc="for each: its name, kind, text, and answers as pairs of name, label")

    _esm = script(__package__, "notices")
    _stylesheets: ClassVar[list[str]] = [
        BUTTON,
        """
        :host { font: 14px/1.4 var(--font) }
        .notices > div {
          position: relative; margin-bottom: 6px; padding: 8px 40px 8px 12px; border-radius: 8px;
          background: #0b4f85; color: #fff; box-shadow: 0 2px 8px #0008;
        }
        .notices > .warning { background: #7a4300 }
        p { margin: 0 0 2px; overflow-wrap: anywhere }
        button { margin: 4px 8px 0 0; color: inherit; border-color: #fff9 }
        .close { position: absolute; right: 4px; top: 4px; margin: 0; padding: 4px; border: 0 }
        """,
    ]

    def __init__(self, answer: Callable[[str, str], None], **params: object) -> None:
        """Call `answer` with the name of a notice and of the answer that is pressed."""
        self._answer = answer
        super().__init__(**params)

    def _handle_msg(self, message: tuple[str, str]) -> None:
        self._answer(*message)


class Notices(View):
    """What went wrong, and what has to be asked first; over the picture, so that nothing moves."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self.list = NoticeList(self._answer, margin=0, **WIDE)
        self._answers: dict[tuple[str, str], Callable[[], None]] = {
            ("notice", "close"): explorer.dismiss,
            ("proposal", "train"): self.settings.accept,
            ("proposal", "leave"): self.settings.decline,
            ("unsettled", "longer"): explorer.train_longer,
            ("unsettled", "colour"): self.findings.colour_anyway,
            ("unsettled", "leave"): self.findings.leave_unsettled,
        }
        self._show()
        explorer.param.watch(lambda event: self._show(), "notice")
        self.settings.param.watch(lambda event: self._show(), "proposal")
        self.findings.param.watch(lambda *events: self._show(), ["settling", "unsettled"])

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view, of no height."""
        return self.list

    def _show(self) -> None:
        self.list.notices = list(filter(None, (self._notice(), self._asked(), self._unsettled())))

    def _answer(self, name: str, answer: str) -> None:
        if (name, answer) in self._answers:
            self._answers[name, answer]()

    def _notice(self) -> dict[str, Any]:
        return _said("notice", "warning", self.explorer.notice, ("close", "close"))

    def _asked(self) -> dict[str, Any]:
        words = _question(self.settings.proposal)
        return _said("proposal", "info", words, ("train", "Train it"), ("leave", "Leave it"))

    def _unsettled(self) -> dict[str, Any]:
        settling = self.findings.settling
        if settling is None or not self.findings.unsettled:
            return {}
        answers = [("colour", "Colour it anyway"), ("leave", "Leave it grey")]
        if settling.settled_at:
            answers.insert(0, ("longer", f"Train {settling.settled_at:,} steps"))
        return _said("unsettled", "info", f"{settling.words}. They are drawn in grey.", *answers)


def _said(name: str, kind: str, text: str, *answers: tuple[str, str]) -> dict[str, Any]:
    return {"name": name, "kind": kind, "text": text, "answers": answers} if text else {}


def _question(proposal: Proposal | None) -> str:
    if proposal is None:
        return ""
    now = f" (now {duration(proposal.now)})" if proposal.now else ""
    return f"This view would take about {duration(proposal.seconds)}{now}."


def line_of(status: str, progress: int) -> str:
    """Return a line of words above a bar, as HTML; other words where the connection is lost."""
    return str(_LINE.format(status=status, progress=progress))


UNTIL_SHARP = "Train no more once what is predicted is right but for a few runs"
# Of one height, whatever is said: it must not move the picture. The container is the main region
# (see `page.css`, where that height is).
_LINES = """
.status { font-size: .875rem; line-height: 20px; height: 20px; overflow: hidden }
@container (max-width: 759px) { .status { font-size: .8125rem; line-height: 18px; height: 36px } }
@container (max-width: 449px) { .status { font-size: .75rem } }
"""
_BESIDE = """
.form { padding: 0 }
.field { margin: 0; font-size: .8125rem }
@media (max-width: 799px) { .form { width: 60px; line-height: 1.3 } }
"""
_LINE = Markup(
    "<div class='status' style='display:var(--working,block)'>{status}</div>"
    "<div style='font-size:.875rem;line-height:1.43;display:var(--stopped,none)'>"
    "stopped: there is no connection</div>"
    "<div role='progressbar' aria-label='runs known' aria-valuenow='{progress}' "
    "style='height:3px;margin-top:3px;background:var(--line);display:var(--working,block)'>"
    "<div style='height:3px;width:{progress}%;background:var(--accent)'></div></div>"
)
