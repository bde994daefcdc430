"""This module is the page for `panel serve app/main.py`; `trainscape serve` does without it."""

from app.dashboard import dashboard

dashboard().servable()
