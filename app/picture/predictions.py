"""Predictions: whether runs that are not trained yet are shown as those around them let expect."""

CHOICES = {  # what somebody may choose, and what it is called
    "shown": "predicted from those around",
    "off": "as blocks, level by level",
}
KEPT = "trainscape predictions"  # the choice, in the browser's storage; `view.js` looks there
