"""Facts about an expression: is it part of a graph, and who else holds the object it makes?

Only the expression itself is read here: names are unknown. Every answer carries its reasons, in
words. Sources: the tables of `torch_facts`, each row of which is held against torch by a test.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import libcst as cst

from varmigrate.analysis.calls import CallShape, read_call
from varmigrate.analysis.names import VARIABLE, Names
from varmigrate.torch_facts.attributes import ATTRIBUTES, NON_TENSOR_ATTRIBUTES
from varmigrate.torch_facts.constructors import SPARSE_TENSOR_TYPES, TENSOR_TYPES
from varmigrate.torch_facts.factories import FACTORIES
from varmigrate.torch_facts.functions import FUNCTIONS, NON_TENSOR_FUNCTIONS
from varmigrate.torch_facts.kinds import Graph, Identity
from varmigrate.torch_facts.methods import METHODS, NON_TENSOR_METHODS


class Kind(enum.Enum):
    """What sort of value: a tensor, a Python sequence, surely neither, or unknown."""

    TENSOR = "tensor"
    SEQUENCE = "sequence"
    OTHER = "other"
    UNKNOWN = "unknown"


class GraphFact(enum.Enum):
    """FREE: no history and no requires_grad. ATTACHED: provably one of them."""

    FREE = "free"
    ATTACHED = "attached"
    UNKNOWN = "unknown"


class IdentityFact(enum.Enum):
    """FRESH: a new plain tensor nobody else holds and that is no differentiable view.

    VIEW: nobody else holds it or its base, but it is a differentiable view. Under `no_grad` such a
    view refuses a later in-place write, and it refuses `detach_()`; a detached tensor does not.
    """

    FRESH = "fresh"
    VIEW = "view"
    SHARED = "shared"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of the value of an expression, and why (in words)."""

    kind: Kind = Kind.UNKNOWN
    graph: GraphFact = GraphFact.UNKNOWN
    identity: IdentityFact = IdentityFact.UNKNOWN
    reasons: tuple[str, ...] = ()

    @property
    def free(self) -> bool:
        """Provably without history and without requires_grad."""
        return self.graph is GraphFact.FREE

    @property
    def fresh(self) -> bool:
        """Provably a new, plain tensor without a second owner."""
        return self.identity is IdentityFact.FRESH

    @property
    def harmless_operand(self) -> bool:
        """As an operand it cannot attach the result to a graph."""
        return self.kind is Kind.OTHER or self.free


UNKNOWN = Fact()
_OTHER = Fact(Kind.OTHER, GraphFact.FREE, IdentityFact.UNKNOWN)
# Their functions make numbers or arrays, never one of the tensors they are given. Others may hand
# a tensor through: `random.choice`, `np.squeeze`, a ufunc.
_NUMERIC = frozenset(
    f"{module}.{name}"
    for module, names in {
        "random": "random uniform gauss normalvariate randint randrange",
        "numpy": "array asarray ascontiguousarray zeros ones empty full arange linspace eye "
        "identity stack concatenate vstack hstack fromstring frombuffer loadtxt genfromtxt",
        "numpy.random": "rand randn randint uniform normal random random_sample standard_normal "
        "binomial beta gamma",
    }.items()
    for name in names.split()
)
_NUMERIC_MODULES = ("numpy", "math")
# Method and attribute names that only tensors have, or that give a number on whatever has them.
_OF_TENSORS = frozenset({"detach", "new"})
_OF_ANYTHING = frozenset({"size", "dim", "numel", "nelement", "item", "tolist", "numpy"})
_ATTRIBUTES_OF_ANYTHING = frozenset("shape dtype device ndim is_cuda requires_grad".split())
_PLAIN_BUILTINS = frozenset({"len", "int", "float", "bool", "str", "ord", "id", "hash"})
_SEQUENCE_BUILTINS = frozenset({"list", "tuple", "range", "sorted"})
_KEYWORD_CONSTANTS = frozenset({"True", "False", "None"})


class Facts:
    """Facts about the expressions of one file; every answer is kept."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._known: dict[int, Fact] = {}

    def of(self, node: cst.BaseExpression) -> Fact:
        """What is known of the value of `node`."""
        key = id(node)
        fact = self._known.get(key)
        if fact is None:
            fact = self._known[key] = self._evaluate(node)
        return fact

    def _evaluate(self, node: cst.BaseExpression) -> Fact:
        if isinstance(node, cst.Call):
            return self._call(node)
        if isinstance(node, cst.Attribute):
            return self._attribute(node)
        if isinstance(node, cst.Name):
            return _OTHER if node.value in _KEYWORD_CONSTANTS else UNKNOWN
        if isinstance(node, cst.BinaryOperation):
            return self._arithmetic(node)
        if isinstance(node, cst.UnaryOperation):
            return self._unary(node)
        if isinstance(node, cst.Comparison):
            return self._comparison(node)
        if isinstance(node, cst.Subscript):
            return self._subscript(node)
        if isinstance(node, cst.IfExp):
            return _join(self.of(node.body), self.of(node.orelse))
        if isinstance(node, cst.NamedExpr):
            fact = self.of(node.value)
            return Fact(fact.kind, fact.graph, IdentityFact.SHARED, fact.reasons)
        if isinstance(node, (cst.List, cst.Tuple)):
            return self._sequence(node)
        if isinstance(node, cst.ListComp):
            return Fact(Kind.SEQUENCE)
        if isinstance(
            node,
            (
                cst.Integer,
                cst.Float,
                cst.Imaginary,
                cst.BaseString,
                cst.Ellipsis,
            ),
        ):
            return _OTHER
        return UNKNOWN

    # -- calls ---------------------------------------------------------------------------------

    def _call(self, node: cst.Call) -> Fact:
        origin = self.names.origin(node.func)
        if origin:
            if origin == VARIABLE:
                return self._variable(read_call(node))
            if origin in TENSOR_TYPES:
                return self._constructor(node, origin)
            if origin in FACTORIES:
                return self._factory(node, origin)
            if origin in FUNCTIONS:
                function = FUNCTIONS[origin]
                return self._operation(node, origin, None, function.graph, function.identity)
            if origin in NON_TENSOR_FUNCTIONS or origin.startswith("math."):
                return _OTHER
            plain = origin in _NUMERIC or (
                origin.startswith("numpy.")
                and all(self.of(argument.value).kind is Kind.OTHER for argument in node.args)
            )
            return _OTHER if plain and not any(map(_holds_objects, node.args)) else UNKNOWN
        if isinstance(node.func, cst.Attribute):
            return self._method(node, node.func)
        if isinstance(node.func, cst.Name) and self.names.is_builtin(node.func):
            if node.func.value in _PLAIN_BUILTINS:
                return _OTHER
            if node.func.value in _SEQUENCE_BUILTINS:
                return Fact(Kind.SEQUENCE)
        return UNKNOWN

    def _variable(self, shape: CallShape) -> Fact:
        if shape.problem or shape.never:
            return UNKNOWN
        reason = "a Variable is a new tensor without history"
        graph = GraphFact.FREE if shape.requires_grad.value is False else GraphFact.UNKNOWN
        return Fact(Kind.TENSOR, graph, IdentityFact.FRESH, (reason,))

    def _factory(self, node: cst.Call, origin: str) -> Fact:
        factory = FACTORIES[origin]
        fact = self._operation(node, origin, None, factory.graph, factory.identity)
        for argument in node.args:
            if argument.keyword is not None and argument.keyword.value == "requires_grad":
                literal = isinstance(argument.value, cst.Name) and argument.value.value
                if literal != "False":
                    graph = GraphFact.ATTACHED if literal == "True" else GraphFact.UNKNOWN
                    return Fact(Kind.TENSOR, graph, fact.identity, ("it sets requires_grad",))
        return fact

    def _constructor(self, node: cst.Call, origin: str) -> Fact:
        new = Fact(
            Kind.TENSOR,
            GraphFact.FREE,
            IdentityFact.FRESH,
            (f"{origin}(...) makes a new tensor without history",),
        )
        if origin in SPARSE_TENSOR_TYPES and node.args:
            return UNKNOWN
        return self._sized(node, new, f"{origin}(...)")

    def _sized(self, node: cst.Call, new: Fact, what: str) -> Fact:
        """A constructor or `.new`: sizes and literals make a new tensor, a tensor is shared."""
        if any(argument.keyword is not None or argument.star == "**" for argument in node.args):
            return UNKNOWN
        if any(argument.star for argument in node.args):
            known = all(self.of(a.value).kind is Kind.OTHER for a in node.args if a.star)
            return new if known else UNKNOWN
        if len(node.args) != 1:
            return new
        fact = self.of(node.args[0].value)
        if fact.kind in (Kind.OTHER, Kind.SEQUENCE):
            return new
        if fact.kind is Kind.TENSOR:
            reason = f"{what} shares the storage of the tensor it is given"
            return Fact(Kind.TENSOR, fact.graph, IdentityFact.VIEW, (*fact.reasons, reason))
        return UNKNOWN

    def _method(self, node: cst.Call, func: cst.Attribute) -> Fact:
        name = func.attr.value
        receiver = self.of(func.value)
        if receiver.kind is Kind.OTHER:
            return _OTHER
        known = receiver.kind is Kind.TENSOR
        if name in NON_TENSOR_METHODS and (known or name in _OF_ANYTHING):
            return _OTHER
        if not known and name not in _OF_TENSORS and not name.startswith("new_"):
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
        fact = self._operation(node, f".{name}(...)", receiver, method.graph, method.identity)
        for argument in node.args:
            if argument.keyword is not None and argument.keyword.value == "requires_grad":
                return Fact(Kind.TENSOR, GraphFact.UNKNOWN, fact.identity, fact.reasons)
        return fact

    def _operation(
        self,
        node: cst.Call,
        what: str,
        receiver: Fact | None,
        graph: Graph,
        identity: Identity,
    ) -> Fact:
        """The fact of a call whose row in the tables is known."""
        if any(_is_open(argument) for argument in node.args):
            return Fact(Kind.TENSOR)
        operands = [self.of(argument.value) for argument in node.args]
        if receiver is not None:
            operands.insert(0, receiver)
        if graph is Graph.FREE:
            reached = GraphFact.FREE
        elif graph is Graph.SELF:
            first = receiver or (operands[0] if _first(node) else None)
            reached = GraphFact.UNKNOWN if first is None else first.graph
        elif graph is Graph.UNKNOWN:
            reached = GraphFact.UNKNOWN
        else:
            free = all(operand.harmless_operand for operand in operands)
            reached = GraphFact.FREE if free else GraphFact.UNKNOWN
        tensors = [operand for operand in operands if operand.kind is not Kind.OTHER]
        held = self._identity(identity, tensors)
        inherited = () if receiver is None else receiver.reasons
        return Fact(Kind.TENSOR, reached, held, (*inherited, _reason(what, identity, reached)))

    @staticmethod
    def _identity(identity: Identity, tensors: Sequence[Fact]) -> IdentityFact:
        if identity in (Identity.NEW, Identity.DETACHED):
            return IdentityFact.FRESH
        source = tensors[0].identity if len(tensors) == 1 else IdentityFact.UNKNOWN
        if identity is Identity.SAME:
            return tensors[0].identity if tensors else IdentityFact.UNKNOWN
        if source in (IdentityFact.FRESH, IdentityFact.VIEW):
            return IdentityFact.VIEW
        return IdentityFact.UNKNOWN

    # -- other expressions ---------------------------------------------------------------------

    def _attribute(self, node: cst.Attribute) -> Fact:
        name = node.attr.value
        origin = self.names.origin(node)
        if origin:
            return _OTHER if origin.split(".")[0] in _NUMERIC_MODULES else UNKNOWN
        receiver = self.of(node.value)
        if receiver.kind is Kind.OTHER or name in _ATTRIBUTES_OF_ANYTHING:
            return _OTHER
        if name in NON_TENSOR_ATTRIBUTES and receiver.kind is Kind.TENSOR and name != "grad_fn":
            return _OTHER
        row = ATTRIBUTES.get(name)
        if row is None or receiver.kind is not Kind.TENSOR:
            return UNKNOWN
        graph = {Graph.FREE: GraphFact.FREE, Graph.SELF: receiver.graph}.get(
            row.graph, GraphFact.UNKNOWN
        )
        identity = self._identity(row.identity, [receiver])
        return Fact(Kind.TENSOR, graph, identity, (_reason(f".{name}", row.identity, graph),))

    def _arithmetic(self, node: cst.BinaryOperation) -> Fact:
        left, right = self.of(node.left), self.of(node.right)
        if left.kind is Kind.OTHER and right.kind is Kind.OTHER:
            return _OTHER
        if Kind.TENSOR not in (left.kind, right.kind):
            return UNKNOWN
        free = left.harmless_operand and right.harmless_operand
        if not free:
            return Fact(Kind.TENSOR)
        # A matrix product may be a view of an intermediate result.
        product = isinstance(node.operator, cst.MatrixMultiply)
        return Fact(
            Kind.TENSOR,
            GraphFact.FREE,
            IdentityFact.VIEW if product else IdentityFact.FRESH,
            (
                *left.reasons,
                *right.reasons,
                "arithmetic of tensors without history makes a new one",
            ),
        )

    def _unary(self, node: cst.UnaryOperation) -> Fact:
        if isinstance(node.operator, cst.Not):
            return _OTHER
        fact = self.of(node.expression)
        if isinstance(node.operator, cst.Plus) or fact.kind is not Kind.TENSOR:
            return fact if fact.kind in (Kind.TENSOR, Kind.OTHER) else UNKNOWN
        identity = IdentityFact.FRESH if fact.free else IdentityFact.UNKNOWN
        return Fact(Kind.TENSOR, fact.graph, identity, fact.reasons)

    def _comparison(self, node: cst.Comparison) -> Fact:
        operators = [target.operator for target in node.comparisons]
        if any(isinstance(op, (cst.Is, cst.IsNot, cst.In, cst.NotIn)) for op in operators):
            return _OTHER
        facts = [self.of(node.left), *(self.of(target.comparator) for target in node.comparisons)]
        if all(fact.kind is Kind.OTHER for fact in facts):
            return _OTHER
        known = all(fact.kind in (Kind.TENSOR, Kind.OTHER) for fact in facts)
        if len(operators) == 1 and known:
            reason = "a comparison of tensors makes a new tensor without history"
            return Fact(Kind.TENSOR, GraphFact.FREE, IdentityFact.FRESH, (reason,))
        return UNKNOWN

    def _subscript(self, node: cst.Subscript) -> Fact:
        fact = self.of(node.value)
        if fact.kind is Kind.OTHER:
            return _OTHER
        if fact.kind is not Kind.TENSOR:
            return UNKNOWN
        held = fact.identity in (IdentityFact.FRESH, IdentityFact.VIEW)
        identity = IdentityFact.VIEW if held else IdentityFact.UNKNOWN
        return Fact(Kind.TENSOR, fact.graph, identity, (*fact.reasons, "indexing gives a view"))

    def _sequence(self, node: cst.List | cst.Tuple) -> Fact:
        facts = [self.of(element.value) for element in node.elements]
        plain = all(isinstance(element, cst.Element) for element in node.elements)
        free = plain and all(fact.harmless_operand for fact in facts)
        return Fact(Kind.SEQUENCE, GraphFact.FREE if free else GraphFact.UNKNOWN)


def _holds_objects(argument: cst.Arg) -> bool:
    """Whether an argument asks for an array of Python objects, which may be tensors."""
    node = argument.value
    if isinstance(node, cst.SimpleString):
        return node.value.strip("\"'") in ("O", "object")
    last = node.attr if isinstance(node, cst.Attribute) else node
    return isinstance(last, cst.Name) and last.value in ("object", "object_")


def _first(node: cst.Call) -> bool:
    """Whether the argument written first is the function's first parameter."""
    return bool(node.args) and node.args[0].keyword is None and not node.args[0].star


def _is_open(argument: cst.Arg) -> bool:
    """An argument that may hold anything: `*args`, `**kwargs`, or an `out=` tensor."""
    if argument.star == "**":
        return True
    if argument.keyword is not None and argument.keyword.value == "out":
        return not (isinstance(argument.value, cst.Name) and argument.value.value == "None")
    return False


def _reason(what: str, identity: Identity, graph: GraphFact) -> str:
    history = " without history" if graph is GraphFact.FREE else ""
    if identity in (Identity.NEW, Identity.DETACHED):
        return f"{what} makes a new tensor{history}"
    if identity is Identity.SAME:
        return f"{what} may return the tensor itself"
    return f"{what} gives a view"


def _join(first: Fact, second: Fact) -> Fact:
    """What holds whichever of two expressions was evaluated."""
    kind = first.kind if first.kind is second.kind else Kind.UNKNOWN
    graph = first.graph if first.graph is second.graph else GraphFact.UNKNOWN
    if first.identity is second.identity:
        identity = first.identity
    elif {first.identity, second.identity} == {IdentityFact.FRESH, IdentityFact.VIEW}:
        identity = IdentityFact.VIEW
    else:
        identity = IdentityFact.UNKNOWN
    return Fact(kind, graph, identity, _unique((*first.reasons, *second.reasons)))


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
