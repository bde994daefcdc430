"""Curves over a picture: which a system has, in which colours, and of which field each is the zero.

A curve is where a function of the hyperparameters in closed form, or another field of the same
plane, passes zero (see `System.curves` and `engine.analysis.tracing`).
"""

from collections.abc import Sequence

from engine.errors import InputError, shown, unknown
from engine.spec import Spec
from engine.systems import Curve

# The colours of curves, in turn: Okabe & Ito's, which the colour-blind can tell apart.
COLOURS = ("#ffffff", "#e69f00", "#56b4e9", "#f0e442", "#cc79a7", "#009e73", "#d55e00", "#0072b2")


def curves(spec: Spec) -> dict[str, Curve]:
    """Return the curves that can be drawn over the plane of a spec, by name."""
    return {curve.name: curve for curve in spec.system.curves() if _applies(spec, curve)}


def _applies(spec: Spec, curve: Curve) -> bool:
    try:
        return curve.function is not None or bool(other(spec, curve))
    except InputError:  # its field has no such plane
        return False


def chosen(spec: Spec, names: Sequence[str]) -> tuple[str, ...]:
    """Return those of the names that are curves of a spec."""
    return tuple(name for name in curves(spec) if name in names)


def colour_of(spec: Spec, name: str) -> str:
    """Return the colour of a curve; InputError, with the choices, if there is no such curve."""
    names = list(curves(spec))
    if not names:
        raise InputError(f"no curves are known of {spec.system.name}, so not {shown(name)}")
    if name not in names:
        raise unknown(f"curve of {spec.system.name}", name, names)
    return COLOURS[names.index(name) % len(COLOURS)]


def other(spec: Spec, curve: Curve) -> Spec:
    """Return the spec of the field whose sign changes at a curve that has no closed form.

    Raises:
        InputError: if that has no such plane.
    """
    start = Spec.make(curve.system or spec.system.name)
    shared = start.choices()
    values = {k: v for k, v in spec.flat().items() if k in shared and k != "measure"}
    if spec.x.name not in shared or spec.y.name not in shared:
        raise InputError(f"{start.system.name} has no {spec.x.name} or no {spec.y.name}")
    return start.replace({**values, **dict(curve.settings)})
