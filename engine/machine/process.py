"""The process of a command: it ends at Ctrl-C whenever that comes, and prints what terminals show.

It imports next to nothing, so that it is in place before anything else is imported: what is
interrupted there raises whatever a library makes of it, and no library leaves such a process whole.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

STOPPED = 130  # the status of a process that Ctrl-C has ended, and of one that SIGTERM has:
TERMINATED = 143
MOST_WRITTEN = 9  # files that are named when a command is stopped
AGAIN = 0.05  # seconds until an interrupt is repeated that a library has dropped
PATIENCE = 2.0  # seconds for which more of the same only hurries somebody who is clearing up
LONGEST = 10_000  # characters that are looked at of what a message says
# New objects, and looks through the younger ones, until Python looks through what it holds for
# cycles that nobody holds. Traced programs and pages are of many objects that stay: with Python's
# own 700, 10 and 10 up to a tenth of the time goes into that.
RARELY = (20_000, 20, 50)
_GONE = "the folder in which this was started is gone"
_STATUS: dict[int, int] = {signal.SIGINT: STOPPED, signal.SIGTERM: TERMINATED}


class _Interrupt:
    """The interrupt of a command, if there was one."""

    status = 0  # of the process; 0 as long as there was none
    since = 0.0
    lost = False  # whether it was raised where nothing can be raised


written: list[str] = []  # the files that this command has written by now
_said: set[str] = set()  # the kinds of warning that were given
_rooms: list[str] = []  # folders that last as long as the process
_interrupt = _Interrupt()
_program = "trainscape"


def run(program: str, command: Callable[[], int]) -> NoReturn:
    """Run a command, whatever happens in it, and end the process with its status.

    Args:
        program: what was started, as it is named in messages.
        command: returns the exit status; what it needs is imported within.
    """
    global _program
    _program = program
    gc.set_threshold(*RARELY)
    for number in _STATUS:
        signal.signal(number, _leave_at_once)
    sys.unraisablehook = unraisable_hook
    _print_anything()
    try:
        status = command() if _has_folder() else complain(program, _GONE, 1)
    except SystemExit as ended:  # --help and --version
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException as error:
        status = _unexpected(error)
    _leave(status)


def _has_folder() -> bool:
    """Whether the current folder is there, without which few libraries can be imported."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True


def complain(program: str, error: object, status: int) -> int:
    """Print an error in one line, and return the status."""
    from engine.machine.legible import printable
    from engine.words import brief

    text = brief(printable(str(error)[:LONGEST])) or type(error).__name__
    _print(f"{program}: error: {text}")
    return status


def warn(kind: str, text: str) -> None:
    """Print a line beside the result, once in a command for each kind."""
    if kind in _said:
        return
    _said.add(kind)
    tell(text)


def tell(text: str) -> None:
    """Print a line beside the result."""
    from engine.machine.legible import printable
    from engine.words import brief

    _print(f"{_program}: {brief(printable(text))}")


def remove_at_end(folder: os.PathLike[str]) -> None:
    """Remove a folder when the process ends."""
    if not _rooms:
        import atexit

        atexit.register(_remove_rooms)  # of a process that is not a command's
    _rooms.append(os.fspath(folder))


def stopped(program: str, error: BaseException) -> int:
    """Print that the command was stopped, and what is left of it; return the status."""
    left = str(error) if isinstance(error, KeyboardInterrupt) else ""
    return complain(program, _stopped_after(left), _interrupt.status or STOPPED)


def begin() -> None:
    """Begin a command: nothing is interrupted or written yet."""
    _interrupt.status, _interrupt.lost = 0, False
    written.clear()
    _said.clear()


def note_written(path: os.PathLike[str]) -> None:
    """Note that a file was written, unless it is of work that goes on later."""
    if not os.path.dirname(path).endswith(".part"):
        written.append(os.fspath(path))
    del written[:-MOST_WRITTEN]


def was_interrupted() -> bool:
    """Whether the command has been interrupted, whatever a library has made of it."""
    return bool(_interrupt.status)


def stop_if_interrupted(*counts: int) -> None:
    """Raise KeyboardInterrupt after any interrupt; takes what a progress function takes."""
    if _interrupt.status:
        _interrupt.lost = False
        raise KeyboardInterrupt


class RememberedInterrupts:
    """Has interrupts raise KeyboardInterrupt within, and remembers them: one that lands in a
    callback of JAX is lost there, and raised again.
    """

    def __enter__(self) -> None:
        self._usual: dict[int, Any] = {}
        try:
            for number in _STATUS:
                self._usual[number] = signal.signal(number, _raise)
        except ValueError:  # not the main thread, which alone is interrupted
            return

    def __exit__(self, *error: object) -> None:
        for number, handler in self._usual.items():
            signal.signal(number, handler)


def _raise(number: int, frame: object) -> None:
    now = time.monotonic()
    if not _interrupt.status or _interrupt.lost:
        _interrupt.status = _interrupt.status or _STATUS[number]
        _interrupt.since, _interrupt.lost = now, False
        raise KeyboardInterrupt
    if now - _interrupt.since > PATIENCE:
        _leave_at_once(number, frame)


def _leave_at_once(number: int, frame: object) -> NoReturn:
    """End the process in the middle of anything: nothing there has to be cleared up."""
    line = f"{_program}: error: {_stopped_after()}\n"
    try:
        os.write(2, line.encode("ascii", "backslashreplace"))  # a stream may be in use just now
        _remove_rooms()
    finally:
        os._exit(_STATUS[number])


def _remove_rooms() -> None:
    if _rooms:
        import shutil

        for folder in _rooms:
            shutil.rmtree(folder, ignore_errors=True)
        _rooms.clear()


def _stopped_after(left: str = "") -> str:
    done = f"written before: {', '.join(written)}" if written else "no file was written"
    return f"stopped; {left or done}"


def unraisable_hook(unraisable: Any) -> None:
    """Raise an interrupt again that has landed where nothing can be raised; report all else."""
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    import threading

    _interrupt.lost = True
    again = threading.Timer(AGAIN, _raise_again)
    again.daemon = True
    again.start()


def _raise_again() -> None:
    import _thread
    import threading

    if not _interrupt.lost:
        return
    if hasattr(signal, "pthread_kill"):  # which wakes it, too
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()


def _print(line: str) -> None:
    try:
        print(line, file=sys.stderr, flush=True)
    except (OSError, ValueError):  # nobody listens
        return


def _print_anything() -> None:
    """Print substitutes for characters that standard output or error cannot show."""
    import codecs

    from engine.machine.legible import substituted, substituted_but_bytes

    codecs.register_error("trainscape", substituted)
    codecs.register_error("trainscape-bytes", substituted_but_bytes)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # where it is closed there is none
            as_bytes = stream is sys.stdout and stream.errors == "surrogateescape"
            stream.reconfigure(errors="trainscape-bytes" if as_bytes else "trainscape")


def _unexpected(error: BaseException) -> int:
    """Print an unforeseen error in one line, with its place; return the status."""
    if _interrupt.status or isinstance(error, KeyboardInterrupt):
        return stopped(_program, error)
    at, where = error.__traceback__, ""
    while at is not None:
        name = at.tb_frame.f_globals.get("__name__", "")
        if name.partition(".")[0] in ("app", "engine"):
            where = f" in {name}, line {at.tb_lineno}"
        at = at.tb_next
    return complain(_program, f"a fault{where}: {type(error).__name__}: {error}", 1)


def _leave(status: int) -> NoReturn:
    """End the process with nothing lost that was printed.

    The interpreter is not torn down: nothing is left to be done there, and threads of libraries
    that still compute would find their modules gone.
    """
    for number in _STATUS:
        signal.signal(number, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except BrokenPipeError:  # whoever read it has seen enough
            status = status or 1
        except (OSError, ValueError) as error:
            status = status or complain(_program, f"cannot print: {error}", 1)
    _remove_rooms()
    os._exit(status)
