"""The folder of a run of tests: made by its first process, and known to all that it starts."""

import os
import tempfile
from pathlib import Path

_VARIABLE = "TRAINSCAPE_TESTS"
BEGINS = _VARIABLE not in os.environ
FOLDER = Path(os.environ.get(_VARIABLE) or tempfile.mkdtemp(prefix="trainscape-tests-"))
os.environ[_VARIABLE] = str(FOLDER)
