"""Exports of a command: their cost, and how they are made."""

import time
from pathlib import Path

from engine.console.terminal import keep_compiled_programs, progress_bar, say
from engine.exports import export as exports
from engine.exports.export import Export, Hooks
from engine.machine import memory
from engine.machine.process import stop_if_interrupted
from engine.tiles.store import Store
from engine.words import duration


def make(export: Export, path: Path, store: Store | None, *, resume: bool) -> None:
    """Train and write an export, with a bar for either; prints how long that took.

    Args:
        export: what is made.
        path: the file.
        store: where runs are taken from if they are known, and kept.
        resume: go on with work that was interrupted.
    """
    check(export, path)
    keep_compiled_programs()
    folder = exports.work_folder(path)
    exports.begin(export, folder, resume=resume)
    started = time.perf_counter()
    with progress_bar(export.runs) as progress:
        export.train(folder, store, Hooks(progress))
    trained = time.perf_counter()
    with progress_bar(export.frames, "frame") as progress:
        export.write(path, Hooks(frames=progress))
    exports.end(folder)
    written = time.perf_counter()
    say(f"{path}: trained in {trained - started:.0f} s, written in {written - trained:.0f} s")


def check(export: Export, path: Path) -> None:
    """Raise what would go wrong, before any training: InputError, OSError and so on."""
    export.check(path)
    instead = "a smaller --size takes less"
    memory.check(export.memory, f"{path.name} of {export.size}", instead)


def estimate(export: Export, path: Path) -> None:
    """Print what an export would take, by the time that a few of its runs take now."""
    check(export, path)
    keep_compiled_programs()
    runs, seconds = 0, 0.0
    for trainer, inputs in export.trials():
        trainer.compile()
        started = time.perf_counter()
        for _ in trainer.stream(inputs):
            stop_if_interrupted()
        seconds += time.perf_counter() - started
        runs += len(inputs)
    say(f"{path}: {export.about}, about {duration(seconds / runs * export.runs)} of training")
