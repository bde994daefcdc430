"""The engine's speed against the baseline, on the same windows and in one run."""

import json
import subprocess
import sys
import time
from pathlib import Path

from engine.places.presets import preset
from engine.plane import Size
from engine.tiles.field import compute_field
from engine.training.devices import devices

# Preset, window and size. Where a run has one or sixteen samples, the notebook's batch for a small
# window would fit into the cache; these are large enough to fill its 50,000 pixels.
CASES = {
    "tanh-overview": ("tanh", "overview", Size(48, 48)),
    "tanh-published": ("tanh", "published", Size(48, 48)),
    "relu-published": ("relu", "published", Size(48, 48)),
    "linear-published": ("linear", "published", Size(224, 224)),
    "tanh-single-published": ("tanh-single", "published", Size(224, 224)),
    "tanh-minibatch-published": ("tanh-minibatch", "published", Size(48, 48)),
    "tanh-offset-published": ("tanh-offset", "published", Size(48, 48)),
}


def measure(case: str, size: Size | None = None) -> dict[str, float]:
    """Return the speed of engine and baseline on a case, in run-steps per second, and the ratio.

    A run counts with all its steps, also those that the engine need not take once the run is
    decided: what is compared is runs per second. Compilation is left out on both sides.
    """
    devices()  # or what is wrong with them is the baseline's failure
    preset_name, window_name, usual_size = CASES[case]
    size = size or usual_size
    baseline = speed_of_baseline(preset_name, window_name, size)
    start = preset(preset_name)
    window = start.window(window_name)
    compute_field(start.spec, window, Size(4, 4))  # compiles
    started = time.perf_counter()
    compute_field(start.spec, window, size)
    seconds = time.perf_counter() - started
    engine = size.pixels * start.spec.steps / seconds
    return {
        "run_steps_per_second": engine,
        "baseline_run_steps_per_second": baseline,
        "ratio": engine / baseline,
        "pixels": size.pixels,
    }


def speed_of_baseline(preset_name: str, window_name: str, size: Size) -> float:
    """Return the speed of the baseline, which has a process of its own; OSError if it fails."""
    command = [
        sys.executable,
        "-m",
        "engine.benchmark.baseline",
        preset_name,
        window_name,
        str(size),
    ]
    top = Path(__file__).parents[2]  # where this very package is found, wherever one stands
    done = subprocess.run(command, capture_output=True, text=True, cwd=top)
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise OSError(f"the baseline of {preset_name} failed: {last or done.returncode}")
    return float(json.loads(done.stdout))
