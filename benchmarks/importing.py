"""Which modules of a folder can be imported with torch, numpy and the standard library alone.

usage: python -m benchmarks.importing FOLDER

Prints a JSON object: path below FOLDER -> "" for a module that can be imported, the name of the
package that is missing after "needs ", or the error. Only files that name torch are tried, each in
a process of its own that starts with torch loaded. This runs the code of the modules: give it a
copy.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

_SECONDS = 30
_NO_MODULES = frozenset({"setup.py", "conftest.py", "__main__.py"})


def modules(folder: Path) -> Iterator[tuple[Path, Path, str]]:
    """(file, folder to put on the import path, dotted name) of what is tried, in order."""
    for path in sorted(folder.rglob("*.py")):
        if path.name in _NO_MODULES or b"torch" not in path.read_bytes():
            continue
        parts = [] if path.name == "__init__.py" else [path.stem]
        root = path.parent
        while (root / "__init__.py").exists() and root.name.isidentifier():
            parts.insert(0, root.name)
            root = root.parent
        if parts and all(part.isidentifier() for part in parts):
            yield path, root, ".".join(parts)


def outcome(root: Path, name: str, own: frozenset[str]) -> str:
    """What comes of importing a module; runs in a process that does nothing else."""
    sys.path.insert(0, str(root))
    warnings.simplefilter("ignore")
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing and missing not in own:
            return f"needs {missing}"
        return f"ModuleNotFoundError: {error}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}".split("\n")[0][:200]
    return ""


def in_a_process(root: Path, name: str, own: frozenset[str]) -> str:
    """The same, in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        # Nothing of what the module prints or waits for is of interest.
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        signal.alarm(_SECONDS)
        with tempfile.TemporaryDirectory() as place:
            os.chdir(place)
            os.write(writing, f"={outcome(root, name, own)}".encode()[:2000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream_in:
        found = stream_in.read().decode(errors="replace")
    os.waitpid(child, 0)
    return found[1:] if found.startswith("=") else "ended, or took too long"


def main() -> int:
    """Print what comes of every module."""
    folder = Path(sys.argv[1]).absolute()
    # Loaded once, for all the processes.
    for name in ("numpy", "torch", "torch.nn.functional", "torch.utils.data"):
        importlib.import_module(name)
    own = frozenset(path.stem for path in folder.rglob("*.py")) | frozenset(
        path.name for path in folder.rglob("*") if path.is_dir()
    )
    found = {
        str(path.relative_to(folder)): in_a_process(root, name, own)
        for path, root, name in modules(folder)
    }
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
