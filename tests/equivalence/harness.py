"""Runs a small program under real torch and writes down everything it lets one observe.

`observe` executes a program in a fresh namespace and returns an `Observation`; two programs are
the same for us when their observations are (`assert_equivalent`). `fix` and `fix_project` send a
program through the tool. A `Case` is a program together with what the tool has to make of it.

What is observed: everything the program hands to the builtin `see(label, value)` (at that moment,
and once more at the end), everything its public names lead to at the end, what it prints, how it
ends, and where the random generators stand. Of a tensor: its type, dtype, layout, shape, strides,
values, `requires_grad`, `is_leaf`, whether it has history, its hooks, its gradient, its Python
attributes, which other names are the same object, and which share its memory. Classes, Python
modules and builtin functions are looked through: that an import went or came is no difference.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import importlib
import io
import random
import sys
import tempfile
import textwrap
import types
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils import _contextlib

MAIN = "main.py"
"""Where the case's own source lies when it is part of a little project."""

_PROLOGUE = "import torch\nfrom torch.autograd import Variable\n\n"
_EXPECTATIONS = ("rewritten", "untouched", "partial", "either")


@dataclass(frozen=True)
class Case:
    """A program, and what the tool has to make of it.

    expect: "rewritten" (the text changes), "partial" (it changes, and some of it has to stay:
        `contains` says what), "untouched" (not a byte changes), "either" (the tool may decide; what
        the program does must not change).
    contains, lacks: texts the fixed source must and must not contain.
    files: further modules of a little project, by path relative to the program.
    unsafe: fix with unsafe fixes too. What the program does may then change; without them not.
    raises: name of the exception the program ends with today, if it does.
    """

    name: str
    source: str
    expect: str = "rewritten"
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    unsafe: bool = False
    note: str = ""
    raises: str | None = None

    def __post_init__(self) -> None:
        if self.expect not in _EXPECTATIONS:
            raise ValueError(f"{self.name}: expect is one of {_EXPECTATIONS}, not {self.expect!r}")


def program(text: str) -> str:
    """The text of an indented triple-quoted string, as it would stand in a file."""
    return textwrap.dedent(text).lstrip("\n")


def legacy(
    name: str,
    body: str,
    *,
    expect: str = "rewritten",
    contains: tuple[str, ...] = (),
    lacks: tuple[str, ...] | None = None,
    files: Mapping[str, str] | None = None,
    unsafe: bool = False,
    note: str = "",
    raises: str | None = None,
) -> Case:
    """A case whose program begins with the two imports of 2017.

    When it is to be rewritten, the name Variable has to be gone, unless `lacks` says otherwise.
    """
    if lacks is None:
        lacks = ("Variable",) if expect == "rewritten" else ()
    return Case(
        name=name,
        source=_PROLOGUE + program(body),
        expect=expect,
        contains=contains,
        lacks=lacks,
        files={path: program(text) for path, text in (files or {}).items()},
        unsafe=unsafe,
        note=note,
        raises=raises,
    )


@dataclass(frozen=True)
class Observation:
    """What one run of a program showed.

    facts: by the path on which it was found, in order of discovery.
    raised: name of the exception type that ended the program, or None.
    stdout: what it printed.
    tensors: how many different tensor objects were met.
    """

    facts: Mapping[str, str]
    raised: str | None
    stdout: str
    tensors: int


class _Recorder:
    """Walks values and notes facts. Objects and memory are numbered in order of appearance."""

    def __init__(self, own_modules: frozenset[str]) -> None:
        self.facts: dict[str, str] = {}
        self._own_modules = own_modules
        self._objects: dict[int, int] = {}
        self._memory: dict[int, int] = {}
        self._alive: list[object] = []  # so that no id is used twice

    @property
    def tensors(self) -> int:
        return len(self._objects)

    def note(self, path: str, fact: object) -> None:
        """Write down one fact."""
        self.facts[path] = fact if isinstance(fact, str) else repr(fact)

    def walk(self, path: str, value: object) -> None:
        """Write down all that can be reached from the value."""
        self._walk(path, value, ())

    def _walk(self, path: str, value: Any, above: tuple[int, ...]) -> None:
        if id(value) in above:
            self.note(path, f"the value {above[::-1].index(id(value)) + 1} levels up")
            return
        inside = (*above, id(value))
        if isinstance(value, torch.Tensor):
            try:
                self._tensor(path, value, inside)
            except RuntimeError as error:
                # A view that torch declares broken: that it is so is what there is to see.
                self.note(f"{path}: broken", str(error).split(".")[0])
        elif isinstance(value, np.ndarray):
            self._array(path, value)
        elif isinstance(value, nn.Module):
            self._module(path, value, inside)
        elif isinstance(value, torch.optim.Optimizer):
            self._optimizer(path, value, inside)
        elif isinstance(value, Mapping):
            self.note(path, f"{type(value).__name__} with keys {[_plain(key) for key in value]}")
            for number, (key, item) in enumerate(list(value.items())):
                if isinstance(key, torch.Tensor):
                    self._walk(f"{path}.key{number}", key, inside)
                self._walk(f"{path}[{_plain(key)}]", item, inside)
        elif isinstance(value, set | frozenset):
            self.note(path, f"{type(value).__name__} {sorted(_plain(item) for item in value)}")
        elif isinstance(value, BaseException):
            self.note(path, f"exception {type(value).__name__}")
        elif isinstance(value, list | tuple) or type(value).__name__ == "deque":
            # A torch.Size, a named tuple and the like are tuples too.
            self.note(path, f"{type(value).__name__} of {len(value)}")
            for number, item in enumerate(value):
                self._walk(f"{path}[{number}]", item, inside)
        elif isinstance(value, types.FunctionType | types.MethodType):
            self._function(path, value, inside)
        elif isinstance(value, staticmethod | classmethod):
            self._walk(path, value.__func__, inside)
        elif isinstance(value, functools.partial):
            self.note(path, "partial")
            self._walk(f"{path}.args", value.args, inside)
            self._walk(f"{path}.keywords", value.keywords, inside)
        elif isinstance(value, type):
            if value.__module__ in self._own_modules:
                self.note(path, f"class {value.__name__}")
                self._attributes(path, dict(vars(value)), inside)
        elif isinstance(value, types.ModuleType | types.BuiltinFunctionType):
            pass
        elif type(value).__module__ in self._own_modules:
            self.note(path, f"{type(value).__name__} object")
            self._attributes(path, getattr(value, "__dict__", {}), inside)
        else:
            self.note(path, _plain(value))

    def _attributes(self, path: str, attributes: Mapping[str, Any], above: tuple[int, ...]) -> None:
        for name in sorted(attributes):
            if not name.startswith("_"):
                self._walk(f"{path}.{name}", attributes[name], above)

    def _tensor(self, path: str, tensor: torch.Tensor, above: tuple[int, ...]) -> None:
        self._alive.append(tensor)
        number = self._objects.setdefault(id(tensor), len(self._objects))
        self.note(f"{path}: object", f"tensor {number}")
        self.note(f"{path}: type", type(tensor).__name__)
        self.note(f"{path}: dtype", tensor.dtype)
        self.note(f"{path}: layout", f"{tensor.layout} on {tensor.device}")
        self.note(f"{path}: shape", tuple(tensor.shape))
        self.note(f"{path}: requires_grad", tensor.requires_grad)
        self.note(f"{path}: is_leaf", tensor.is_leaf)
        self.note(f"{path}: has history", tensor.grad_fn is not None)
        self.note(f"{path}: retains_grad", tensor.retains_grad)
        self.note(f"{path}: hooks", len(tensor._backward_hooks or ()))
        self.note(f"{path}: inference", tensor.is_inference())
        if tensor.layout is torch.strided:
            self.note(f"{path}: strides", f"{tensor.stride()} from {tensor.storage_offset()}")
            self.note(f"{path}: memory", self._share(_address(tensor)))
        if tensor.device.type != "meta":
            plain = tensor.detach()
            plain = plain if plain.layout is torch.strided else plain.to_dense()
            self.note(f"{path}: values", plain.tolist())
        for name, item in sorted(vars(tensor).items()):
            self._walk(f"{path}.{name}", item, above)
        if tensor.grad is None:
            self.note(f"{path}: grad", None)
        else:
            self._walk(f"{path}.grad", tensor.grad, above)

    def _array(self, path: str, array: np.ndarray[Any, Any]) -> None:
        self._alive.append(array)
        root = array
        while isinstance(root.base, np.ndarray):
            root = root.base
        self.note(path, f"ndarray {array.dtype} {array.shape} {array.tolist()}")
        self.note(f"{path}: memory", self._share(root.__array_interface__["data"][0]))

    def _share(self, address: int) -> str:
        return f"memory {self._memory.setdefault(address, len(self._memory))}"

    def _module(self, path: str, module: nn.Module, above: tuple[int, ...]) -> None:
        mode = "training" if module.training else "evaluating"
        self.note(path, f"module {type(module).__name__}, {mode}")
        for kind in ("_parameters", "_buffers", "_modules"):
            held: dict[str, Any] = getattr(module, kind)
            self.note(f"{path}: {kind}", list(held))
            for name, item in held.items():
                self._walk(f"{path}.{name}", item, above)
        own = {name: item for name, item in vars(module).items() if name != "training"}
        self._attributes(path, own, above)

    def _optimizer(
        self, path: str, optimizer: torch.optim.Optimizer, above: tuple[int, ...]
    ) -> None:
        self.note(path, f"optimizer {type(optimizer).__name__}")
        for number, group in enumerate(optimizer.param_groups):
            self._walk(f"{path}.group{number}", group["params"], above)
        self._walk(f"{path}.state", list(optimizer.state.values()), above)

    def _function(
        self, path: str, function: types.FunctionType | types.MethodType, above: tuple[int, ...]
    ) -> None:
        if isinstance(function, types.MethodType):
            self.note(path, "method")
            self._walk(f"{path}.self", function.__self__, above)
            return
        if function.__module__ not in self._own_modules:
            return
        while function.__code__.co_filename == _contextlib.__file__:
            # A mode of torch as a decorator: what it wraps is the program's function.
            function = function.__wrapped__  # type: ignore[attr-defined]
        self.note(path, "function")
        self._walk(f"{path}.defaults", function.__defaults__ or (), above)
        self._walk(f"{path}.kwdefaults", function.__kwdefaults__ or {}, above)
        self._attributes(path, vars(function), above)
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        for name, cell in sorted(cells, key=lambda pair: pair[0]):
            with contextlib.suppress(ValueError):  # an empty cell
                self._walk(f"{path}.closure {name}", cell.cell_contents, above)


def _address(tensor: torch.Tensor) -> int:
    """What tells apart memory; empty tensors own none, so their storage object stands for it."""
    storage = tensor.untyped_storage()
    return storage.data_ptr() or -int(storage._cdata)


def _plain(value: object) -> str:
    """The value in words that do not change from run to run."""
    if isinstance(
        value,
        type(None) | bool | int | float | complex | str | bytes | np.generic
        | torch.dtype | torch.device | slice | range,
    ):  # fmt: skip
        return repr(value)
    return f"some {type(value).__name__}"


def observe(
    source: str,
    files: Mapping[str, str] | None = None,
    *,
    variable: type | None = None,
    during: contextlib.AbstractContextManager[object] | None = None,
) -> Observation:
    """Run the program in a fresh namespace and say what it did.

    files: modules it can import, by relative path.
    variable: takes the place of torch.autograd.Variable while the program runs.
    during: is entered right before the program and left right behind it.
    """
    files = files or {}
    own_modules = frozenset({"__main__", *(_module_name(path) for path in files)})
    recorder = _Recorder(own_modules)
    seen: list[tuple[str, object]] = []

    def see(label: str, value: object) -> object:
        seen.append((label, value))
        recorder.walk(f"see {len(seen)} {label!r}", value)
        return value

    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    raised: str | None = None
    stdout = io.StringIO()
    with _world(files, see, variable), contextlib.redirect_stdout(stdout):
        try:
            code = compile(source.encode(), MAIN, "exec", dont_inherit=True)
            with during or contextlib.nullcontext():
                exec(code, namespace)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raised = type(error).__name__
        for number, (label, value) in enumerate(seen, 1):
            recorder.walk(f"at the end, see {number} {label!r}", value)
        for name in sorted(namespace):
            if not name.startswith("_"):
                recorder.walk(f"at the end, {name}", namespace[name])
        for path in sorted(files):
            module = sys.modules.get(_module_name(path))
            if module is not None:
                recorder.walk(f"at the end, {path}", _public(module))
        recorder.note("number of sees", len(seen))
        recorder.note("recording gradients", torch.is_grad_enabled())
        recorder.note("default dtype", torch.get_default_dtype())
        recorder.note("next of random", random.random())
        recorder.note("next of numpy", float(np.random.random()))
        recorder.note("next of torch", torch.rand(1, device="cpu").item())
    return Observation(recorder.facts, raised, stdout.getvalue(), recorder.tensors)


def _public(module: types.ModuleType) -> list[tuple[str, object]]:
    """Public names of a module and their values; only what a walk would not look through."""
    return [
        (name, value)
        for name, value in sorted(vars(module).items())
        if not name.startswith("_")
        and not isinstance(value, type | types.ModuleType | types.BuiltinFunctionType)
    ]


def _module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@contextlib.contextmanager
def _world(files: Mapping[str, str], see: object, variable: type | None) -> Iterator[None]:
    """A clean start for a program, and everything it may have turned put back afterwards."""
    tops = {_module_name(path).split(".")[0] for path in files}
    dtype, grad_mode, path = torch.get_default_dtype(), torch.is_grad_enabled(), list(sys.path)
    autograd = sys.modules["torch.autograd"]
    variable_module = sys.modules["torch.autograd.variable"]
    original = autograd.__dict__["Variable"]
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    hidden = _forget(tops)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if files:
            _write(Path(folder), files)
            sys.path.insert(0, folder)
            importlib.invalidate_caches()
        random.seed(0)
        np.random.seed(0)
        torch.manual_seed(0)
        builtins.see = see  # type: ignore[attr-defined]
        if variable is not None:
            autograd.__dict__["Variable"] = variable
            variable_module.__dict__["Variable"] = variable
        try:
            yield
        finally:
            del builtins.see  # type: ignore[attr-defined]
            autograd.__dict__["Variable"] = original
            variable_module.__dict__["Variable"] = original
            torch.set_default_device(None)
            torch.set_default_dtype(dtype)
            torch.set_grad_enabled(grad_mode)
            random.setstate(states[0])
            np.random.set_state(states[1])
            torch.set_rng_state(states[2])
            sys.path[:] = path
            _forget(tops)
            sys.modules.update(hidden)


def _forget(tops: set[str]) -> dict[str, types.ModuleType]:
    """Take the modules below these top-level names out of the loaded ones."""
    gone = {name: mod for name, mod in sys.modules.items() if name.split(".")[0] in tops}
    for name in gone:
        del sys.modules[name]
    return gone


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


_SHOWN = 12


def differences(before: Observation, after: Observation) -> list[str]:
    """In words, what the two runs did differently."""
    found = []
    for what in ("raised", "stdout"):
        one, other = getattr(before, what), getattr(after, what)
        if one != other:
            found.append(f"{what}: {one!r} before, {other!r} after")
    for path in dict.fromkeys([*before.facts, *after.facts]):
        one, other = before.facts.get(path, "(absent)"), after.facts.get(path, "(absent)")
        if one != other:
            found.append(f"{path}: {one} before, {other} after")
    return found


def assert_equivalent(before: Observation, after: Observation) -> None:
    """Fail, with what differs, unless the two runs did the same."""
    found = differences(before, after)
    if found:
        shown = [f"  {line}" for line in found[:_SHOWN]]
        more = [f"  ... and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
        raise AssertionError("\n".join(["the programs can be told apart:", *shown, *more]))


def fix(source: str, files: Mapping[str, str] | None = None, unsafe: bool = False) -> str:
    """What the tool makes of the program, which stands beside `files`."""
    return fix_project({MAIN: source, **(files or {})}, unsafe)[MAIN]


def fix_project(files: Mapping[str, str], unsafe: bool = False) -> Mapping[str, str]:
    """What the tool makes of a folder with these files, all of them.

    A file that is left alone because the tool failed on it, or because a fix did not stand up to
    its own verification (VM009), counts as a failure: it would look like restraint.
    """
    from varmigrate.run import api

    results = api.fix_project(files, unsafe=unsafe)
    fixed = dict(files)
    for path, result in results.items():
        troubles = [*result.errors, *(f.message for f in result.findings if f.code == "VM009")]
        if troubles:
            raise AssertionError("\n".join([f"the tool failed on {path}:", *troubles]))
        if result.after is not None:
            fixed[path] = result.after
    return fixed
