"""`python -m engine`: every command but the page."""

from engine.machine import process


def _main() -> int:
    from engine.cli import main

    return main()


if __name__ == "__main__":
    process.run("python -m engine", _main)
