"""This module is the style that views share."""

WIDE = {"sizing_mode": "stretch_width"}
