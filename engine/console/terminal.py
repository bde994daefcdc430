"""A progress bar, lines above it, and compiled programs that outlive the process."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.console.lines import Lines
from engine.machine import folders
from engine.machine.process import stop_if_interrupted, tell
from engine.tiles.field import Progress


@contextmanager
def progress_bar(total: int | None, unit: str = "run") -> Iterator[Progress]:
    """Yield a function that moves a progress bar on, which is gone at the end.

    Where standard error is no terminal, lines of progress are printed at growing intervals. The
    function, and the end, raise KeyboardInterrupt after any Ctrl-C.
    """
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:  # the engine alone, without the page's packages
        tqdm = None
    if tqdm is None or sys.stderr is None or not sys.stderr.isatty():
        lines = Lines(total, unit, tell)

        def progress(finished: int) -> None:
            stop_if_interrupted()
            lines.add(finished)

        yield progress
        lines.end()
    else:
        with tqdm(total=total, unit=unit, unit_scale=True, leave=False) as bar:

            def progress(finished: int) -> None:
                stop_if_interrupted()
                bar.update(finished)

            yield progress
    stop_if_interrupted()


@contextmanager
def sign_of_life() -> Iterator[Callable[[], None]]:
    """Yield a function to be called after every chunk of work whose amount nobody knows."""
    with progress_bar(None, "chunk") as progress:
        yield lambda: progress(1)


def say(line: str) -> None:
    """Print a line at once, above a progress bar if there is one."""
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        print(line, flush=True)
    else:
        tqdm.write(line, file=sys.stdout)
        sys.stdout.flush()


def keep_compiled_programs() -> None:
    """Keep compiled programs in the user's cache folder, where they outlive the process."""
    from engine.training.devices import keep_compiled

    try:
        keep_compiled(folders.writable(folders.compiled()), folders.COMPILED)
    except ModuleNotFoundError:
        return
    except OSError as error:
        folders.say_nothing_is_kept(error)
