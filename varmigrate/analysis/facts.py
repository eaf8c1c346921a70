"""Facts about an expression: is it part of a graph, and who else holds the object it makes?

A name is followed to the definitions that reach it, a parameter to the calls where all are seen, an
attribute of self to its assignments. Definitions may depend on each other (loops, recursion): they
are solved together, from "nothing yet" upwards, until no answer changes. Every answer carries its
reasons, in words. Sources: the tables of `torch_facts`, each row of which is held against torch.
"""

from __future__ import annotations

import enum
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import libcst as cst

from varmigrate.analysis.arguments import parameter_for
from varmigrate.analysis.assumptions import Assumptions
from varmigrate.analysis.calls import CallShape, read_call
from varmigrate.analysis.events import Event, EventKind, Group, Holder, Put
from varmigrate.analysis.flow import ANY, ITEM, REST, Flow, Path, step_of
from varmigrate.analysis.holders import Holders
from varmigrate.analysis.names import VARIABLE, Names
from varmigrate.analysis.scopes import Binding, BindingKind, Scope, ScopeKind
from varmigrate.analysis.tree import children, statement_of
from varmigrate.torch_facts.attributes import ATTRIBUTES, NON_TENSOR_ATTRIBUTES
from varmigrate.torch_facts.constructors import (
    INTEGER_TENSOR_TYPES,
    SPARSE_TENSOR_TYPES,
    TENSOR_TYPES,
)
from varmigrate.torch_facts.factories import FACTORIES
from varmigrate.torch_facts.functions import FUNCTIONS, NON_TENSOR_FUNCTIONS, TUPLE_FUNCTIONS
from varmigrate.torch_facts.kinds import Graph, Identity
from varmigrate.torch_facts.methods import METHODS, NON_TENSOR_METHODS, TUPLE_METHODS


class Kind(enum.Enum):
    """What sort of value: a tensor, a Python sequence, surely neither, or unknown.

    OPAQUE: surely neither, but what it holds may be a tensor (a loader, a function, a class).
    """

    TENSOR = "tensor"
    SEQUENCE = "sequence"
    OTHER = "other"
    OPAQUE = "opaque"
    UNKNOWN = "unknown"


class GraphFact(enum.Enum):
    """FREE: no history and no requires_grad. ATTACHED: provably one of them."""

    FREE = "free"
    ATTACHED = "attached"
    UNKNOWN = "unknown"


class IdentityFact(enum.Enum):
    """FRESH: a new plain tensor nobody else holds and that is no differentiable view.

    VIEW: nobody else holds it or its base, but it is a differentiable view. Under `no_grad` such a
    view refuses a later in-place write, and it refuses `detach_()`; a detached tensor does not. Its
    base may be held where it has integers: they are never part of a graph, whoever writes them.
    """

    FRESH = "fresh"
    VIEW = "view"
    SHARED = "shared"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of the value of an expression, and why (in words).

    plain: a tensor is provably no Parameter or other subclass, as far as this program makes them.
    """

    kind: Kind = Kind.UNKNOWN
    graph: GraphFact = GraphFact.UNKNOWN
    identity: IdentityFact = IdentityFact.UNKNOWN
    reasons: tuple[str, ...] = ()
    plain: bool = False

    @property
    def free(self) -> bool:
        """Provably without history and without requires_grad."""
        return self.graph is GraphFact.FREE

    @property
    def fresh(self) -> bool:
        """Provably a new, plain tensor without a second owner."""
        return self.identity is IdentityFact.FRESH

    @property
    def known_plain(self) -> bool:
        """Provably a plain tensor, not a Parameter or another subclass."""
        return self.plain or self.identity in _UNHELD

    @property
    def doubt(self) -> str:
        """Why the value is not known to be free, in words; empty when it is."""
        if self.free:
            return "" if self.kind is Kind.TENSOR else "it is not known to be a tensor"
        return self.reasons[-1] if self.reasons else "where it comes from is not seen"

    @property
    def harmless_operand(self) -> bool:
        """As an operand it cannot attach the result to a graph."""
        return self.kind is Kind.OTHER or self.free


_UNHELD = (IdentityFact.FRESH, IdentityFact.VIEW)

UNKNOWN = Fact()
_OTHER = Fact(Kind.OTHER, GraphFact.FREE, IdentityFact.UNKNOWN)
_OPAQUE = Fact(Kind.OPAQUE)
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
# Made by the caller's own type, it is an array of numbers whatever it is called on.
_OF_ARRAYS = "astype"
_NUMBER_TYPES = frozenset({"int", "float", "bool"})
_NUMBERS = re.compile(r"(?:float|int|uint|bool|[fiu])\d*")
# They compute from the values alone: of a tensor with a graph they raise.
UFUNCS = frozenset(
    f"numpy.{name}" for name in "exp log log2 log10 sqrt square sin cos tan tanh floor ceil".split()
)
_ATTRIBUTES_OF_ANYTHING = frozenset("shape dtype device ndim is_cuda requires_grad".split())
_PLAIN_BUILTINS = frozenset({"len", "int", "float", "bool", "str", "ord", "id", "hash"})
_SEQUENCE_BUILTINS = frozenset({"list", "tuple", "range", "sorted"})
_KEYWORD_CONSTANTS = frozenset({"True", "False", "None"})
_LOADERS = frozenset({"torch.utils.data.DataLoader", "torch.utils.data.dataloader.DataLoader"})
_TENSOR_DATASETS = frozenset(
    {"torch.utils.data.TensorDataset", "torch.utils.data.dataset.TensorDataset"}
)
_PARAMETERS = frozenset({"torch.nn.Parameter", "torch.nn.parameter.Parameter"})
# They hand on what they are given, element by element.
_SAME_ELEMENTS = frozenset({"list", "tuple", "iter"})
_TENSOR_TESTS = frozenset({"torch.Tensor", VARIABLE})
_QUOTED = re.compile(r"(?=([\"'])(\w+)\1)")
_MODE = re.compile(r"enable_grad|set_grad_enabled|inference_mode")
# Methods that tensors have and packed sequences lack.
_SIZES = frozenset({"size", "dim", "numel", "nelement"})
_CASTS = frozenset("float double half long int short byte char type type_as".split())
_COMPARED = (
    *(cst.Equal, cst.NotEqual, cst.LessThan),
    *(cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual),
)
_OWN_COMPARISONS = frozenset({"nonzero", *(f"__{n}__" for n in "eq ne lt le gt ge".split())})
_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
_PAUSES = re.compile(r"no_grad|set_grad_enabled|inference_mode|volatile")
_NO_GRAD = "torch.no_grad"
_MOST_REASONS = 8
_DEEPEST = 4
# More names for one object are not looked through, which bounds the cost of doing so.
_MOST_HOLDERS = 12


class _NotYet(Exception):
    """The value depends on definitions of which nothing is known so far."""


Part = TypeVar("Part")
_Key = tuple[str, object, Path]


class Facts:
    """Facts about the expressions of one file; every answer is kept."""

    def __init__(
        self, names: Names, flow: Flow, holders: Holders, assumptions: Assumptions
    ) -> None:
        self.names = names
        self.flow = flow
        self.holders = holders
        self.attributes = holders.attributes
        self.tree = names.tree
        self.assumptions = assumptions
        # What calls give that lead to functions which only compute; see `evaluation`.
        self.computed: Callable[[cst.Call, Path], Fact | None] = lambda call, path: None
        self._known: dict[int, Fact] = {}
        self._values: dict[_Key, Fact | None] = {}
        self._final: set[_Key] = set()
        self._obstacles: dict[tuple[tuple[int, ...], bool], str] = {}
        self._reads: dict[Binding, tuple[frozenset[int], list[int]]] = {}
        self._dependents: dict[_Key, dict[_Key, None]] = {}
        self._agenda: list[_Key] = []
        self._asking: _Key | None = None
        self._tainted = False
        self._solving = False
        text = names.tree.text
        self._may_pause = "no_grad" in text and _MODE.search(text) is None
        self._views_are_plain = not names.context.detaching and _PAUSES.search(text) is None
        # A function whose name is a text somewhere may be called by that text.
        self._quoted = frozenset(match[2] for match in _QUOTED.finditer(text))
        # Names that classes of this file give to attributes and methods of their own.
        self._makes_loaders = "DataLoader" in text
        self._own_names = (
            frozenset(
                name
                for scope in names.scopes.scope_of.values()
                if scope.kind is ScopeKind.CLASS
                for name in scope.bindings
            )
            | names.scopes.attributes.keys()
            | names.scopes.replaced
        )
        self._patched = frozenset(
            store.attr.value
            for store in names.scopes.stores
            if names.origin(store.value).startswith("torch")
        )

    def of(self, node: cst.BaseExpression) -> Fact:
        """What is known of the value of `node`."""
        return self._solved(lambda: self._of(node))

    def as_good_as_fresh(self, fact: Fact) -> bool:
        """Whether nothing tells a free tensor from a detached one: a view, too, in most projects.

        A view differs in two ways: it refuses `detach_()`, which no file of the project calls, and,
        made under `no_grad`, later writes, and the file switches no recording off.
        """
        return fact.free and (
            fact.fresh or (fact.identity is IdentityFact.VIEW and self._views_are_plain)
        )

    def obstacle(self, call: cst.Call, data: cst.BaseExpression, contract: bool = False) -> str:
        """Why `call`, a Variable around `data`, must not become `data` itself; empty if it may.

        To be asked when `data` is a free tensor: nobody may be able to tell the two apart.
        contract: what is not seen is taken to leave both of them alone.
        """
        events, groups = self.holders.flows(call)
        for event in events:
            if self._tells(event, contract):
                return f"{event.text} on line {self._line(event.node)}"
        start = {id(g): g for g in (*self.holders.groups_of(data), *groups)}
        key = (tuple(start), contract)
        if key not in self._obstacles:
            self._obstacles[key] = self._obstacle(tuple(start.values()), contract)
        return self._obstacles[key]

    def _obstacle(self, start: Sequence[Group], contract: bool) -> str:
        """What is done to the members of some groups that could tell a tensor from its copy."""
        merged = self.holders.reachable(start)
        if any(self.holders.group(p, unwrapped=True).mixes for g in merged for p in g.into):
            return "a function gets it and may keep it in another argument"
        for group in merged:
            for event in group.events:
                if self._tells(event, contract):
                    return f"{event.text} on line {self._line(event.node)}"
        if contract:
            return ""
        visible = [
            member
            for group in merged
            for member in group.members
            if isinstance(member, Binding) and self._visible(member)
        ]
        if any(self._kind_of(member) is not Kind.TENSOR for member in visible):
            return "a global that others can see would hold one tensor in two places"
        if len({member.name for member in visible}) > 1:
            names = " and ".join(f"`{name}`" for name in sorted({m.name for m in visible})[:3])
            return f"{names} of the module would be one tensor, which others can see"
        return ""

    def _tells(self, event: Event, contract: bool) -> bool:
        if contract and event.kind in (EventKind.RETURNED, EventKind.ESCAPE):
            return False
        if event.kind is EventKind.USED:
            # A module may fill a list it is given, but tells no tensor from its copy.
            return False
        return event.kind is EventKind.RETURNED or not self._harmless(event)

    def _visible(self, binding: Binding) -> bool:
        """Whether other files can reach what a binding holds: a global that is not private."""
        if binding.scope.kind is ScopeKind.MODULE:
            if self.flow.private(binding.name):
                return False
        elif binding.scope.kind is not ScopeKind.CLASS:
            return False
        if binding.kind not in (BindingKind.ASSIGN, BindingKind.LOOP):
            return False
        return self._kind_of(binding) not in (Kind.OTHER, Kind.OPAQUE)

    def _kind_of(self, binding: Binding) -> Kind:
        return self._solved(lambda: self._ask("definition", binding)).kind

    def _harmless(self, event: Event) -> bool:
        return self._solved(lambda: self._seen(event)).free

    # -- for those who put facts together ------------------------------------------------------

    def at(self, node: cst.BaseExpression, path: Path) -> Fact:
        """What is known of the element of `node` at `path`."""
        return self._solved(lambda: self._item(node, path))

    def part(self, whole: Fact) -> Fact:
        """What is known of an element of a value."""
        return self._part(whole)

    def joined(self, evaluate: Callable[[Part], Fact], parts: Iterable[Part]) -> Fact:
        """What holds whichever part it is."""
        return self._joined(evaluate, parts)

    def identity_of(self, identity: Identity, tensors: Sequence[Fact]) -> IdentityFact:
        """The identity of the result of an operation on some tensors."""
        return self._identity(identity, tensors)

    # -- solving -------------------------------------------------------------------------------

    def _solved(self, evaluate: Callable[[], Fact]) -> Fact:
        """Evaluate when all that it depends on has its final value."""
        if self._solving:
            return evaluate()
        self._solving = True
        try:
            while True:
                self._tainted = False
                try:
                    fact = evaluate()
                except _NotYet:
                    fact = UNKNOWN
                if not self._agenda:
                    return fact
                self._solve()
        finally:
            self._solving = False

    def _solve(self) -> None:
        touched: set[_Key] = set()
        while self._agenda:
            key = self._agenda.pop()
            touched.add(key)
            self._asking = key
            try:
                fact = self._compute(key)
            except _NotYet:
                continue
            finally:
                self._asking = None
            before = self._values[key]
            after = fact if before is None else _join(before, fact)
            if before is not None and _same(before, after):
                continue
            self._values[key] = after
            for dependent in self._dependents.get(key, ()):
                if dependent not in self._agenda:
                    self._agenda.append(dependent)
        self._final |= touched

    def _ask(self, kind: str, what: object, path: Path = ()) -> Fact:
        """The fact about a definition, a parameter, a return value, an attribute or a group."""
        key = (kind, what, path)
        if key not in self._values:
            self._values[key] = None
            self._agenda.append(key)
        if key not in self._final:
            self._tainted = True
        if self._asking is not None:
            self._dependents.setdefault(key, {})[self._asking] = None
        fact = self._values[key]
        if fact is None:
            raise _NotYet
        return fact

    def _compute(self, key: _Key) -> Fact:
        kind, what, path = key
        if kind == "definition" and isinstance(what, Binding):
            return self._definition(what, path)
        if kind == "return" and isinstance(what, cst.FunctionDef):
            return self._return(what, path)
        if kind == "attribute" and isinstance(what, tuple):
            return self._held(what, path)
        if kind == "put" and isinstance(what, Put):
            return self._item(what.expression, (*what.path, *path[1:]))
        if kind == "group" and isinstance(what, Group):
            return self._group(what)
        raise ValueError(f"nothing is known about a {kind}")

    def _joined(self, evaluate: Callable[[Part], Fact], parts: Iterable[Part]) -> Fact:
        """What holds whichever part it is; parts of which nothing is known yet are left out."""
        joined: Fact | None = None
        missing = False
        for part in parts:
            try:
                fact = evaluate(part)
            except _NotYet:
                missing = True
                continue
            joined = fact if joined is None else _join(joined, fact)
        if joined is None:
            if missing:
                raise _NotYet
            return UNKNOWN
        return joined

    def _joined_items(self, nodes: Iterable[cst.BaseExpression], path: Path) -> Fact:
        return self._joined(lambda node: self._item(node, path), nodes)

    def _line(self, node: cst.CSTNode) -> int:
        return self.tree.line(node)

    # -- expressions ---------------------------------------------------------------------------

    def _of(self, node: cst.BaseExpression) -> Fact:
        key = id(node)
        fact = self._known.get(key)
        if fact is not None:
            return fact
        outer, self._tainted = self._tainted, False
        try:
            fact = self._evaluate(node)
            if not self._tainted:
                self._known[key] = fact
        finally:
            self._tainted = self._tainted or outer
        return fact

    def _evaluate(self, node: cst.BaseExpression) -> Fact:
        if isinstance(node, cst.Call):
            return self._call(node)
        if isinstance(node, cst.Attribute):
            return self._attribute(node)
        if isinstance(node, cst.Name):
            return self._name(node)
        if isinstance(node, cst.BinaryOperation):
            return self._arithmetic(node)
        if isinstance(node, cst.UnaryOperation):
            return self._unary(node)
        if isinstance(node, cst.Comparison):
            return self._comparison(node)
        if isinstance(node, cst.Subscript):
            return self._subscript(node)
        if isinstance(node, cst.IfExp):
            return self._joined_items((node.body, node.orelse), ())
        if isinstance(node, cst.NamedExpr):
            fact = self._of(node.value)
            return _shared(fact)
        if isinstance(node, (cst.List, cst.Tuple)):
            return self._sequence([element.value for element in node.elements], node)
        if isinstance(node, cst.ListComp):
            return self._sequence([node.elt], node)
        if isinstance(node, (cst.Dict, cst.DictComp)):
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

    # -- names ---------------------------------------------------------------------------------

    def _name(self, node: cst.Name) -> Fact:
        """A name: what its definitions agree on, and what is done to what it holds."""
        if node.value in _KEYWORD_CONSTANTS:
            return _OTHER
        definitions = self.flow.definitions(node)
        if definitions is None:
            return self._narrowed(node, UNKNOWN)
        fact = self._joined(lambda b: self._ask("definition", b), definitions)
        fact = self._narrowed(node, fact)
        if fact.kind is Kind.OTHER:
            return fact
        load = self.names.load(node)
        if (
            load is not None
            and definitions[0].scope.kind is ScopeKind.MODULE
            and load.scope is not definitions[0].scope
            and not self.flow.private(node.value)
        ):
            reason = f"`{node.value}` is a global, which other files may change"
            return Fact(fact.kind, reasons=(reason,))
        if fact.kind is Kind.SEQUENCE:
            fact = replace(fact, graph=self._elements_of(node))
        sole = fact.kind is Kind.TENSOR and self._sole(node, definitions)
        identity = self._root_identity(definitions) if sole else IdentityFact.SHARED
        held = replace(fact, identity=identity, plain=fact.known_plain)
        return self._unless_changed(held, definitions)

    def _elements_of(self, node: cst.BaseExpression) -> GraphFact:
        try:
            fact = self._item(node, (ITEM,))
        except _NotYet:
            # Nothing is put in so far.
            return GraphFact.FREE
        return GraphFact.FREE if fact.harmless_operand else GraphFact.UNKNOWN

    def _unless_changed(self, fact: Fact, holders: Iterable[Holder]) -> Fact:
        """The fact, not free if something done to a holder may attach what it holds."""
        if fact.graph is not GraphFact.FREE:
            return fact
        for group in {id(g): g for g in map(self.holders.group, holders)}.values():
            try:
                state = self._ask("group", group)
            except _NotYet:
                continue
            if not state.free:
                return replace(fact, graph=GraphFact.UNKNOWN, reasons=state.reasons)
        return fact

    def _group(self, group: Group) -> Fact:
        """FREE unless something is done to a member of the group that may attach it."""
        for event in group.events:
            if event.kind is EventKind.SEEN or (
                event.kind is EventKind.RETURNED and not group.lasting
            ):
                continue
            try:
                fact = self._seen(event)
            except _NotYet:
                continue
            if not fact.free:
                reason = f"{event.text} on line {self._line(event.node)}"
                return Fact(graph=GraphFact.UNKNOWN, reasons=(reason,))
        for parameter in group.into:
            inside = self.holders.group(parameter)
            if inside.mixes:
                reason = f"what `{_holder_name(parameter)}` gets may be kept in another argument"
                return Fact(graph=GraphFact.UNKNOWN, reasons=(reason,))
            try:
                inner = self._ask("group", inside)
            except _NotYet:
                continue
            if not inner.free:
                return inner
        return Fact(graph=GraphFact.FREE)

    def _seen(self, event: Event) -> Fact:
        """FREE when an event is harmless."""
        harmless = False
        if event.kind is EventKind.WRITE:
            harmless = all(self._of(operand).harmless_operand for operand in event.operands)
        elif event.contents is not None:
            # What is put into a part of a tensor is copied.
            harmless = self._of(event.contents).kind in (Kind.SEQUENCE, Kind.TENSOR)
        elif event.receiver is not None:
            kind = self._of(event.receiver).kind
            method = getattr(getattr(event.node, "func", None), "attr", None)
            name = method.value if isinstance(method, cst.Name) else ""
            if event.kind is EventKind.USED:
                harmless = kind is Kind.TENSOR
            elif event.fine:
                harmless = kind.value in event.fine
            elif kind is Kind.TENSOR:
                harmless = name in METHODS or name in TUPLE_METHODS or name in NON_TENSOR_METHODS
            else:
                harmless = kind is Kind.OTHER
        return Fact(graph=GraphFact.FREE if harmless else GraphFact.UNKNOWN)

    def _sole(self, node: cst.Name, definitions: Sequence[Binding]) -> bool:
        """Whether after this read nothing holds the object any more."""
        load = self.names.load(node)
        if load is None or load.scope.kind is ScopeKind.CLASS:
            return False
        groups = {id(g): g for g in map(self.holders.group, definitions)}
        if len(groups) != 1:
            return False
        (group,) = groups.values()
        for other in group.wraps:
            # Another Variable may be dropped, and then holds the same object; not where it takes
            # the name away, so that this read no longer finds the object.
            if other is not node and not (other.value == node.value and self._rebound(other)):
                return False
        if len(group.members) > _MOST_HOLDERS or group.into:
            return False
        if any(event.kind in (EventKind.ESCAPE, EventKind.USED) for event in group.events):
            return False
        loops = list(self.flow.loops(node))
        rebound = self._rebound(node)
        for binding in group.members:
            if not isinstance(binding, Binding):
                return False
            if self._is_no_tensor(binding):
                continue
            if binding.scope is not load.scope or binding.foreign or binding.maybe:
                return False
            if not self._rooted(binding, group):
                return False
            statement = binding.statement
            if not isinstance(statement, (cst.Assign, cst.AnnAssign)):
                return False
            if isinstance(statement, cst.Assign) and len(statement.targets) != 1:
                return False
            renamed = bool(rebound) and binding.name == node.value
            if binding.scope.kind is ScopeKind.MODULE and not (
                renamed or self.flow.private(binding.name)
            ):
                return False
            around = list(self.flow.loops(statement))
            if any(all(loop is not other for other in around) for loop in loops):
                return False
            scopes, orders = self._reads_of(binding)
            if not scopes <= {id(load.scope)}:
                return False
            if not all(self._lets_go(other, node) for other in self.holders.loads(binding)):
                return False
            if orders and orders[0] < binding.order:
                # It is read in the next round of a loop.
                return False
            later = orders[bisect_right(orders, load.order) :]
            if renamed:
                # Behind the new binding the name stands for the new tensor.
                later = [order for order in later if order < rebound]
            if later:
                return False
        return True

    def _lets_go(self, other: cst.Name, node: cst.Name) -> bool:
        """Whether an earlier read is over, and left the object to no graph, before `node` is read.

        Autograd holds the very operand of an operation that is recorded.
        """
        if other is node:
            return True
        first, second = self.names.load(other), self.names.load(node)
        if first is None or second is None or first.order > second.order:
            return True
        if statement_of(self.tree, other) is statement_of(self.tree, node):
            return False
        current: cst.CSTNode = other
        while (parent := self.tree.parent(current)) is not None:
            if isinstance(parent, cst.BaseSmallStatement):
                return True
            if isinstance(parent, cst.Attribute) and not isinstance(
                self.tree.parent(parent), cst.Call
            ):
                return parent.attr.value in NON_TENSOR_ATTRIBUTES or parent.attr.value == "data"
            if isinstance(parent, (cst.Call, cst.BinaryOperation)):
                try:
                    fact = self._of(parent)
                except _NotYet:
                    return True
                if fact.kind is Kind.OTHER:
                    return True
                if not fact.free:
                    return self._prints(parent)
            current = parent
        return True

    def _prints(self, node: cst.CSTNode) -> bool:
        """Whether a call is one of a built-in that only reads."""
        return (
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Name)
            and node.func.value in ("print", "len", "isinstance", "repr", "str", "type")
            and self.names.is_builtin(node.func)
        )

    def _reads_of(self, binding: Binding) -> tuple[frozenset[int], list[int]]:
        """The scopes in which a binding is read, and the positions of its reads in order."""
        if binding not in self._reads:
            loads = [self.names.load(node) for node in self.holders.loads(binding)]
            known = [load for load in loads if load is not None]
            scopes = frozenset(id(load.scope) for load in known)
            self._reads[binding] = (scopes, sorted(load.order for load in known))
        return self._reads[binding]

    def _is_no_tensor(self, binding: Binding) -> bool:
        """Whether a binding holds a number, an array or the like."""
        try:
            return self._ask("definition", binding).kind in (Kind.OTHER, Kind.OPAQUE)
        except _NotYet:
            return True

    def _rooted(self, binding: Binding, group: Group) -> bool:
        """Whether a member of a group is held by nobody else, or made from other members alone."""
        node = self.flow.made(binding)
        if node is None:
            return False
        try:
            if self._ask("definition", binding).identity in _UNHELD:
                return True
        except _NotYet:
            return True
        while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            method = METHODS.get(node.func.attr.value)
            if method is None or method.identity is not Identity.SAME:
                return False
            if self.names.origin(node.func) or not all(map(_is_literal, node.args)):
                return False
            node = node.func.value
        if not isinstance(node, cst.Name):
            return False
        definitions = self.flow.definitions(node) or ()
        return bool(definitions) and all(other in group.members for other in definitions)

    def _root_identity(self, definitions: Sequence[Binding]) -> IdentityFact:
        """What a tensor is that nothing else holds: fresh unless some member made it as a view."""
        for member in self.holders.group(definitions[0]).members:
            if not isinstance(member, Binding):
                continue
            try:
                fact = self._ask("definition", member)
            except _NotYet:
                continue
            if fact.identity is IdentityFact.VIEW:
                return IdentityFact.VIEW
        return IdentityFact.FRESH

    def _rebound(self, node: cst.Name) -> int:
        """The position at which the statement around a read binds the same name anew; 0 if never.

        Only for `x = Variable(x)` and tuples of such: what comes between might fail.
        """
        current: cst.CSTNode = node
        while (parent := self.tree.parent(current)) is not None:
            if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
                for name in self.flow.names_in(parent.targets[0].target):
                    if name.value == node.value:
                        scope = self.names.scopes.scope_at(name)
                        bound = scope.bindings.get(name.value, [])
                        return next((b.order for b in bound if b.node is name), 0)
                return 0
            if isinstance(parent, cst.Tuple) and not all(
                self._cannot_fail(element.value) for element in parent.elements
            ):
                return 0
            wrapped = isinstance(parent, cst.Call) and self.names.origin(parent.func) == VARIABLE
            if not wrapped and not isinstance(parent, (cst.Arg, cst.Element, cst.Tuple)):
                return 0
            current = parent
        return 0

    def _cannot_fail(self, node: cst.BaseExpression) -> bool:
        """Whether an element of a tuple is a name, or a Variable of a name."""
        if isinstance(node, cst.Call) and self.names.origin(node.func) == VARIABLE:
            return all(isinstance(argument.value, cst.Name) for argument in node.args)
        return isinstance(node, (cst.Name, cst.Integer, cst.Float, cst.SimpleString))

    def _narrowed(self, node: cst.Name, fact: Fact) -> Fact:
        """A tensor where an `isinstance` test around the read says so."""
        if fact.kind is not Kind.UNKNOWN:
            return fact
        below: cst.CSTNode = node
        current = self.tree.parent(node)
        while current is not None and not isinstance(current, (cst.FunctionDef, cst.Lambda)):
            if isinstance(current, (cst.If, cst.IfExp)) and current.body is below:
                for test in _conjuncts(current.test):
                    if self._tests_tensor(test, node):
                        reason = f"`{node.value}` is a tensor, line {self._line(test)} tests it"
                        return replace(fact, kind=Kind.TENSOR, reasons=(*fact.reasons, reason))
            below, current = current, self.tree.parent(current)
        return fact

    def _tests_tensor(self, test: cst.BaseExpression, node: cst.Name) -> bool:
        wanted = None
        if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
            # `type(x) == torch.Tensor`; nothing is of the type Variable, and no such branch runs.
            target = test.comparisons[0]
            wanted = target.comparator
            test = test.left
            if not isinstance(target.operator, (cst.Is, cst.Equal)):
                return False
        if not isinstance(test, cst.Call) or not test.args or test.args[0].star:
            return False
        subject = test.args[0].value
        if not isinstance(subject, cst.Name) or subject.value != node.value:
            return False
        if wanted is not None:
            tests = (
                isinstance(test.func, cst.Name)
                and test.func.value == "type"
                and self.names.is_builtin(test.func)
                and len(test.args) == 1
                and self.names.origin(wanted) in _TENSOR_TESTS
            )
        elif self.names.origin(test.func) == "torch.is_tensor":
            tests = len(test.args) == 1
        else:
            tests = (
                isinstance(test.func, cst.Name)
                and test.func.value == "isinstance"
                and self.names.is_builtin(test.func)
                and len(test.args) == 2
                and self.names.origin(test.args[1].value) in _TENSOR_TESTS
            )
        if not tests or not self.flow.in_step(subject) or not self.flow.in_step(node):
            return False
        return self.flow.definitions(subject) == self.flow.definitions(node)

    # -- definitions ---------------------------------------------------------------------------

    def _definition(self, binding: Binding, path: Path) -> Fact:
        """What a binding binds (the element at `path` of it)."""
        if binding.kind in (BindingKind.FUNCTION, BindingKind.CLASS):
            return _OPAQUE if not path else UNKNOWN
        if binding.kind is BindingKind.PARAMETER:
            return self._parameter(binding, path)
        statement = binding.statement
        if isinstance(statement, cst.AugAssign) and statement.target is binding.node:
            return self._augmented(statement, path)
        source = self.flow.source(binding)
        if source is None:
            return UNKNOWN
        fact = self._item(source.expression, (*source.path, *path))
        if fact.kind is Kind.OTHER or not fact.reasons:
            return fact
        line = self._line(binding.node)
        reason = f"`{binding.name}` is bound on line {line}"
        return replace(fact, reasons=_unique((*fact.reasons, reason))[:_MOST_REASONS])

    def _augmented(self, statement: cst.AugAssign, path: Path) -> Fact:
        """The value of a name after `name op= value`."""
        target = statement.target
        if not isinstance(target, cst.Name):
            return UNKNOWN
        old, value = self._of(target), self._of(statement.value)
        if path:
            if old.kind is Kind.SEQUENCE:
                parts = ((target, path), (statement.value, (ANY, *path[1:])))
                return self._joined(lambda part: self._item(*part), parts)
            return self._part(old)
        if old.kind in (Kind.SEQUENCE, Kind.OTHER) and value.kind is not Kind.TENSOR:
            same = old.kind is Kind.SEQUENCE or value.kind is Kind.OTHER
            return old if same else UNKNOWN
        free = old.harmless_operand and value.harmless_operand
        if old.kind is Kind.TENSOR and free:
            return _shared(old)
        if old.kind is Kind.OTHER and value.kind is Kind.TENSOR and free:
            return Fact(Kind.TENSOR, GraphFact.FREE, IdentityFact.FRESH, value.reasons)
        known = Kind.TENSOR in (old.kind, value.kind)
        return Fact(Kind.TENSOR if known else Kind.UNKNOWN)

    def _parameter(self, binding: Binding, path: Path) -> Fact:
        """A parameter of a function all of whose calls are seen: what they agree on."""
        function = binding.scope.node
        if not isinstance(function, cst.FunctionDef) or not self.closed(function):
            return UNKNOWN
        calls = self.holders.calls_of(function)
        parameter = binding.node
        plain = (*function.params.posonly_params, *function.params.params)
        named = (*plain, *function.params.kwonly_params)
        if not calls or not isinstance(parameter, cst.Param) or parameter not in named:
            return UNKNOWN
        given: list[cst.BaseExpression] = []
        for call in calls:
            if any(argument.star for argument in call.args):
                return UNKNOWN
            found = [
                argument.value
                for argument in call.args
                if parameter_for(function, call, argument) == binding.name
            ]
            if not found:
                if parameter.default is None:
                    continue
                found = [parameter.default]
            given += found
        fact = self._joined_items(given, path)
        if fact.kind is Kind.OTHER or not fact.reasons:
            return fact
        name = function.name.value
        reason = f"every call of `{name}` gives such a `{binding.name}`"
        return replace(fact, reasons=_unique((*fact.reasons, reason))[:_MOST_REASONS])

    def closed(self, function: cst.FunctionDef) -> bool:
        """Whether a function can be called from nowhere but the calls seen in this file."""
        scope = self.names.scopes.scope_of.get(id(function))
        if scope is None or scope.parent is None or function.decorators:
            return False
        if self.holders.calls_of(function) is None:
            return False
        name = function.name.value
        if scope.parent.kind is ScopeKind.FUNCTION:
            return True
        if name in self._quoted:
            return False
        return scope.parent.kind is ScopeKind.MODULE and self.flow.private(name)

    def _return(self, function: cst.FunctionDef, path: Path) -> Fact:
        """What a function of this file gives back."""
        returned: list[cst.BaseExpression] = []
        for node in _own_statements(function):
            if isinstance(node, (cst.Yield, cst.From)):
                return UNKNOWN
            if isinstance(node, cst.Return) and node.value is not None:
                returned.append(node.value)
        if not returned:
            return UNKNOWN
        fact = self._joined_items(returned, path)
        if fact.kind is Kind.OTHER or not fact.reasons:
            return fact
        reason = f"`{function.name.value}` on line {self._line(function.name)} gives it back"
        return replace(fact, reasons=_unique((*fact.reasons, reason))[:_MOST_REASONS])

    def _held(self, holder: tuple[object, ...], path: Path) -> Fact:
        """What an attribute of self holds, when this class alone writes it."""
        _, owner, name = holder
        if not isinstance(owner, int) or not isinstance(name, str):
            return UNKNOWN
        sources = self.attributes.sources(("attribute", owner, name))
        if sources is None:
            return UNKNOWN
        return self._joined(lambda source: self._item(source[0], (*source[1], *path)), sources)

    # -- elements of expressions ---------------------------------------------------------------

    def _item(self, node: cst.BaseExpression, path: Path) -> Fact:
        """What is known of the element of `node` at `path`."""
        if not path:
            return self._of(node)
        if len(path) > _DEEPEST:
            # `x = x[0]` in a loop has no deepest element.
            return UNKNOWN
        if path[0] == REST:
            if len(path) > 1:
                return self._item(node, (ANY, *path[2:]))
            free = self._item(node, (ANY,)).harmless_operand
            return Fact(Kind.SEQUENCE, GraphFact.FREE if free else GraphFact.UNKNOWN)
        if isinstance(node, cst.Name):
            return self._item_of_name(node, path)
        if isinstance(node, (cst.Tuple, cst.List)):
            return self._item_of_display(node, path)
        if isinstance(node, (cst.ListComp, cst.GeneratorExp)):
            return self._item(node.elt, path[1:])
        if isinstance(node, cst.DictComp):
            return self._item(node.key if path[0] == ANY else node.value, path[1:])
        if isinstance(node, cst.Dict):
            if path[0] == ANY or any(not isinstance(e, cst.DictElement) for e in node.elements):
                return UNKNOWN
            values = [element.value for element in node.elements]
            return self._joined_items(values, path[1:])
        if isinstance(node, cst.IfExp):
            sides = (node.body, node.orelse)
            return self._joined_items(sides, path)
        if isinstance(node, cst.NamedExpr):
            return _shared(self._item(node.value, path))
        if isinstance(node, cst.Subscript):
            return self._item(node.value, (step_of(node), *path))
        if isinstance(node, cst.Attribute):
            holder = self.attributes.holder(node)
            if holder is not None:
                return self._held_item(("attribute", holder), (holder,), path)
        if isinstance(node, cst.Call):
            fact_or_none = self._item_of_call(node, path)
            if fact_or_none is not None:
                return fact_or_none
        return self._part(self._of(node))

    @staticmethod
    def _part(fact: Fact) -> Fact:
        """An element of a tensor is a view of it; one of a number or an array is none of ours."""
        if fact.kind is Kind.OTHER:
            return _OTHER
        if fact.kind is not Kind.TENSOR:
            return UNKNOWN
        held = fact.identity in _UNHELD
        identity = IdentityFact.VIEW if held else IdentityFact.UNKNOWN
        reasons = (*fact.reasons, "indexing gives a view")
        return Fact(Kind.TENSOR, fact.graph, identity, reasons, plain=True)

    def _item_of_name(self, node: cst.Name, path: Path) -> Fact:
        definitions = self.flow.definitions(node)
        if definitions is None:
            return UNKNOWN
        loaders = self._loaders(node)
        if loaders is not None:
            return self._joined(self._batch, loaders)
        return self._held_item(("definition", *definitions), definitions, path)

    def _loaders(self, node: cst.BaseExpression, steps: int = 4) -> list[cst.Call] | None:
        """The calls that make the DataLoader an expression surely is; None when it may be another.

        A method of the class counts for what it is here, and a parameter for what this file gives:
        both belong to the assumption `loader-batches`.
        """
        if steps == 0 or not self.assumptions.loader_batches or not self._makes_loaders:
            return None
        parts: list[cst.BaseExpression] = []
        if isinstance(node, cst.Call):
            if self.names.origin(node.func) in _LOADERS:
                return [node]
            method = self._own_method(node.func)
            if method is None or any(
                isinstance(part, (cst.Yield, cst.From)) for part in _own_statements(method)
            ):
                return None
            for part in _own_statements(method):
                if isinstance(part, cst.Return):
                    if part.value is None:
                        return None
                    parts.append(part.value)
        elif isinstance(node, cst.Name):
            for binding in self.flow.definitions(node) or ():
                events = self.holders.group(binding).events
                if any(event.kind in (EventKind.WRITE, EventKind.OBJECT) for event in events):
                    return None
                made = self.flow.made(binding)
                if made is not None:
                    parts.append(made)
                else:
                    given = self._given(binding)
                    if not given:
                        return None
                    parts += given
        found: list[cst.Call] = []
        for part in parts:
            loaders = self._loaders(part, steps - 1)
            if loaders is None:
                return None
            found += loaders
        return found or None

    def _own_method(self, func: cst.BaseExpression) -> cst.FunctionDef | None:
        """The method of this class that `self.name` is, if no other class seen has its own."""
        if not isinstance(func, cst.Attribute) or not isinstance(func.value, cst.Name):
            return None
        owner = self.attributes.owner(func.value)
        scope = None if owner is None else self.names.scopes.scope_of.get(id(owner))
        return None if scope is None else self._sole_method(func.attr.value, scope)

    def _sole_method(self, name: str, scope: Scope) -> cst.FunctionDef | None:
        """The plain method of a class, when nothing of its name is bound by another or stored."""
        scopes = self.names.scopes
        bound = [
            binding
            for other in scopes.scope_of.values()
            if other.kind is ScopeKind.CLASS
            for binding in other.bindings.get(name, ())
        ]
        if len(bound) != 1 or bound[0].scope is not scope:
            return None
        if name in scopes.attributes or name in scopes.replaced:
            return None
        if name in self.names.context.overridden or name in self.names.context.patched:
            return None
        node = bound[0].node
        if not isinstance(node, cst.FunctionDef) or node.decorators or node.asynchronous:
            return None
        return node

    def _given(self, binding: Binding) -> list[cst.BaseExpression]:
        """What the calls of this file give a parameter; nothing when one of them is not read."""
        function = binding.scope.node
        parent = binding.scope.parent
        if binding.kind is not BindingKind.PARAMETER or parent is None:
            return []
        if not isinstance(function, cst.FunctionDef):
            return []
        name = function.name.value
        if parent.kind is ScopeKind.CLASS:
            if self._sole_method(name, parent) is not function or name in self._quoted:
                return []
            calls = [
                call
                for call in self.names.scopes.all(cst.Call)
                if isinstance(call.func, cst.Attribute) and call.func.attr.value == name
            ]
            skip = 1
        else:
            if name in self.names.context.exported:
                return []
            calls = self.holders.calls_of(function) or []
            skip = 0
        given: list[cst.BaseExpression] = []
        for call in calls:
            found = [
                argument.value
                for argument in call.args
                if parameter_for(function, call, argument, skip) == binding.name
            ]
            if not found or any(argument.star for argument in call.args):
                return []
            given += found
        return given

    def _held_item(self, asked: tuple[object, ...], holders: Sequence[Holder], path: Path) -> Fact:
        """The element at `path` of what some holders hold; asked: a kind of key, and the keys."""
        kind, *whats = asked
        parts: list[object] = [*whats, *self._puts(holders)]

        def part(of: object) -> Fact:
            return self._ask("put" if isinstance(of, Put) else str(kind), of, path)

        try:
            fact = self._joined(part, parts)
        except _NotYet:
            # Nothing is in it that is seen; what is done to it may still put something in.
            if self._unless_changed(Fact(graph=GraphFact.FREE), holders).free:
                raise
            return UNKNOWN
        if fact.kind is Kind.OTHER:
            return fact
        return self._unless_changed(_shared(fact), holders)

    def _puts(self, holders: Iterable[Holder]) -> Iterator[Put]:
        """What is put into the containers that these holders may hold, by callees as well."""
        seen: set[int] = set()
        waiting = [self.holders.group(holder) for holder in holders]
        while waiting:
            group = waiting.pop()
            if id(group) not in seen:
                seen.add(id(group))
                yield from group.puts
                waiting += [self.holders.group(holder) for holder in group.into]

    def _item_of_display(self, node: cst.Tuple | cst.List, path: Path) -> Fact:
        # A list may be reordered; a tuple stays as it is.
        index, rest = path[0] if isinstance(node, cst.Tuple) else ITEM, path[1:]
        if not node.elements:
            # There is no such element, or it is put in elsewhere.
            raise _NotYet
        if index >= 0 and all(isinstance(e, cst.Element) for e in node.elements):
            if index < len(node.elements):
                return self._item(node.elements[index].value, rest)
            return UNKNOWN
        parts = [
            (e.value, rest) if isinstance(e, cst.Element) else (e.value, (ANY, *rest))
            for e in node.elements
        ]
        return self._joined(lambda part: self._item(*part), parts)

    def _item_of_call(self, node: cst.Call, path: Path) -> Fact | None:
        """The element of what a call gives; None when the call is nothing special."""
        rest = path[1:]
        arguments = [argument.value for argument in node.args if not argument.star]
        computed = self.computed(node, path)
        if computed is not None and computed.free:
            return computed
        origin = self.names.origin(node.func)
        if origin in _LOADERS:
            return self._batch(node)
        if origin in TUPLE_FUNCTIONS:
            row = TUPLE_FUNCTIONS[origin]
            if not row.always and not _gives_dimension(node, 1):
                return None
            return self._tuple_item(node, row.graph, row.identity, row.free, path, None)
        if origin.startswith("tqdm") and len(arguments) >= 1:
            return self._item(arguments[0], path)
        if origin:
            return None
        func = node.func
        if isinstance(func, cst.Name):
            if self.names.is_builtin(func) and len(arguments) == len(node.args) and arguments:
                return self._item_of_builtin(func.value, arguments, path)
            function = self.holders.sharing.function(func)
            return None if function is None else self._ask("return", function, path)
        if not isinstance(func, cst.Attribute):
            return None
        loaders = self._loaders(node)
        if loaders is not None:
            return self._joined(self._batch, loaders)
        name = func.attr.value
        if name in ("next", "__next__") and not node.args:
            return self._item(func.value, (ANY, *path))
        if name == "values" and not node.args:
            return self._item(func.value, (ITEM, *rest))
        if name == "items" and not node.args and rest and rest[0] == 1:
            return self._item(func.value, (ITEM, *rest[1:]))
        receiver = self._of(func.value)
        if name in TUPLE_METHODS and receiver.kind is Kind.TENSOR:
            method = TUPLE_METHODS[name]
            if method.always or _gives_dimension(node, 0):
                return self._tuple_item(
                    node, method.graph, method.identity, method.free, path, receiver
                )
        return None

    def _item_of_builtin(
        self, name: str, arguments: Sequence[cst.BaseExpression], path: Path
    ) -> Fact | None:
        rest = path[1:]
        if name in ("sorted", "reversed"):
            return self._item(arguments[0], (ANY if path[0] == ANY else ITEM, *rest))
        if name in _SAME_ELEMENTS:
            return self._item(arguments[0], path)
        if name == "next":
            return self._item(arguments[0], (ANY, *path))
        if name == "enumerate" and rest:
            return _OTHER if rest[0] == 0 else self._item(arguments[0], (ANY, *rest[1:]))
        if name == "zip" and rest:
            if 0 <= rest[0] < len(arguments):
                return self._item(arguments[rest[0]], (ANY, *rest[1:]))
            return self._joined_items(arguments, (ANY, *rest[1:]))
        return _OTHER if name == "range" else None

    def _tuple_item(
        self,
        node: cst.Call,
        graph: Graph,
        identity: Identity,
        free: frozenset[int],
        path: Path,
        receiver: Fact | None,
    ) -> Fact:
        """One of several tensors a call gives: of the free ones only the index is certain."""
        fact = self._operation(node, "the call", receiver, graph, identity)
        if path[0] in free:
            fact = replace(fact, graph=GraphFact.FREE)
        if identity is not Identity.NEW:
            fact = replace(fact, identity=IdentityFact.UNKNOWN)
        for _ in path[1:]:
            fact = self._part(fact)
        return fact

    def _batch(self, loader: cst.Call) -> Fact:
        """A batch of a DataLoader: free under the assumption `loader-batches`."""
        if not self.assumptions.loader_batches:
            return Fact(Kind.TENSOR)
        for index, argument in enumerate(loader.args):
            if argument.star:
                return Fact(Kind.TENSOR)
            keyword = argument.keyword.value if argument.keyword is not None else ""
            if keyword == "collate_fn" and not self._is_imported(argument.value):
                return Fact(Kind.TENSOR)
            given = keyword == "dataset" or (index == 0 and not keyword)
            if given and not self._harmless_dataset(argument.value):
                return Fact(Kind.TENSOR)
        reason = (
            "a batch of the DataLoader made on line "
            f"{self._line(loader)} is no part of a graph (assumption `loader-batches`)"
        )
        return Fact(Kind.TENSOR, GraphFact.FREE, IdentityFact.SHARED, (reason,), plain=True)

    def _made_by_inner_class(self, func: cst.BaseExpression) -> bool:
        """Whether a class is called that may hand out what the code around it has in a name."""
        definitions = self.flow.definitions(func) if isinstance(func, cst.Name) else None
        for binding in definitions or ():
            if binding.kind is not BindingKind.CLASS:
                continue
            if binding.scope.kind is not ScopeKind.MODULE or self._reads_globals(binding.node):
                return True
        return False

    def _reads_globals(self, node: cst.CSTNode) -> bool:
        """Whether code below a node reads a variable of the module."""
        module = self.names.scopes.module
        for part in _nodes(node):
            load = self.names.load(part) if isinstance(part, cst.Name) else None
            if load is None or self.names.owner(load.node.value, load.scope) is not module:
                continue
            bound = module.bindings.get(load.node.value, ())
            if any(b.kind in (BindingKind.ASSIGN, BindingKind.LOOP) for b in bound):
                return True
        return False

    def _is_imported(self, node: cst.BaseExpression) -> bool:
        """Whether a value is what an import brings, or None."""
        return bool(self.names.origin(node)) or (
            isinstance(node, cst.Name) and node.value == "None"
        )

    def _harmless_dataset(self, node: cst.BaseExpression, depth: int = 4) -> bool:
        """False when a dataset is visibly built from tensors not known to be free."""
        if isinstance(node, (cst.List, cst.Tuple, cst.ListComp, cst.BinaryOperation)):
            return self._item(node, (ANY,)).harmless_operand
        if isinstance(node, cst.Name):
            if depth == 0:
                return False
            fact = self._of(node)
            if fact.kind in (Kind.TENSOR, Kind.SEQUENCE):
                return fact.free
            for binding in self.flow.definitions(node) or ():
                made = self.flow.made(binding)
                if made is not None and not self._harmless_dataset(made, depth - 1):
                    return False
            return True
        if isinstance(node, cst.Call):
            if self._made_by_inner_class(node.func):
                return False
            if self.names.origin(node.func).startswith("torchvision.transforms."):
                # They make tensors of pictures; only a function of one's own may do otherwise.
                return not any(isinstance(part, cst.Lambda) for part in _nodes(node))
            tensors = self.names.origin(node.func) in _TENSOR_DATASETS
            for argument in node.args:
                fact = self._of(argument.value)
                attached = fact.kind in (Kind.TENSOR, Kind.SEQUENCE) and not fact.free
                if attached or (tensors and not fact.harmless_operand):
                    return False
                if not self._harmless_dataset(argument.value, depth - 1):
                    return False
        return True

    # -- calls ---------------------------------------------------------------------------------

    def _call(self, node: cst.Call) -> Fact:
        origin = self.names.origin(node.func)
        if self._patched and self._is_patched(node.func):
            return UNKNOWN
        computed = self.computed(node, ())
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
                return self._operation(node, origin, None, row.graph, row.identity)
            if origin in _PARAMETERS:
                reason = "a Parameter requires grad"
                return Fact(Kind.TENSOR, GraphFact.ATTACHED, IdentityFact.UNKNOWN, (reason,))
            if origin in _LOADERS:
                return _OPAQUE
            if origin.startswith("torchvision.datasets."):
                return _OPAQUE
            if origin in NON_TENSOR_FUNCTIONS or origin.startswith("math."):
                return _OTHER
            if origin in UFUNCS:
                return Fact(graph=GraphFact.FREE)
            plain = origin in _NUMERIC or (
                origin.startswith("numpy.")
                and all(self._of(argument.value).kind is Kind.OTHER for argument in node.args)
            )
            return _OTHER if plain and not any(map(_holds_objects, node.args)) else UNKNOWN
        types = self.holders.sharing.tensor_types(node.func)
        if types:
            return self._constructor(node, *types)
        if isinstance(node.func, cst.Attribute):
            return self._method(node, node.func)
        if isinstance(node.func, cst.Name) and self.names.is_builtin(node.func):
            if node.func.value in _PLAIN_BUILTINS:
                return _OTHER
            if node.func.value in _SEQUENCE_BUILTINS:
                return Fact(Kind.SEQUENCE, self._elements_of(node))
            if node.func.value in ("next", "min", "max") and len(node.args) == 1:
                return self._item(node.args[0].value, (ANY,))
        if isinstance(node.func, cst.Name):
            called = self.holders.sharing.function(node.func)
            if called is not None:
                given = self._ask("return", called)
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
        given = UNKNOWN if shape.data is None else self._of(shape.data)
        identity = given.identity
        if given.kind is not Kind.TENSOR or not given.free:
            identity = IdentityFact.FRESH
        elif identity not in _UNHELD:
            identity = IdentityFact.SHARED
        return Fact(Kind.TENSOR, GraphFact.FREE, identity, (reason,), plain=True)

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
                self._item(a.value, (ANY,)).kind is Kind.OTHER for a in node.args if a.star
            )
            return new if known else UNKNOWN
        if len(node.args) != 1:
            return new
        fact = self._of(node.args[0].value)
        if fact.kind in (Kind.OTHER, Kind.SEQUENCE):
            return new
        reason = f"{what} shares the storage of the tensor it is given"
        if fact.kind is Kind.TENSOR:
            identity = self._identity(Identity.VIEW, [fact])
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
            return self._item(func.value, (ANY,))
        if name == "as_subclass":
            return UNKNOWN
        receiver = self._of(func.value)
        if receiver.kind is Kind.SEQUENCE and name in ("pop", "get"):
            if any(argument.star for argument in node.args):
                return UNKNOWN
            # A default may come instead.
            parts = [(func.value, (ITEM,)), *((a.value, ()) for a in node.args[1:])]
            return self._joined(lambda part: self._item(*part), parts)
        if receiver.kind is Kind.OTHER:
            return _OTHER
        made = None if receiver.kind is Kind.TENSOR else self._computed_freely(func)
        if made is not None:
            receiver = made
        known = receiver.kind is Kind.TENSOR
        taken = not known and name in self._own_names
        if name in NON_TENSOR_METHODS and (known or name in _OF_ANYTHING) and not taken:
            return _OTHER
        if name == _OF_ARRAYS and name not in self._own_names and self._names_numbers(node.args):
            return _OTHER
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
        fact = self._operation(node, f".{name}(...)", receiver, method.graph, method.identity)
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
        if not self._own_names.isdisjoint(_OWN_COMPARISONS) or name in self._own_names:
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
        operands = [self._of(argument.value) for argument in node.args]
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
        if (
            identity is Identity.NEW
            and graph in (Graph.SELF, Graph.OPERANDS)
            and self._paused(node)
        ):
            reached = GraphFact.FREE
        # What a method gives shares with nothing but its receiver.
        shared = operands if receiver is None else [receiver]
        tensors = [operand for operand in shared if operand.kind is not Kind.OTHER]
        held = self._identity(identity, tensors)
        inherited = () if receiver is None else receiver.reasons
        reasons = (*inherited, _reason(what, identity, reached))
        made = identity not in (Identity.SAME, Identity.VIEW_OR_SAME)
        plain = made or all(tensor.known_plain for tensor in tensors)
        return Fact(Kind.TENSOR, reached, held, reasons, plain)

    @staticmethod
    def _identity(identity: Identity, tensors: Sequence[Fact]) -> IdentityFact:
        if identity in (Identity.NEW, Identity.DETACHED):
            return IdentityFact.FRESH
        source = tensors[0].identity if len(tensors) == 1 else IdentityFact.UNKNOWN
        if identity is Identity.SAME:
            return tensors[0].identity if tensors else IdentityFact.UNKNOWN
        if source in _UNHELD:
            return IdentityFact.VIEW
        return IdentityFact.UNKNOWN

    # -- other expressions ---------------------------------------------------------------------

    def _attribute(self, node: cst.Attribute) -> Fact:
        name = node.attr.value
        origin = self.names.origin(node)
        if origin:
            return _OTHER if origin.split(".")[0] in _NUMERIC_MODULES else UNKNOWN
        holder = self.attributes.holder(node)
        if holder is not None:
            fact = self._ask("attribute", holder)
            if fact.kind is Kind.SEQUENCE:
                fact = replace(fact, graph=self._elements_of(node))
            if fact.kind is not Kind.OTHER:
                fact = _shared(fact)
            return self._unless_changed(fact, (holder,))
        if name in _ATTRIBUTES_OF_ANYTHING and name not in self._own_names:
            return _OTHER
        if name == "dataset" and self._loaders(node.value) is not None:
            return _OPAQUE
        receiver = self._of(node.value)
        if receiver.kind is Kind.OTHER:
            return _OTHER
        if name in NON_TENSOR_ATTRIBUTES and receiver.kind is Kind.TENSOR and name != "grad_fn":
            return _OTHER
        if name == "data" and receiver.kind is Kind.UNKNOWN and self._looks_like_tensor(node.value):
            receiver = replace(receiver, kind=Kind.TENSOR)
        row = ATTRIBUTES.get(name)
        if row is None or receiver.kind is not Kind.TENSOR:
            return UNKNOWN
        graph = {Graph.FREE: GraphFact.FREE, Graph.SELF: receiver.graph}.get(
            row.graph, GraphFact.UNKNOWN
        )
        identity = self._identity(row.identity, [receiver])
        made = row.identity not in (Identity.SAME, Identity.VIEW_OR_SAME)
        reason = _reason(f".{name}", row.identity, graph)
        return Fact(Kind.TENSOR, graph, identity, (reason,), made or receiver.known_plain)

    def _looks_like_tensor(self, node: cst.BaseExpression) -> bool:
        """Whether a value that has `.data` is a tensor and no packed sequence.

        Of those a slice is a plain tuple, and `.size()`, asked on every way to here, is missing.
        """
        if isinstance(node, cst.Subscript):
            return len(node.slice) > 1 or isinstance(node.slice[0].slice, cst.Slice)
        if not isinstance(node, cst.Name) or not self._own_names.isdisjoint({"data", *_SIZES}):
            return False
        definitions = self.flow.definitions(node)
        load = self.names.load(node)
        if definitions is None or load is None or not self.flow.in_step(node):
            return False
        for other in self.names.scopes.loads.get(node.value, ()):
            method = self.tree.parent(other.node)
            if not isinstance(method, cst.Attribute) or method.attr.value not in _SIZES:
                continue
            call = self.tree.parent(method)
            if not isinstance(call, cst.Call) or call.func is not method:
                continue
            if other.scope is load.scope and self.flow.definitions(other.node) == definitions:
                if other.order < load.order and self._runs_before(call, node):
                    return True
                if statement_of(self.tree, call) is statement_of(self.tree, node):
                    return self._runs_always(call) and self._runs_always(node)
        return False

    def _runs_always(self, node: cst.CSTNode) -> bool:
        """Whether an expression is evaluated whenever its small statement is run to its end."""
        current, parent = node, self.tree.parent(node)
        while parent is not None and not isinstance(current, cst.BaseSmallStatement):
            if isinstance(parent, (cst.Lambda, *_COMPREHENSIONS)):
                return False
            if isinstance(parent, cst.IfExp) and parent.test is not current:
                return False
            if isinstance(parent, cst.BooleanOperation) and parent.left is not current:
                return False
            if isinstance(parent, cst.BaseCompoundStatement):
                return False
            current, parent = parent, self.tree.parent(parent)
        return not isinstance(current, cst.Assert)

    def _runs_before(self, first: cst.CSTNode, node: cst.CSTNode) -> bool:
        """Whether the statement of `first` stands before `node`, in a block that is around both."""
        if not self._runs_always(first):
            return False
        line = self.tree.parent(statement_of(self.tree, first))
        block = line
        if line is not None and not isinstance(line, cst.SimpleStatementSuite):
            block = self.tree.parent(line)
        current = self.tree.parent(node)
        while current is not None and not isinstance(current, (cst.FunctionDef, cst.Lambda)):
            if current is block:
                return True
            current = self.tree.parent(current)
        return isinstance(current, cst.FunctionDef) and current.body is block

    def _arithmetic(self, node: cst.BinaryOperation) -> Fact:
        left, right = self._of(node.left), self._of(node.right)
        if left.kind is Kind.OTHER and right.kind is Kind.OTHER:
            return _OTHER
        if Kind.TENSOR not in (left.kind, right.kind):
            return UNKNOWN
        free = left.harmless_operand and right.harmless_operand
        if not free and not self._paused(node):
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
        fact = self._of(node.expression)
        if isinstance(node.operator, cst.Plus) or fact.kind is not Kind.TENSOR:
            return fact if fact.kind in (Kind.TENSOR, Kind.OTHER) else UNKNOWN
        identity = IdentityFact.FRESH if fact.free else IdentityFact.UNKNOWN
        return Fact(Kind.TENSOR, fact.graph, identity, fact.reasons)

    def _comparison(self, node: cst.Comparison) -> Fact:
        operators = [target.operator for target in node.comparisons]
        if any(isinstance(op, (cst.Is, cst.IsNot, cst.In, cst.NotIn)) for op in operators):
            return _OTHER
        facts = [self._of(node.left), *(self._of(target.comparator) for target in node.comparisons)]
        if all(fact.kind is Kind.OTHER for fact in facts):
            return _OTHER
        known = all(fact.kind in (Kind.TENSOR, Kind.OTHER) for fact in facts)
        if len(operators) == 1 and known:
            reason = "a comparison of tensors makes a new tensor without history"
            return Fact(Kind.TENSOR, GraphFact.FREE, IdentityFact.FRESH, (reason,))
        return UNKNOWN

    def _subscript(self, node: cst.Subscript) -> Fact:
        found = self._item(node.value, (step_of(node),))
        whole = self._of(node.value)
        return self._part(whole) if found.kind is Kind.UNKNOWN else found

    def _sequence(self, elements: Sequence[cst.BaseExpression], node: cst.BaseExpression) -> Fact:
        starred = isinstance(node, (cst.List, cst.Tuple)) and any(
            isinstance(element, cst.StarredElement) for element in node.elements
        )
        free = not starred and all(self._of(e).harmless_operand for e in elements)
        return Fact(Kind.SEQUENCE, GraphFact.FREE if free else GraphFact.UNKNOWN)

    def _paused(self, node: cst.CSTNode) -> bool:
        """Whether gradient recording is switched off around an expression, to be seen there."""
        if not self._may_pause:
            return False
        current = self.tree.parent(node)
        below: cst.CSTNode = node
        while current is not None:
            if isinstance(current, (cst.Lambda, cst.GeneratorExp, cst.ClassDef)):
                return False
            if isinstance(current, cst.With) and current.body is below:
                # Another context manager may switch recording on again.
                (item, *more) = current.items
                call = item.item
                return (
                    not more
                    and isinstance(call, cst.Call)
                    and self.names.origin(call.func) == _NO_GRAD
                )
            if isinstance(current, cst.FunctionDef):
                return False
            below, current = current, self.tree.parent(current)
        return False


def _holds_objects(argument: cst.Arg) -> bool:
    """Whether an argument asks for an array of Python objects, which may be tensors."""
    node = argument.value
    if isinstance(node, (cst.List, cst.Tuple, cst.BinaryOperation)) and any(
        isinstance(child, cst.Name) and child.value == "None" for child in _nodes(node)
    ):
        return True
    if isinstance(node, cst.Name) and node.value == "None":
        return True
    if isinstance(node, cst.SimpleString):
        return node.value.strip("\"'") in ("O", "object")
    last = node.attr if isinstance(node, cst.Attribute) else node
    return isinstance(last, cst.Name) and last.value in ("object", "object_")


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all below it."""
    yield node
    for child in children(node):
        yield from _nodes(child)


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
    reasons = _unique((*first.reasons, *second.reasons))[:_MOST_REASONS]
    return Fact(kind, graph, identity, reasons, first.plain and second.plain)


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def _holder_name(holder: Holder) -> str:
    """The name of a parameter, or of another holder."""
    return holder.name if isinstance(holder, Binding) else holder[2]


def _shared(fact: Fact) -> Fact:
    """The fact about something that others may hold as well."""
    return replace(fact, identity=IdentityFact.SHARED, plain=fact.known_plain)


def _same(first: Fact, second: Fact) -> bool:
    """Whether two facts say the same, whatever their reasons."""
    return replace(first, reasons=()) == replace(second, reasons=())


def _is_literal(argument: cst.Arg) -> bool:
    """Whether an argument is a constant, and so no tensor."""
    node = argument.value
    if isinstance(node, cst.Name):
        return node.value in _KEYWORD_CONSTANTS
    return isinstance(node, (cst.Integer, cst.Float, cst.BaseString))


def _conjuncts(test: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The parts of a test that all hold when it does."""
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
        yield from _conjuncts(test.left)
        yield from _conjuncts(test.right)
    else:
        yield test


def _gives_dimension(node: cst.Call, place: int) -> bool:
    """Whether a call like `x.max(1)` names a dimension, at `place` or by name: it gives a pair."""
    for argument in node.args:
        if argument.keyword is not None and argument.keyword.value == "dim":
            return True
    if len(node.args) <= place or any(a.star or a.keyword for a in node.args[: place + 1]):
        return False
    value = node.args[place].value
    if isinstance(value, cst.UnaryOperation):
        value = value.expression
    return isinstance(value, cst.Integer)


def _own_statements(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """All nodes of a function's body, not those of functions and classes inside it."""
    body = node.body if isinstance(node, cst.FunctionDef) else node
    for child in children(body):
        if isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            continue
        yield child
        yield from _own_statements(child)
