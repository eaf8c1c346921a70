"""What calls give: of torch and numpy, of methods, of functions of this file and the project."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from varmigrate.analysis.calls import CallShape, read_call
from varmigrate.analysis.elements import Elements
from varmigrate.analysis.evidence import Evidence
from varmigrate.analysis.facts import (
    OPAQUE,
    OTHER,
    UNHELD,
    UNKNOWN,
    Fact,
    GraphFact,
    IdentityFact,
    Kind,
    identity_of,
)
from varmigrate.analysis.flow import ANY, ITEM, Flow
from varmigrate.analysis.holders import Holders
from varmigrate.analysis.loaders import LOADERS
from varmigrate.analysis.names import VARIABLE, Names
from varmigrate.analysis.operations import MULTIPLYING, TYPED
from varmigrate.analysis.solving import Solver
from varmigrate.analysis.tree import nodes
from varmigrate.torch_facts.constructors import (
    INTEGER_TENSOR_TYPES,
    SPARSE_TENSOR_TYPES,
    TENSOR_TYPES,
)
from varmigrate.torch_facts.factories import FACTORIES
from varmigrate.torch_facts.functions import FUNCTIONS, NON_TENSOR_FUNCTIONS
from varmigrate.torch_facts.kinds import Identity
from varmigrate.torch_facts.methods import METHODS, NON_TENSOR_METHODS

# Their functions make numbers or arrays, never one of the tensors they are given. Others may hand
# a tensor through: `random.choice`, `np.squeeze`, a ufunc.
_NUMERIC = frozenset(
    f"{module}.{name}"
    for module, names in {
        "random": "random randint randrange",
        "numpy": "array asarray ascontiguousarray zeros ones empty full arange linspace eye "
        "identity stack concatenate vstack hstack fromstring frombuffer loadtxt genfromtxt",
        "numpy.random": "rand randn randint uniform normal random random_sample standard_normal "
        "binomial beta gamma",
    }.items()
    for name in names.split()
)
# Method and attribute names that only tensors have, or that give a number on whatever has them.
_OF_TENSORS = frozenset({"detach", "new"})
_OF_ANYTHING = frozenset({"size", "dim", "numel", "nelement", "item", "tolist", "numpy"})
# Made by the caller's own type, it is an array of numbers whatever it is called on.
_OF_ARRAYS = "astype"
_NUMBER_TYPES = frozenset({"int", "float", "bool"})
_NUMBERS = re.compile(r"(?:float|int|uint|bool|[fiu])\d*")
# They compute from the values alone: of a tensor with a graph they raise.
UFUNCS = frozenset(
    f"numpy.{name}" for name in "exp log log2 log10 sqrt square sin cos tan tanh floor ceil".split()
)
_PLAIN_BUILTINS = frozenset({"len", "int", "float", "bool", "str", "ord", "id", "hash"})
_SEQUENCE_BUILTINS = frozenset({"list", "tuple", "range", "sorted"})
_PARAMETERS = frozenset({"torch.nn.Parameter", "torch.nn.parameter.Parameter"})
_CASTS = frozenset("float double half long int short byte char type type_as".split())
_COMPARED = (
    *(cst.Equal, cst.NotEqual, cst.LessThan),
    *(cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual),
)
_OWN_COMPARISONS = frozenset({"nonzero", *(f"__{n}__" for n in "eq ne lt le gt ge".split())})


class CallFacts:
    """The calls of one file."""

    def __init__(
        self,
        solver: Solver,
        names: Names,
        flow: Flow,
        holders: Holders,
        evidence: Evidence,
        elements: Elements,
    ) -> None:
        self.solver = solver
        self.names = names
        self.flow = flow
        self.holders = holders
        self.evidence = evidence
        self.elements = elements
        self.operations = elements.operations
        # Names of torch that the file puts something of its own in the place of.
        self._patched = frozenset(
            store.attr.value
            for store in names.scopes.stores
            if names.origin(store.value).startswith("torch")
        )

    def of(self, node: cst.Call) -> Fact:
        """What is known of the value of a call."""
        origin = self.names.origin(node.func)
        if self._patched and self._is_patched(node.func):
            return UNKNOWN
        computed = self.elements.computed(node, ())
        if computed is not None and (origin or (computed.free and computed.fresh)):
            return computed
        if origin:
            if origin == VARIABLE:
                return self._variable(read_call(node))
            if origin in TENSOR_TYPES:
                return self._constructor(node, origin)
            if origin in FACTORIES:
                return self._factory(node, origin)
            if origin in FUNCTIONS:
                row = FUNCTIONS[origin]
                return self.operations.result(node, origin, None, row.graph, row.identity)
            if origin in _PARAMETERS:
                reason = "a Parameter requires grad"
                return Fact(Kind.TENSOR, GraphFact.ATTACHED, IdentityFact.UNKNOWN, (reason,))
            if origin in LOADERS:
                return OPAQUE
            if origin.startswith("torchvision.datasets."):
                return OPAQUE
            if origin in NON_TENSOR_FUNCTIONS or (
                origin.startswith("math.") and origin not in MULTIPLYING
            ):
                return OTHER
            if origin in UFUNCS:
                return Fact(graph=GraphFact.FREE)
            plain = origin in _NUMERIC or (
                origin.startswith(("numpy.", "random.", "math."))
                and all(self.solver.of(argument.value).kind is Kind.OTHER for argument in node.args)
            )
            return OTHER if plain and not self._may_hold_objects(node, origin) else UNKNOWN
        types = self.holders.sharing.tensor_types(node.func)
        if types:
            return self._constructor(node, *types)
        if isinstance(node.func, cst.Attribute):
            return self._method(node, node.func)
        if isinstance(node.func, cst.Name) and self.names.is_builtin(node.func):
            if node.func.value in _PLAIN_BUILTINS:
                return OTHER
            if node.func.value in _SEQUENCE_BUILTINS:
                return Fact(Kind.SEQUENCE, self.elements.elements_of(node))
            if node.func.value in ("next", "min", "max") and len(node.args) == 1:
                return self.elements.item(node.args[0].value, (ANY,))
        if isinstance(node.func, cst.Name):
            called = self.holders.sharing.function(node.func)
            if called is not None:
                given = self.solver.ask("return", called)
                # The one knows the arguments of this call, the other what its names hold.
                return given if computed is None or given.free else computed
        return UNKNOWN

    def _is_patched(self, func: cst.BaseExpression) -> bool:
        """Whether the file puts a function of its own in the place of the one called."""
        return isinstance(func, cst.Attribute) and func.attr.value in self._patched

    def _variable(self, shape: CallShape) -> Fact:
        if shape.problem or shape.never:
            return UNKNOWN
        reason = "a Variable is a new tensor without history"
        if shape.requires_grad.value is not False:
            return Fact(Kind.TENSOR, GraphFact.UNKNOWN, IdentityFact.FRESH, (reason,))
        # Its wrapper may be dropped, and then it is the very tensor it was given.
        given = UNKNOWN if shape.data is None else self.solver.of(shape.data)
        identity = given.identity
        if given.kind is not Kind.TENSOR or not given.free:
            identity = IdentityFact.FRESH
        elif identity not in UNHELD:
            identity = IdentityFact.SHARED
        return Fact(Kind.TENSOR, GraphFact.FREE, identity, (reason,), plain=True)

    def _factory(self, node: cst.Call, origin: str) -> Fact:
        factory = FACTORIES[origin]
        fact = self.operations.result(node, origin, None, factory.graph, factory.identity)
        for argument in node.args:
            if argument.keyword is not None and argument.keyword.value == "requires_grad":
                literal = isinstance(argument.value, cst.Name) and argument.value.value
                if literal != "False":
                    graph = GraphFact.ATTACHED if literal == "True" else GraphFact.UNKNOWN
                    return Fact(Kind.TENSOR, graph, fact.identity, ("it sets requires_grad",))
        return fact

    def _constructor(self, node: cst.Call, origin: str, *others: str) -> Fact:
        new = Fact(
            Kind.TENSOR,
            GraphFact.FREE,
            IdentityFact.FRESH,
            (f"{origin}(...) makes a new tensor without history",),
        )
        if node.args and not SPARSE_TENSOR_TYPES.isdisjoint((origin, *others)):
            return UNKNOWN
        return self._sized(
            node, new, f"{origin}(...)", INTEGER_TENSOR_TYPES.issuperset((origin, *others))
        )

    def _sized(self, node: cst.Call, new: Fact, what: str, integral: bool = False) -> Fact:
        """A constructor or `.new`: sizes and literals make a new tensor, a tensor is shared."""
        if any(argument.keyword is not None or argument.star == "**" for argument in node.args):
            return UNKNOWN
        if any(argument.star for argument in node.args):
            # One of several could be a lone tensor, which would be shared.
            least = sum(self._length(a.value) if a.star else 1 for a in node.args)
            known = least > 1 or all(
                self.elements.item(a.value, (ANY,)).kind is Kind.OTHER for a in node.args if a.star
            )
            return new if known else UNKNOWN
        if len(node.args) != 1:
            return new
        fact = self.solver.of(node.args[0].value)
        if fact.kind in (Kind.OTHER, Kind.SEQUENCE):
            return new
        reason = f"{what} shares the storage of the tensor it is given"
        if fact.kind is Kind.TENSOR:
            identity = identity_of(Identity.VIEW, [fact])
            return Fact(Kind.TENSOR, fact.graph, identity, (*fact.reasons, reason), plain=True)
        if integral:
            reason = f"{what} makes a tensor of integers, which is never part of a graph"
            return Fact(Kind.TENSOR, GraphFact.FREE, IdentityFact.VIEW, (reason,), plain=True)
        return UNKNOWN

    def _length(self, node: cst.BaseExpression) -> int:
        """The least number of elements of a sequence."""
        if isinstance(node, (cst.Tuple, cst.List)):
            return sum(isinstance(element, cst.Element) for element in node.elements)
        if isinstance(node, cst.Name):
            definitions = self.flow.definitions(node) or ()
            sources = [self.flow.source(binding) for binding in definitions]
            displays = [
                len(source.expression.elements)
                for source in sources
                if source is not None
                and not source.path
                and isinstance(source.expression, cst.Tuple)
                and all(isinstance(e, cst.Element) for e in source.expression.elements)
            ]
            return min(displays) if sources and len(displays) == len(sources) else 0
        return 0

    def _method(self, node: cst.Call, func: cst.Attribute) -> Fact:
        name = func.attr.value
        if name in ("next", "__next__") and not node.args:
            return self.elements.item(func.value, (ANY,))
        if name == "as_subclass":
            return UNKNOWN
        receiver = self.solver.of(func.value)
        if receiver.kind is Kind.SEQUENCE and name in ("pop", "get"):
            if any(argument.star for argument in node.args):
                return UNKNOWN
            # A default may come instead.
            parts = [(func.value, (ITEM,)), *((a.value, ()) for a in node.args[1:])]
            return self.solver.joined(lambda part: self.elements.item(*part), parts)
        if receiver.kind is Kind.OTHER:
            return OTHER
        made = None if receiver.kind is Kind.TENSOR else self._computed_freely(func)
        if made is not None:
            receiver = made
        known = receiver.kind is Kind.TENSOR
        taken = not known and name in self.evidence.own_names
        if name in NON_TENSOR_METHODS and (known or name in _OF_ANYTHING) and not taken:
            return OTHER
        if (
            name == _OF_ARRAYS
            and name not in self.evidence.own_names
            and self._names_numbers(node.args)
        ):
            return OTHER
        if taken or (not known and name not in _OF_TENSORS and not name.startswith("new_")):
            # Packed sequences have casts too, and any class may have a method of that name.
            return UNKNOWN
        if name == "new":
            new = Fact(
                Kind.TENSOR,
                GraphFact.FREE,
                IdentityFact.FRESH,
                (".new(...) with sizes makes a new tensor without history",),
            )
            return self._sized(node, new, ".new(...)")
        method = METHODS.get(name)
        if method is None:
            return UNKNOWN
        fact = self.operations.result(
            node, f".{name}(...)", receiver, method.graph, method.identity
        )
        for argument in node.args:
            if argument.keyword is not None and argument.keyword.value == "requires_grad":
                return Fact(Kind.TENSOR, GraphFact.UNKNOWN, fact.identity, fact.reasons)
        return fact

    def _computed_freely(self, func: cst.Attribute) -> Fact | None:
        """What a comparison, or `.nonzero()`, gives where a method tells that it is a tensor.

        Of other classes a comparison has no method to cast it, and `nonzero` gives a tuple or asks
        an array, which has no `.float()`.
        """
        inner, name = func.value, func.attr.value
        if (
            not self.evidence.own_names.isdisjoint(_OWN_COMPARISONS)
            or name in self.evidence.own_names
        ):
            return None
        compared = (
            name in _CASTS
            and isinstance(inner, cst.Comparison)
            and len(inner.comparisons) == 1
            and isinstance(inner.comparisons[0].operator, _COMPARED)
        )
        counted = (
            name in ("squeeze", "view", "t", "long")
            and isinstance(inner, cst.Call)
            and isinstance(inner.func, cst.Attribute)
            and inner.func.attr.value == "nonzero"
            and not inner.args
        )
        if not compared and not counted:
            return None
        what = "a comparison" if compared else ".nonzero()"
        reason = f"{what} makes a new tensor without history"
        return Fact(Kind.TENSOR, GraphFact.FREE, IdentityFact.FRESH, (reason,))

    def _may_hold_objects(self, node: cst.Call, origin: str) -> bool:
        """Whether what numpy makes may be an array of Python objects."""
        typed = origin.startswith("numpy.") and origin.rpartition(".")[2] in TYPED
        for index, argument in enumerate(node.args):
            keyword = argument.keyword.value if argument.keyword is not None else ""
            is_type = keyword == "dtype" or (typed and index == 1 and not keyword)
            if is_type and not self._names_numbers([argument]):
                return True
            if _holds_objects(argument):
                return True
        return False

    def _names_numbers(self, arguments: Sequence[cst.Arg]) -> bool:
        """Whether the one argument is a type of numbers."""
        if len(arguments) != 1 or arguments[0].star:
            return False
        value = arguments[0].value
        if isinstance(value, cst.Name):
            return value.value in _NUMBER_TYPES and self.names.is_builtin(value)
        if isinstance(value, cst.SimpleString):
            return _NUMBERS.fullmatch(value.value.strip("\"'")) is not None
        return self.names.origin(value).startswith("numpy.") and not _holds_objects(arguments[0])


def _holds_objects(argument: cst.Arg) -> bool:
    """Whether an argument asks for an array of Python objects, which may be tensors."""
    node = argument.value
    if isinstance(node, (cst.List, cst.Tuple, cst.BinaryOperation)) and any(
        isinstance(child, cst.Name) and child.value == "None" for child in nodes(node)
    ):
        return True
    if isinstance(node, cst.Name) and node.value == "None":
        return True
    if isinstance(node, cst.SimpleString):
        return node.value.strip("\"'") in ("O", "object")
    last = node.attr if isinstance(node, cst.Attribute) else node
    return isinstance(last, cst.Name) and last.value in ("object", "object_")
