"""Where a file makes and calls instances of an old-style Function, and whether that is followed.

An instance may be called where it is made, or be kept in a plain name or an attribute of `self`
that is only ever called. Everything else (a method of the instance, an attribute read from
outside, a subclass, the class as a value) is refused, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.function_plans import FunctionPlan
from varmigrate.analysis.old_functions import OldFunction, Refused, is_literal, is_stored
from varmigrate.analysis.scopes import Binding, BindingKind, Scope, ScopeKind, dotted_name
from varmigrate.analysis.tree import Tree, children

_QUIET_CALLS = frozenset({"int", "float", "bool", "str", "len", "tuple", "abs", "min", "max"})
_LOUD = (cst.Await, cst.Yield, cst.NamedExpr, cst.GeneratorExp)
_SIMPLE = (
    cst.BinaryOperation,
    cst.UnaryOperation,
    cst.Tuple,
    cst.Element,
    cst.Integer,
    cst.Float,
    cst.SimpleString,
)


@dataclass(frozen=True, slots=True)
class InstanceCall:
    """A place to rewrite.

    head: the class as it is named there. made: the call that makes the instance. calls: what calls
    it; `made` is the function of the only one when `kept` is false. arguments: those of the
    constructor in the order of its parameters, as text, without defaults at the end. missing: what
    each of the calls has to write out before them, for it leaves it to the defaults of forward.
    """

    head: cst.BaseExpression
    made: cst.Call
    calls: tuple[cst.Call, ...]
    kept: bool
    arguments: tuple[str, ...]
    missing: tuple[tuple[str, ...], ...]


def own_uses(analysis: FileAnalysis, function: OldFunction) -> list[InstanceCall]:
    """The instances of a class in the file that defines it. Raises Refused."""
    scope = analysis.scopes.scope_at(function.node)
    skipped = {id(part) for statement in function.supers for part in _walk(statement)}
    heads = [
        load.node
        for load in analysis.scopes.loads.get(function.name, ())
        if id(load.node) not in skipped and analysis.names.owner(function.name, load.scope) is scope
    ]
    return uses(analysis, function.plan, heads)


def imported(analysis: FileAnalysis) -> dict[FunctionPlan, list[cst.BaseExpression]]:
    """Where a file names Functions of other files of its project, by the plan of each."""
    found: dict[FunctionPlan, list[cst.BaseExpression]] = {}
    plans = analysis.context.functions
    if not plans:
        return found
    nodes: list[cst.BaseExpression] = list(analysis.scopes.all(cst.Attribute))
    nodes.extend(load.node for loads in analysis.scopes.loads.values() for load in loads)
    for node in nodes:
        plan = plans.get(analysis.names.origin(node))
        if plan is not None:
            found.setdefault(plan, []).append(node)
    return found


def uses(
    analysis: FileAnalysis,
    plan: FunctionPlan,
    heads: Sequence[cst.BaseExpression],
    settled: bool = False,
) -> list[InstanceCall]:
    """What becomes of every place that names a class. Raises Refused when one is not followed.

    settled: some of the calls may be rewritten by now.
    """
    user = _User(analysis, plan, settled)
    found = [use for head in heads if (use := user.use(head)) is not None]
    return sorted(found, key=lambda use: analysis.tree.start(use.head))


class _User:
    def __init__(self, analysis: FileAnalysis, plan: FunctionPlan, settled: bool) -> None:
        self.settled = settled
        self.analysis = analysis
        self.tree: Tree = analysis.tree
        self.scopes = analysis.scopes
        self.plan = plan

    def _refused(self, node: cst.CSTNode, why: str) -> Refused:
        return Refused(f"line {self.tree.line(node)} {why}")

    def use(self, head: cst.BaseExpression) -> InstanceCall | None:
        above = self.tree.parent(head)
        if isinstance(above, cst.Attribute) and above.value is head:
            name = above.attr.value
            if name in self.plan.members or name == "__name__":
                return None
            if name == "apply":
                if self.settled:
                    return None
                raise self._refused(
                    head, "calls `apply` already: @staticmethod may be all the class lacks"
                )
            raise self._refused(head, f"uses `{name}` of the class")
        if isinstance(above, cst.Arg) and isinstance(self.tree.parent(above), cst.ClassDef):
            raise self._refused(head, "derives from it")
        if not isinstance(above, cst.Call) or above.func is not head:
            raise self._refused(head, "uses the class as a value")
        self._check_text(above)
        outer = self.tree.parent(above)
        arguments = self._arguments(above)
        if isinstance(outer, cst.Call) and outer.func is above:
            self._check_call(outer)
            if not all(map(self._is_quiet, above.args)) and not all(
                map(self._is_quiet, outer.args)
            ):
                raise self._refused(head, "computes arguments whose order would change")
            return InstanceCall(head, above, (outer,), False, arguments, (self._missing(outer),))
        calls = self._kept(above, outer)
        return InstanceCall(head, above, calls, True, arguments, tuple(map(self._missing, calls)))

    # -- arguments -----------------------------------------------------------------------------

    def _check_text(self, call: cst.Call) -> None:
        """Whether the arguments can be moved without losing a comment, or showing in the text."""
        text = self.tree.text[self.tree.end(call.func) : self.tree.end(call)]
        if "#" in text:
            raise self._refused(call, "has a comment among the arguments")
        above: cst.CSTNode | None = call
        while above is not None and not isinstance(above, cst.BaseStatement):
            if isinstance(above, cst.FormattedStringExpression):
                raise self._refused(call, "makes the instance inside an f-string")
            above = self.tree.parent(above)

    def _arguments(self, call: cst.Call) -> tuple[str, ...]:
        """The arguments of the constructor in order of its parameters, as text."""
        names = [parameter.name for parameter in self.plan.parameters]
        given: dict[str, cst.BaseExpression] = {}
        for index, argument in enumerate(call.args):
            if argument.star:
                raise self._refused(call, "makes the instance with `*` arguments")
            name = argument.keyword.value if argument.keyword is not None else ""
            if not name and index < len(names):
                name = names[index]
            if name not in names or name in given:
                raise self._refused(call, "does not fit the parameters of the constructor")
            given[name] = argument.value
        texts: list[str] = []
        last = max((index for index, name in enumerate(names) if name in given), default=-1)
        for index, parameter in enumerate(self.plan.parameters):
            value = given.get(parameter.name)
            if value is not None:
                texts.append(self._text(value))
            elif parameter.default is None:
                raise self._refused(call, f"leaves out `{parameter.name}`")
            elif index < last:
                if not parameter.literal:
                    raise self._refused(
                        call, f"leaves out `{parameter.name}`, whose default is computed"
                    )
                texts.append(parameter.default)
        return tuple(texts)

    def _text(self, value: cst.BaseExpression) -> str:
        text = self.tree.code(value)
        bare = isinstance(value, (cst.GeneratorExp, cst.NamedExpr, cst.Yield)) and not value.lpar
        return f"({text})" if bare else text

    def _check_call(self, call: cst.Call) -> None:
        """Whether a call of an instance can be one of `apply`."""
        starred = any(argument.star for argument in call.args)
        if any(argument.keyword is not None or argument.star == "**" for argument in call.args):
            raise self._refused(call, "calls the instance with keywords")
        if starred and self.plan.parameters:
            raise self._refused(call, "calls the instance with `*` arguments")
        count = len(call.args)
        if not starred and not self.plan.required <= count <= self.plan.inputs:
            raise self._refused(
                call, f"gives {count} arguments to a forward that takes {self.plan.inputs}"
            )
        lone = call.args[0].value if count == 1 else None
        if self.plan.parameters and isinstance(lone, cst.GeneratorExp) and not lone.lpar:
            raise self._refused(call, "calls the instance with a generator")

    def _missing(self, call: cst.Call) -> tuple[str, ...]:
        """The defaults of forward that have to be written out in a call."""
        return self.plan.optional[max(0, len(call.args) - self.plan.required) :]

    def _is_quiet(self, node: cst.CSTNode) -> bool:
        """Whether evaluating an expression cannot change what another one gives."""
        for part in _walk(node):
            if isinstance(part, _LOUD):
                return False
            if isinstance(part, cst.Call):
                func = part.func
                if not isinstance(func, cst.Name) or func.value not in _QUIET_CALLS:
                    return False
        return True

    # -- kept instances ------------------------------------------------------------------------

    def _kept(self, made: cst.Call, above: cst.CSTNode | None) -> tuple[cst.Call, ...]:
        """The calls of an instance that is assigned to a name or to an attribute of `self`."""
        if not isinstance(above, cst.Assign) or len(above.targets) != 1:
            raise self._refused(made, "hands the instance on")
        if made.lpar:
            raise self._refused(made, "hands the instance on")
        if self.plan.kept:
            raise self._refused(made, f"keeps the instance, and {self.plan.kept}")
        target = above.targets[0].target
        if isinstance(target, cst.Name):
            return self._kept_in_name(made, above, target)
        if (
            isinstance(target, cst.Attribute)
            and isinstance(target.value, cst.Name)
            and target.value.value == "self"
        ):
            return self._kept_in_attribute(made, target)
        raise self._refused(made, "hands the instance on")

    def _kept_in_attribute(self, made: cst.Call, target: cst.Attribute) -> tuple[cst.Call, ...]:
        name = target.attr.value
        for argument in made.args:
            self._check_on_self(made, argument.value, target)
        if len(self.scopes.attributes.get(name, ())) != 1 or name in self.scopes.replaced:
            raise self._refused(made, f"keeps the instance as `{name}`, which is set elsewhere")
        if re.search(rf"""(['"]){re.escape(name)}\1""", self.tree.text):
            raise self._refused(made, f"keeps the instance as `{name}`, which a string names")
        calls: list[cst.Call] = []
        for node in self.scopes.all(cst.Attribute):
            if node.attr.value != name or node is target:
                continue
            call = self.tree.parent(node)
            if not isinstance(call, cst.Call) or call.func is not node:
                raise self._refused(node, f"uses `{name}` in another way than calling it")
            self._check_call(call)
            if self.plan.parameters:
                if self._class_of_self(node) is not self._class_of_self(target):
                    raise self._refused(node, f"uses `{name}` outside the class that keeps it")
                calls.append(call)
        return tuple(calls)

    def _check_on_self(
        self, made: cst.Call, value: cst.BaseExpression, target: cst.Attribute
    ) -> None:
        """Whether an argument means the same in all methods: literals, and what is set once."""
        for part in _lasting_parts(value):
            if isinstance(part, _SIMPLE) or is_literal(part):
                continue
            if isinstance(part, cst.Attribute) and self._is_set_once(part, target):
                continue
            raise self._refused(
                made,
                f"keeps the instance as `self.{target.attr.value}`, made with "
                f"`{self.tree.code(value)}`: keep that on `self` as well",
            )

    def _is_set_once(self, node: cst.Attribute, target: cst.Attribute) -> bool:
        """Whether `self.a` is set by the constructor that keeps the instance, and never again."""
        name = node.attr.value
        owner = self._class_of_self(node)
        if owner is None or owner is not self._class_of_self(target):
            return False
        stores = [
            other
            for other in self.scopes.all(cst.Attribute)
            if other.attr.value == name
            and is_stored(self.tree, other)
            and self._may_be_of(self._class_of_self(other), owner)
        ]
        scope = self.scopes.scope_at(target)
        init = scope.node
        return (
            len(stores) == 1
            and self.scopes.scope_at(stores[0]) is scope
            and isinstance(init, cst.FunctionDef)
            and init.name.value == "__init__"
            and self._class_of_self(stores[0]) is owner
            and not re.search(rf"""(['"]){re.escape(name)}\1""", self.tree.text)
        )

    def _may_be_of(self, other: cst.ClassDef | None, owner: cst.ClassDef) -> bool:
        """Whether `self` in one class, or an object that is not known, may be one of another."""
        waiting = [other]
        seen: list[cst.ClassDef] = []
        while waiting:
            current = waiting.pop()
            if current is None or current is owner:
                return True
            seen.append(current)
            bases = {dotted_name(a.value).rpartition(".")[2] for a in current.bases}
            waiting += [
                known
                for known in self.scopes.all(cst.ClassDef)
                if known.name.value in bases and known not in seen
            ]
        return False

    def _class_of_self(self, node: cst.Attribute) -> cst.ClassDef | None:
        """The class in whose method an attribute of the instance is meant."""
        load = self.analysis.names.load(node.value) if isinstance(node.value, cst.Name) else None
        if load is None or load.node.value != "self":
            return None
        method = self.analysis.names.owner("self", load.scope)
        parameters = getattr(method.node, "params", None)
        owner = None if method.parent is None else method.parent.node
        if not isinstance(owner, cst.ClassDef) or not isinstance(parameters, cst.Parameters):
            return None
        first = parameters.params[:1]
        return owner if first and first[0].name.value == "self" else None

    def _kept_in_name(
        self, made: cst.Call, statement: cst.Assign, target: cst.Name
    ) -> tuple[cst.Call, ...]:
        name = target.value
        scope = self.scopes.scope_at(statement)
        bindings = scope.bindings.get(name, [])
        if len(bindings) != 1 or bindings[0].foreign or name in scope.global_names:
            raise self._refused(made, f"keeps the instance as `{name}`, which is bound elsewhere")
        if scope.kind is ScopeKind.CLASS:
            raise self._refused(made, f"keeps the instance as `{name}` of a class")
        if scope.kind is ScopeKind.MODULE:
            context = self.analysis.context
            if name in context.exported or name in context.patched:
                raise self._refused(made, f"keeps the instance as `{name}` for other files")
            if re.search(rf"""(['"]){re.escape(name)}\1""", self.tree.text):
                raise self._refused(made, f"keeps the instance as `{name}`, which a string names")
        calls: list[cst.Call] = []
        for load in self.scopes.loads.get(name, ()):
            if self.analysis.names.owner(name, load.scope) is not scope:
                continue
            call = self.tree.parent(load.node)
            if not isinstance(call, cst.Call) or call.func is not load.node:
                raise self._refused(
                    load.node, f"uses the instance `{name}` in another way than calling it"
                )
            self._check_call(call)
            for argument in made.args:
                self._check_lasting(made, argument.value, scope, load.scope)
            if self.plan.parameters:
                calls.append(call)
        return tuple(calls)

    def _check_lasting(
        self, made: cst.Call, value: cst.BaseExpression, scope: Scope, there: Scope
    ) -> None:
        """Whether an argument still means the same where the kept instance is called."""
        for part in _lasting_parts(value):
            if isinstance(part, cst.Name) and is_literal(part):
                continue
            if isinstance(part, cst.Name) and self._lasts(part.value, scope, there):
                continue
            if isinstance(part, cst.Attribute) and self._attribute_lasts(part, scope, there):
                continue
            if isinstance(part, _SIMPLE):
                continue
            raise self._refused(
                made, f"makes the instance with `{self.tree.code(value)}`, which may change"
            )

    def _attribute_lasts(self, node: cst.Attribute, scope: Scope, there: Scope) -> bool:
        """`self.a` in one function that does not set an attribute of that name."""
        base = node.value
        if scope is not there or scope.kind is not ScopeKind.FUNCTION:
            return False
        if not isinstance(base, cst.Name) or not self._lasts(base.value, scope, there):
            return False
        name = node.attr.value
        first, last = self.tree.start(scope.node), self.tree.end(scope.node)
        return not any(
            other.attr.value == name
            and first <= self.tree.start(other) < last
            and isinstance(
                self.tree.parent(other), (cst.AssignTarget, cst.AugAssign, cst.Element, cst.Del)
            )
            for other in self.scopes.all(cst.Attribute)
        )

    def _lasts(self, name: str, scope: Scope, there: Scope) -> bool:
        owner = self.analysis.names.owner(name, scope)
        if self.analysis.names.owner(name, there) is not owner:
            return False
        bindings = owner.bindings.get(name, [])
        return len(bindings) == 1 and self._is_final(bindings[0])

    def _is_final(self, binding: Binding) -> bool:
        """Whether the only binding of a name happens once in its scope, before anything else."""
        if binding.foreign or binding.maybe:
            return False
        if binding.kind in (BindingKind.PARAMETER, BindingKind.IMPORT):
            return True
        if binding.kind is not BindingKind.ASSIGN or binding.statement is None:
            return False
        line = self.tree.parent(binding.statement)
        block = None if line is None else self.tree.parent(line)
        owner = None if block is None else self.tree.parent(block)
        return block is binding.scope.node or owner is binding.scope.node


def _lasting_parts(value: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The parts of an expression, an attribute with what it stands on being one."""
    yield value
    if not isinstance(value, (cst.Attribute, cst.Name)):
        for part in children(value):
            yield from _lasting_parts(part)


def _walk(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(children(current))
