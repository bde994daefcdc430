"""The style that views share."""

WIDE = {"sizing_mode": "stretch_width"}
