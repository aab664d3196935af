"""The decorator that compiles a kernel, once: the machine code is kept on disk.

numba's own cache (``cache=True``) renews a function when its file changes, but not when a file
changes that it calls into; and it numbers its files, so that processes which save at one time may
get each other's. Here

* a folder's name is a hash of the text of all files beside this one and of the versions that
  compile them: an edit recompiles every kernel, another installation of the same text none;
* a file's name is a hash of the function, its signature and the CPU. The file repeats them under a
  checksum: it is what was asked for and whole, or it is compiled anew;
* a file appears in one move, and one process compiles while others wait to load the outcome;
* a process that meets a kernel which was never compiled lets another one compile them all, and
  loads them like everyone else. Code that was compiled here would be linked to its callees in
  another way than code that was loaded, and may differ from it in the last bits.

The price: what kernels compute depends on each other, numpy and numba alone, since the hash sees no
other file; and they take numbers, arrays and tuples of them, since a function among the arguments
is another one in each process.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import subprocess
import sys
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import config, serialize, sigutils
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.compiler_lock import global_compiler_lock

from regclaims.solvers.kernels.cache_folders import VARIABLE, folders

Function = TypeVar("Function", bound=Callable[..., Any])

# Sums may be reordered, to use vector instructions; NaN and infinity stay what they are.
FASTMATH = {"reassoc", "nsz", "contract", "arcp"}
# numba's settings that change what is compiled, beside the CPU.
SETTINGS = ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "BOUNDSCHECK", "DEBUGINFO_DEFAULT")
CHECKSUM = 32  # bytes

COMPILING = "REGCLAIMS_COMPILING"
"""Set in the environment of a process that compiles for others."""


def kernel(function: Function) -> Function:
    """Compile a function at its first call with each signature, or load what was compiled before.

    Parameters
    ----------
    function : callable
        Of a module in this folder, not of another function; it may call other kernels.

    Returns
    -------
    callable
        The same to its callers. It runs without the GIL and divides as numpy does.
    """
    if "<locals>" in function.__qualname__:
        raise TypeError(f"{function.__qualname__} may depend on what the cache cannot see")
    compiled: Any = numba.njit(nogil=True, error_model="numpy", fastmath=FASTMATH)(function)
    if compiled is not function:  # as it is with NUMBA_DISABLE_JIT
        # enable_caching() sets the same attribute to numba's own cache, and takes no other.
        compiled._cache = KernelCache(compiled)
        compiled.compile = compiled._cache.compile
    return compiled


class KernelCache(NullCache):
    """The machine code of one kernel on disk, as numba asks for it: a file for each signature.

    Parameters
    ----------
    dispatcher : numba.core.dispatcher.Dispatcher
        The kernel.
    """

    def __init__(self, dispatcher: Any) -> None:
        self._function = f"{dispatcher.__module__}.{dispatcher.__qualname__}"
        self._context = dispatcher.targetctx
        self._compile = dispatcher.compile

    def compile(self, sig: Any) -> Any:
        """Stand in for the dispatcher's own method, which asks for a file and else compiles."""
        # numba takes this lock anyway: it always comes before the one between processes.
        with global_compiler_lock, contextlib.ExitStack() as stack:
            name = _file_name(self._entry(sig))
            if not _on_disk(name):
                _compile_elsewhere()
            if not _on_disk(name):
                stack.enter_context(_one_process_at_a_time())
            return self._compile(sig)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        entry = self._entry(sig)
        for folder in folders():
            try:
                data = (folder / _file_name(entry)).read_bytes()
            except OSError:
                continue
            body = data[CHECKSUM:]
            if hashlib.sha256(body).digest() == data[:CHECKSUM]:
                found, parts = pickle.loads(body)
                if found == entry:
                    return CompileResult._rebuild(target_context, *parts)
        return None

    def save_overload(self, sig: Any, result: Any) -> None:
        if result.lifted or result.library.has_dynamic_globals:
            return  # it holds addresses of this process
        entry = self._entry(sig)
        body = serialize.dumps((entry, result._reduce()))
        failure = None
        for folder in folders():
            try:
                _write(folder / _file_name(entry), hashlib.sha256(body).digest() + body)
                return
            except OSError as error:
                failure = error
        if failure is not None:
            _warn_once(failure)

    def _entry(self, sig: Any) -> str:
        """Describe all that distinguishes a file from the others in its folder."""
        self._context.refresh()  # as numba does before it asks a cache
        cpu = self._context.codegen().magic_tuple()
        settings = [getattr(config, name) for name in (*SETTINGS, "USING_SVML")]
        return repr((self._function, sigutils.normalize_signature(sig), cpu, settings))


def _on_disk(name: str) -> bool:
    return any(os.access(folder / name, os.R_OK) for folder in folders())


_asked = False


def _compile_elsewhere() -> None:
    """Let another process compile all kernels, once, if what it compiles can be kept."""
    global _asked
    if _asked or os.environ.get(COMPILING) or not any(_writable(f) for f in folders()):
        return
    _asked = True
    environment = {**os.environ, COMPILING: "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    # If it fails it says why, on this process's standard error; then they are compiled here.
    command = [sys.executable, "-m", __package__]
    subprocess.run(command, env=environment, stdout=2, check=False)


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _file_name(entry: str) -> str:
    return f"{hashlib.sha256(entry.encode()).hexdigest()[:32]}.bin"


def _write(path: Path, data: bytes) -> None:
    """Write a file in one move, for those to read whom the umask lets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


_nested = 0  # kernels in the making, one for another; numba's lock guards it


@contextlib.contextmanager
def _one_process_at_a_time() -> Iterator[None]:
    """Let other processes wait, where the file system can, while this one compiles.

    Files would be whole without it. It spares the work, and all run the very same code.
    """
    global _nested
    with contextlib.ExitStack() as stack:
        for folder in folders() if _nested == 0 else []:
            with contextlib.suppress(ImportError, OSError):
                import fcntl

                folder.mkdir(parents=True, exist_ok=True)
                fcntl.flock(stack.enter_context((folder / "lock").open("ab")), fcntl.LOCK_EX)
                break
        _nested += 1
        try:
            yield
        finally:
            _nested -= 1


_warned = False


def _warn_once(error: OSError) -> None:
    global _warned
    if not _warned:
        _warned = True
        warnings.warn(
            f"each process compiles the kernels anew, since their code cannot be kept: {error}; "
            f"{VARIABLE} may name a folder for it",
            RuntimeWarning,
            stacklevel=2,
        )
