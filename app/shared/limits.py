"""Bounds on what one server does for its visitors, in one table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a server allows.

    Attributes:
        export_runs: runs of one export.
        export_memory: bytes that an export takes while it is made, beside everybody's views.
        exports_waiting: exports that are not finished yet.
        exports_kept: seconds for which a finished file can be fetched.
    """

    export_runs: int = 2**28
    export_memory: int = 2**32
    exports_waiting: int = 20
    exports_kept: float = 7 * 24 * 3600.0
