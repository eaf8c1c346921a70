"""Plans the regions without gradient that bring back what `volatile` meant, function by function.

A plan covers every computation that depends on a volatile value by the fewest whole statements, and
nothing that must be recorded. What cannot be separated is said, with the statements that collide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import Binding, BindingKind, Scope, ScopeKind, dotted_name
from varmigrate.analysis.sites import Site, SiteKind
from varmigrate.analysis.tree import Tree, children, statement_of
from varmigrate.analysis.volatile import (
    OPERATIONS,
    OTHER,
    VOLATILE,
    Contamination,
    Producer,
    below,
    evaluated,
    line_of,
)
from varmigrate.model import Edit
from varmigrate.rewrite.regions import decorate, wrap
from varmigrate.rewrite.spelling import Anchor, spell_torch
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.call_fix import is_bool
from varmigrate.rules.conditions import Meaning, always_leaves, meaning, under_bool
from varmigrate.rules.region_calls import (
    Callees,
    Collision,
    Differentiated,
    compares,
    function_called,
    properties,
    shown,
)
from varmigrate.torch_facts.attributes import VIEW_ATTRIBUTES
from varmigrate.torch_facts.kinds import Identity
from varmigrate.torch_facts.methods import METHODS
from varmigrate.torch_facts.quiet import (
    ADDING_METHODS,
    DIFFERENTIATING,
    GRADIENT_METHODS,
    OPTIMIZER_METHODS,
)

# Blocks inside each other, of which Python allows for twenty.
_NESTED = 18
_REMOVING = frozenset("clear pop popitem remove discard".split())
# Decorators a gradient mode may stand below: they hand the function on as it is.
_TRANSPARENT = frozenset({"staticmethod", "classmethod", "property", "abc.abstractmethod"})
# What is asked of the graph itself.
_OF_THE_GRAPH = frozenset({"requires_grad", "grad_fn", "is_leaf", "grad"})


@dataclass
class Plan:
    """What is to be done in one function for its volatile values.

    problem: why nothing is done, in words; empty when `edits` do it. assumption: what the regions
    rest on; empty when they are proved. title, reasons: for the user. needed: whether anything
    that depends on the values would record a graph. leaves: how the values leave the function.
    conditional: whether they are volatile only under a condition. gradient: whether the problem is
    that they are differentiated. whole: whether all of the function is covered.
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
    whole: bool = False


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


def drop_flag(analysis: FileAnalysis, site: Site) -> tuple[Edit, ...] | None:
    """The edit that takes the volatile argument out of a call; None where a comment is in it."""
    call, argument = site.call, site.shape.volatile.argument
    if call is None or argument is None:
        return None
    tree = analysis.tree
    place = next(i for i, item in enumerate(call.args) if item is argument)
    if place:
        start, end = tree.end(call.args[place - 1].value), tree.end(argument.value)
    elif len(call.args) > 1:
        start, end = tree.start(argument), tree.start(call.args[1])
    else:
        return None
    if comments(tree.text[start:end]):
        return None
    return (Edit(start, end, ""),)


class Planner:
    """Makes the plan of one function."""

    def __init__(
        self,
        analysis: FileAnalysis,
        function: cst.CSTNode,
        sites: Sequence[Site],
        producers: Mapping[int, Producer] | None = None,
        reads: Sequence[cst.CSTNode] = (),
        anchor: Anchor | None = None,
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
        self.calls = Callees(analysis, function, self.values)
        self.assumed = self.calls.assumed
        self._changed: set[str] | None = None
        # Where the last node begins that only runs where the values are not volatile.
        self.guarded = 0

    def plan(self) -> Plan:
        try:
            return self._plan()
        except Collision as collision:
            gradient = isinstance(collision, Differentiated)
            return Plan(problem=str(collision), needed=True, gradient=gradient)

    def _plan(self) -> Plan:
        if not self.sites and not self.given:
            return Plan()
        if isinstance(self.function, cst.Lambda):
            return self._lambda(self.function)
        if any(self._scope_of(site).kind is ScopeKind.CLASS for site in self.sites):
            raise Collision("it stands in the body of a class")
        condition = self._condition()
        later = self.values.read_later()
        if later:
            line = line_of(self.analysis, later[0])
            raise Collision(
                f"`{later[0].value}` is read by code that runs later (line {line}), outside of "
                "any block around it"
            )
        default = next(self.values.defaults(), None)
        if default is not None:
            line = line_of(self.analysis, default)
            raise Collision(f"it is the default of a parameter (line {line})")
        if self.values.untracked():
            raise Collision("it is bound to a name that is also bound in ways not seen here")
        for name, value in self.values.switched():
            line = line_of(self.analysis, name)
            self.assumed.append(
                f"nothing that `{name.value}` was computed from is trained through it, as line "
                f"{line} says (today it is)"
                if not value
                else f"nothing from line {line} on is trained through `{name.value}`"
            )
        self.condition = condition
        if not self.calls.no_training_generator():
            self.assumed.append("what is iterated over differentiates nothing")
        hidden = self.calls.unseen_training()
        if hidden is not None:
            line = self.tree.line(hidden.name)
            self.assumed.append(
                f"`{hidden.name.value}` (line {line}), which differentiates, does not run meanwhile"
            )
        asks = self.calls.asks_for_mode()
        if asks is not None:
            line = line_of(self.analysis, asks)
            self.assumed.append(f"what line {line} does with and without a graph is the same")
        body = [self._part(statement) for statement in self._body()]
        parts = _Part(self.function, blocks=[body])
        leaves = tuple(dict.fromkeys(how for _, how in self.values.outlives()))
        if not any(True for _ in parts.all_needs()):
            return Plan(title="drop the flag", leaves=leaves, conditional=condition is not None)
        if condition is None and self._decorates(parts):
            return self._decorated(leaves)
        if isinstance(getattr(self.function, "body", None), cst.SimpleStatementSuite):
            raise Collision("its function stands on one line: give it lines of its own")
        runs = list(self._runs(body))
        if condition is not None:
            self._check_steady(condition, body, runs)
        plan = self._wrapped(runs, condition, leaves)
        return replace(plan, conditional=condition is not None)

    def _lambda(self, node: cst.Lambda) -> Plan:
        """A lambda is handed to `torch.no_grad()` as a whole, as a function is by the decorator."""
        part = _Part(node)
        self._look(part, (node.body,))
        leaves = ("returned",) if self.values.holds_leaf(node.body) else ()
        if not part.needs:
            return Plan(title="drop the flag", leaves=leaves)
        if self._condition() is not None:
            raise Collision("a lambda holds no statement: make it a function")
        if part.stops:
            raise Collision(f"the lambda computes {part.stops[0][1]} as well: make it a function")
        spelling = spell_torch(self.analysis, self._anchor(), self.scope, self.scope.order + 1)
        if spelling is None or node.lpar:
            raise Collision("a lambda holds no statement: make it a function")
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

    def _check_steady(
        self, condition: cst.BaseExpression, body: Sequence[_Part], runs: Sequence[Sequence[_Part]]
    ) -> None:
        """What the condition asks for must not change between the call and the blocks."""
        asked = {node.attr.value for node in below(condition) if isinstance(node, cst.Attribute)}
        start = min((self.tree.start(s.call) for s in self.sites if s.call is not None), default=0)
        last = max((self.tree.start(run[0].node) for run in runs), default=0)
        # The tests above what is differentiated ask for it, too.
        last = max(last, self.guarded)
        for node in self._nodes():
            between = isinstance(node, cst.Call) and start < self.tree.start(node) < last
            if between and self._changes(node, asked):
                raise Collision(f"`{self._text(node)}` may change `{self._text(condition)}`")
        if not asked:
            return
        for stop, why in _Part(self.function, blocks=[list(body)]).all_stops():
            if not isinstance(stop, cst.Call) or not start < self.tree.start(stop) < last:
                continue
            method = stop.func.attr.value if isinstance(stop.func, cst.Attribute) else ""
            if method not in GRADIENT_METHODS | OPTIMIZER_METHODS or stop.args:
                raise Collision(f"{why} may change `{self._text(condition)}`")

    def _changes(self, call: cst.CSTNode, attributes: set[str]) -> bool:
        """Whether a function of this file, or one it calls, changes attributes or a container."""
        waiting, seen = [(call, self.scope)], set()
        for node, scope in waiting:
            func = node.func if isinstance(node, cst.Call) else None
            function = None if func is None else function_called(self.analysis, func, scope)
            if function is None or id(function) in seen:
                continue
            seen.add(id(function))
            nodes = list(evaluated(function))
            inner = self.analysis.scopes.scope_of[id(function)]
            if any(_assigns(nodes, attribute) for attribute in attributes):
                return True
            if any(self._fills(node, inner) for node in nodes):
                return True
            waiting += [(node, inner) for node in nodes if isinstance(node, cst.Call)]
        return False

    def _fills(self, node: cst.CSTNode, scope: Scope) -> bool:
        """Whether something is put into a container that others hold, or taken out of it."""
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            return False
        held = node.func.value
        own = isinstance(held, cst.Name) and any(
            binding.kind is not BindingKind.PARAMETER
            for binding in scope.bindings.get(held.value, ())
        )
        return not own and node.func.attr.value in ADDING_METHODS | _REMOVING

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
        raise Collision("it stands where no statement can be put around it")

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
                raise Collision(
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
            raise Collision(f"values of this function are volatile {also}under {told}")
        (condition,) = written.values()
        if not self._steady(condition):
            raise Collision(
                f"`{self._text(condition)}` may give something else when it is evaluated at the "
                "head of a block"
            )
        return condition

    def _steady(self, node: cst.BaseExpression) -> bool:
        """Whether an expression gives the same all over the function and does nothing else."""
        if isinstance(node, (cst.SimpleString, cst.Integer)):
            return True
        if isinstance(node, (cst.Tuple, cst.List, cst.Set)):
            return all(self._steady(element.value) for element in node.elements)
        if isinstance(node, cst.Call):
            inner = under_bool(self.analysis, node)
            return inner is not None and self._steady(inner)
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
            if node.attr.value in properties(self.analysis):
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
        if isinstance(node, cst.Comparison) and not compares(self.analysis):
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
        return _assigns(self._nodes(), attribute)

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
        if isinstance(statement, cst.For) and not self.calls.plain_iterable(statement.iter):
            part.stops.append((statement.iter, "what is iterated over may compute something else"))
        self._look(part, headers)
        part.blocks = [[self._part(inner) for inner in block] for block in blocks]
        return part

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
        if any(isinstance(part, (cst.Attribute, cst.Subscript)) for part in below(loop.target)):
            return False
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
                    and current.func.attr.value in ADDING_METHODS
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
                raise Collision(
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
            if not self.calls.plain_iterable(node.iter):
                part.stops.append((node.iter, f"the iteration over `{self._text(node.iter)}`"))
        elif isinstance(node, OPERATIONS):
            if isinstance(node, cst.Call):
                self._refuse_gradients(part, node)
            found = self.values.computes(node)
            if found and self._guarded(node):
                # It records as it did, in a block or outside of one.
                return
            if found == VOLATILE:
                part.needs.append(node)
                if isinstance(node, cst.Call):
                    self.calls.callee(node)
                    self._check_result(node)
            elif found:
                raise Collision(
                    f"`{self._text(node)}` on line {line_of(self.analysis, node)} depends on a "
                    "value that is volatile on some ways only"
                )
            elif self._changed_view(node):
                part.stops.append((node, f"`{self._text(node)}`, a view that is changed later"))
            elif not self.values.covers_itself(node) and not self.calls.quiet(node):
                if self._feeds(node):
                    # It only goes into what is covered; what it does besides is not known.
                    if isinstance(node, cst.Call):
                        self.calls.assume(node)
                else:
                    part.stops.append((node, f"`{self._text(node)}`"))

    def _check_result(self, node: cst.Call) -> None:
        """Nothing that a call gives besides may be part of a graph: `out, kl = model(x)`."""
        other = self.calls.gives_besides(node)
        if other is not None:
            raise Collision(
                f"`{self._text(node.func)}` gives `{self._text(other)}` as well (line "
                f"{line_of(self.analysis, other)}), which does not depend on the value"
            )

    def _attribute(self, part: _Part, node: cst.Attribute) -> None:
        """A method taken as a value, and a property that computes."""
        name = node.attr.value
        call = self.tree.parent(node)
        called = isinstance(call, cst.Call) and call.func is node
        if name in GRADIENT_METHODS and not called:
            if self.values.bits(node.value) & VOLATILE:
                raise Differentiated(
                    f"`{self._text(node)}` on line {line_of(self.analysis, node)} needs the graph "
                    "of what depends on it"
                )
            part.stops.append((node, f"`{self._text(node)}`"))
        elif name in _OF_THE_GRAPH and self._is_volatile(node.value):
            if not isinstance(call, cst.AssignTarget):
                raise Collision(
                    f"line {line_of(self.analysis, node)} asks for `{self._text(node)}`, which "
                    "would be another"
                )
        elif name in VIEW_ATTRIBUTES and self.values.bits(node.value) & OTHER:
            part.stops.append((node, f"`{self._text(node)}`"))
        elif not called and not isinstance(call, cst.AssignTarget):
            getters = properties(self.analysis).get(name, ())
            if any(not self.calls.inert(getter) for getter in getters):
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
            raise Collision(
                f"line {line_of(self.analysis, node)} stores a value that is volatile on some ways "
                "only"
            )
        for target in node.targets:
            head = target.target
            if isinstance(head, cst.Attribute) and head.attr.value in ("requires_grad", "grad"):
                if self.values.bits(head.value) & VOLATILE:
                    raise Differentiated(
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
                raise Differentiated(
                    f"`{self._text(node)}` on line {line_of(self.analysis, node)} needs the graph "
                    "of what depends on it"
                )
            part.stops.append((node, f"`{self._text(node)}`"))
        elif method in OPTIMIZER_METHODS:
            part.stops.append((node, f"`{self._text(node)}`"))

    def _guarded(self, node: cst.CSTNode) -> bool:
        """Whether a node only runs where the values are not volatile, by tests around it or above.

        `if train:` is around it, or `if not train: return` above.
        """
        found = self.condition is not None and self._is_guarded(node)
        if found:
            self.guarded = max(self.guarded, self.tree.start(node))
        return found

    def _is_guarded(self, node: cst.CSTNode) -> bool:
        if self.condition is None:
            return False
        volatile = meaning(self.analysis, self.condition)
        if self.branch is not None and not self.branch[1]:
            volatile = volatile.negation
        below_, current = node, self.tree.parent(node)
        while current is not None and below_ is not self.function:
            if isinstance(current, cst.If):
                test = meaning(self.analysis, current.test)
                if below_ is current.body and test.excludes(volatile):
                    return True
                if below_ is current.orelse and test.negation.excludes(volatile):
                    return True
            elif isinstance(current, (cst.IndentedBlock, cst.Module)):
                for above in current.body:
                    if above is below_:
                        break
                    if isinstance(above, cst.If) and self._sends_away(above, volatile):
                        return True
            below_, current = current, self.tree.parent(current)
        return False

    def _sends_away(self, statement: cst.If, volatile: Meaning) -> bool:
        """Whether what stands behind an `if` only runs where the values are not volatile."""
        test = meaning(self.analysis, statement.test)
        if always_leaves(statement.body):
            return test.negation.excludes(volatile)
        other = statement.orelse
        return isinstance(other, cst.Else) and always_leaves(other.body) and test.excludes(volatile)

    def _feeds(self, node: cst.CSTNode) -> bool:
        """Whether the result goes straight into a computation that is covered anyway."""
        above = self.tree.parent(node)
        while isinstance(above, (cst.BaseExpression, cst.Arg, cst.Element)):
            if self.values.computes(above) == VOLATILE:
                return True
            above = self.tree.parent(above)
        return False

    # -- calls ---------------------------------------------------------------------------------

    def _is_volatile(self, node: cst.BaseExpression) -> bool:
        return bool(self.values.bits(node) & VOLATILE)

    depth = 0

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
            raise Collision(
                f"`{self._text(node)}` on line {line_of(self.analysis, node)} {what} {stop[1]} "
                f"(line {line_of(self.analysis, stop[0])}), which has to be recorded"
            )
        for inner in part.blocks:
            if any(isinstance(piece.node, cst.BaseSmallStatement) for piece in inner):
                if any(True for piece in inner for _ in piece.all_needs()):
                    raise Collision(
                        f"line {line_of(self.analysis, part.node)} holds a block on one line: "
                        "give it lines of its own"
                    )
                continue
            yield from self._runs(inner)

    # -- the edits -----------------------------------------------------------------------------

    def _decorated(self, leaves: tuple[str, ...]) -> Plan:
        function = self.function
        if not isinstance(function, cst.FunctionDef) or self.scope.parent is None:
            raise Collision("it stands in no function")
        spelling = spell_torch(self.analysis, self._anchor(), self.scope.parent, self.scope.order)
        if spelling is None:
            raise Collision("there is no name for torch here: import it")
        text = f"@{spelling.text}.no_grad()"
        edits = (*spelling.edits, *decorate(self.tree, function, text))
        return Plan(
            title=f"decorate `{function.name.value}` with {text}",
            edits=edits,
            assumption=self._assumption(),
            reasons=(f"all that `{function.name.value}` computes may go without a graph",),
            needed=True,
            leaves=leaves,
            whole=True,
        )

    def _wrapped(
        self,
        runs: Sequence[Sequence[_Part]],
        condition: cst.BaseExpression | None,
        leaves: tuple[str, ...],
    ) -> Plan:
        edits: list[Edit] = []
        reasons: list[str] = []
        header, flags = "", self._flags()
        for run in runs:
            first = run[0].node
            if max(_depth(self.tree, node) for part in run for node in part.all_needs()) >= _NESTED:
                raise Collision("Python allows for no more blocks inside each other there")
            for binding in self.needed_names:
                loop = self._round_of(binding)
                if loop is not None:
                    self._check_round(binding, loop, run)
                if loop is not None and loop is binding.statement:
                    continue
                bound = statement_of(self.tree, binding.node)
                before = self.tree.end(bound) <= self.tree.start(first)
                if not before or not self.values.above(bound, first):
                    raise Collision(
                        f"`{binding.name}` is not bound yet where a block would have to begin"
                    )
            order = self._order(first)
            spelling = spell_torch(self.analysis, self._anchor(), self.scope, order)
            if spelling is None:
                raise Collision("there is no name for torch here: import it")
            header = f"{spelling.text}.no_grad()"
            if condition is not None:
                header = self._switch(spelling.text, condition)
            edits += spelling.edits
            for step in wrap(self.tree, [part.node for part in run], header):
                # A line that begins inside a flag goes with it.
                if not any(flag.start < step.start < flag.end for flag in flags):
                    edits.append(step)
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

    def _in_round(self, node: cst.CSTNode, loop: cst.For | cst.While) -> bool:
        """Whether a node runs in the rounds of a loop."""
        current: cst.CSTNode | None = node
        while current is not None and current is not loop.body:
            current = self.tree.parent(current)
        return current is not None

    def _round_of(self, binding: Binding) -> cst.For | cst.While | None:
        """The loop that binds a name anew in each round, where volatile values are made in them."""
        loop: cst.CSTNode | None = statement_of(self.tree, binding.node)
        if binding.kind is not BindingKind.LOOP:
            while loop is not None and not isinstance(loop, (cst.For, cst.While)):
                loop = self.tree.parent(loop)
        if not isinstance(loop, (cst.For, cst.While)):
            return None
        calls = [site.call for site in self.sites if site.call is not None]
        return loop if any(self._in_round(call, loop) for call in calls) else None

    def _check_round(self, name: Binding, loop: cst.For | cst.While, run: Sequence[_Part]) -> None:
        """Each round decides anew, so no volatile value may go from one to the next."""
        if not all(self._in_round(part.node, loop) for part in run):
            line = self.tree.line(run[0].node)
            raise Collision(f"`{name.name}` decides round by round; line {line} is behind the loop")
        for binding in self.values.volatile_bindings():
            for load in self.analysis.scopes.loads.get(binding.name, ()):
                bound = self.analysis.flow.definitions(load.node) or ()
                if binding in bound and not any(
                    self._in_this_round(other, load.node, loop) for other in bound
                ):
                    line = line_of(self.analysis, load.node)
                    raise Collision(
                        f"`{binding.name}` on line {line} may be of a round in which `{name.name}` "
                        "was another"
                    )
        if self.values.held_outside():
            raise Collision(
                f"what is kept in one round may be used in one in which `{name.name}` is another"
            )

    def _in_this_round(
        self, binding: Binding, read: cst.CSTNode, loop: cst.For | cst.While
    ) -> bool:
        """Whether what a read finds was surely bound in the same round."""
        statement = statement_of(self.tree, binding.node)
        if not self._in_round(statement, loop):
            return False
        if binding.kind is BindingKind.LOOP and isinstance(statement, cst.For):
            return self._in_round(read, statement)
        before = self.tree.end(statement) <= self.tree.start(read)
        return before and self.values.above(statement, read)

    def _flags(self) -> list[Edit]:
        """The edits that take the flags of the file's calls of Variable out."""
        return [
            edit
            for site in self.analysis.sites
            if site.kind is SiteKind.CALL and is_source(site)
            for edit in drop_flag(self.analysis, site) or ()
        ]

    def _anchor(self) -> Anchor:
        """A use of something imported beside whose import one of torch may go."""
        anchor = self.sites[0] if self.sites else self.anchor
        if anchor is None:
            raise Collision("there is no name for torch here: import it")
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
        inner = under_bool(self.analysis, condition)
        if inner is not None:
            return self._negated(inner)
        if isinstance(condition, cst.Comparison) and len(condition.comparisons) == 1:
            target = condition.comparisons[0]
            if isinstance(target.operator, cst.In):
                left, right = condition.left, target.comparator
                return f"{self._text(left, None)} not in {self._text(right, None)}"
        text = self._text(condition, None)
        atom = isinstance(condition, (cst.Name, cst.Attribute, cst.Call)) or condition.lpar
        return f"not {text}" if atom else f"not ({text})"

    def _affirmed(self, condition: cst.BaseExpression) -> str:
        inner = under_bool(self.analysis, condition)
        if inner is not None:
            return self._affirmed(inner)
        text = self._text(condition, None)
        if not is_bool(self.analysis, condition):
            return f"bool({text})"
        return text

    def _assumption(self) -> str:
        return "; ".join(dict.fromkeys(self.assumed))

    def _text(self, node: cst.CSTNode, limit: int | None = 48) -> str:
        return shown(self.tree, node, limit)


def _assigns(nodes: Iterable[cst.CSTNode], attribute: str) -> bool:
    """Whether code changes an attribute of that name: by assignment, `train()` or `eval()`."""
    for node in nodes:
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


def _depth(tree: Tree, node: cst.CSTNode) -> int:
    """How many blocks that count for Python's limit are around a node of a function."""
    depth, current = 0, tree.parent(node)
    while current is not None and not isinstance(current, (cst.FunctionDef, cst.ClassDef)):
        depth += isinstance(current, (cst.For, cst.While, cst.With, cst.Try, cst.TryStar))
        current = tree.parent(current)
    return depth


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
