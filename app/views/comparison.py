"""The comparison: the picture, another beside it, and where the two disagree."""

import logging

import panel as pn
from markupsafe import Markup

from app.picture.comparison import Comparer, Hooks
from app.picture.figures import HALF_A_LABEL, tags_of
from app.picture.picture import Picture
from app.picture.tiles import Tiles
from app.views.style import WIDE
from app.views.view import View
from app.visitor.explorer import Explorer
from app.visitor.place import plane
from engine.analysis.comparison import Comparison, Relation, relations
from engine.places.against import titles
from engine.spec import Spec

STACKED = 800  # pixels of the browser window below which the pictures stand one above another
EDGE, AXIS = 16, 88  # pixels beside a picture without and with an axis there
FOOT, FOOTLESS = 54, 5  # pixels below a picture with and without an axis there
LOWEST, LOWEST_STACKED = 240, 100  # pixels of a figure
ALONE = "", ":host { display: none !important }"  # style sheets of all pictures, and of the others
NOTHING_YET = "disagree: …"

log = logging.getLogger(__name__)


class Pictures(View):
    """The picture, and while it is compared, two more beside it that share its ranges.

    All three are of the same size, so that pixels are square in all of them. A picture with an axis
    gets the room that the axis takes in addition.

    Attributes:
        tiles: of the two pictures beside the first, once they are made.
    """

    def __init__(self, explorer: Explorer, picture: Picture) -> None:
        super().__init__(explorer)
        self._landscape, self._painter = picture.landscape, picture.painter
        self._comparer: Comparer | None = None
        self.tiles: list[Tiles] = []
        self._side = pn.Row(stylesheets=[ALONE[1]], sizing_mode="stretch_both", margin=0)
        self._legend = pn.pane.HTML("", visible=False, margin=(4, 12, 0, 12), **WIDE)
        self._pictures = pn.Row(
            _pane(self._landscape.tiles), self._side, sizing_mode="stretch_both", margin=0
        )
        self._arrangement: tuple[object, ...] = ()
        self._plane: tuple[object, ...] = ()  # of what was shown last
        self._last: Comparison | None = None  # of what is shown
        self._arrange()
        explorer.param.watch(lambda event: self._arrange(), "screen")
        self.settings.param.watch(lambda *events: self._arrange(), ["against", "spec"])
        self.settings.param.watch(lambda *events: self._compare(), ["against", "spec"])
        self.findings.param.watch(lambda event: self._compare(), "news")
        self.settings.param.watch(lambda event: self._recolour(), "look")
        pn.state.on_session_destroyed(lambda context: self._stop())

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view."""
        return pn.Column(self._legend, self._pictures, sizing_mode="stretch_both", margin=0)

    def _make(self) -> None:
        """Make the other figures, which most visitors never see."""
        explorer = self.explorer
        self.tiles = [
            self._landscape.beside("other", "the landscape it is compared with"),
            self._landscape.beside("differences", "where the two landscapes disagree"),
        ]
        other, third = self.tiles
        hooks = Hooks(self._stale, self._compared, self._failed)
        self._comparer = Comparer(
            explorer.server, explorer.page, self._painter, (other, third), hooks
        )
        self._comparer.recolour(self.settings.look)

    def _arrange(self) -> None:
        """Lay the pictures out, and say what each of them is."""
        explorer, other = self.explorer, self.settings.other
        if not explorer.screen:
            return  # it is not known yet how they will stand
        stacked = explorer.screen < STACKED
        arrangement = (self.settings.spec, other, stacked)
        if arrangement == self._arrangement or (other is None and not self.tiles):
            return
        self._arrangement = arrangement
        explorer.page.soon(lambda: self._lay_out(other, stacked))

    def _lay_out(self, other: Spec | None, stacked: bool) -> None:
        """Lay them out, under the document's lock."""
        compared = other is not None
        self._landscape.abbreviate(x=compared and not stacked, y=compared and stacked)
        if other is not None and not self.tiles:
            self._make()
        self._dress(other, stacked)
        if self.tiles and not self._side.objects:
            self._side.objects = [_pane(tiles) for tiles in self.tiles]
        self._legend.visible = other is not None
        sheets = _layout(stacked) if other else ALONE
        self._pictures.stylesheets, self._side.stylesheets = ([sheet] for sheet in sheets)
        if other is not None:
            self._legend.object = legend_of(self.settings.spec, other, self._comparison(other))
        self._compare()

    def _dress(self, other: Spec | None, stacked: bool) -> None:
        """Give the figures their titles and axes."""
        spec, landscape = self.settings.spec, self._landscape
        first, second, third = "", "", ""
        if other is not None:
            first, second = titles(spec, other)
            comparison = self._comparison(other)
            third = NOTHING_YET if comparison is None else comparison.words
            words = {str(n): relation.words for n, relation in enumerate(relations(spec, other), 1)}
            self.tiles[0].figure.tags = tags_of(other)
            self.tiles[1].figure.tags = ["", "", words]
        for number, tiles in enumerate([landscape.tiles, *self.tiles]):
            below = other is None or not stacked or number == 2
            beside = other is None or stacked or number == 0
            figure = tiles.figure
            figure.title.text = (first, second, third)[number]
            figure.xaxis.visible, figure.yaxis.visible = below, beside
            figure.update(
                min_border_bottom=FOOT if below and other else FOOTLESS,
                min_border_left=AXIS if beside else EDGE,
                min_border_right=EDGE if other else HALF_A_LABEL,
                min_height=LOWEST_STACKED if other and stacked else LOWEST,
            )

    def _compare(self) -> None:
        if self._comparer is not None and (other := self.settings.other) is not None:
            self._comparer.compare(other)
        else:
            self._stop()

    def _recolour(self) -> None:
        if self._comparer is not None:
            self._comparer.recolour(self.settings.look)

    def _stop(self) -> None:
        if self._comparer is not None:
            self._comparer.stop()

    def _comparison(self, other: Spec) -> Comparison | None:
        """Return the comparison of the present pair, if there is any yet."""
        last, pair = self._last, (self.settings.spec, other)
        return last if last is not None and (last.first, last.second) == pair else None

    def _stale(self) -> None:
        """Show what is shown as no longer true, or nothing where it has other axes."""
        here = plane(self.settings.spec)
        for tiles in self.tiles:
            if here == self._plane:
                tiles.fade()
            else:
                tiles.clear()
        self._plane = here

    def _compared(self, comparison: Comparison) -> None:
        self._last = comparison
        self.tiles[1].figure.title.text = comparison.words
        self._legend.object = legend_of(comparison.first, comparison.second, comparison)

    def _failed(self, error: BaseException) -> None:
        log.error("comparing failed", exc_info=error)
        self.explorer.notice = f"the comparison failed: {error}"


def _pane(tiles: Tiles) -> pn.viewable.Viewable:
    return pn.pane.Bokeh(tiles.figure, sizing_mode="stretch_both", margin=0)


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


def legend_of(spec: Spec, other: Spec, comparison: Comparison | None = None) -> str:
    """Return what the colours of the third picture mean, as HTML.

    Args:
        spec, other: which are compared.
        comparison: from which each relation has its share; None before there is any.
    """

    def share(relation: Relation) -> str:
        if comparison is None or not comparison.runs:
            return ""
        return f"{100 * comparison.counts[relation] / comparison.runs:.3g} % "

    chips = (
        _CHIP.format(relation.colour, share(relation), relation.words)
        for relation in relations(spec, other)
    )
    return str(_CHIPS.format(Markup().join(chips)))


_CHIPS = Markup(
    '<div style="display:grid;gap:2px 12px;font-size:.8rem;'
    'grid-template-columns:repeat(auto-fit,minmax(170px,1fr))">{}</div>'
)
_CHIP = Markup(
    '<span style="display:flex;align-items:center;gap:6px;min-width:0">'
    '<span style="width:12px;height:12px;border-radius:3px;flex:none;background:{}"></span>'
    '<span style="white-space:nowrap;overflow:hidden;text-overflow:ellipsis">{}{}</span></span>'
)
