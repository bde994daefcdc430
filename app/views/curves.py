"""This module is the curves: what is shown of the run that was last clicked."""

import holoviews as hv
import numpy as np
import panel as pn
import panel_material_ui as pmui

from app.explorer import Explorer
from engine.run import Run

HEIGHT = 240  # pixels
DRAWN = (1e-40, 1e40)  # losses beyond are drawn at the edge


class Curves(pn.viewable.Viewer):
    """The loss curve of one run, with its outcome in words."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self.explorer = explorer

    def __panel__(self) -> pn.viewable.Viewable:
        """Return the view: an invitation until a run has been clicked."""
        run = self.explorer.param.run
        return pmui.Column(
            pn.bind(_caption, run), pn.bind(_plot, run), sizing_mode="stretch_width", margin=0
        )


def _caption(run: Run | None) -> pn.viewable.Viewable:
    if run is None:
        text = "Click the picture to see the loss of the run there."
    else:
        when = "never decided" if run.decided is None else f"decided at step {run.decided}"
        text = (
            f"**{run.outcome}**, {when}  \n"
            f"at {run.x:.6g}, {run.y:.6g}  \n"
            f"Lyapunov exponent {run.lyapunov:+.4f} per step"
        )
    return pmui.Typography(text, variant="body2", sizing_mode="stretch_width")


def _plot(run: Run | None) -> hv.Curve | pn.Spacer:
    if run is None:
        return pn.Spacer(height=0)
    losses = run.losses.astype(float)
    shown = np.where(losses > 0, np.clip(losses, *DRAWN), np.nan)
    curve = hv.Curve((np.arange(len(shown)), shown), "step", "loss")
    return pn.pane.HoloViews(
        curve.opts(logy=True, responsive=True, height=HEIGHT, line_width=1.5, toolbar=None),
        sizing_mode="stretch_width",
        height=HEIGHT,
    )
