"""The order of points by worth: what a run is likely to change comes first.

The worth of an unknown point is the area for which it stands times the chance that it is not as
predicted, where a wrong label weighs more than a wrong colour. Chances are learned from what
training finds, by how much in doubt points are: whether labels differ around them, or else by how
far their colours may be off. So a boundary is followed to the last pixel while all else is still
coarse, and where everything is in doubt, as in noise, each level is complete before the next.
"""

import time

import numpy as np

from engine.measures import MEASURES
from engine.spec import Spec
from engine.tiles.audit import SHARP, Audit, Refinement
from engine.tiles.doubt import Chances, Expected, classes, levels_of
from engine.tiles.focus import CENTRE, Focus
from engine.tiles.order import nearest
from engine.tiles.partial import Known
from engine.tiles.prediction import Predictor, Surface
from engine.tiles.sample import Sample

AUDITED_FROM = 0.01  # the share of points known from which the sample is trained
AUDIT_SHARE = 0.25  # of a round
# Times the errors that are allowed, up to which a larger sample is drawn, or another one.
LARGER, ANOTHER = 0.6, 10.0
ROUND = 0.2  # seconds of training in a round at least
PLANNING = 20  # and so many times what it took to plan it
FEWEST = 64  # runs in a round at least
STEADY = 64, 2048  # a steady round is one of so many points, but has so many runs at least
COARSE = 8  # parts of the coarsest stride, in which the order looks at first


class ByWorth:
    """Orders the points of one request by worth, and audits what is predicted meanwhile.

    Args:
        focus: of points that are worth the same, the nearest to it come first.
        categories: whether values are categories of outcome.
        steady: whether the order follows from the values alone, and not from what was known before
            or from time. Each round is then asked for once the last one is known, and none once the
            picture is sharp.
        refinement: what makes a picture sharp.

    It is an `engine.tiles.order.Order`.

    Attributes:
        audit: of what was predicted when the last round was planned; None before there is one.
        sharp: whether an audit found as few errors as that.
    """

    predicts = True

    def __init__(
        self,
        focus: Focus = CENTRE,
        *,
        categories: bool = False,
        steady: bool = False,
        refinement: Refinement = SHARP,
    ) -> None:
        self._focus, self._categories, self._refinement = focus, categories, refinement
        self.steady, self.sharp = steady, False
        self.audit: Audit | None = None
        self._state: _State | None = None
        self._cost = 0.0  # seconds that it took to plan the last round

    @staticmethod
    def of(
        spec: Spec,
        focus: Focus = CENTRE,
        *,
        steady: bool = False,
        refinement: Refinement = SHARP,
    ) -> "ByWorth":
        """Return the order of the points of a view of a spec; the rest as of the class."""
        categories = bool(MEASURES[spec.measure].categories)
        return ByWorth(focus, categories=categories, steady=steady, refinement=refinement)

    def following(self, known: Known, pace: float | None, most: int) -> np.ndarray:
        """Return the points of the next round (see `Order`)."""
        began = time.perf_counter()
        if self._state is None:
            self._state = _State(known, categories=self._categories)
        state = self._state
        points, seen = self._of_first_level(known, state), known.values
        if not points.size:
            if state.sample is None and not self.sharp:
                state.sample = Sample(self._open_in_view(known, state), known.points)
            seen = self._seen(known, state)
            state.predictor.rank(seen)
            state.chances.learn(seen, state.predictor)
            points = self._worthiest(known, state, seen, self._size(known, pace, most))
        state.asked.flat[points] = True
        if state.sample is not None and points.size:
            state.sample.blind.flat[points] = False
            points = np.concatenate([points, self._audited(len(points), known, state, seen)])
        self._cost = time.perf_counter() - began
        return points

    @property
    def trained(self) -> np.ndarray:
        """Which points have had their turn, shape (height, width) bool."""
        assert self._state is not None, "nothing is planned yet"
        trained = self._state.asked.copy()
        if self._state.sample is not None:
            trained.flat[self._state.sample.taken] = True
        return trained

    def _seen(self, known: Known, state: "_State") -> np.ndarray:
        """Return the values that the order may depend on, NaN for all others."""
        hidden = np.zeros(known.values.shape, bool) if state.sample is None else state.sample.blind
        return np.where(hidden | (self.steady & ~state.asked), np.nan, known.values)

    def _open_in_view(self, known: Known, state: "_State") -> np.ndarray:
        """Return which points in view are predicted, and not asked for, (height, width) bool."""
        in_view = np.zeros(known.values.shape, bool)
        in_view[known.hull.view] = True
        return in_view & ~state.asked & (self.steady | np.isnan(known.values))

    def _size(self, known: Known, pace: float | None, most: int) -> int:
        """Return how many runs a round has."""
        if self.steady:
            part, fewest = STEADY
            return max(known.points // part, fewest)
        if pace is None:
            return max(FEWEST, most)
        return max(FEWEST, 2 * most, int(max(ROUND, PLANNING * self._cost) / max(pace, 1e-9)))

    def _of_first_level(self, known: Known, state: "_State") -> np.ndarray:
        """Return the points that make a first picture, nearest first."""
        here = slice(None, None, known.first), slice(None, None, known.first)
        unknown = ~state.asked & known.wanted & (self.steady | np.isnan(known.values))
        first = np.zeros(unknown.shape, bool)
        first[here] = unknown[here]
        return nearest(known, np.flatnonzero(first), self._focus)

    def _worthiest(self, known: Known, state: "_State", seen: np.ndarray, size: int) -> np.ndarray:
        """Return so many points, or fewer, that are worth most."""
        while True:
            step = state.step
            surface = state.predictor.surface(seen, stride=step)
            if step == 1:
                self._judge(known, state, seen, surface)
                if self.sharp and self.steady:
                    return np.empty(0, np.int64)
            unknown = np.isnan(seen) & known.wanted & ~state.asked
            candidates = state.candidates(surface, unknown[::step, ::step])
            chosen = self._chosen(known, state, candidates, size)
            finest = state.chances.strides(chosen.groups).min(initial=state.strides[0])
            if step == 1 or (len(chosen.points) and finest > step):
                state.chances.expect(chosen)
                return chosen.points
            state.step = step // 2

    def _chosen(self, known: Known, state: "_State", candidates: Expected, size: int) -> Expected:
        """Return so many candidates that are worth most, of equals those nearest to the focus."""
        worth = state.chances.worth(colours=self._refinement.colours is not None).ravel()
        counts = np.bincount(candidates.groups, minlength=worth.size)
        order = np.argsort(-worth, kind="stable")
        order = order[counts[order] > 0]
        enough = int(np.searchsorted(np.cumsum(counts[order]), size)) + 1
        chosen = [np.empty(0, np.int64)]
        for group in order[:enough]:
            of_group = np.flatnonzero(candidates.groups == group)
            sorted_ = nearest(known, candidates.points[of_group], self._focus)
            chosen.append(of_group[np.searchsorted(candidates.points[of_group], sorted_)])
        which = np.concatenate(chosen)[:size]
        return Expected(*(part[which] for part in candidates))

    def _audited(self, count: int, known: Known, state: "_State", seen: np.ndarray) -> np.ndarray:
        """Return points of the sample to be trained beside so many others, shape (n,)."""
        share = 1 - np.isnan(seen[known.hull.view]).mean()
        if share < AUDITED_FROM or self.sharp or state.sample is None:
            return np.empty(0, np.int64)
        return state.sample.take(max(int(count * AUDIT_SHARE), 1))

    def _judge(self, known: Known, state: "_State", seen: np.ndarray, surface: Surface) -> None:
        """Audit what is predicted at present.

        If it is nearly sharp, a larger sample is drawn; and if it may soon be, another one, so that
        what this one found is seen, and followed.
        """
        sample = state.sample
        if self.sharp or sample is None:
            return
        predicted = np.isnan(seen[known.hull.view])
        audit = sample.audit(known.values, predicted, state.predictor, surface)
        if self.audit is None or sample.used_up or audit.labels > self.audit.labels:
            self.audit = audit
        if self._refinement.holds(audit):
            self.sharp = True
            sample.blind[:] = False  # what it found is of use from now on
        elif sample.used_up and self._refinement.is_near(audit, LARGER):
            sample.grow(self._open_in_view(known, state))
        elif sample.used_up and self._refinement.is_near(audit, ANOTHER):
            state.asked.flat[sample.taken] = True  # and seen from now on
            state.sample = Sample(self._open_in_view(known, state), known.points)


class _State:
    """What an order has come to.

    Attributes:
        strides: of the levels, the coarsest first, shape (levels,).
        levels: the level of each point, shape (height, width) int8.
        step: the stride of the points that are looked at.
        asked: which points have had their turn, shape (height, width) bool.
        sample: of the audit; None until there is a first picture.
        predictor, chances: what is predicted, and how often that is wrong.
    """

    def __init__(self, known: Known, *, categories: bool) -> None:
        base = known.hull.base
        self.strides = base >> np.arange(base.bit_length())
        self.levels = levels_of(known.values.shape, self.strides)
        self.step = max(base // COARSE, 1)
        self.asked = np.zeros(known.values.shape, bool)
        self.sample: Sample | None = None
        self.predictor = Predictor(base, categories=categories)
        self.chances = Chances(self.strides)

    def candidates(self, surface: Surface, unknown: np.ndarray) -> Expected:
        """Return the points of a surface, of stride `step`, that are unknown, ascending."""
        step, width = self.step, self.levels.shape[1]
        levels = self.levels[::step, ::step]
        of_points = classes(surface, levels, self.strides // step)
        at = np.flatnonzero(unknown)
        rows, columns = np.divmod(at, unknown.shape[1])
        return Expected(
            rows * step * width + columns * step,
            self.chances.groups(of_points.flat[at], levels.flat[at]),
            surface.sides.flat[at],
            surface.ranks.flat[at],
        )
