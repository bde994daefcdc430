"""This module is the comparison: the picture, another beside it, and where the two disagree."""

import html

import panel as pn
import panel_material_ui as pmui

from app.comparison import Comparer, Told
from app.explorer import Explorer
from app.views.buttons import icon_button
from app.views.dialog import dialog
from app.views.landscape import HALF_A_LABEL, tags_of
from app.views.plain import plain
from app.views.settings import widget_of, words
from app.views.style import WIDE
from app.views.tiles import Tiles
from app.views.view import View
from engine.comparison import Comparison, kinds, titles
from engine.errors import InputError
from engine.settings import Setting, assignment
from engine.spec import Spec

STACKED = 800  # pixels of the browser window below which the pictures stand one above another
EDGE, AXIS = 16, 88  # pixels beside a picture without and with an axis there
FOOT, FOOTLESS = 54, 5  # pixels below a picture with and without an axis there
LOWEST, LOWEST_STACKED = 240, 100  # pixels of a figure
ABOUT = """
Beside this picture stands another one of the same window, which differs in what is chosen here, and
a third shows where the two disagree. All else that is changed is changed in both.
"""
ALONE = "", ":host { display: none !important }"  # style sheets of all pictures, and of the others
NOTHING_YET = "disagree: …"


class Pictures(View):
    """The picture; and while it is compared, those beside it, which share its ranges.

    All three are of the same size, so that their pixels are square in one as in all: what an axis
    takes is added to the one picture that has it.
    """

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._comparer: Comparer | None = None
        self._tiles: list[Tiles] = []
        self._side = pn.Row(stylesheets=[ALONE[1]], sizing_mode="stretch_both", margin=0)
        self._legend = pn.pane.HTML("", visible=False, margin=(4, 12, 0, 12), **WIDE)
        main = pn.pane.Bokeh(explorer.landscape.figure, sizing_mode="stretch_both", margin=0)
        self._pictures = pn.Row(main, self._side, sizing_mode="stretch_both", margin=0)
        self._arranged: tuple[object, ...] = ()
        self._last: Comparison | None = None  # of what is shown
        self._arrange()
        explorer.param.watch(lambda *events: self._arrange(), ["against", "spec", "screen"])
        explorer.param.watch(lambda *events: self._compare(), ["news", "against", "spec"])
        explorer.param.watch(lambda *events: self._recolour(), "look")
        pn.state.on_session_destroyed(lambda context: self._stop())

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        return pn.Column(self._legend, self._pictures, sizing_mode="stretch_both", margin=0)

    def _make(self) -> None:
        """Make the other figures, which most visitors never see."""
        explorer = self.explorer
        self._tiles = [
            explorer.landscape.beside("other", "the landscape it is compared with"),
            explorer.landscape.beside("differences", "where the two landscapes disagree"),
        ]
        other, third = self._tiles
        told = Told(self._stale, self._found, self._failed)
        self._comparer = Comparer(explorer.page, explorer.painter, (other, third), told)
        self._comparer.recolour(explorer.look)
        self._side.objects = [
            pn.pane.Bokeh(tiles.figure, sizing_mode="stretch_both", margin=0)
            for tiles in self._tiles
        ]

    def _arrange(self) -> None:
        """Lay the pictures out, and say what each of them is."""
        explorer, other = self.explorer, self.explorer.other
        if not explorer.screen:
            return  # it is not known yet how they will stand
        stacked = explorer.screen < STACKED
        arranged = (explorer.spec, other, stacked)
        if arranged == self._arranged or (other is None and not self._tiles):
            return
        self._arranged = arranged
        if other is not None and not self._tiles:
            self._make()
        self._legend.visible = other is not None
        sheets = _layout(stacked) if other else ALONE
        self._pictures.stylesheets, self._side.stylesheets = ([sheet] for sheet in sheets)
        if other is not None:
            self._legend.object = _legend(explorer.spec, other, self._known(other))
        explorer.page.soon(lambda: self._dress(other, stacked))

    def _dress(self, other: Spec | None, stacked: bool) -> None:
        """Give the figures their titles and axes; under the document's lock."""
        spec, figures = self.explorer.spec, [t.figure for t in self._tiles]
        self.explorer.landscape.abbreviate(y=other is not None and stacked)
        names: tuple[str, ...] = ("",)
        if other is not None:
            found = self._known(other)
            names = (*titles(spec, other), NOTHING_YET if found is None else found.words)
        figures = [self.explorer.landscape.figure, *figures][: len(names)]
        for number, (drawn, name) in enumerate(zip(figures, names, strict=True)):
            below = other is None or not stacked or number == 2
            beside = other is None or stacked or number == 0
            drawn.title.update(
                text=name, text_font_size="13px", text_font_style="normal", standoff=4
            )
            drawn.xaxis.visible, drawn.yaxis.visible = below, beside
            drawn.update(
                min_border_bottom=FOOT if below and other else FOOTLESS,
                min_border_left=AXIS if beside else EDGE,
                min_border_right=EDGE if other else HALF_A_LABEL,
                min_height=LOWEST_STACKED if other and stacked else LOWEST,
            )
        if other is not None:
            words = {str(n): kind.words for n, kind in enumerate(kinds(spec, other), 1)}
            figures[1].tags, figures[2].tags = tags_of(other), ["", "", words]

    def _compare(self) -> None:
        if self._comparer is not None and (other := self.explorer.other) is not None:
            self._comparer.compare(other)
        else:
            self._stop()

    def _recolour(self) -> None:
        if self._comparer is not None:
            self._comparer.recolour(self.explorer.look)

    def _stop(self) -> None:
        if self._comparer is not None:
            self._comparer.stop()

    def _known(self, other: Spec) -> Comparison | None:
        """Return what was found of the present pair, if anything was."""
        last, pair = self._last, (self.explorer.spec, other)
        return last if last is not None and (last.first, last.second) == pair else None

    def _stale(self) -> None:
        for tiles in self._tiles:
            tiles.fade()

    def _found(self, found: Comparison) -> None:
        self._last = found
        self._tiles[1].figure.title.text = found.words
        self._legend.object = _legend(found.first, found.second, found)

    def _failed(self, error: BaseException) -> None:
        self.explorer.notice = f"the comparison failed: {error}"


class Compare(View):
    """The dialog in which one chooses what the picture is compared with."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(explorer)
        self._setting = pmui.Select(label="Setting", size="small", **WIDE)
        self._value = pmui.Column(margin=0, **WIDE)
        self._offered: tuple[object, ...] = ()
        self._wrong = pmui.Typography("", variant="body2", color="error", **WIDE)
        self._setting.param.watch(lambda event: self._offer(), "value")

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the dialog."""
        return dialog(self.explorer, "compare", "Compare side by side", self._content)

    def _content(self) -> list[pn.viewable.Viewable]:
        params = self.explorer.param
        self._show()
        params.watch(lambda *events: self._show(), ["spec", "dialog"])
        quick = [
            pmui.Button(
                label=label, variant="outlined", size="small", margin=(4, 8, 4, 0),
                on_click=lambda event, only=only: self._go([only(self.explorer)]),
            )
            for label, only in (("Another seed", another_seed), ("The other precision", precision))
        ]  # fmt: skip
        add = pmui.Button(label="Add this difference", size="small", **WIDE)
        add.on_click(lambda event: self._add())
        end = pmui.Button(
            label="Stop comparing", variant="outlined", size="small",
            disabled=pn.bind(lambda against: not against, params.against), **WIDE,
        )  # fmt: skip
        end.on_click(lambda event: self._go([]))
        return [
            pmui.Typography(ABOUT, variant="body2", **WIDE),
            pmui.Row(*quick, margin=(0, 10), **WIDE),
            pn.bind(self._list, params.against),
            self._setting, self._value, add, self._wrong, end,
        ]  # fmt: skip

    def _show(self) -> None:
        """Offer every setting that applies and leaves the axes as they are."""
        names = {words(name): name for name in comparable(self.explorer.spec)}
        chosen = self._setting.value
        if chosen not in names.values():
            chosen = next(iter(names.values()))
        self._setting.param.update(options=names, value=chosen)
        self._wrong.object = ""
        self._offer()

    def _offer(self) -> None:
        """Offer the values of the setting that was chosen."""
        name, spec = self._setting.value, self.explorer.other or self.explorer.spec
        about = comparable(spec).get(name)
        offered = (name, about, spec.flat().get(name))
        if about is not None and offered != self._offered:
            self._offered = offered
            self._value.objects = [widget_of(name, about, spec.flat()[name])]

    def _add(self) -> None:
        (widget,) = self._value.objects
        value = widget.value_input if isinstance(widget, pmui.TextInput) else widget.value
        self._compare([*self.explorer.against, assignment(self._setting.value, value)])

    def _go(self, against: list[str]) -> None:
        if self._compare(against):
            self.explorer.dialog = ""

    def _compare(self, against: list[str]) -> bool:
        """Compare with what differs by these, or say what is wrong; return whether that went."""
        try:
            self.explorer.compare(against)
            self._wrong.object = ""
        except InputError as error:
            self._wrong.object = plain(str(error))
            return False
        return True

    def _list(self, against: tuple[str, ...]) -> pn.viewable.Viewable:
        """Return the differences there are, each of which can be taken out again."""
        rows = [self._difference(text) for text in against]
        return pmui.Column(*rows, margin=0, **WIDE)

    def _difference(self, text: str) -> pn.viewable.Viewable:
        name, _, value = text.partition("=")
        said = f"{words(name)} {value}"

        def leave_out() -> None:
            self._compare([other for other in self.explorer.against if other != text])

        out, _ = icon_button("delete_outline", f"Leave out {said}", leave_out, size=18)
        shown = pmui.Typography(plain(said), variant="body2", margin=(6, 8), **WIDE)
        return pmui.Row(shown, out, margin=0, **WIDE)


def comparable(spec: Spec) -> dict[str, Setting]:
    """Return the settings that another spec may differ in and still have the same axes."""
    return {name: about for name, about in spec.applicable().items() if about.group != "axes"}


def another_seed(explorer: Explorer) -> str:
    """Return a difference: the seed after that of the picture, or of what it is compared with."""
    spec = explorer.other or explorer.spec
    last = spec.choices()["seed"].high
    return assignment("seed", spec.seed + 1 if last is None or spec.seed < last else 0)


def precision(explorer: Explorer) -> str:
    """Return a difference: the precision that the picture does not have."""
    spec = explorer.spec
    choices = spec.choices()["precision"].choices
    return assignment("precision", next(p for p in choices if p != spec.precision))


def _layout(stacked: bool) -> tuple[str, str]:
    """Return the style sheets of all pictures, and of the two beside the first, as CSS grids."""
    more = FOOT - FOOTLESS if stacked else AXIS - EDGE
    first = f"calc((100% - {more}px) / 3" + (")" if stacked else f" + {more}px)")
    second = f"calc((100% - {more}px) / 2)" if stacked else "minmax(0, 1fr)"
    along, across = ("rows", "columns") if stacked else ("columns", "rows")
    outer, inner = (
        ":host { display: grid !important; "
        f"grid-template-{along}: {part} minmax(0, 1fr); grid-template-{across}: minmax(0, 1fr) }}"
        for part in (first, second)
    )
    return outer, inner


def _legend(spec: Spec, other: Spec, found: Comparison | None = None) -> str:
    """Return what the colours of the third picture mean, as HTML, with the share of each."""
    chips = []
    for kind in kinds(spec, other):
        share = f" {100 * found.counts[kind] / found.runs:.3g} %" if found and found.runs else ""
        chips.append(
            '<span style="display:flex;align-items:center;gap:6px;min-width:0">'
            '<span style="width:12px;height:12px;border-radius:3px;flex:none;'
            f'background:{kind.colour}"></span>'
            '<span style="white-space:nowrap;overflow:hidden;text-overflow:ellipsis">'
            f"{html.escape(kind.words)}{share}</span></span>"
        )
    return (
        '<div style="display:grid;gap:2px 12px;font-size:.8rem;'
        f'grid-template-columns:repeat(auto-fit,minmax(170px,1fr))">{"".join(chips)}</div>'
    )
