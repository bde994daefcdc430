"""How far an export has come."""

from dataclasses import dataclass

from engine.exports.export import Export

WAITING, TRAINING, WRITING, DONE, FAILED = "waiting", "training", "writing", "done", "failed"
RUNNING = (TRAINING, WRITING)


@dataclass(frozen=True)
class Progress:
    """How far an export has come.

    Attributes:
        id: its name, which nobody can guess.
        file: the name of the file that is made.
        about: what that is, in words.
        state: WAITING, TRAINING, WRITING, DONE or FAILED.
        runs, known: how many runs it takes, and how many are known.
        frames, written: of how many pictures it consists, and how many are written.
        left: seconds until it is made, None if nobody can tell.
        paused: whether it waits for somebody's view.
        error: why it failed.
        size: of the finished file, in bytes.
        preview: a small picture of it as the bytes of a PNG; empty before there is one.
    """

    id: str
    file: str
    about: str
    state: str
    runs: int
    frames: int
    known: int = 0
    written: int = 0
    left: float | None = None
    paused: bool = False
    error: str = ""
    size: int = 0
    preview: bytes = b""

    @classmethod
    def waiting(cls, name: str, file: str, export: Export) -> "Progress":
        """Return that of an export which has not been begun."""
        return cls(name, file, export.about, WAITING, export.runs, export.frames)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in (DONE, FAILED)

    @property
    def path(self) -> str:
        """Where the finished file is, below the folder of all."""
        return f"{self.id}/{self.file}"

    @property
    def share(self) -> float:
        """How much of it is made, from 0 to 1."""
        if self.state == DONE:
            return 1.0
        return 0.9 * self.known / self.runs + 0.1 * self.written / self.frames
