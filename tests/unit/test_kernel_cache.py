"""What is compiled is kept, shared, and never mistaken for something else.

The processes below run a package of small kernels, made with the real decorator, elsewhere.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from regclaims.solvers.kernels import cache_folders
from regclaims.solvers.kernels.cache_folders import VARIABLE
from regclaims.solvers.kernels.compiling import COMPILING, kernel

KERNELS = Path(cache_folders.__file__).parent
SOURCE = Path(__file__).resolve().parents[2] / "src" / "regclaims" / "solvers" / "kernels"
OURS = ["compiling.py", "cache_folders.py", "__main__.py"]

MODULES = {
    "__init__.py": "",
    "inner.py": """
        import numpy as np
        from small.compiling import kernel

        @kernel
        def square(x):
            return x * x
        """,
    "outer.py": """
        from small.compiling import kernel
        from small.inner import square

        @kernel
        def total(x):
            total = 0.0
            for i in range(len(x)):
                total += square(x[i])
            return total
        """,
    "warm_up.py": """
        import numpy as np
        from small.inner import square
        from small.outer import total

        def warm_up():
            total(np.ones(3))
        """,
}
# Prints the result to the last bit, and how many signatures were loaded and how many compiled.
RUN = """
import numpy as np
from small.inner import square
from small.outer import total
x = np.sin(np.arange(1000.0))
print(float(total(x)).hex(), end=" ")
stats = [total.stats, square.stats]
print(sum(sum(s.cache_hits.values()) for s in stats), end=" ")
print(sum(sum(s.cache_misses.values()) for s in stats))
"""


class Small:
    """A package of small kernels, and a folder for what is compiled of them."""

    def __init__(self, folder):
        self.folder = folder
        self.package = folder / "small"
        self.cache = folder / "cache"
        self.package.mkdir()
        for name in OURS:
            text = (KERNELS / name).read_text(encoding="utf-8")
            text = text.replace("regclaims.solvers.kernels", "small")
            (self.package / name).write_text(text, encoding="utf-8")
        for name, text in MODULES.items():
            self.write(name, text)

    def write(self, name, text):
        lines = text.replace("\n        ", "\n").strip()
        (self.package / name).write_text(f"{lines}\n", encoding="utf-8")

    def start(self, *arguments, **variables):
        """Start a process; the arguments are those of Python, by default for RUN."""
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")
        }
        # These processes compile themselves; for others see the test that lets another one do it.
        environment |= {VARIABLE: str(self.cache), "PYTHONPATH": str(self.folder), COMPILING: "1"}
        environment |= variables
        return subprocess.Popen(
            [sys.executable, "-W", "error", *(arguments or ("-c", RUN))],
            env={key: value for key, value in environment.items() if value is not None},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, process):
        out, err = process.communicate(timeout=100)
        assert process.returncode == 0, err
        assert err == ""
        return out

    def run(self, **variables):
        """Return (result, signatures loaded, signatures compiled) of a process."""
        return parsed(self.finish(self.start(**variables)))

    def files(self):
        return sorted(self.cache.glob("kernels-*/*.bin"))


def parsed(line):
    result, hits, misses = line.split()
    return result, int(hits), int(misses)


@pytest.fixture
def small(tmp_path):
    return Small(tmp_path)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Return small kernels that were compiled, and their result; not to be changed."""
    small = Small(tmp_path_factory.mktemp("compiled"))
    result, hits, misses = small.run()
    assert (hits, misses) == (0, 2)
    assert len(small.files()) == 2
    return small, result


@pytest.fixture
def warm(compiled, tmp_path):
    """Return a copy of the compiled ones, and their result."""
    original, result = compiled
    small = Small(tmp_path)
    shutil.copytree(original.cache, small.cache)
    return small, result


def test_a_process_without_compiled_kernels_lets_another_compile_and_loads(small):
    process = small.start(**{COMPILING: None})
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    assert "compiling the kernels" in err
    result, hits, misses = parsed(out)
    assert (hits, misses) == (1, 0)
    assert small.run() == (result, 1, 0)


def test_a_second_process_compiles_nothing_and_gets_the_same_bits(compiled):
    small, result = compiled
    before = [(path, path.stat().st_mtime_ns) for path in small.files()]
    assert small.run() == (result, 1, 0)  # the inner one is part of the outer one
    assert [(path, path.stat().st_mtime_ns) for path in small.files()] == before


def test_another_installation_of_the_same_text_compiles_nothing(warm):
    small, result = warm  # written anew, in another folder
    assert small.run() == (result, 1, 0)


def test_an_edited_callee_in_another_file_counts(warm):
    small, result = warm
    inner = small.package / "inner.py"
    times = inner.stat()
    small.write("inner.py", MODULES["inner.py"].replace("x * x", "x + x"))  # of the same size
    os.utime(inner, ns=(times.st_atime_ns, times.st_mtime_ns))
    edited, hits, misses = small.run()
    assert (hits, misses) == (0, 2)
    expected = 2 * np.sum(np.sin(np.arange(1000.0)))
    assert float.fromhex(edited) == pytest.approx(expected, rel=1e-12)

    small.write("inner.py", MODULES["inner.py"])
    assert small.run() == (result, 1, 0)


def test_a_process_whose_files_change_under_it_keeps_and_loads_nothing(warm):
    small, result = warm
    late = RUN.replace(
        "from small.outer",
        f"from pathlib import Path; p = Path({str(small.package / 'inner.py')!r})\n"
        "p.write_text(p.read_text().replace('x * x', 'x + x'))\n"
        "from small.outer",
    )
    before = small.files()
    assert parsed(small.finish(small.start("-c", late))) == (result, 0, 2)
    assert small.files() == before


def test_processes_that_start_together_share_one_compilation(small, compiled):
    _, result = compiled
    runs = [parsed(small.finish(run)) for run in [small.start() for _ in range(4)]]
    assert {run[0] for run in runs} == {result}
    assert sorted(run[2] for run in runs) == [0, 0, 0, 2]
    names = {path.name for path in small.cache.glob("kernels-*/*")}
    assert names == {"lock", *(path.name for path in small.files())}
    assert len(small.files()) == 2
    assert small.run() == (result, 1, 0)


@pytest.mark.parametrize("whole", [True, False])
def test_a_damaged_file_is_made_again(warm, whole):
    small, result = warm
    for path, part in zip(small.files(), (0.0, 0.5), strict=True):
        data = bytearray(path.read_bytes())
        data[-100] ^= 1
        path.write_bytes(data if whole else data[: int(part * len(data))])
    assert small.run() == (result, 0, 2)
    assert small.run() == (result, 1, 0)


def test_another_kernels_file_is_not_believed(warm):
    small, result = warm
    first, second = small.files()
    first_data = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(first_data)
    assert small.run() == (result, 0, 2)


def test_code_for_another_cpu_is_kept_apart(warm):
    small, result = warm
    generic = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    assert small.run(**generic)[1:] == (0, 2)
    assert len(small.files()) == 4
    assert small.run() == (result, 1, 0)


# A folder below a file cannot be made, not even by root, for whom nothing is read-only.


def test_without_any_folder_a_warning_is_all(small, compiled):
    _, result = compiled
    (small.folder / "file").touch()
    process = small.start("-W", "default", "-c", RUN, **{VARIABLE: str(small.folder / "file/c")})
    out, err = process.communicate(timeout=100)
    assert parsed(out) == (result, 0, 2)
    assert err.count("RuntimeWarning: each process compiles the kernels anew") == 1
    assert f"{VARIABLE} may name a folder" in err
    assert "Traceback" not in err


def in_environment(small):
    """Return RUN in an environment, for Python, that is the folder of the small kernels."""
    return f"import sys; sys.prefix = {str(small.folder)!r}\n{RUN}"


@pytest.mark.skipif(sys.platform != "linux", reason="the user's folder is elsewhere")
def test_a_read_only_environment_falls_back_to_the_users_folder(small, compiled):
    _, result = compiled
    (small.folder / "var").touch()
    text = in_environment(small)
    home = {VARIABLE: None, "XDG_CACHE_HOME": None, "HOME": str(small.folder)}
    assert parsed(small.finish(small.start("-c", text, **home))) == (result, 0, 2)
    assert list((small.folder / ".cache" / "regclaims").glob("kernels-*/*.bin"))
    (small.folder / ".cache").rename(small.folder / "xdg")
    home["XDG_CACHE_HOME"] = str(small.folder / "xdg")
    assert parsed(small.finish(small.start("-c", text, **home))) == (result, 1, 0)


def test_a_read_only_environment_is_read(warm):
    small, result = warm
    base = small.folder / "var" / "cache"
    base.mkdir(parents=True)
    small.cache.rename(base / "regclaims")
    for folder in [*(base / "regclaims").glob("*"), base / "regclaims"]:
        folder.chmod(0o555)
    home = small.folder / "home"
    given = {VARIABLE: None, "XDG_CACHE_HOME": None, "HOME": str(home)}
    run = small.start("-c", in_environment(small), **given)
    assert parsed(small.finish(run)) == (result, 1, 0)
    assert not home.exists()


def test_compiled_code_treats_nan_and_infinity_as_numpy_does(compiled):
    small, _ = compiled
    text = "import numpy as np; from small.outer import total; print(*map(float, map(total, X)))"
    values = "[np.array([1.0, np.nan]), np.array([np.inf, 1.0])]"
    assert small.finish(small.start("-c", text.replace("X", values))) == "nan inf\n"


def test_set_up_says_what_it_compiles_and_is_silent_after(small):
    lines = small.finish(small.start("-m", "small")).splitlines()
    assert lines[0] == "regclaims: compiling the kernels"
    assert re.fullmatch(r"regclaims: the kernels are compiled \(\d+ s\)", lines[1])
    assert len(lines) == 2
    assert small.finish(small.start("-m", "small")) == ""


def test_set_up_removes_what_other_texts_left(tmp_path):
    mine = f"kernels-{cache_folders.IMPORTED}"
    for name in [mine, "kernels-0123456789abcdef", "another"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.bin").touch()
    cache_folders.remove_others(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["another", mine]


def test_without_compilation_a_kernel_is_the_function(compiled):
    small, _ = compiled
    text = "from small.inner import square; print(type(square).__name__)"
    assert small.finish(small.start("-c", text, NUMBA_DISABLE_JIT="1")) == "function\n"


def test_a_function_within_a_function_is_no_kernel():
    factor = 2.0
    with pytest.raises(TypeError, match="may depend on what the cache cannot see"):

        @kernel
        def scaled(x):
            return factor * x


def test_kernels_depend_on_no_file_that_the_hash_does_not_see():
    allowed = {*sys.stdlib_module_names, "numpy", "numba", "llvmlite"}
    # Types for annotations, which numba does not look at.
    ours = ("regclaims.solvers.kernels", "regclaims.vocabulary")
    for path in SOURCE.rglob("*.py"):
        if path.name == "warm_up.py":  # calls the solvers; nothing of it is compiled
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, path
                names = [node.module]
            for name in names:
                known = name.split(".")[0] in allowed or name.startswith(ours)
                assert known, f"{path.name} imports {name}"
