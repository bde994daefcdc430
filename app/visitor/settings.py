"""What is trained and how it is coloured, and the way back from every change."""

import asyncio
import dataclasses
from collections.abc import Callable, Mapping, Sequence

import param

from app.shared.server import Server
from app.visitor.edits import Edits
from app.visitor.place import plane, still_compared, trained
from app.visitor.proposal import Proposal, estimate
from app.visitor.trail import Trail
from engine.errors import InputError
from engine.places.against import normal, other_of
from engine.places.links import Place
from engine.places.look import PUBLISHED, Look
from engine.places.presets import preset
from engine.plane import Window
from engine.spec import Spec


@dataclasses.dataclass(frozen=True)
class Hooks:
    """What settings need of the page that they belong to.

    Attributes:
        place: returns where the visitor is, with window and pins.
        enter: shows a place, in a window; None: the view stays, or is the home of new axes.
        runs: returns how many runs are on screen, 0 before that is known.
        tell: is given what an edit has undone beside what it was meant to; empty for nothing.
        failed: is given an error that nobody has foreseen.
    """

    place: Callable[[], Place]
    enter: Callable[[Place, Window | None], None]
    runs: Callable[[], int]
    tell: Callable[[str], None]
    failed: Callable[[BaseException], None]


class Settings(param.Parameterized):
    """Preset, spec, comparison and look, and a trail of places with a step for each change.

    The look is no step: nothing is trained for it. Nor is how far a view is trained.
    """

    preset = param.String("", doc="the preset that the spec was made from")
    spec = param.ClassSelector(class_=Spec, doc="what is trained")
    against = param.ClassSelector(class_=tuple, default=(), doc="what is compared differs by this")
    look = param.ClassSelector(class_=Look, default=PUBLISHED, doc="how it is coloured")
    until_sharp = param.Boolean(False, doc="whether training ends once the picture is sharp")
    problems = param.Dict({}, doc="what was wrong with what was typed, by the name of its field")
    proposal = param.ClassSelector(class_=Proposal, default=None, doc="asked before it is trained")
    can_undo = param.Boolean(False, doc="whether there are settings to go back to")
    can_redo = param.Boolean(False, doc="whether there are settings to go forward to")

    def __init__(self, server: Server, place: Place, hooks: Hooks) -> None:
        super().__init__(
            preset=place.preset, spec=place.spec, against=place.against, look=place.look,
            until_sharp=place.until_sharp,
        )  # fmt: skip
        self.edits = Edits(self._apply, hooks.failed)
        self._server, self._hooks = server, hooks
        self._trail = Trail(place)

    @property
    def other(self) -> Spec | None:
        """The spec that this one is compared with, if it is."""
        return other_of(self.spec, self.against) if self.against else None

    @property
    def home_window(self) -> Window:
        """The window that shows the whole plane."""
        return preset(self.preset).home(self.spec)

    def edit(self, name: str, text: str) -> None:
        """Change a setting, given as text, once no further edits follow."""
        edits = {name: text}
        other = {"x": "y", "y": "x"}.get(name)
        if other and text == getattr(self.spec, other).name:  # the axes change places
            edits[other] = getattr(self.spec, name).name
        self.edits.add(edits)

    def accept(self) -> None:
        """Train what was asked about."""
        if self.proposal is not None:
            self.change(self.proposal.spec)

    def decline(self) -> None:
        """Leave things as they are."""
        self.proposal = None

    def change(self, spec: Spec) -> None:
        """Train another spec, in the same window if the axes are the same."""
        place = self._hooks.place()
        pins = place.pins if plane(spec) == plane(self.spec) else ()
        place, problem = still_compared(dataclasses.replace(place, spec=spec, pins=pins))
        self.go(place, None)
        self._hooks.tell(problem)

    def compare(self, against: Sequence[str]) -> None:
        """Compare with what differs by `key=value` texts, or with nothing if there are none.

        Raises:
            InputError: if one of them is wrong, or the two cannot be compared.
        """
        against = normal(self.spec, against)
        self.go(dataclasses.replace(self._hooks.place(), against=against), None)

    def stop_at_sharp(self, *, on: bool) -> None:
        """Train no more once the picture is sharp, or every run; the view is begun anew."""
        self.go(dataclasses.replace(self._hooks.place(), until_sharp=on), None)

    def reset(self) -> None:
        """Go back to the settings of the preset."""
        self.change(preset(self.preset).spec)

    def go(self, place: Place, window: Window | None) -> None:
        """Go to a place, whose settings are a step of the trail unless they are the present ones.

        Args:
            place: where to go.
            window: to be shown there; None: the view stays, or is the home of new axes.
        """
        here = self._hooks.place()
        if trained(place) != trained(here):
            self._trail.correct(here)  # to come back to where one was
            self._trail.go(place)
        self._hooks.enter(place, window)

    def undo(self) -> None:
        """Go back to the settings before the last change of them."""
        self._trail.correct(self._hooks.place())
        self._return(self._trail.back())

    def redo(self) -> None:
        """Go forward again to the settings after a change."""
        self._trail.correct(self._hooks.place())
        self._return(self._trail.forward())

    def take(self, place: Place) -> None:
        """Have the settings of a place from now on; edits and questions about others are void."""
        self.edits.clear()
        self.param.update(
            preset=place.preset, spec=place.spec, against=place.against, look=place.look,
            until_sharp=place.until_sharp, problems={}, proposal=None,
            can_undo=self._trail.can_go_back, can_redo=self._trail.can_go_forward,
        )  # fmt: skip

    def _return(self, place: Place) -> None:
        """Go to a step of the trail; on the same plane, window and pins stay."""
        here = self._hooks.place()
        if trained(place) != trained(here):
            same = plane(place.spec) == plane(here.spec)
            pins = here.pins if same else place.pins
            place = dataclasses.replace(
                place, look=self.look, until_sharp=self.until_sharp, pins=pins
            )
            self._hooks.enter(place, None if same else place.window)

    async def _apply(self, edits: Mapping[str, str]) -> None:
        """Apply edits that were typed, or ask first if that would take long."""
        try:
            spec = self.spec.set(f"{name}={text}" for name, text in edits.items())
            self.problems = {}
            if spec != self.spec:
                proposal = await self._estimate(spec)
                if proposal.expensive:
                    self.proposal = proposal
                else:
                    self.change(spec)
        except InputError as error:
            words = str(error)
            named = [name for name in edits if name in words] or edits
            self.problems = dict.fromkeys(named, words)
        self.param.trigger("problems")  # the fields show what holds

    async def _estimate(self, spec: Spec) -> Proposal:
        """Return how long the view would take with a spec; 0 where nothing is known."""
        loop, server = asyncio.get_running_loop(), self._server
        return await loop.run_in_executor(
            server.threads.measure, estimate, server.scheduler, self.spec, spec, self._hooks.runs()
        )
