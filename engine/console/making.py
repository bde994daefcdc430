"""This module is the making: how a command estimates an export and carries it out."""

import time
from pathlib import Path

from engine.console.terminal import keep_compiled_programs, progress_bar, say
from engine.exports import export as exports
from engine.exports.export import Export, Hooks
from engine.machine import memory
from engine.machine.process import stop_if_interrupted
from engine.tiles.store import Store
from engine.training.cost import duration


def make(made: Export, path: Path, store: Store | None, *, resume: bool) -> None:
    """Train and write an export, with a bar for either, and say how long that took.

    Args:
        made: what is made.
        path: the file.
        store: where runs are taken from if they are known, and kept.
        resume: go on with work that was interrupted.
    """
    check(made, path)
    keep_compiled_programs()
    folder = exports.work_folder(path)
    exports.begin(made, folder, resume=resume)
    started = time.perf_counter()
    with progress_bar(made.runs) as progress:
        made.train(folder, store, Hooks(progress))
    trained = time.perf_counter()
    with progress_bar(made.frames, "frame") as progress:
        made.write(path, Hooks(frames=progress))
    exports.end(folder)
    written = time.perf_counter()
    say(f"{path}: trained in {trained - started:.0f} s, written in {written - trained:.0f} s")


def check(made: Export, path: Path) -> None:
    """Raise, before any training, what cannot be made: InputError, OSError and so on."""
    made.check(path)
    instead = "a smaller --size takes less"
    memory.check(made.memory, f"{path.name} of {made.size}", instead)


def estimate(made: Export, path: Path) -> None:
    """Say what an export would take, by the time that a few of its runs take now."""
    check(made, path)
    keep_compiled_programs()
    runs, seconds = 0, 0.0
    for trainer, inputs in made.trials():
        trainer.compile()
        started = time.perf_counter()
        for _ in trainer.stream(inputs):
            stop_if_interrupted()
        seconds += time.perf_counter() - started
        runs += len(inputs)
    say(f"{path}: {made.about}, about {duration(seconds / runs * made.runs)} of training")
