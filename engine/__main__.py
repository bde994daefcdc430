"""This module is `python -m engine`: every command but the page."""

from engine.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
