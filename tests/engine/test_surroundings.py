"""What is around the program: variables that libraries read, and the cores that it sees."""

import logging
import os
import re
import subprocess
import sys

import jax
import matplotlib
import numpy as np
import pytest

from app.command import main
from engine.commands import COMMANDS
from engine.draws import as_published, drawn_from
from engine.places.presets import preset
from engine.training import surroundings
from engine.training.surroundings import set_aside

OPTIONS_OF_JAX = sorted(name.upper() for name in jax.config.values)
# Each of these once changed the bits of some field, or kept the program from starting.
TELLING = {
    "JAX_DEFAULT_PRNG_IMPL": "rbg",
    "JAX_RANDOM_SEED_OFFSET": "1",
    "JAX_ENABLE_X64": "0",
    "JAX_NUMPY_DTYPE_PROMOTION": "strict",
    "JAX_NUMPY_RANK_PROMOTION": "raise",
    "JAX_DISABLE_JIT": "1",
    "JAX_DEBUG_NANS": "1",
    "JAX_TRANSFER_GUARD": "disallow",
    "JAX_NUM_CPU_DEVICES": "1",
    "JAX_SOFTMAX_CUSTOM_JVP": "1",
    "XLA_FLAGS": "--xla_cpu_enable_fast_math=true --xla_force_host_platform_device_count=1",
    "OPENBLAS_CORETYPE": "Prescott",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL",
}
BEYOND_JAX = (
    "XLA_FLAGS", "TF_XLA_FLAGS", "LIBTPU_INIT_ARGS", "PJRT_NPROC", "PJRT_NAMES_AND_LIBRARY_PATHS",
    "NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES", "NPY_PROMOTION_STATE",
    "NUMPY_MADVISE_HUGEPAGE", "OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OPENBLAS_L2_SIZE",
    "MPLBACKEND", "MATPLOTLIBRC",
)  # fmt: skip
NONSENSE = dict.fromkeys([*OPTIONS_OF_JAX, *BEYOND_JAX], "nonsense") | {
    "JAX_PLATFORMS": "cpu",
    "JAX_COMPILATION_CACHE_DIR": "",
}
SMALL = ["--preset", "tanh-single", "--size", "4x3", "--set", "steps=20"]


def trainscape(*words, **variables):
    """Run the real command line, in a process of its own, with more variables."""
    command = [sys.executable, "-m", "app.command", *map(str, words)]
    environment = {**os.environ, **variables}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)


def field_of(path):
    with np.load(path) as data:
        return data["field"]


def rendered(out, *words):
    """Return the field that the command line makes in this process."""
    assert main(["render", *map(str, words), "-o", str(out)]) == 0
    return field_of(out)


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """The field of a small window, and the store in which it is then kept."""
    room = tmp_path_factory.mktemp("usual")
    # In a process of its own: what runs tests may have imported NumPy before anything is set aside.
    ended = trainscape("render", *SMALL, "--store", room / "store", "-o", room / "a.npz")
    assert ended.returncode == 0, ended.stderr
    return field_of(room / "a.npz"), room / "store"


def test_every_option_of_jax_is_among_what_is_set_aside():
    assert len(OPTIONS_OF_JAX) > 50
    environment = dict.fromkeys(OPTIONS_OF_JAX, "nonsense")
    set_aside(environment)
    left = {"JAX_PLATFORMS", "JAX_COMPILATION_CACHE_DIR"}
    assert {name for name in environment if name in OPTIONS_OF_JAX} == left


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """What a test sets aside is not reported by another."""
    monkeypatch.setattr(surroundings, "_aside", [])
    monkeypatch.setattr(surroundings, "_met", [])


def test_what_is_nobodys_of_these_or_chooses_a_device_is_left_alone():
    kept = {
        "HOME": "/nowhere", "XDG_CACHE_HOME": "x", "JAX_COMPILATION_CACHE_DIR": "folder",
        "XLA_PYTHON_CLIENT_MEM_FRACTION": "0.5", "CUDA_VISIBLE_DEVICES": "1",
    }  # fmt: skip
    environment = {**kept, "JAX_PLATFORMS": "cuda"}
    set_aside(environment)
    assert kept.items() <= environment.items()
    assert environment["JAX_PLATFORMS"] == "cuda"


def test_what_is_set_aside_is_named_once(caplog):
    set_aside({"XLA_FLAGS": "--x", "JAX_ENABLE_X64": "0", "PATH": "/bin"})
    with caplog.at_level(logging.WARNING):
        surroundings.check()
        surroundings.check()
    (said,) = caplog.messages
    assert said.endswith(": JAX_ENABLE_X64, XLA_FLAGS")


def test_options_that_a_program_has_set_before_are_set_back():
    script = (
        "import jax, numpy\n"
        "jax.config.update('jax_default_prng_impl', 'rbg')\n"
        "jax.config.update('jax_disable_jit', True)\n"
        "from engine.training.devices import OPTIONS, set_up\n"
        "set_up()\n"
        "now = jax.config.values\n"
        "known = OPTIONS.keys() & now.keys()\n"
        "assert len(known) > 20\n"
        "now = {name: getattr(now[name], 'value', now[name]) for name in known}\n"
        "print({name: now[name] for name in known if now[name] != OPTIONS[name]})\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "{}\n"


def alone(script):
    """Run a script in a process of its own, and return its last line of errors."""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    return done.returncode, done.stderr.strip().rpartition("\n")[2]


def test_asking_for_devices_sets_nothing_up_and_says_who_does():
    script = (
        "import jax\n"
        "from engine.training.devices import backend\n"
        "before = dict(jax.config.values)\n"
        "try:\n"
        "    backend()\n"
        "finally:\n"
        "    assert dict(jax.config.values) == before\n"
    )
    status, said = alone(script)
    assert status == 1
    assert said == "RuntimeError: JAX is not set up: call engine.training.devices.set_up() first"


def test_a_library_that_trains_has_jax_set_up_and_its_devices_refused_in_one_line():
    script = (
        "import os\n"
        "os.environ['JAX_PLATFORMS'] = 'nonsense'\n"
        "from engine.places.presets import preset\n"
        "from engine.training.trainer import Trainer\n"
        "Trainer(preset('tanh').spec)\n"
    )
    status, said = alone(script)
    assert status == 1
    assert said.startswith("engine.errors.InputError: JAX_PLATFORMS='nonsense' cannot be used here")


def test_draws_name_their_generator():
    spec = preset("tanh-minibatch").spec
    usual = jax.tree.leaves(spec.problem())
    with jax.default_prng_impl("rbg"), jax.threefry_partitionable(True):
        others = jax.tree.leaves(spec.problem())
        assert str(jax.random.key_impl(jax.random.key(0))) != "fry"
    for array, other in zip(usual, others, strict=True):
        assert np.array_equal(array, other)
    # The numbers of the publication: PRNGKey(0) of the generator of its time.
    with as_published():
        assert jax.random.key_data(drawn_from(3)).tolist() == [0, 3]
        assert jax.random.key_data(jax.random.split(drawn_from(0))).tolist() == [
            [4146024105, 967050713],
            [2718843009, 1272950319],
        ]


@pytest.mark.parametrize("variables", [TELLING, NONSENSE], ids=["telling", "nonsense"])
def test_variables_change_no_bit_of_a_field_and_a_store_never_mixes(variables, usual, tmp_path):
    field, store = usual
    out, own = tmp_path / "a.npz", tmp_path / "own"
    ended = trainscape("render", *SMALL, "--store", own, "-o", out, **variables)
    assert ended.returncode == 0, ended.stderr
    assert np.array_equal(field_of(out), field)
    assert ended.stderr.count("\n") == 1
    assert "XLA_FLAGS" in ended.stderr
    assert len(list(own.glob("trainscape-*"))) == 1
    assert {p.name for p in own.glob("trainscape-*")} == {
        p.name for p in store.glob("trainscape-*")
    }


def test_the_cores_that_are_seen_change_no_bit_of_a_field(tmp_path):
    """One device alone once had programs that round otherwise than those for several."""
    words = [*SMALL, "optimiser=adam", "--store", "none"]
    several = rendered(tmp_path / "a.npz", *words)
    script = (
        "import os, sys\n"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from app.command import main\n"
        "raise SystemExit(main(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", script, "render", *words, "-o", str(tmp_path / "b.npz")]
    subprocess.run(command, check=True)
    assert np.array_equal(field_of(tmp_path / "b.npz"), several)


def test_a_style_of_ones_own_changes_no_plot(tmp_path):
    """A file `matplotlibrc` in the folder is read too, and nobody can be kept from it."""
    made = ["diagram", "--preset", "two-factor", "--size", "4", "--set", "steps=40"]
    styles = ({}, {"font.size": 30, "savefig.facecolor": "black", "savefig.dpi": 20})
    plots = []
    for k, style in enumerate(styles):
        with matplotlib.rc_context(style):
            assert main([*made, "--store", "none", "-o", str(tmp_path / f"{k}.svg")]) == 0
            assert all(matplotlib.rcParams[name] == value for name, value in style.items())
        text = (tmp_path / f"{k}.svg").read_text("utf-8")
        plots.append(re.sub("<dc:date>.*?</dc:date>", "", text))
    # Names within the file are drawn anew each time.
    assert len({len(plot) for plot in plots}) == 1


WRONG = [
    ("JAX_PLATFORMS", "nonsense"),
    ("JAX_PLATFORMS", "tpu"),
    ("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-FMA"),
]


def test_devices_that_there_are_not_are_refused_in_one_line_before_a_page_is_served():
    ended = trainscape("serve", "--no-show", "--port", "0", "--store", "none", **dict(WRONG[:1]))
    refused(ended, "JAX_PLATFORMS")


def test_instructions_that_are_kept_from_the_c_library_are_refused_in_one_line(tmp_path):
    words = ["render", *SMALL, "--store", "none", "-o", tmp_path / "a.npz"]
    refused(trainscape(*words, **dict(WRONG[-1:])), "GLIBC_TUNABLES")
    assert not list(tmp_path.iterdir())


def refused(ended, name):
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert name in ended.stderr


def every_command(room):
    """Return words that have each command do something small, by its name."""
    small = "--preset tanh-single --size 4x3 --set steps=20 --store none"
    words = {
        "render": f"{small} -o {room}/a.png",
        "animate": f"{small} --over steps --range 5 10 --stages 2 --seconds 3 -o {room}/a.gif",
        "inspect": "--preset tanh-single --set steps=20 --at 0 0",
        "dimension": f"{small} --size 16",
        "compare": f"{small} --against precision=float32 -o {room}/b.png",
        "diagram": f"--preset two-factor --size 8 --store none -o {room}/c.png",
        "cache": f"info --store {room}/store",
        "bench": "--only tanh-overview --size 2",
        "publish": "--preset tanh-single --levels 1 --set steps=20 --store none "
        f"-o {room}/site.html",
        "registry": f"-o {room}/a.md",
        "presets": "",
    }
    return {name: [name, *of_command.split()] for name, of_command in words.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*OPTIONS_OF_JAX, *BEYOND_JAX, *TELLING}))
def test_no_variable_by_itself_changes_a_bit(name, usual, tmp_path):
    field, store = usual
    values = {TELLING.get(name), "1", "0", "nonsense"} - {None}
    for value in sorted(values):
        out = tmp_path / "a.npz"
        ended = trainscape("render", *SMALL, "--store", store, "-o", out, **{name: value})
        if name == "JAX_PLATFORMS":  # none of these is one
            refused(ended, name)
            continue
        assert ended.returncode == 0, ended.stderr
        assert np.array_equal(field_of(out), field), f"{name}={value}"


@pytest.mark.slow
@pytest.mark.parametrize("variables", [TELLING, NONSENSE], ids=["telling", "nonsense"])
def test_every_command_works_as_ever_whatever_the_variables(variables, tmp_path):
    for name, words in every_command(tmp_path).items():
        usual, ended = trainscape(*words), trainscape(*words, **variables)
        assert usual.returncode == 0, (name, usual.stderr)
        assert ended.returncode == 0, (name, ended.stderr)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), WRONG)
def test_every_command_that_trains_refuses_what_cannot_be_set_aside(name, value, tmp_path):
    for command, words in every_command(tmp_path).items():
        ended = trainscape(*words, **{name: value})
        if command in ("presets", "registry"):  # which train nothing
            assert ended.returncode == 0, (command, ended.stderr)
        else:
            refused(ended, name)


def test_the_commands_that_are_tried_are_all_but_one_that_takes_long(tmp_path):
    known = {module.__name__.rpartition(".")[2] for module in COMMANDS}
    assert known - every_command(tmp_path).keys() == {"reproduce"}


@pytest.mark.slow
@pytest.mark.parametrize("variables", [TELLING, NONSENSE], ids=["telling", "nonsense"])
def test_the_server_starts_whatever_the_variables(variables, tmp_path):
    command = [sys.executable, "-m", "app.command", "serve", "--no-show", "--port", "0"]
    command += ["--store", "none", "--exports", str(tmp_path)]
    environment = {**os.environ, **variables, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert re.search(r"http://\S+", process.stdout.readline())
        finally:
            process.terminate()
