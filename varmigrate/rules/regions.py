"""Plans the regions without gradient that bring back what `volatile` meant, function by function.

A plan covers every computation that depends on a volatile value by the fewest whole statements, and
nothing that must be recorded. What cannot be separated is said, with the statements that collide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

import libcst as cst

from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import Binding, BindingKind, Scope, ScopeKind, dotted_name
from varmigrate.analysis.sites import Site, SiteKind
from varmigrate.analysis.tree import children, statement_of
from varmigrate.analysis.uses import RoleKind
from varmigrate.analysis.volatile import (
    ADDING,
    OPERATIONS,
    OTHER,
    VOLATILE,
    Contamination,
    below,
    evaluated,
    line_of,
)
from varmigrate.model import Edit
from varmigrate.rewrite.regions import decorate, wrap
from varmigrate.rewrite.spelling import spell_torch
from varmigrate.rules.call_fix import is_bool
from varmigrate.torch_facts.functions import FUNCTIONS, NON_TENSOR_FUNCTIONS
from varmigrate.torch_facts.kinds import Graph, Identity
from varmigrate.torch_facts.losses import LOSS_FUNCTIONS
from varmigrate.torch_facts.methods import METHODS, NON_TENSOR_METHODS, TUPLE_METHODS
from varmigrate.torch_facts.quiet import (
    CONTAINER_BUILTINS,
    DERIVATIVE_WORDS,
    DIFFERENTIATING,
    GRADIENT_METHODS,
    HANDING_ON,
    OPTIMIZER_METHODS,
    QUIET_BUILTINS,
    QUIET_METHODS,
    QUIET_MODULES,
    QUIET_TORCH,
    QUIET_TORCH_MODULES,
)

_COMPUTING_BUILTINS = frozenset("sum max min abs round pow divmod any all sorted".split())
# Decorators a gradient mode may stand below: they hand the function on as it is.
_TRANSPARENT = frozenset({"staticmethod", "classmethod", "property", "abc.abstractmethod"})
_VIEWING = frozenset({"T", "mT", "H", "mH", "real", "imag"})
# What is asked of the graph itself.
_OF_THE_GRAPH = frozenset({"requires_grad", "grad_fn", "is_leaf", "grad"})
_ITERATING = frozenset({"__iter__", "__next__", "__getitem__"})
_DEEPEST = 4


@dataclass
class Plan:
    """What is to be done in one function for its volatile values.

    problem: why nothing is done, in words; empty when `edits` do it. assumption: what the regions
    rest on; empty when they are proved. title, reasons: for the user. needed: whether anything
    that depends on the values would record a graph. leaves: how the values leave the function.
    conditional: whether they are volatile only under a condition. gradient: whether the problem is
    that they are differentiated.
    """

    title: str = ""
    edits: tuple[Edit, ...] = ()
    problem: str = ""
    assumption: str = ""
    reasons: tuple[str, ...] = ()
    needed: bool = False
    leaves: tuple[str, ...] = ()
    conditional: bool = False
    gradient: bool = False


@dataclass
class _Part:
    """What one statement holds.

    needs: computations to be covered. stops: what must not be covered, with the reason. blocks: the
    statements of the blocks in it.
    """

    node: cst.CSTNode
    needs: list[cst.CSTNode] = field(default_factory=list)
    stops: list[tuple[cst.CSTNode, str]] = field(default_factory=list)
    blocks: list[list[_Part]] = field(default_factory=list)

    def all_needs(self) -> Iterator[cst.CSTNode]:
        """The computations to be covered, those of nested statements included."""
        yield from self.needs
        for block in self.blocks:
            for part in block:
                yield from part.all_needs()

    def all_stops(self) -> Iterator[tuple[cst.CSTNode, str]]:
        """What must not be covered, in nested statements as well."""
        yield from self.stops
        for block in self.blocks:
            for part in block:
                yield from part.all_stops()


class _Collision(Exception):
    """Something stands in the way of a region; the message says what."""


class _Differentiated(_Collision):
    """What depends on a volatile value is differentiated."""


_Members = dict[str, list[cst.FunctionDef]]
_MEMBERS: WeakKeyDictionary[FileAnalysis, tuple[_Members, _Members]] = WeakKeyDictionary()
YIELD = "a `yield`"
DEFINITION = "a definition"


def is_source(site: Site) -> bool:
    """Whether a call makes a value that is volatile, always or sometimes."""
    if site.kind not in (SiteKind.CALL, SiteKind.WRAPPER_CALL) or site.call is None:
        return False
    shape = site.shape
    return not shape.problem and not shape.never and shape.volatile.value is not False


def passes_on(analysis: FileAnalysis, site: Site) -> bool:
    """Whether the flag only hands on the state of another tensor: `volatile=x.volatile`."""
    flag = site.shape.volatile.expression
    return (
        isinstance(flag, cst.Attribute)
        and flag.attr.value == "volatile"
        and not (isinstance(flag.value, cst.Name) and flag.value.value == "self")
    )


class Planner:
    """Makes the plan of one function."""

    def __init__(
        self,
        analysis: FileAnalysis,
        function: cst.CSTNode,
        sites: Sequence[Site],
        producers: Mapping[int, Contamination] | None = None,
        reads: Sequence[cst.CSTNode] = (),
        anchor: Site | None = None,
    ) -> None:
        self.analysis = analysis
        self.tree = analysis.tree
        self.names = analysis.names
        self.function = function
        self.sites = sites
        self.anchor = anchor
        self.given = bool(producers) or bool(reads)
        self.scope: Scope = analysis.scopes.scope_of[id(function)]
        calls = [site.call for site in sites if site.call is not None]
        # `if test: x = Variable(x)`, `else: x = Variable(x, volatile=True)`: by what is decided.
        self.branch: tuple[cst.If, bool] | None = None
        sources = [*calls, *self._counterparts(), *reads]
        self.values = Contamination(analysis, function, sources, producers or {})
        self.condition: cst.BaseExpression | None = None
        # Bindings of the function that the condition reads.
        self.needed_names: list[Binding] = []
        self.assumed: list[str] = []
        self._changed: set[str] | None = None

    def plan(self) -> Plan:
        try:
            return self._plan()
        except _Collision as collision:
            gradient = isinstance(collision, _Differentiated)
            return Plan(problem=str(collision), needed=True, gradient=gradient)

    def _plan(self) -> Plan:
        if not self.sites and not self.given:
            return Plan()
        if isinstance(self.function, cst.Lambda):
            return self._lambda(self.function)
        if any(self._scope_of(site).kind is ScopeKind.CLASS for site in self.sites):
            raise _Collision("it stands in the body of a class")
        if any(self._is_default(site) for site in self.sites):
            raise _Collision("it is the default of a parameter")
        condition = self._condition()
        later = self.values.read_later()
        if later:
            line = line_of(self.analysis, later[0])
            raise _Collision(
                f"`{later[0].value}` is read by code that runs later (line {line}), outside of "
                "any block around it"
            )
        if self.values.untracked():
            raise _Collision("it is bound to a name that is also bound in ways not seen here")
        for name, value in self.values.switched():
            line = line_of(self.analysis, name)
            self.assumed.append(
                f"nothing that `{name.value}` was computed from is trained through it, as line "
                f"{line} says (today it is)"
                if not value
                else f"nothing from line {line} on is trained through `{name.value}`"
            )
        self.condition = condition
        if not self._no_training_generator():
            self.assumed.append("what is iterated over differentiates nothing")
        body = [self._part(statement) for statement in self._body()]
        parts = _Part(self.function, blocks=[body])
        leaves = tuple(dict.fromkeys(how for _, how in self.values.outlives()))
        if not any(True for _ in parts.all_needs()):
            return Plan(title="drop the flag", leaves=leaves, conditional=condition is not None)
        if condition is None and self._decorates(parts):
            return self._decorated(leaves)
        if isinstance(getattr(self.function, "body", None), cst.SimpleStatementSuite):
            raise _Collision("its function stands on one line: give it lines of its own")
        runs = list(self._runs(body))
        if condition is not None:
            self._check_steady(condition, body, runs)
        plan = self._wrapped(runs, condition, leaves)
        return replace(plan, conditional=condition is not None)

    def _lambda(self, node: cst.Lambda) -> Plan:
        """A lambda is handed to `torch.no_grad()` as a whole, as a function is by the decorator."""
        part = _Part(node)
        self._look(part, (node.body,))
        leaves = ("returned",) if self.values.bits(node.body) & VOLATILE else ()
        if not part.needs:
            return Plan(title="drop the flag", leaves=leaves)
        if self._condition() is not None:
            raise _Collision("a lambda holds no statement: make it a function")
        if part.stops:
            raise _Collision(f"the lambda computes {part.stops[0][1]} as well: make it a function")
        spelling = spell_torch(self.analysis, self._anchor(), self.scope, self.scope.order + 1)
        if spelling is None or node.lpar:
            raise _Collision("a lambda holds no statement: make it a function")
        start, end = self.tree.start(node), self.tree.end(node)
        return Plan(
            title="hand the lambda to `torch.no_grad()`",
            edits=(
                *spelling.edits,
                Edit(start, start, f"{spelling.text}.no_grad()("),
                Edit(end, end, ")"),
            ),
            assumption=self._assumption(),
            reasons=("all that the lambda computes may go without a graph",),
            needed=True,
        )

    def _is_default(self, site: Site) -> bool:
        node: cst.CSTNode | None = site.call
        while node is not None and node is not self.function:
            if isinstance(node, cst.Param):
                return True
            node = self.tree.parent(node)
        return False

    def _check_steady(
        self, condition: cst.BaseExpression, body: Sequence[_Part], runs: Sequence[Sequence[_Part]]
    ) -> None:
        """An attribute in the condition must not change between the call and the blocks."""
        if not any(isinstance(node, cst.Attribute) for node in below(condition)):
            return
        start = min((self.tree.start(s.call) for s in self.sites if s.call is not None), default=0)
        last = max((self.tree.start(run[0].node) for run in runs), default=0)
        for stop, why in _Part(self.function, blocks=[list(body)]).all_stops():
            if start < self.tree.start(stop) < last and isinstance(stop, cst.Call):
                raise _Collision(f"{why} may change `{self._text(condition)}`")

    def _scope_of(self, site: Site) -> Scope:
        scope = site.scope
        while scope.kind is ScopeKind.COMPREHENSION and scope.parent is not None:
            scope = scope.parent
        return scope

    def _body(self) -> Sequence[cst.CSTNode]:
        if isinstance(self.function, cst.FunctionDef):
            return self.function.body.body
        if isinstance(self.function, cst.Module):
            return self.function.body
        raise _Collision("it stands where no statement can be put around it")

    # -- the mode ------------------------------------------------------------------------------

    def _counterparts(self) -> list[cst.Call]:
        """The calls that stand for the volatile ones in the other branch of one `if`, if all do."""
        found: list[cst.Call] = []
        for site in self.sites:
            pair = self._counterpart(site)
            if pair is None or (self.branch is not None and pair[0] != self.branch):
                self.branch = None
                return []
            self.branch = pair[0]
            found.append(pair[1])
        return found

    def _counterpart(self, site: Site) -> tuple[tuple[cst.If, bool], cst.Call] | None:
        """The `if`, whether its test says volatile, and the call of the other branch."""
        if site.call is None or site.shape.volatile.value is not True:
            return None
        statement = statement_of(self.tree, site.call)
        block = self.tree.parent(statement)
        if isinstance(block, cst.SimpleStatementLine):
            block = self.tree.parent(block)
        above = None if block is None else self.tree.parent(block)
        if not isinstance(statement, cst.Assign) or statement.value is not site.call:
            return None
        inside = isinstance(above, cst.If) and above.body is block
        outer = (
            above
            if isinstance(above, cst.If)
            else None
            if above is None
            else (self.tree.parent(above))
        )
        if not isinstance(outer, cst.If) or not isinstance(outer.orelse, cst.Else):
            return None
        if not inside and above is not outer.orelse:
            return None
        written = [self.tree.code(target.target) for target in statement.targets]
        other = outer.orelse.body if inside else outer.body
        lines = [other] if isinstance(other, cst.SimpleStatementSuite) else other.body
        kinds = (cst.SimpleStatementLine, cst.SimpleStatementSuite)
        for line in lines:
            for small in line.body if isinstance(line, kinds) else ():
                if isinstance(small, cst.Assign) and isinstance(small.value, cst.Call):
                    twin = self.analysis.calls.get(id(small.value))
                    same = [self.tree.code(target.target) for target in small.targets] == written
                    if (
                        same
                        and twin is not None
                        and twin.shape.volatile.value is False
                        and twin.shape.requires_grad.value is False
                    ):
                        return (outer, inside), small.value
        return None

    def _condition(self) -> cst.BaseExpression | None:
        """The expression that says whether the values are volatile; None when they always are."""
        if self.branch is not None:
            test = self.branch[0].test
            if not self._steady(test):
                raise _Collision(
                    f"`{self._text(test)}` may give something else when it is evaluated at the "
                    "head of a block"
                )
            return test
        written: dict[str, cst.BaseExpression] = {}
        always = False
        for site in self.sites:
            flag = site.shape.volatile
            if flag.value is True or flag.expression is None:
                always = True
            else:
                written.setdefault(
                    " ".join(self.tree.code(flag.expression).split()), flag.expression
                )
        if not written:
            return None
        if always or len(written) > 1:
            told = ", ".join(f"`{text}`" for text in written)
            also = "always and " if always else ""
            raise _Collision(f"values of this function are volatile {also}under {told}")
        (condition,) = written.values()
        if not self._steady(condition):
            raise _Collision(
                f"`{self._text(condition)}` may give something else when it is evaluated at the "
                "head of a block"
            )
        return condition

    def _steady(self, node: cst.BaseExpression) -> bool:
        """Whether an expression gives the same all over the function and does nothing else."""
        if isinstance(node, (cst.SimpleString, cst.Integer)):
            return True
        if isinstance(node, cst.Name):
            definitions = self.analysis.flow.definitions(node)
            if definitions is None:
                return node.value in ("True", "False", "None")
            binding = definitions[0]
            if len(binding.scope.bindings.get(node.value, [])) != 1:
                return False
            if binding.scope.kind is ScopeKind.COMPREHENSION:
                return False
            # Of an object only the attribute counts, which is asked for beside this.
            if not isinstance(self.tree.parent(node), cst.Attribute) and self._is_filled(
                node.value
            ):
                return False
            if binding.scope is self.scope and binding.kind is not BindingKind.PARAMETER:
                self.needed_names.append(binding)
            return True
        if isinstance(node, cst.Attribute):
            if not dotted_name(node) or self._assigned(node.attr.value):
                return False
            if self.values.may_be_rebound(node):
                return False
            root: cst.BaseExpression = node
            while isinstance(root, cst.Attribute):
                root = root.value
            return self._steady(root)
        if isinstance(node, cst.UnaryOperation):
            return isinstance(node.operator, cst.Not) and self._steady(node.expression)
        if isinstance(node, cst.BooleanOperation):
            return self._steady(node.left) and self._steady(node.right)
        if isinstance(node, cst.Comparison):
            sides = [node.left, *(target.comparator for target in node.comparisons)]
            return all(self._steady(side) for side in sides)
        return False

    def _is_filled(self, name: str) -> bool:
        """Whether the function may change what a name holds, as it does with a list."""
        return name in self._changed_in_place() or any(
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Attribute)
            and isinstance(node.func.value, cst.Name)
            and node.func.value.value == name
            for node in self._nodes()
        )

    def _assigned(self, attribute: str) -> bool:
        """Whether the function may change an attribute: by assignment, `train()` or `eval()`."""
        for node in self._nodes():
            if isinstance(node, (cst.Assign, cst.AugAssign)):
                targets = (
                    [target.target for target in node.targets]
                    if isinstance(node, cst.Assign)
                    else [node.target]
                )
                if any(
                    isinstance(part, cst.Attribute) and part.attr.value == attribute
                    for target in targets
                    for part in below(target)
                ):
                    return True
            elif (
                attribute == "training"
                and isinstance(node, cst.Call)
                and isinstance(node.func, cst.Attribute)
                and node.func.attr.value in ("train", "eval")
            ):
                return True
        return False

    def _nodes(self) -> Iterator[cst.CSTNode]:
        for statement in self._body():
            yield from below(statement)

    # -- statements ----------------------------------------------------------------------------

    def _part(self, statement: cst.CSTNode) -> _Part:
        """Sort out what a statement evaluates itself, and look into its blocks."""
        part = _Part(statement)
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            part.stops.append((statement, DEFINITION))
            # Defaults, bases and the body of a class run where they stand.
            for node in below(statement):
                if node is not statement:
                    self._sort(part, node)
            return part
        if isinstance(statement, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
            self._look(part, statement.body)
            return part
        if isinstance(statement, cst.BaseSmallStatement):
            self._look(part, (statement,))
            return part
        headers, blocks = _taken_apart(statement)
        if getattr(statement, "asynchronous", None) is not None:
            part.stops.append((statement, "an `async` statement"))
        if isinstance(statement, cst.With) and any(
            isinstance(item.item, cst.Call)
            and self.names.origin(item.item.func)
            in ("torch.enable_grad", "torch.set_grad_enabled", "torch.autograd.enable_grad")
            for item in statement.items
        ):
            part.stops.append((statement, "a block that switches recording on"))
        if isinstance(statement, cst.With):
            for item in statement.items:
                if not isinstance(item.item, cst.Call):
                    part.stops.append((statement, f"`with {self._text(item.item)}`"))
        if isinstance(statement, cst.For) and not self._only_wrapped(statement):
            part.stops.append((statement.iter, f"the elements of `{self._text(statement.iter)}`"))
        if isinstance(statement, cst.For) and not self._plain_iterable(statement.iter):
            part.stops.append((statement.iter, "what is iterated over may compute something else"))
        self._look(part, headers)
        part.blocks = [[self._part(inner) for inner in block] for block in blocks]
        return part

    def _plain_iterable(self, node: cst.BaseExpression) -> bool:
        """Whether iterating runs no code of this file that has to be recorded.

        What is not seen is taken to be a loader, unless a generator of the file trains.
        """
        if self._attached_tensor(node):
            return False
        if isinstance(node, cst.Name):
            for binding in self.analysis.flow.definitions(node) or ():
                source = self.analysis.flow.source(binding)
                if source is None or source.path:
                    if not self._no_training_generator():
                        return False
                elif not self._plain_iterable(source.expression):
                    return False
            return True
        if isinstance(node, (cst.Tuple, cst.List, cst.Set, cst.Dict, cst.ListComp)):
            return True
        if isinstance(node, cst.GeneratorExp):
            return self._plain_iterable(node.for_in.iter)
        if isinstance(node, cst.Call):
            function = self._function(node.func)
            if function is not None:
                return self._inert(function)
            origin = self.names.origin(node.func)
            builtin = isinstance(node.func, cst.Name) and self.names.is_builtin(node.func)
            if builtin or self._is_quiet_module(origin):
                return all(self._plain_iterable(argument.value) for argument in node.args)
            if origin.startswith("torch.utils.data."):
                return True
        if isinstance(node, (cst.Integer, cst.SimpleString)):
            return True
        return self._no_training_generator()

    def _only_wrapped(self, loop: cst.For | cst.CompFor) -> bool:
        """Whether it does not matter if what a loop goes over is a tensor, and its elements views.

        So it is where it surely is none, and where the elements are only wrapped, meet a volatile
        value, or are asked for numbers.
        """
        iterable = loop.iter
        while isinstance(iterable, cst.Call) and isinstance(iterable.func, cst.Name):
            if iterable.func.value not in ("enumerate", "zip", "reversed") or not iterable.args:
                break
            iterable = iterable.args[0].value
        if self.values.bits(iterable) != OTHER or self.analysis.facts.of(iterable).kind in (
            Kind.OTHER,
            Kind.OPAQUE,
        ):
            return True
        bound = {id(name): name.value for name in self.analysis.flow.names_in(loop.target)}
        for name in set(bound.values()):
            for load in self.analysis.scopes.loads.get(name, ()):
                definitions = self.analysis.flow.definitions(load.node) or ()
                if any(id(b.node) in bound for b in definitions) and not self._used_up(load.node):
                    return False
        return True

    def _used_up(self, node: cst.CSTNode) -> bool:
        """Whether a read of a value leads to nothing that may be part of its graph."""
        current: cst.CSTNode | None = node
        while isinstance(current, (cst.BaseExpression, cst.Arg, cst.Element)):
            if isinstance(current, cst.BaseExpression) and current is not node:
                if (
                    isinstance(current, cst.Call)
                    and isinstance(current.func, cst.Attribute)
                    and current.func.attr.value in ADDING
                ):
                    return False
                if id(current) in self.analysis.calls or self.values.computes(current):
                    return True
                if not self.values.bits(current) & OTHER and not isinstance(
                    current, (cst.Tuple, cst.List)
                ):
                    return True
            current = self.tree.parent(current)
        # `x = x.cuda()`: what becomes of it is asked there.
        return isinstance(current, cst.Assign) and isinstance(current.value, (cst.Call, cst.Tuple))

    def _attached_tensor(self, node: cst.BaseExpression) -> bool:
        """Whether iterating surely gives views of a tensor that may be part of a graph."""
        fact = self.analysis.facts.of(node)
        if fact.kind is Kind.TENSOR:
            return not fact.free and not self.values.bits(node) & VOLATILE
        return False

    def _no_training_generator(self) -> bool:
        """Whether no generator of the file, and no iterator class, differentiates."""
        return not any(
            (function.name.value in _ITERATING or _yields(function)) and self._trains(function)
            for function in self.analysis.scopes.all(cst.FunctionDef)
        )

    def _changed_view(self, node: cst.CSTNode) -> bool:
        """Whether an operation binds a name to a view that is changed in place in the function."""
        if isinstance(node, cst.Subscript):
            view = bool(self.values.bits(node.value))
        else:
            func = node.func if isinstance(node, cst.Call) else None
            row = METHODS.get(func.attr.value) if isinstance(func, cst.Attribute) else None
            view = row is not None and row.identity in (Identity.VIEW, Identity.VIEW_OR_SAME)
        statement = statement_of(self.tree, node)
        if not view or not isinstance(statement, cst.Assign):
            return False
        names = {
            name.value
            for target in statement.targets
            for name in self.analysis.flow.names_in(target.target)
        }
        return bool(names & self._changed_in_place())

    def _changed_in_place(self) -> set[str]:
        """The names of which something is changed in place in the function."""
        if self._changed is None:
            self._changed = set()
            for node in self._nodes():
                place: cst.CSTNode | None = None
                if isinstance(node, cst.AugAssign) or (
                    isinstance(node, cst.AssignTarget) and isinstance(node.target, cst.Subscript)
                ):
                    place = node.target
                elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
                    method = node.func.attr.value
                    place = node.func.value if method.endswith("_") else None
                while isinstance(place, (cst.Subscript, cst.Attribute)):
                    place = place.value
                if isinstance(place, cst.Name):
                    self._changed.add(place.value)
        return self._changed

    def _look(self, part: _Part, roots: Iterable[cst.CSTNode]) -> None:
        for root in roots:
            for node in self._run_with(root):
                self._sort(part, node)

    def _run_with(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """What is evaluated with a node; generator expressions that run later are left out."""
        yield node
        if isinstance(node, (cst.Lambda, cst.FunctionDef, cst.ClassDef)):
            return
        if isinstance(node, cst.GeneratorExp) and not self.values.consumed(node):
            if any(self.values.computes(inner) for inner in below(node.elt)):
                raise _Collision(
                    f"the generator expression on line {line_of(self.analysis, node)} runs later: "
                    "make it a list"
                )
            yield from self._run_with(node.for_in.iter)
            return
        for child in children(node):
            yield from self._run_with(child)

    def _sort(self, part: _Part, node: cst.CSTNode) -> None:
        if isinstance(node, cst.Yield):
            part.stops.append((node, YIELD))
        elif isinstance(node, cst.Await):
            part.stops.append((node, "an `await`"))
        elif isinstance(node, cst.Assign):
            self._assignment(part, node)
        elif isinstance(node, cst.Attribute):
            self._attribute(part, node)
        elif isinstance(node, cst.StarredElement):
            if self.values.bits(node.value) & OTHER:
                part.stops.append((node, f"`*{self._text(node.value)}`"))
        elif isinstance(node, cst.CompFor):
            if node.asynchronous is not None:
                part.stops.append((node, "an `async` comprehension"))
            if not self._only_wrapped(node):
                part.stops.append((node.iter, f"the elements of `{self._text(node.iter)}`"))
            if not self._plain_iterable(node.iter):
                part.stops.append((node.iter, f"the iteration over `{self._text(node.iter)}`"))
        elif isinstance(node, OPERATIONS):
            if isinstance(node, cst.Call):
                self._refuse_gradients(part, node)
            found = self.values.computes(node)
            if found == VOLATILE:
                part.needs.append(node)
                if isinstance(node, cst.Call):
                    self._callee(node)
            elif found:
                raise _Collision(
                    f"`{self._text(node)}` on line {line_of(self.analysis, node)} depends on a "
                    "value that is volatile on some ways only"
                )
            elif self._changed_view(node):
                part.stops.append((node, f"`{self._text(node)}`, a view that is changed later"))
            elif not self._quiet(node):
                if self._feeds(node):
                    # It only goes into what is covered; what it does besides is not known.
                    if isinstance(node, cst.Call):
                        self._assume(node)
                else:
                    part.stops.append((node, f"`{self._text(node)}`"))

    def _attribute(self, part: _Part, node: cst.Attribute) -> None:
        """A method taken as a value, and a property that computes."""
        name = node.attr.value
        call = self.tree.parent(node)
        called = isinstance(call, cst.Call) and call.func is node
        if name in GRADIENT_METHODS and not called:
            if self.values.bits(node.value) & VOLATILE:
                raise _Differentiated(
                    f"`{self._text(node)}` on line {line_of(self.analysis, node)} needs the graph "
                    "of what depends on it"
                )
            part.stops.append((node, f"`{self._text(node)}`"))
        elif name in _OF_THE_GRAPH and self._is_volatile(node.value):
            if not isinstance(call, cst.AssignTarget):
                raise _Collision(
                    f"line {line_of(self.analysis, node)} asks for `{self._text(node)}`, which "
                    "would be another"
                )
        elif name in _VIEWING and self.values.bits(node.value) & OTHER:
            part.stops.append((node, f"`{self._text(node)}`"))
        elif not called and not isinstance(call, cst.AssignTarget):
            getters = properties(self.analysis).get(name, ())
            if any(not self._inert(getter) for getter in getters):
                part.stops.append((node, f"the property `{self._text(node)}`"))

    def _assignment(self, part: _Part, node: cst.Assign) -> None:
        unpacked = any(isinstance(t.target, (cst.Tuple, cst.List)) for t in node.targets)
        if (
            unpacked
            and not isinstance(node.value, (cst.Tuple, cst.List))
            and self.values.bits(node.value) & OTHER
        ):
            # Taking a tensor apart gives views of it.
            part.stops.append((node, f"`{self._text(node)}`"))
        stored = self.values.stores(node)
        if stored == VOLATILE:
            part.needs.append(node)
        elif stored:
            raise _Collision(
                f"line {line_of(self.analysis, node)} stores a value that is volatile on some ways "
                "only"
            )
        for target in node.targets:
            head = target.target
            if isinstance(head, cst.Attribute) and head.attr.value in ("requires_grad", "grad"):
                if self.values.bits(head.value) & VOLATILE:
                    raise _Differentiated(
                        f"line {line_of(self.analysis, node)} asks for a gradient of what depends "
                        "on it"
                    )
                part.stops.append((node, f"`{self._text(node)}`"))

    def _refuse_gradients(self, part: _Part, node: cst.Call) -> None:
        """What differentiates must not meet a volatile value, nor stand in a region."""
        origin = self.names.origin(node.func)
        operands = [argument.value for argument in node.args]
        method = ""
        if isinstance(node.func, cst.Attribute):
            method = node.func.attr.value
            operands.append(node.func.value)
        of_torch = origin.startswith("torch.")
        if origin in DIFFERENTIATING or (method in GRADIENT_METHODS and (not origin or of_torch)):
            if not self._guarded(node) and any(
                self.values.bits(operand) & VOLATILE for operand in operands
            ):
                raise _Differentiated(
                    f"`{self._text(node)}` on line {line_of(self.analysis, node)} needs the graph "
                    "of what depends on it"
                )
            part.stops.append((node, f"`{self._text(node)}`"))
        elif method in OPTIMIZER_METHODS:
            part.stops.append((node, f"`{self._text(node)}`"))

    def _guarded(self, node: cst.CSTNode) -> bool:
        """Whether a node only runs where the values are not volatile, by the test around it."""
        if self.condition is None:
            return False
        wanted = self._negation(self.condition)
        below_, current = node, self.tree.parent(node)
        while current is not None and current is not self.function:
            if isinstance(current, cst.If):
                test, negated = self._spelled(current.test), self._negation(current.test)
                if below_ is current.body and test == wanted:
                    return True
                if below_ is current.orelse and negated == wanted:
                    return True
            below_, current = current, self.tree.parent(current)
        return False

    def _spelled(self, node: cst.BaseExpression) -> str:
        return self._text(node, None)

    def _negation(self, node: cst.BaseExpression) -> str:
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            return self._spelled(node.expression)
        if self.branch is not None and node is self.condition and not self.branch[1]:
            return self._spelled(node)
        return f"not {self._spelled(node)}"

    def _feeds(self, node: cst.CSTNode) -> bool:
        """Whether the result goes straight into a computation that is covered anyway."""
        above = self.tree.parent(node)
        while isinstance(above, (cst.BaseExpression, cst.Arg, cst.Element)):
            if self.values.computes(above) == VOLATILE:
                return True
            above = self.tree.parent(above)
        return False

    # -- calls ---------------------------------------------------------------------------------

    def _callee(self, node: cst.Call) -> None:
        """Take note of what a call with a volatile value may do besides."""
        func = node.func
        origin = self.names.origin(func)
        if origin.startswith("torch.") or self._is_quiet_module(origin):
            return
        if isinstance(func, cst.Attribute) and not origin and self._is_volatile(func.value):
            return
        if (
            isinstance(func, cst.Name)
            and self.names.is_builtin(func)
            and func.value in QUIET_BUILTINS | CONTAINER_BUILTINS | _COMPUTING_BUILTINS
        ):
            return
        function = self._function(func)
        if function is not None:
            if self._trains(function):
                raise _Collision(
                    f"`{self._text(func)}` on line {line_of(self.analysis, node)} differentiates "
                    f"(line {self.tree.line(function.name)})"
                )
            if not self._inert(function) and not self._fed_only(function):
                self._assume(node)
            return
        forwards = self.analysis.modules.callees(func)
        if forwards is not None:
            for forward in forwards:
                if self._trains(forward):
                    raise _Collision(
                        f"`{self._text(func)}` differentiates in its `forward` "
                        f"(line {self.tree.line(forward.name)})"
                    )
            if any(_keeps(forward) for forward in forwards) and re.search(
                DERIVATIVE_WORDS, self.analysis.text
            ):
                self.assumed.append(f"nothing that `{self._text(func)}` keeps is differentiated")
            return
        if self._trusted(func):
            return
        owner = self._own_class(func)
        if isinstance(func, cst.Attribute) and func.attr.value in methods(self.analysis):
            self._assume(node)
            return
        if self._some_class_trains():
            self._assume(node)
            return
        if owner is not None and self.analysis.uses.derives_from_module(owner):
            # What a module calls through `self` is a module.
            return
        self._assume(node)

    def _is_volatile(self, node: cst.BaseExpression) -> bool:
        return bool(self.values.bits(node) & VOLATILE)

    def _trusted(self, func: cst.BaseExpression) -> bool:
        """Whether a callee passes for a model or a loss, which computes with what it is given.

        A name alone is not believed in a file whose own classes differentiate, or that hooks in.
        """
        role = self.analysis.uses.role(func)
        if role.kind not in (RoleKind.MODULE, RoleKind.LOSS, RoleKind.RNN):
            return False
        return not self._some_class_trains()

    def _some_class_trains(self) -> bool:
        """Whether an object of a class of this file may differentiate when it is called."""
        if "register_forward" in self.analysis.text:
            return True
        for function in self.analysis.scopes.all(cst.FunctionDef):
            if self._is_handed_on(function) and self._trains(function):
                return True
        return any(
            self._trains(function)
            for name in ("forward", "__call__")
            for function in methods(self.analysis).get(name, ())
        )

    def _is_handed_on(self, function: cst.FunctionDef) -> bool:
        """Whether a function is used as a value, so that any name may stand for it."""
        for load in self.analysis.scopes.loads.get(function.name.value, ()):
            above = self.tree.parent(load.node)
            if not (isinstance(above, cst.Call) and above.func is load.node):
                return True
        return False

    def _fed_only(self, function: cst.FunctionDef, depth: int = 0) -> bool:
        """Whether a function of this file computes and hands back, and nothing else.

        It keeps nothing anywhere, and what it calls are models, torch functions, methods of
        tensors, or functions of which the same is true.
        """
        if depth > _DEEPEST or function.asynchronous is not None:
            return False
        planner = Planner(self.analysis, function, ())
        planner.depth = depth + 1
        for node in _all_below(function.body):
            if isinstance(node, (cst.Global, cst.Nonlocal, cst.FunctionDef, cst.ClassDef)):
                return False
            if isinstance(node, (cst.Await, cst.Lambda)):
                return False
            if isinstance(node, cst.Assign):
                for target in node.targets:
                    if not isinstance(target.target, (cst.Name, cst.Tuple, cst.List)):
                        return False
            elif isinstance(node, (cst.AugAssign, cst.AnnAssign)):
                if not isinstance(node.target, cst.Name):
                    return False
            elif isinstance(node, cst.Call) and not planner._only_feeds(node):
                return False
        return True

    def _only_feeds(self, node: cst.Call) -> bool:
        """Whether a call in such a function keeps nothing and differentiates nothing."""
        func = node.func
        if isinstance(func, cst.Attribute) and func.attr.value in ADDING:
            root = func.value
            return isinstance(root, cst.Name) and self.values.is_own(root)
        if self._quiet_call(node):
            return True
        origin = self.names.origin(func)
        if origin:
            return origin.startswith("torch.") and origin not in DIFFERENTIATING
        if isinstance(func, cst.Name) and self.names.is_builtin(func):
            return func.value in _COMPUTING_BUILTINS | CONTAINER_BUILTINS
        function = self._function(func)
        if function is not None:
            return self._fed_only(function, self.depth)
        forwards = self.analysis.modules.callees(func)
        if forwards is not None:
            return not any(self._trains(forward) for forward in forwards)
        if isinstance(func, cst.Attribute) and (
            func.attr.value in METHODS or func.attr.value in TUPLE_METHODS
        ):
            return func.attr.value not in GRADIENT_METHODS
        return self._trusted(func)

    def _own_class(self, func: cst.BaseExpression) -> cst.ClassDef | None:
        """The class around, when `self` itself or something it holds is called."""
        if isinstance(func, cst.Attribute):
            func = func.value
        if isinstance(func, cst.Name) and func.value == "self":
            return self.analysis.uses.class_node(self.scope)
        return None

    def _assume(self, node: cst.Call) -> None:
        self.assumed.append(f"`{self._text(node.func)}` differentiates nothing")

    def _function(self, func: cst.BaseExpression) -> cst.FunctionDef | None:
        return function_called(self.analysis, func, self.scope)

    def _trains(self, function: cst.FunctionDef, depth: int = 0) -> bool:
        """Whether a function differentiates or steps an optimizer, in what is seen of it."""
        scope = self.analysis.scopes.scope_of[id(function)]
        for node in _all_below(function.body):
            if not isinstance(node, cst.Call):
                continue
            if self.names.origin(node.func) in DIFFERENTIATING:
                return True
            if isinstance(node.func, cst.Attribute):
                method = node.func.attr.value
                if method in GRADIENT_METHODS or method in OPTIMIZER_METHODS:
                    return True
            called = function_called(self.analysis, node.func, scope)
            if (
                called is not None
                and called is not function
                and depth < _DEEPEST
                and self._trains(called, depth + 1)
            ):
                return True
        return False

    def _inert(self, function: cst.FunctionDef, depth: int = 0) -> bool:
        """Whether a function of this file records nothing that could be differentiated."""
        if depth > _DEEPEST or function.asynchronous is not None:
            return False
        planner = Planner(self.analysis, function, ())
        planner.depth = depth + 1
        return all(
            isinstance(node, (cst.Yield,)) or planner._quiet(node)
            for node in planner._nodes()
            if isinstance(node, (*OPERATIONS, cst.Await))
        )

    depth = 0

    def _quiet(self, node: cst.CSTNode) -> bool:
        """Whether something without volatile operands loses nothing inside a region."""
        if isinstance(node, cst.Await):
            return False
        if isinstance(node, cst.Call):
            return self._quiet_call(node)
        if isinstance(node, cst.Subscript):
            above = self.tree.parent(node)
            if isinstance(above, (cst.AssignTarget, cst.Del)):
                return not self.values.bits(node.value) & OTHER
        if isinstance(node, cst.AugAssign):
            return not (self.values.bits(node.target) | self.values.bits(node.value)) & OTHER
        return not self.values.bits(node) & OTHER

    def _quiet_call(self, node: cst.Call) -> bool:
        func = node.func
        site = self.analysis.calls.get(id(node))
        if site is not None:
            return not site.shape.problem
        origin = self.names.origin(func)
        if origin:
            return self._quiet_origin(node, origin)
        if isinstance(func, cst.Name):
            if self.names.is_builtin(func):
                if not all(self._quiet_value(argument.value) for argument in node.args):
                    return False
                if func.value in CONTAINER_BUILTINS and self._is_iterated(node):
                    return all(self._plain_iterable(argument.value) for argument in node.args)
                return func.value in QUIET_BUILTINS - CONTAINER_BUILTINS or (
                    func.value in _COMPUTING_BUILTINS | CONTAINER_BUILTINS
                    and not any(self.values.bits(a.value) & OTHER for a in node.args)
                )
            function = self._function(func)
            return function is not None and self._inert(function, self.depth)
        if not isinstance(func, cst.Attribute):
            return False
        function = self._function(func)
        if function is not None:
            return self._inert(function, self.depth)
        method = func.attr.value
        if method in QUIET_METHODS or method in NON_TENSOR_METHODS:
            own = methods(self.analysis).get(method, ())
            if method in GRADIENT_METHODS or any(not self._inert(m, self.depth) for m in own):
                return False
            return method not in ("train", "eval") or self._sets_mode(node, func)
        if method in METHODS and METHODS[method].graph is Graph.FREE:
            return method not in methods(self.analysis)
        known = method in METHODS or method in TUPLE_METHODS
        operands = [func.value, *(argument.value for argument in node.args)]
        return known and not any(self.values.bits(operand) & OTHER for operand in operands)

    def _is_iterated(self, node: cst.CSTNode) -> bool:
        """Whether a call is what a loop goes over."""
        above = self.tree.parent(node)
        if isinstance(above, cst.Arg):
            outer = self.tree.parent(above)
            return outer is not None and self._is_iterated(outer)
        return isinstance(above, (cst.For, cst.CompFor)) and above.iter is node

    def _is_quiet_module(self, origin: str) -> bool:
        """Whether a function is of a module that knows nothing of autograd, not a namesake."""
        first = origin.split(".")[0]
        return first in QUIET_MODULES and first not in self.analysis.context.own_modules

    def _quiet_value(self, node: cst.BaseExpression) -> bool:
        """Whether a function that is handed on may be called: it records nothing, or is none."""
        if isinstance(node, cst.Lambda):
            planner = Planner(self.analysis, node, ())
            planner.depth = self.depth + 1
            return self.depth <= _DEEPEST and all(
                planner._quiet(inner)
                for inner in below(node.body)
                if isinstance(inner, (*OPERATIONS, cst.Await))
            )
        function = self._function(node) if isinstance(node, cst.Name) else None
        return function is None or self._inert(function, self.depth)

    def _sets_mode(self, node: cst.Call, func: cst.Attribute) -> bool:
        """Whether `train` or `eval` are those of a module, and not a run of training."""
        if any(
            argument.keyword is not None
            or not isinstance(argument.value, cst.Name)
            or argument.value.value not in ("True", "False")
            for argument in node.args
        ):
            return False
        if func.attr.value == "eval":
            return True
        if self.analysis.modules.callees(func.value) is not None:
            return True
        shown = re.escape(self.tree.code(func.value))
        if re.search(rf"(?<![\w.]){shown}\.eval\(\)", self.tree.text):
            return True
        return self.analysis.uses.role(func.value).kind in (RoleKind.MODULE, RoleKind.RNN)

    def _quiet_origin(self, node: cst.Call, origin: str) -> bool:
        if origin in DIFFERENTIATING or origin == "torch.is_grad_enabled":
            return False
        if not all(self._quiet_value(argument.value) for argument in node.args):
            return False
        if origin in NON_TENSOR_FUNCTIONS:
            return True
        if self._is_quiet_module(origin):
            return origin.split(".")[0] not in HANDING_ON or not any(
                self.values.bits(argument.value) & OTHER for argument in node.args
            )
        if origin in QUIET_TORCH:
            return True
        if origin.startswith(QUIET_TORCH_MODULES):
            # Classes only keep what they are given; functions may compute with it.
            return origin.rsplit(".", 1)[-1][:1].isupper() or not any(
                self.values.bits(argument.value) & OTHER for argument in node.args
            )
        if not origin.startswith("torch."):
            return False
        if origin.startswith("torch.nn.") and origin.rsplit(".", 1)[-1][:1].isupper():
            return True
        known = origin in FUNCTIONS or origin in LOSS_FUNCTIONS
        if self.values.free(node):
            return True
        return known and not any(self.values.bits(a.value) & OTHER for a in node.args)

    # -- the extent ----------------------------------------------------------------------------

    def _decorates(self, parts: _Part) -> bool:
        """Whether the whole function may run without gradient, by a decorator."""
        function = self.function
        if not isinstance(function, cst.FunctionDef) or function.asynchronous is not None:
            return False
        for decorator in function.decorators:
            node = decorator.decorator
            if not isinstance(node, cst.Name) and self.names.origin(node) not in _TRANSPARENT:
                return False
            if isinstance(node, cst.Name) and node.value not in _TRANSPARENT:
                return False
        return all(why in (YIELD, DEFINITION) for _, why in parts.all_stops())

    def _runs(self, block: Sequence[_Part]) -> Iterator[list[_Part]]:
        """The smallest runs of whole statements of one block that cover what has to be."""
        run: list[_Part] = []
        waiting: list[_Part] = []
        for part in block:
            needs = any(True for _ in part.all_needs())
            stop = next(part.all_stops(), None)
            if needs and stop is None:
                run += [*waiting, part] if run else [part]
                waiting = []
                continue
            if stop is None:
                waiting.append(part)
                continue
            if run:
                yield from self._narrowed(run)
            run, waiting = [], []
            if needs:
                yield from self._inner_runs(part, stop)
        if run:
            yield from self._narrowed(run)

    def _narrowed(self, run: list[_Part]) -> Iterator[list[_Part]]:
        """The branch of an `if` that needs it, where that is all there is to a run."""
        (part, *more) = run
        branches = [
            block for block in part.blocks if any(True for p in block for _ in p.all_needs())
        ]
        if (
            more
            or not isinstance(part.node, cst.If)
            or part.needs
            or len(branches) != 1
            or any(isinstance(piece.node, cst.BaseSmallStatement) for piece in branches[0])
        ):
            yield run
        else:
            yield from self._runs(branches[0])

    def _inner_runs(self, part: _Part, stop: tuple[cst.CSTNode, str]) -> Iterator[list[_Part]]:
        if part.needs:
            node = part.needs[0]
            what = "is evaluated with" if part.stops else "decides over"
            raise _Collision(
                f"`{self._text(node)}` on line {line_of(self.analysis, node)} {what} {stop[1]} "
                f"(line {line_of(self.analysis, stop[0])}), which has to be recorded"
            )
        for inner in part.blocks:
            if any(isinstance(piece.node, cst.BaseSmallStatement) for piece in inner):
                if any(True for piece in inner for _ in piece.all_needs()):
                    raise _Collision(
                        f"line {line_of(self.analysis, part.node)} holds a block on one line: "
                        "give it lines of its own"
                    )
                continue
            yield from self._runs(inner)

    # -- the edits -----------------------------------------------------------------------------

    def _decorated(self, leaves: tuple[str, ...]) -> Plan:
        function = self.function
        if not isinstance(function, cst.FunctionDef) or self.scope.parent is None:
            raise _Collision("it stands in no function")
        spelling = spell_torch(self.analysis, self._anchor(), self.scope.parent, self.scope.order)
        if spelling is None:
            raise _Collision("there is no name for torch here: import it")
        text = f"@{spelling.text}.no_grad()"
        edits = (*spelling.edits, *decorate(self.tree, function, text))
        return Plan(
            title=f"decorate `{function.name.value}` with {text}",
            edits=edits,
            assumption=self._assumption(),
            reasons=(f"all that `{function.name.value}` computes may go without a graph",),
            needed=True,
            leaves=leaves,
        )

    def _wrapped(
        self,
        runs: Sequence[Sequence[_Part]],
        condition: cst.BaseExpression | None,
        leaves: tuple[str, ...],
    ) -> Plan:
        edits: list[Edit] = []
        reasons: list[str] = []
        header = ""
        for run in runs:
            first = run[0].node
            for binding in self.needed_names:
                bound = statement_of(self.tree, binding.node)
                before = self.tree.end(bound) <= self.tree.start(first)
                if not before or not self.values.above(bound, first):
                    raise _Collision(
                        f"`{binding.name}` is not bound yet where a block would have to begin"
                    )
            order = self._order(first)
            spelling = spell_torch(self.analysis, self._anchor(), self.scope, order)
            if spelling is None:
                raise _Collision("there is no name for torch here: import it")
            header = f"{spelling.text}.no_grad()"
            if condition is not None:
                header = self._switch(spelling.text, condition)
            edits += [*spelling.edits, *wrap(self.tree, [part.node for part in run], header)]
            lines = self._lines(run)
            need = next(node for part in run for node in part.all_needs())
            reasons.append(f"{lines}: `{self._text(need)}` depends on it")
        many = f" in {len(runs)} places" if len(runs) > 1 else ""
        return Plan(
            title=f"put what depends on it under `with {header}:`{many}",
            edits=tuple(edits),
            assumption=self._assumption(),
            reasons=tuple(reasons),
            needed=True,
            leaves=leaves,
        )

    def _anchor(self) -> Site:
        """A use of Variable beside whose import one of torch may go."""
        anchor = self.sites[0] if self.sites else self.anchor
        if anchor is None:
            raise _Collision("there is no name for torch here: import it")
        return anchor

    def _order(self, statement: cst.CSTNode) -> int:
        if isinstance(statement, cst.SimpleStatementLine):
            statement = statement.body[0]
        return self.analysis.scopes.orders.get(id(statement), (0, 0))[0]

    def _lines(self, run: Sequence[_Part]) -> str:
        first = self.tree.line(run[0].node)
        last = self.tree.place(self.tree.end(run[-1].node) - 1)[0]
        return f"line {first}" if first >= last else f"lines {first} to {last}"

    def _switch(self, torch: str, condition: cst.BaseExpression) -> str:
        """The head of a block that records only where the values are not volatile."""
        mode = self._negated(condition)
        if self.branch is not None and not self.branch[1]:
            mode = self._affirmed(condition)
        if self.scope.kind is not ScopeKind.MODULE:
            # A caller may have switched recording off; it must not come on again.
            low = isinstance(condition, cst.BooleanOperation) and not condition.lpar
            mode = f"({mode})" if low and not mode.startswith(("not ", "bool(")) else mode
            mode = f"{torch}.is_grad_enabled() and {mode}"
        return f"{torch}.set_grad_enabled({mode})"

    def _negated(self, condition: cst.BaseExpression) -> str:
        """`not (condition)` in the simplest spelling that surely is a bool."""
        if isinstance(condition, cst.UnaryOperation) and isinstance(condition.operator, cst.Not):
            return self._affirmed(condition.expression)
        text = self._text(condition, None)
        atom = isinstance(condition, (cst.Name, cst.Attribute, cst.Call)) or condition.lpar
        return f"not {text}" if atom else f"not ({text})"

    def _affirmed(self, condition: cst.BaseExpression) -> str:
        text = self._text(condition, None)
        if not is_bool(self.analysis, condition):
            return f"bool({text})"
        return text

    def _assumption(self) -> str:
        return "; ".join(dict.fromkeys(self.assumed))

    def _text(self, node: cst.CSTNode, limit: int | None = 48) -> str:
        text = re.sub(r"\s+", " ", self.tree.code(node)).strip()
        return text if limit is None or len(text) <= limit else text[: limit - 3] + "..."


def _taken_apart(statement: cst.CSTNode) -> tuple[list[cst.CSTNode], list[Sequence[cst.CSTNode]]]:
    """The expressions a compound statement evaluates itself, and its blocks of statements."""
    headers: list[cst.CSTNode] = []
    blocks: list[Sequence[cst.CSTNode]] = []
    for child in children(statement):
        if isinstance(child, (cst.IndentedBlock, cst.SimpleStatementSuite)):
            blocks.append(child.body)
        elif isinstance(
            child,
            (
                cst.If,
                cst.Else,
                cst.ExceptHandler,
                cst.ExceptStarHandler,
                cst.Finally,
                cst.MatchCase,
            ),
        ):
            inner_headers, inner_blocks = _taken_apart(child)
            headers += inner_headers
            blocks += inner_blocks
        else:
            headers.append(child)
    return headers, blocks


def _keeps(function: cst.FunctionDef) -> bool:
    """Whether a function stores something in an attribute, a container or a global name."""
    return any(
        isinstance(node, cst.Global)
        or (
            isinstance(node, (cst.AssignTarget, cst.AugAssign))
            and isinstance(node.target, (cst.Attribute, cst.Subscript))
        )
        or (
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Attribute)
            and node.func.attr.value in ADDING
            and not isinstance(node.func.value, cst.Name)
        )
        for node in _all_below(function.body)
    )


def _yields(function: cst.FunctionDef) -> bool:
    """Whether a function is a generator."""
    return any(isinstance(node, cst.Yield) for node in evaluated(function))


def _all_below(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all below it, functions inside included."""
    yield node
    for child in children(node):
        yield from _all_below(child)


def properties(analysis: FileAnalysis) -> Mapping[str, Sequence[cst.FunctionDef]]:
    """The properties that the classes of a file define, by name."""
    return _members(analysis)[1]


def methods(analysis: FileAnalysis) -> Mapping[str, Sequence[cst.FunctionDef]]:
    """The methods that the classes of a file define, by name."""
    return _members(analysis)[0]


def _members(analysis: FileAnalysis) -> tuple[_Members, _Members]:
    known = _MEMBERS.get(analysis)
    if known is None:
        known = _MEMBERS[analysis] = ({}, {})
        for function in analysis.scopes.all(cst.FunctionDef):
            if analysis.scopes.scope_at(function).kind is ScopeKind.CLASS:
                decorated = [analysis.tree.code(d.decorator) for d in function.decorators]
                getter = any(text.rsplit(".", 1)[-1].endswith("property") for text in decorated)
                known[getter].setdefault(function.name.value, []).append(function)
    return known


def function_called(
    analysis: FileAnalysis, func: cst.BaseExpression, scope: Scope
) -> cst.FunctionDef | None:
    """The function of this file that a call in `scope` surely runs."""
    if isinstance(func, cst.Name):
        definitions = analysis.flow.definitions(func)
        if definitions is None or len(definitions) != 1:
            return None
        node = definitions[0].node
        return node if isinstance(node, cst.FunctionDef) and not node.decorators else None
    if (
        isinstance(func, cst.Attribute)
        and isinstance(func.value, cst.Name)
        and func.value.value == "self"
    ):
        name = func.attr.value
        owner = analysis.uses.class_node(scope)
        inner = None if owner is None else analysis.scopes.scope_of.get(id(owner))
        bound = [] if inner is None else inner.bindings.get(name, [])
        if len(bound) != 1 or not isinstance(bound[0].node, cst.FunctionDef):
            return None
        replaced = name in analysis.scopes.replaced or name in analysis.scopes.attributes
        others = len(methods(analysis).get(name, ())) > 1
        function = bound[0].node
        if not (replaced or others or function.decorators or name in analysis.context.overridden):
            return function
    return None
