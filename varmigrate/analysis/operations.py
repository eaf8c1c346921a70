"""What a call of something known gives, in terms of its arguments."""

from __future__ import annotations

from collections.abc import Sequence

from varmigrate.analysis.terms import NUMBER, UNSEEN, Term, TermKind, given_in
from varmigrate.torch_facts.constructors import (
    INTEGER_TENSOR_TYPES,
    SPARSE_TENSOR_TYPES,
    TENSOR_TYPES,
)
from varmigrate.torch_facts.factories import FACTORIES
from varmigrate.torch_facts.functions import FUNCTIONS, NON_TENSOR_FUNCTIONS, TUPLE_FUNCTIONS
from varmigrate.torch_facts.kinds import Graph, Identity
from varmigrate.torch_facts.methods import METHODS, NON_TENSOR_METHODS, TUPLE_METHODS
from varmigrate.torch_facts.variable import VARIABLE_NAMES, VARIABLE_PARAMETERS

Argument = tuple[str, Term]
"""The keyword of an argument ("" without one, "*" or "**"), and its value."""

TENSOR_TESTS = frozenset({"torch.Tensor", *VARIABLE_NAMES})
# They tell something of what they are given, and give no tensor.
_TELLING = frozenset(
    "print len int float str repr isinstance type range format callable issubclass ord".split()
)
# Tensors made by them are new.
_COMPUTING = frozenset({"abs", "pow", "divmod", "round"})
# They hand on what they are given, or parts of it.
_PASSING = frozenset("enumerate zip iter next reversed sorted min max sum any all".split())
_ARRAYS = frozenset(
    f"numpy.{name}"
    for name in "array asarray ascontiguousarray zeros ones empty full arange linspace eye "
    "identity stack concatenate vstack hstack prod".split()
)
TYPED = frozenset("array asarray ascontiguousarray zeros ones empty identity".split())
"""Functions of numpy that take the type of the elements as their second argument."""
MULTIPLYING = frozenset({"math.prod", "math.sumprod"})
"""Of a list with a tensor in it they make a tensor."""
_MODULES = frozenset({"math", "random", "time", "os"})
# Of the methods that give no tensor, those that change something.
_ACTING = frozenset({"backward", "register_hook", "retain_grad"})
OPERATORS = frozenset(
    f"__{prefix}{name}__"
    for prefix in ("", "r", "i")
    for name in "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()
)
"""Methods that stand behind operators: one of the file's own may do anything."""
_NUMBERS = (
    *(TermKind.NUMBER, TermKind.NUMBERS, TermKind.LITERAL, TermKind.FLAG),
    TermKind.NOT,
)
_OF_CONTAINERS = frozenset("keys values items get copy index count".split())


class Unclear(Exception):
    """Something may be changed or kept that a caller can see."""


def unknown(parts: Sequence[Term]) -> Term:
    """What code that is not seen gives; raises Unclear where it is given something of a caller's.

    A tensor that the function has made itself may be kept there as well.
    """
    if all(_is_idle(part) for part in parts):
        return UNSEEN
    raise Unclear


def _is_idle(term: Term) -> bool:
    """Whether a value has no tensor of a caller's, nor a new one."""
    if term.kind in _NUMBERS:
        return True
    if term.sure:
        return False
    open_kinds = (TermKind.UNSEEN, TermKind.EITHER, TermKind.TUPLE, TermKind.CALLED)
    return term.kind in open_kinds and all(_is_idle(part) for part in term.parts)


def unseen(parts: Sequence[Term]) -> Term:
    """A value of which nothing is known but what it is made of."""
    found = dict.fromkeys(g for part in parts for g in given_in(part))
    made = not all(_is_idle(part) for part in parts)
    return Term(TermKind.UNSEEN, tuple(found), sure=made) if made else UNSEEN


def of_function(origin: str, arguments: Sequence[Argument]) -> Term | None:
    """What an imported function gives; None when it is not known. Raises Unclear."""
    names = [name for name, _ in arguments]
    parts = [value for _, value in arguments]
    root = origin.partition(".")[0]
    if "out" in names or "inplace" in names:
        raise Unclear
    if origin in VARIABLE_NAMES:
        return _variable(arguments)
    if origin in NON_TENSOR_FUNCTIONS or origin == "torch.is_tensor":
        return NUMBER
    if root == "numpy":
        plain = origin in _ARRAYS and not any(names)
        if len(parts) > 1 and origin.rpartition(".")[2] in TYPED:
            # What comes second is the type, which may be that of objects.
            plain = False
        return NUMBER if plain else unseen(parts)
    if root in _MODULES:
        numbers = all(part.kind in _NUMBERS for part in parts)
        told = root == "math" and origin not in MULTIPLYING
        return NUMBER if told or numbers else unknown(parts)
    if root != "torch":
        return None
    if "*" in names or "**" in names:
        return unknown(parts)
    if origin in TENSOR_TYPES:
        if any(names) or (parts and origin in SPARSE_TENSOR_TYPES):
            return unknown(parts)
        integers = origin in INTEGER_TENSOR_TYPES
        return Term(TermKind.CONSTRUCTED, tuple(parts), origin, sure=integers)
    row = FACTORIES.get(origin) or FUNCTIONS.get(origin)
    if row is None or origin.endswith("_"):
        if origin in TUPLE_FUNCTIONS:
            return unseen(parts)
        return unknown(parts)
    return _operation(TermKind.FUNCTION, origin, arguments, row.graph, row.identity)


def of_method(name: str, receiver: Term, arguments: Sequence[Argument]) -> Term:
    """What a method gives that changes nothing; raises Unclear when it may."""
    names = [keyword for keyword, _ in arguments]
    parts = [receiver, *(value for _, value in arguments)]
    if name in _ACTING or "out" in names or "**" in names or "inplace" in names:
        raise Unclear
    if name == "detach" and not arguments:
        return Term(TermKind.CUT, (receiver,))
    if name in NON_TENSOR_METHODS:
        return Term(TermKind.NUMBERS, (receiver,), name)
    if name == "astype":
        return NUMBER
    if name == "new" and not any(names):
        return Term(TermKind.CONSTRUCTED, tuple(parts[1:]), ".new")
    row = METHODS.get(name)
    several = name in TUPLE_METHODS and arguments
    if row is not None and not several and "*" not in names and row.graph is not Graph.UNKNOWN:
        return _operation(
            TermKind.METHOD, name, [("", receiver), *arguments], row.graph, row.identity
        )
    if name in TUPLE_METHODS or name in _OF_CONTAINERS or row is not None:
        return unseen(parts)
    return unknown(parts)


def of_builtin(name: str, arguments: Sequence[Argument]) -> Term:
    """What a built-in gives; raises Unclear when it may change or keep something."""
    parts = [value for _, value in arguments]
    plain = not any(keyword for keyword, _ in arguments)
    if name == "bool" and plain and len(parts) == 1:
        return Term(TermKind.FLAG, (parts[0],))
    if name in _TELLING or name == "bool":
        return NUMBER
    if name in _COMPUTING:
        return unseen(parts)
    if name in ("list", "tuple") and plain and len(parts) == 1:
        kinds = (TermKind.TUPLE, TermKind.LIST, TermKind.MANY)
        return parts[0] if parts[0].kind in kinds else unseen(parts)
    if name in _PASSING and plain:
        return unseen(parts)
    return unknown(parts)


def _operation(
    kind: TermKind,
    name: str,
    arguments: Sequence[Argument],
    graph: Graph,
    identity: Identity,
) -> Term:
    """A row of the tables; with the flag it makes a leaf."""
    flag = next((value for keyword, value in arguments if keyword == "requires_grad"), None)
    operands = tuple(value for keyword, value in arguments if keyword != "requires_grad")
    if graph is Graph.SELF and (not arguments or arguments[0][0]):
        graph = Graph.OPERANDS
    made = Term(kind, operands, name, graph=graph, identity=identity)
    return made if flag is None else Term(TermKind.LEAF, (made, flag))


def _variable(arguments: Sequence[Argument]) -> Term:
    """What Variable gives: the flag `volatile` does nothing."""
    given: dict[str, Term] = {}
    for index, (keyword, value) in enumerate(arguments):
        if keyword in ("*", "**") or index >= len(VARIABLE_PARAMETERS):
            return unknown([value for _, value in arguments])
        given[keyword or VARIABLE_PARAMETERS[index]] = value
    data = given.get("data")
    if data is None or not given.keys() <= set(VARIABLE_PARAMETERS):
        return unknown(list(given.values()))
    cut = Term(TermKind.CUT, (data,))
    flag = given.get("requires_grad")
    return cut if flag is None else Term(TermKind.LEAF, (cut, flag))


def is_external(module: str) -> bool:
    """Whether a module is one that no file of a project can be."""
    return module.partition(".")[0] in ("torch", "numpy")
