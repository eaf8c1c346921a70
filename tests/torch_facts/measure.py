"""Runs sample calls on many tensors and records what became of graph and identity.

A recipe is the source of one call, such as "x.clamp(min=p)". Its names are operands, made anew for
every run (see `_OPERANDS`). A recipe that uses a shape-dependent operand (`x`, `p`, ...) runs on
every receiver of `VARIANTS`; a run that raises counts for nothing. Each recipe is run with no
operand attached, with each floating operand attached alone, and with all of them attached.
"""

from __future__ import annotations

import ast
import functools
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from varmigrate.torch_facts.kinds import Graph, Identity

Attach = Callable[[Tensor], Tensor]


def _free(base: Tensor) -> Tensor:
    return base


def _attached(base: Tensor) -> Tensor:
    """Not a leaf, so that in-place calls may change it."""
    return base.requires_grad_().clone()


@functools.cache
def _numbers(size: tuple[int, ...], dtype: torch.dtype, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(size, generator=generator).mul(0.8).add(0.1).to(dtype)


def _rand(*size: int, dtype: torch.dtype = torch.float32, seed: int = 0) -> Tensor:
    """A new tensor of fixed numbers between 0.1 and 0.9."""
    return _numbers(size, dtype, seed).clone()


def _indices(*size: int) -> Tensor:
    return torch.zeros(size, dtype=torch.int64)


@dataclass(frozen=True)
class Variant:
    """A kind of receiver: how it is made, and of which shape and dtype its companions are."""

    make: Callable[[Attach], Tensor]
    shape: tuple[int, ...]
    dtype: torch.dtype = torch.float32

    @property
    def attachable(self) -> bool:
        return self.dtype.is_floating_point or self.dtype.is_complex


def _plain(*shape: int, dtype: torch.dtype = torch.float32) -> Variant:
    return Variant(lambda attach: attach(_rand(*shape, dtype=dtype)), shape, dtype)


VARIANTS: dict[str, Variant] = {
    "matrix": _plain(2, 2),
    "transposed": Variant(lambda attach: attach(_rand(2, 2)).t(), (2, 2)),
    "expanded": Variant(lambda attach: attach(_rand(2, 1)).expand(2, 2), (2, 2)),
    "row": Variant(lambda attach: attach(_rand(2, 2))[0], (2,)),
    "vector": _plain(2),
    "one": _plain(1),
    "one by one": _plain(1, 1),
    "number": _plain(),
    "cube": _plain(2, 2, 2),
    "flat cube": _plain(1, 2, 2),
    "image": _plain(1, 2, 2, 2),
    "volume": _plain(1, 2, 2, 2, 2),
    "empty": _plain(0),
    "empty matrix": _plain(0, 2),
    "double": _plain(2, 2, dtype=torch.float64),
    "half": _plain(2, 2, dtype=torch.float16),
    "complex": _plain(2, 2, dtype=torch.complex64),
    "complex vector": _plain(2, dtype=torch.complex64),
    "conjugate": Variant(
        lambda attach: attach(_rand(2, 2, dtype=torch.complex64)).conj(), (2, 2), torch.complex64
    ),
    "long": _plain(2, 2, dtype=torch.int64),
    "long vector": _plain(2, dtype=torch.int64),
    "long number": _plain(dtype=torch.int64),
    "byte": _plain(2, 2, dtype=torch.uint8),
    "char": _plain(2, dtype=torch.int8),
    "short": _plain(2, dtype=torch.int16),
    "int": _plain(2, dtype=torch.int32),
    "bfloat": _plain(2, dtype=torch.bfloat16),
    "half complex": _plain(2, dtype=torch.complex32),
    "double complex": _plain(2, dtype=torch.complex128),
    "bool": _plain(2, 2, dtype=torch.bool),
    "sparse": Variant(lambda attach: attach(_rand(2, 2).to_sparse()), (2, 2)),
    "compressed": Variant(lambda attach: attach(_rand(2, 2).to_sparse_csr()), (2, 2)),
}

_FEW = ("matrix", "vector", "one", "number", "cube", "double", "complex", "long", "sparse")


def _definite(attach: Attach) -> Tensor:
    return attach(torch.tensor([[2.0, 0.5], [0.5, 1.0]]))


# Operands other than `x`: made from the receiver's variant (first table) or always the same.
_COMPANIONS: dict[str, Callable[[Variant, Attach], Tensor]] = {
    "x": lambda variant, attach: variant.make(attach),
    "p": lambda variant, attach: attach(_rand(*variant.shape, dtype=variant.dtype, seed=1)),
    "q": lambda variant, attach: attach(_rand(*variant.shape, dtype=variant.dtype, seed=2)),
    "i": lambda variant, _: _indices(*variant.shape),
    "m": lambda variant, _: torch.ones(variant.shape, dtype=torch.bool),
}
_OPERANDS: dict[str, Callable[[Attach], Tensor]] = {
    "s": lambda attach: attach(torch.tensor(0.5)),
    "v": lambda attach: attach(_rand(2)),
    "u": lambda attach: attach(_rand(2, seed=1)),
    "w": lambda attach: attach(_rand(2, 2)),
    "z": lambda attach: attach(_rand(2, 2, seed=1)),
    "b": lambda attach: attach(_rand(2, 2, 2)),
    "c": lambda attach: attach(_rand(2, 2, dtype=torch.complex64)),
    "pairs": lambda attach: attach(_rand(2, 3)),
    "triples": lambda attach: attach(_rand(2, 3, seed=1)),
    "definite": _definite,
    "signal": lambda attach: attach(_rand(1, 2, 4)),
    "image": lambda attach: attach(_rand(1, 2, 4, 4)),
    "volume": lambda attach: attach(_rand(1, 2, 4, 4, 4)),
    "deep": lambda attach: attach(_rand(1, 4, 2, 2)),
    "wave": lambda attach: attach(_rand(16)),
    "log_probs": lambda attach: attach(_rand(2, 1, 3)),
    "kernel1": lambda attach: attach(_rand(2, 2, 2)),
    "kernel2": lambda attach: attach(_rand(2, 2, 2, 2)),
    "kernel3": lambda attach: attach(_rand(2, 2, 2, 2, 2)),
    "grid": lambda attach: attach(_rand(1, 2, 2, 2)),
    "theta": lambda attach: attach(_rand(1, 2, 3)),
    "sparse": lambda attach: attach(_rand(2, 2).to_sparse()),
    "labels": lambda _: torch.tensor([0, 1]),
    "mask": lambda _: torch.tensor([[True, False], [False, True]]),
    "ids": lambda _: torch.tensor([[0, 1], [1, 0]]),
    "first": lambda _: torch.tensor([0]),
}
_INTEGERS = {"i", "m", "labels", "mask", "ids", "first"}
_CONSTANTS: dict[str, object] = {"torch": torch, "F": F, "np": np}


@dataclass(frozen=True)
class Run:
    """One run that did not raise."""

    recipe: str
    variant: str
    attached: frozenset[str]
    results: tuple[bool, ...]
    """For each tensor in the result: does it require grad?"""
    identities: tuple[str, ...]
    """For each tensor in the result: "same", "view", "detached" or "new"."""
    first: str
    """The receiver, or the first operand of a function."""
    single: bool
    """Is the result one tensor, and not several?"""

    @property
    def result_attached(self) -> bool:
        return any(self.results)

    def __str__(self) -> str:
        who = ", ".join(sorted(self.attached)) or "nothing"
        return f"{self.recipe} on {self.variant}, attached: {who}"


def tensors_in(value: object) -> Iterator[Tensor]:
    """The tensors in a result, through tuples, lists and dicts."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from tensors_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from tensors_in(item)


def _storages(tensor: Tensor) -> set[int]:
    """The addresses of the memory a tensor lives in; none when it has no elements."""
    if tensor.layout is torch.sparse_coo:
        return _storages(tensor._indices()) | _storages(tensor._values())
    if tensor.layout is torch.sparse_csr:
        return _storages(tensor.values())
    if tensor.layout is not torch.strided:
        return set()
    memory = tensor.untyped_storage()
    return {memory.data_ptr()} if memory.nbytes() else set()


def identity_of(result: Tensor, operands: list[Tensor]) -> str:
    """How a result relates to the tensors it was made from."""
    if any(result is operand for operand in operands):
        return "same"
    if result._is_view() and (result.numel() or any(result._base is base for base in operands)):
        return "view"
    memory = _storages(result)
    if memory and any(memory & _storages(operand) for operand in operands):
        return "detached"
    return "new"


@functools.cache
def _compiled(recipe: str) -> tuple[CodeType, tuple[str, ...], str]:
    tree = ast.parse(recipe, mode="eval")
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    used = [name for name in dict.fromkeys(names) if name in _COMPANIONS or name in _OPERANDS]
    return compile(tree, recipe, "eval"), tuple(used), _receiver(tree.body)


def _receiver(node: ast.expr) -> str:
    """The name of a method's receiver or of the first argument of a function."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        base = node.func.value
        if isinstance(base, ast.Name) and base.id not in _CONSTANTS:
            return base.id
        first = node.args[0] if node.args else None
        return first.id if isinstance(first, ast.Name) else ""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id
    return ""


def _attachable(used: tuple[str, ...], variant: Variant) -> list[str]:
    return [
        name
        for name in used
        if name not in _INTEGERS and (variant.attachable or name not in _COMPANIONS)
    ]


def _subsets(names: list[str], variant: str) -> list[frozenset[str]]:
    singles = [frozenset({name}) for name in names] if variant in _FEW else []
    return list(dict.fromkeys([frozenset(), frozenset(names), *singles]))


def _run_one(
    code: CodeType,
    used: tuple[str, ...],
    variant: Variant,
    attached: frozenset[str],
    given: dict[str, Tensor] | None = None,
) -> tuple[dict[str, Tensor], object]:
    operands: dict[str, Tensor] = dict(given or {})
    for name in used:
        attach = _attached if name in attached else _free
        if name in _COMPANIONS:
            operands[name] = _COMPANIONS[name](variant, attach)
        else:
            operands[name] = _OPERANDS[name](attach)
    return operands, eval(code, dict(_CONSTANTS), operands)


@functools.cache
def measure(recipe: str) -> tuple[Run, ...]:
    """Every run of a recipe that did not raise."""
    code, used, first = _compiled(recipe)
    runs = []
    shaped = any(name in _COMPANIONS for name in used)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, variant in VARIANTS.items() if shaped else [("matrix", VARIANTS["matrix"])]:
            for attached in _subsets(_attachable(used, variant), name):
                try:
                    operands, value = _run_one(code, used, variant, attached)
                except Exception:
                    continue
                results = list(tensors_in(value))
                known = list(operands.values())
                runs.append(
                    Run(
                        recipe,
                        name,
                        attached,
                        tuple(result.requires_grad for result in results),
                        tuple(identity_of(result, known) for result in results),
                        first,
                        isinstance(value, Tensor),
                    )
                )
    return tuple(runs)


def attachable_operands(recipe: str) -> list[str]:
    """The operands of a recipe that can require grad."""
    return _attachable(_compiled(recipe)[1], VARIANTS["matrix"])


def run_with(recipe: str, attached: frozenset[str]) -> tuple[dict[str, Tensor], object]:
    """One run on a plain matrix: the operands and the result."""
    code, used, _ = _compiled(recipe)
    return _run_one(code, used, VARIANTS["matrix"], attached)


# -- claims ------------------------------------------------------------------------------------


def measured_graph(runs: list[Run]) -> Graph:
    """The narrowest claim on the graph that all runs allow."""
    if any(run.result_attached for run in runs if not run.attached):
        return Graph.UNKNOWN
    if any(run.result_attached for run in runs if run.first not in run.attached):
        return Graph.OPERANDS
    return Graph.SELF if any(run.result_attached for run in runs) else Graph.FREE


_SEEN: dict[frozenset[str], Identity] = {
    frozenset({"new"}): Identity.NEW,
    frozenset({"same"}): Identity.SAME,
    frozenset({"same", "new"}): Identity.SAME,
    frozenset({"view"}): Identity.VIEW,
    frozenset({"view", "new"}): Identity.VIEW,
    frozenset({"view", "detached"}): Identity.VIEW,
    frozenset({"view", "detached", "new"}): Identity.VIEW,
    frozenset({"detached"}): Identity.DETACHED,
    frozenset({"detached", "new"}): Identity.DETACHED,
}


def measured_identity(runs: list[Run]) -> Identity:
    """The narrowest claim on the result's identity that all runs allow."""
    seen = frozenset(identity for run in runs for identity in run.identities)
    return _SEEN.get(seen, Identity.VIEW_OR_SAME)


def runs_of(recipes: list[str]) -> list[Run]:
    """All runs of all recipes, none of which may fail everywhere."""
    assert recipes, "there is no recipe"
    runs: list[Run] = []
    for recipe in recipes:
        found = measure(recipe)
        assert found, f"{recipe} raises on every receiver"
        runs += found
    return runs


def check(
    recipes: list[str],
    graph: Graph,
    identity: Identity,
    *,
    single: bool = True,
    attacked: bool = True,
) -> list[Run]:
    """Hold a row against torch: its claims must be true, and no weaker than what is measured.

    single: the claim on identity speaks of a result that is one tensor. (The forms that give
    several may then give views too, but no operand unless the row says so.)
    """
    runs = runs_of(recipes)
    assert any(run.results for run in runs), "no run gave a tensor"
    assert measured_graph(runs) is graph, [str(run) for run in runs if run.result_attached][:6]
    if attacked and graph in (Graph.FREE, Graph.SELF):
        found = [way for recipe in recipes for way in attack(recipe, by_name=recipe is recipes[0])]
        assert not found, found[:6]
    speaking = [run for run in runs if run.single is single]
    witnesses = {kind: str(run) for run in speaking for kind in run.identities}
    assert measured_identity(speaking) is identity, witnesses
    if identity not in (Identity.SAME, Identity.VIEW_OR_SAME):
        assert not any("same" in run.identities for run in runs)
    return runs


def check_elements(runs: list[Run], graph: Graph, free: frozenset[int]) -> None:
    """Hold the claim on which elements of a tuple are free whatever the operands are."""
    for position in range(max(len(run.results) for run in runs)):
        results = [(run, run.results[position]) for run in runs if len(run.results) > position]
        attached = [str(run) for run, result in results if result]
        if position in free or graph is Graph.FREE:
            assert not attached, (position, attached[:6])
        else:
            assert attached, f"element {position} is never attached"


# -- attacks -----------------------------------------------------------------------------------

_KEYWORDS = ("other", "value", "weight", "min", "max", "source", "src", "tensor", "exponent")
_ATTACKERS: dict[str, Callable[[Variant], Tensor]] = {
    "number": lambda variant: torch.ones((), requires_grad=True).clone(),
    "alike": lambda variant: _attached(_rand(*variant.shape, dtype=variant.dtype)),
}


def _attacks(recipe: str, by_name: bool) -> tuple[str, ...]:
    """The recipe with each argument in turn replaced by `attack`, and with `attack` added."""
    call = ast.parse(recipe, mode="eval").body
    if not isinstance(call, ast.Call):
        return ()
    attack = ast.Name("attack", ast.Load())
    assert isinstance(call.func, ast.Attribute)
    is_function = ast.unparse(call.func.value) in _CONSTANTS
    args, keywords = call.args, call.keywords
    calls = [
        ast.Call(call.func, [*args[:n], attack, *args[n + 1 :]], keywords)
        for n in range(1 if is_function else 0, len(args))
    ]
    calls.append(ast.Call(call.func, [*args, attack], keywords))
    for n, keyword in enumerate(keywords):
        replaced = [*keywords[:n], ast.keyword(keyword.arg, attack), *keywords[n + 1 :]]
        calls.append(ast.Call(call.func, args, replaced))
    given = {keyword.arg for keyword in keywords}
    calls += [
        ast.Call(call.func, args, [*keywords, ast.keyword(name, attack)])
        for name in _KEYWORDS
        if by_name and name not in given
    ]
    return tuple(dict.fromkeys(ast.unparse(call) for call in calls))


def attack(recipe: str, by_name: bool = True) -> Iterator[str]:
    """Ways to make the result require grad through an argument of a free receiver."""
    for source in _attacks(recipe, by_name):
        code, names, _ = _compiled(source)
        shaped = any(name in _COMPANIONS for name in names)
        for variant_name in ("matrix", "vector", "number") if shaped else ("matrix",):
            variant = VARIANTS[variant_name]
            for how, make in _ATTACKERS.items():
                try:
                    _, value = _run_one(
                        code, names, variant, frozenset(), {"attack": make(variant)}
                    )
                except Exception:
                    continue
                if any(result.requires_grad for result in tensors_in(value)):
                    yield f"{source} on {variant_name}, attack by {how}"
