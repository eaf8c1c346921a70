"""Old-style `autograd.Function` classes: what they are made of, and whether they can be static.

A class is taken apart into its constructor, `forward` and `backward`; every use of the instance is
sorted into what the context offers, what the class itself holds, and state of its own. Whatever
does not fit makes the class stay as it is, with the reason in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.function_plans import FunctionParameter, FunctionPlan
from varmigrate.analysis.scopes import BindingKind, Load, Scope, ScopeKind, dotted_name
from varmigrate.analysis.tree import Tree, children
from varmigrate.torch_facts.old_functions import (
    CONTEXT_ATTRIBUTES,
    CONTEXT_METHODS,
    CONTEXT_TAKEN,
    FUNCTION_NAMES,
    SAVED_VARIABLES,
)

_OFFERED = CONTEXT_METHODS | CONTEXT_ATTRIBUTES | {SAVED_VARIABLES}
_DIFFERENTIATES = re.compile(r"\.backward\s*\(|\bautograd\s*\.\s*grad\s*\(|\benable_grad\b")
_LOOKS_UP = re.compile(r"(?<![.\w])(?:globals|eval|exec)\s*\(")
_MAKES = (cst.List, cst.Dict, cst.Set, cst.ListComp, cst.DictComp, cst.SetComp, cst.Call)


class Refused(Exception):
    """Why an old-style Function, or a call of one, stays as it is."""


@dataclass(eq=False, slots=True)
class OldFunction:
    """A Function with methods of an instance, and what its rewrite needs.

    own: reads of the first parameter that become `ctx`. of_class: those that become the name of
    the class. saved: the attributes `saved_variables`. supers: statements that call the
    constructor of the base. renamed: parameters of the constructor whose name means something
    else in `forward`, with their new names. returns: what `backward` returns, and how a further
    gradient is added: "tuple" (an item), "single" (it becomes a tuple) or "sum" (a sum of tuples).
    """

    node: cst.ClassDef
    base: cst.BaseExpression
    forward: cst.FunctionDef
    backward: cst.FunctionDef | None
    init: cst.FunctionDef | None
    plan: FunctionPlan
    own: list[cst.Name] = field(default_factory=list)
    of_class: list[cst.Name] = field(default_factory=list)
    saved: list[cst.Attribute] = field(default_factory=list)
    supers: list[cst.BaseSmallStatement] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    returns: list[tuple[cst.BaseExpression, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.node.name.value


@dataclass(eq=False, slots=True)
class MixedFunction:
    """A Function of which one method is static and the other, `plain`, is not."""

    node: cst.ClassDef
    plain: cst.FunctionDef


@dataclass(eq=False, slots=True)
class NewFunction:
    """A Function with static methods: the reads of `saved_variables` on their context."""

    node: cst.ClassDef
    saved: list[cst.Attribute]


def functions_of(analysis: FileAnalysis) -> list[OldFunction | MixedFunction | NewFunction]:
    """The subclasses of `torch.autograd.Function` in a file that there is something to say about.

    The plan of an OldFunction says in `refused` why the class itself cannot be rewritten; its uses
    are not looked at.
    """
    found: list[OldFunction | MixedFunction | NewFunction] = []
    for node in analysis.scopes.all(cst.ClassDef):
        methods = _methods(node)
        forward, backward = methods.get("forward"), methods.get("backward")
        base = _base(analysis, node)
        if (forward is None and backward is None) or base is None:
            continue
        marked = [m for m in (forward, backward) if m is not None and _is_marked(m)]
        plain = [m for m in (forward, backward) if m is not None and not m.decorators]
        if marked and plain:
            found.append(MixedFunction(node, plain[0]))
        elif marked:
            saved = [a for m in marked for a in _saved_variables(analysis, m)]
            if saved:
                found.append(NewFunction(node, saved))
        elif forward is not None and plain:
            found.append(_taken_apart(analysis, node, base, methods))
    return found


def _methods(node: cst.ClassDef) -> dict[str, cst.FunctionDef]:
    return {item.name.value: item for item in node.body.body if isinstance(item, cst.FunctionDef)}


def _base(analysis: FileAnalysis, node: cst.ClassDef) -> cst.BaseExpression | None:
    """The base that is torch's Function; None when there is none."""
    for argument in node.bases:
        if analysis.names.origin(argument.value) in FUNCTION_NAMES:
            return argument.value
    return None


def _decorator_names(node: cst.FunctionDef) -> list[str]:
    return [dotted_name(decorator.decorator) for decorator in node.decorators]


def _is_marked(node: cst.FunctionDef) -> bool:
    return bool({"staticmethod", "classmethod"} & set(_decorator_names(node)))


def _saved_variables(analysis: FileAnalysis, method: cst.FunctionDef) -> Iterator[cst.Attribute]:
    for load in _loads_of_first(analysis, method):
        above = analysis.tree.parent(load.node)
        if isinstance(above, cst.Attribute) and above.attr.value == SAVED_VARIABLES:
            yield above


def _parameters(node: cst.FunctionDef) -> list[cst.Param]:
    return [*node.params.posonly_params, *node.params.params]


def _loads_of_first(analysis: FileAnalysis, method: cst.FunctionDef) -> list[Load]:
    """The reads of the first parameter of a method, closures included."""
    parameters = _parameters(method)
    if not parameters:
        return []
    name = parameters[0].name.value
    scope = analysis.scopes.scope_of[id(method)]
    return [
        load
        for load in analysis.scopes.loads.get(name, ())
        if analysis.names.owner(name, load.scope) is scope
    ]


def _taken_apart(
    analysis: FileAnalysis,
    node: cst.ClassDef,
    base: cst.BaseExpression,
    methods: dict[str, cst.FunctionDef],
) -> OldFunction:
    forward = methods["forward"]
    plan = FunctionPlan(analysis.path, node.name.value)
    function = OldFunction(
        node, base, forward, methods.get("backward"), methods.get("__init__"), plan
    )
    try:
        _Check(analysis, function).run()
    except Refused as why:
        function.plan = replace(function.plan, refused=str(why))
    return function


class _Check:
    """Takes one class apart; raises Refused where it is not understood."""

    def __init__(self, analysis: FileAnalysis, function: OldFunction) -> None:
        self.analysis = analysis
        self.tree: Tree = analysis.tree
        self.scopes = analysis.scopes
        self.function = function
        self.methods = [m for m in (function.init, function.forward, function.backward) if m]
        self.members: set[str] = set()

    def run(self) -> None:
        function = self.function
        self._class()
        for method in self.methods:
            self._signature(method)
        inputs = _parameters(function.forward)[1:]
        parameters: tuple[FunctionParameter, ...] = ()
        if function.init is not None:
            parameters = tuple(map(self._parameter, _parameters(function.init)[1:]))
        defaults = [p.default for p in inputs if p.default is not None]
        if parameters and not all(map(is_literal, defaults)):
            raise Refused(
                "a default of its forward is computed, and the arguments of the constructor have "
                "to stand behind it"
            )
        function.plan = replace(
            function.plan,
            inputs=len(inputs),
            required=len(inputs) - len(defaults),
            optional=tuple(map(self.tree.code, defaults)) if parameters else (),
            parameters=parameters,
            members=frozenset(self.members),
        )
        if function.init is not None:
            self._constructor(function.init)
        self._state()
        for method in self.methods:
            found = _DIFFERENTIATES.search(self.tree.code(method.body))
            if found is not None:
                raise Refused(f"its {method.name.value} differentiates by itself")
        if parameters and function.backward is not None:
            self._gradients(function.backward)

    def _at(self, node: cst.CSTNode) -> str:
        return f"line {self.tree.line(node)}"

    # -- the class as a whole ------------------------------------------------------------------

    def _class(self) -> None:
        node = self.function.node
        if len(node.bases) > 1 or node.keywords:
            raise Refused("it has further bases")
        if node.decorators:
            raise Refused("it is decorated")
        owner = self.scopes.scope_at(node)
        if owner.kind is ScopeKind.CLASS:
            raise Refused("it is defined in the body of another class")
        if len(owner.bindings.get(node.name.value, ())) != 1:
            raise Refused("its name is bound more than once")
        if owner.kind is ScopeKind.MODULE and node.name.value in self.analysis.context.patched:
            raise Refused("another file replaces it")
        if not isinstance(node.body, cst.IndentedBlock):
            raise Refused("it is written on one line")
        for item in node.body.body:
            self._member(item)
        found = _LOOKS_UP.search(self.tree.text)
        if found is not None:
            line = self.tree.place(found.start())[0]
            raise Refused(f"line {line} looks names up while the program runs")
        quoted = _quoted(self.tree.text, node.name.value)
        if quoted is not None:
            raise Refused(f"line {self.tree.place(quoted)[0]} names it in a string")

    def _member(self, item: cst.CSTNode) -> None:
        if isinstance(item, cst.SimpleStatementLine):
            for statement in item.body:
                targets: list[cst.BaseExpression] = []
                if isinstance(statement, cst.Assign):
                    targets = [target.target for target in statement.targets]
                elif isinstance(statement, cst.AnnAssign):
                    targets = [statement.target]
                elif not isinstance(statement, (cst.Pass, cst.Expr)):
                    raise Refused(f"{self._at(statement)} does more than assign in its body")
                if not all(isinstance(target, cst.Name) for target in targets):
                    raise Refused(f"{self._at(statement)} does more than assign in its body")
                self.members.update(t.value for t in targets if isinstance(t, cst.Name))
            return
        if not isinstance(item, cst.FunctionDef):
            raise Refused(f"{self._at(item)} does more than define methods in its body")
        if item in self.methods:
            if item.decorators or item.asynchronous is not None:
                raise Refused(f"its {item.name.value} is decorated")
            return
        names = _decorator_names(item)
        if names not in (["staticmethod"], ["classmethod"]):
            raise Refused(f"its method `{item.name.value}` gets the instance")
        self.members.add(item.name.value)
        if names == ["classmethod"]:
            for load in _loads_of_first(self.analysis, item):
                above = self.tree.parent(load.node)
                if not isinstance(above, cst.Attribute) or above.attr.value in (
                    "apply",
                    "forward",
                    "backward",
                ):
                    raise Refused(f"{self._at(load.node)} uses the class through `cls`")

    def _signature(self, method: cst.FunctionDef) -> None:
        name = method.name.value
        parameters = method.params
        if name != "backward" and (
            isinstance(parameters.star_arg, cst.Param) or parameters.star_kwarg is not None
        ):
            raise Refused(f"its {name} takes any number of arguments")
        if parameters.kwonly_params:
            raise Refused(f"its {name} takes arguments by keyword alone")
        given = _parameters(method)
        if not given or given[0].default is not None:
            raise Refused(f"its {name} does not name the instance")
        if not isinstance(method.body, cst.IndentedBlock):
            raise Refused(f"its {name} is written on one line")
        first = given[0].name.value
        scope = self.scopes.scope_of[id(method)]
        if len(scope.bindings.get(first, ())) != 1 or first in scope.global_names:
            raise Refused(f"its {name} binds `{first}` anew")
        if first != "ctx" and self._is_named(method, "ctx"):
            raise Refused(f"`ctx` means something else in its {name}")

    def _is_named(self, method: cst.FunctionDef, name: str) -> bool:
        """Whether a name is read or bound somewhere in a method."""
        inside = self._scopes_of(method)
        return any(
            name in scope.bindings or (id(scope), name) in self.scopes.loads_in for scope in inside
        )

    def _scopes_of(self, method: cst.FunctionDef) -> list[Scope]:
        waiting = [self.scopes.scope_of[id(method)]]
        found: list[Scope] = []
        while waiting:
            scope = waiting.pop()
            found.append(scope)
            waiting.extend(self.scopes.inside.get(id(scope), ()))
        return found

    def _parameter(self, node: cst.Param) -> FunctionParameter:
        default = None if node.default is None else self.tree.code(node.default)
        return FunctionParameter(node.name.value, default, is_literal(node.default))

    # -- the constructor -----------------------------------------------------------------------

    def _constructor(self, init: cst.FunctionDef) -> None:
        """Whether the body can be moved to the beginning of `forward`."""
        function = self.function
        if "#" in self.tree.text[self.tree.start(init.name) : self.tree.start(init.body)]:
            raise Refused("a comment stands among the parameters of its constructor")
        for item in init.body.body:
            if isinstance(item, cst.SimpleStatementLine):
                function.supers.extend(filter(self._calls_base, item.body))
        for part in _walk(init.body):
            if isinstance(
                part,
                (cst.Return, cst.Global, cst.Nonlocal, cst.FunctionDef, cst.ClassDef, cst.Yield),
            ):
                raise Refused(f"{self._at(part)} cannot be moved out of its constructor")
        scope = self.scopes.scope_of[id(init)]
        forward = self._scopes_of(function.forward)
        bound_there = {name for inner in forward for name in inner.bindings}
        for parameter in _parameters(init)[1:]:
            name = parameter.name.value
            fresh = name
            while self._is_named(function.forward, fresh) or (
                fresh != name and self._is_named(init, fresh)
            ):
                fresh += "_"
            if fresh != name:
                function.renamed[name] = fresh
        given = {parameter.name.value for parameter in _parameters(init)}
        for name in scope.bindings.keys() - given:
            if self._is_named(function.forward, name):
                raise Refused(f"`{name}` of its constructor means something else in forward")
        inside = set(map(id, self._scopes_of(init)))
        for owner, name in self.scopes.loads_in:
            if owner in inside and name not in given and name in bound_there:
                raise Refused(f"`{name}` of its constructor means something else in forward")

    def _calls_base(self, statement: cst.CSTNode) -> bool:
        """Whether a statement is `super().__init__()` or `Function.__init__(self)`."""
        if not isinstance(statement, cst.Expr) or not isinstance(statement.value, cst.Call):
            return False
        call = statement.value
        if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "__init__":
            return False
        base = call.func.value
        if isinstance(base, cst.Call):
            return isinstance(base.func, cst.Name) and base.func.value == "super" and not call.args
        named = self.analysis.names.origin(base) in FUNCTION_NAMES
        return named and len(call.args) == 1 and isinstance(call.args[0].value, cst.Name)

    # -- what the methods do with the instance --------------------------------------------------

    def _state(self) -> None:
        function = self.function
        skipped = {id(part) for statement in function.supers for part in _walk(statement)}
        for method in self.methods:
            inside = set(map(id, self._scopes_of(method)))
            for name in ("super", "__class__"):
                for load in self.scopes.loads.get(name, ()):
                    if id(load.scope) in inside and id(load.node) not in skipped:
                        raise Refused(f"{self._at(load.node)} asks for `{name}`")
        stores: dict[str, list[tuple[cst.FunctionDef, Load, cst.Attribute]]] = {}
        reads: list[tuple[cst.FunctionDef, Load, cst.Attribute]] = []
        for method in self.methods:
            for load in _loads_of_first(self.analysis, method):
                if id(load.node) in skipped:
                    continue
                above = self.tree.parent(load.node)
                if not isinstance(above, cst.Attribute) or above.value is not load.node:
                    raise Refused(f"{self._at(load.node)} hands the instance on")
                if is_stored(self.tree, above):
                    stores.setdefault(above.attr.value, []).append((method, load, above))
                    function.own.append(load.node)
                else:
                    reads.append((method, load, above))
        for name, found in stores.items():
            if name in CONTEXT_TAKEN or name.startswith("__"):
                where = self._at(found[0][2])
                raise Refused(f"{where} keeps something as `{name}`, a name of torch's own")
            if name in self.members and not self._is_set_at_once(found):
                raise Refused(f"`{name}` is a name of the class and of the instance")
        for method, load, attribute in reads:
            self._read(method, load, attribute, stores)
        function.plan = replace(function.plan, kept=self._carried(stores, reads))

    def _is_set_at_once(self, found: list[tuple[cst.FunctionDef, Load, cst.Attribute]]) -> bool:
        """Whether the constructor sets an attribute whatever happens."""
        init = self.function.init
        return init is not None and any(
            method is init and self._is_direct(init, attribute) for method, _, attribute in found
        )

    def _is_direct(self, method: cst.FunctionDef, node: cst.CSTNode) -> bool:
        """Whether a node belongs to a simple statement right in the body of a method."""
        above: cst.CSTNode | None = node
        while above is not None and not isinstance(above, cst.SimpleStatementLine):
            above = self.tree.parent(above)
        return above is not None and self.tree.parent(above) is method.body

    def _read(
        self,
        method: cst.FunctionDef,
        load: Load,
        attribute: cst.Attribute,
        stores: dict[str, list[tuple[cst.FunctionDef, Load, cst.Attribute]]],
    ) -> None:
        function, name = self.function, attribute.attr.value
        if name in _OFFERED:
            self._offered(method, attribute)
        elif name in stores:
            pass
        elif name in self.members:
            owner = self.scopes.scope_at(function.node)
            if self.analysis.names.owner(function.name, load.scope) is not owner:
                raise Refused(f"`{function.name}` means something else in its {method.name.value}")
            function.of_class.append(load.node)
            return
        else:
            raise Refused(f"{self._at(attribute)} reads `{name}`, which the class does not set")
        function.own.append(load.node)

    def _offered(self, method: cst.FunctionDef, attribute: cst.Attribute) -> None:
        name = attribute.attr.value
        if method is self.function.init:
            raise Refused(f"{self._at(attribute)} uses `{name}` in the constructor")
        above = self.tree.parent(attribute)
        called = isinstance(above, cst.Call) and above.func is attribute
        if name in CONTEXT_METHODS and not called:
            raise Refused(f"{self._at(attribute)} hands `{name}` on")
        if name == SAVED_VARIABLES:
            self.function.saved.append(attribute)
        if name == "needs_input_grad" and self.function.plan.parameters:
            indexed = (
                isinstance(above, cst.Subscript)
                and above.value is attribute
                and len(above.slice) == 1
                and isinstance(above.slice[0].slice, cst.Index)
                and isinstance(above.slice[0].slice.value, cst.Integer)
            )
            if not indexed and not self._is_any(above):
                raise Refused(
                    f"{self._at(attribute)} uses `needs_input_grad` as a whole, which gets longer"
                )

    def _is_any(self, argument: cst.CSTNode | None) -> bool:
        call = None if argument is None else self.tree.parent(argument)
        return (
            isinstance(call, cst.Call)
            and isinstance(call.func, cst.Name)
            and call.func.value == "any"
            and self.analysis.names.is_builtin(call.func)
        )

    def _carried(
        self,
        stores: dict[str, list[tuple[cst.FunctionDef, Load, cst.Attribute]]],
        reads: list[tuple[cst.FunctionDef, Load, cst.Attribute]],
    ) -> str:
        """Why two calls of one instance would know of each other; empty when they do not."""
        function = self.function
        if function.init is not None:
            skipped = {id(part) for statement in function.supers for part in _walk(statement)}
            for part in _walk(function.init.body):
                if id(part) not in skipped and isinstance(part, _MAKES) and not _is_cast(part):
                    return f"{self._at(part)} makes something once for all calls"
        for name, found in stores.items():
            later = [(method, load, a) for method, load, a in found if method is not function.init]
            if not later:
                continue
            surely = [
                load.order
                for method, load, attribute in later
                if method is function.forward
                and not isinstance(self.tree.parent(attribute), cst.AugAssign)
                and self._is_direct(method, attribute)
            ]
            early = any(
                method is function.forward
                and attribute.attr.value == name
                and load.order < min(surely, default=load.order + 1)
                for method, load, attribute in reads
            )
            augmented = any(isinstance(self.tree.parent(a), cst.AugAssign) for _, _, a in later)
            if not surely or early or augmented:
                return f"`{name}` may be carried from call to call"
        return ""

    # -- what backward returns -----------------------------------------------------------------

    def _gradients(self, backward: cst.FunctionDef) -> None:
        if not _ends(backward.body):
            raise Refused("not every way through its backward returns gradients")
        for statement in _own_returns(backward.body):
            if statement.value is None:
                raise Refused(f"{self._at(statement)} returns no gradients")
            self.function.returns.append((statement.value, self._gradient(statement.value)))

    def _gradient(self, value: cst.BaseExpression) -> str:
        inputs = self.function.plan.inputs
        where = self._at(value)
        if isinstance(value, cst.Tuple):
            if any(isinstance(element, cst.StarredElement) for element in value.elements):
                raise Refused(f"{where} returns a number of gradients that is not known")
            if len(value.elements) != inputs:
                count = len(value.elements)
                raise Refused(f"{where} returns {count} gradients for {inputs} arguments")
            return "tuple"
        if self._is_tuple(value):
            return "sum"
        if inputs == 1 and self._is_single(value):
            return "single"
        raise Refused(f"{where} returns a number of gradients that is not known")

    def _is_tuple(self, value: cst.BaseExpression) -> bool:
        if isinstance(value, cst.Call):
            func = value.func
            return (
                isinstance(func, cst.Name)
                and func.value == "tuple"
                and self.analysis.names.is_builtin(func)
            )
        if isinstance(value, cst.Name):
            values = self._values(value)
            inputs = self.function.plan.inputs
            return bool(values) and all(
                v is not None
                and (
                    (isinstance(v, cst.Tuple) and len(v.elements) == inputs)
                    or (isinstance(v, cst.Call) and self._is_tuple(v))
                )
                for v in values
            )
        return False

    def _is_single(self, value: cst.BaseExpression) -> bool:
        """Whether an expression is one gradient and no tuple, by what it is made of."""
        if isinstance(value, cst.IfExp):
            return self._is_single(value.body) and self._is_single(value.orelse)
        if isinstance(value, cst.Name):
            if value.value == "None":
                return True
            values = self._values(value)
            return all(v is None or self._is_single(v) for v in values) and bool(values)
        if isinstance(value, cst.Call):
            if self.analysis.names.origin(value.func).startswith("torch."):
                return True
            # A method of something that is made in backward; a function may give a tuple.
            return isinstance(value.func, cst.Attribute) and self._is_local(value.func.value)
        return isinstance(
            value, (cst.BinaryOperation, cst.UnaryOperation, cst.Attribute, cst.Subscript)
        )

    def _is_local(self, node: cst.BaseExpression) -> bool:
        """Whether an expression stands on a value that backward gets or makes, not on a module."""
        while isinstance(node, cst.Attribute):
            node = node.value
        backward = self.function.backward
        if not isinstance(node, cst.Name) or backward is None:
            return not isinstance(node, cst.Name)
        load = self.analysis.names.load(node)
        owner = None if load is None else self.analysis.names.owner(node.value, load.scope)
        instance = _parameters(backward)[0].name.value
        return owner is self.scopes.scope_of[id(backward)] and node.value != instance

    def _values(self, name: cst.Name) -> list[cst.BaseExpression | None]:
        """What a name of `backward` may be bound to; None for what is not followed."""
        load = self.analysis.names.load(name)
        if load is None:
            return []
        owner = self.analysis.names.owner(name.value, load.scope)
        return [
            binding.value if binding.kind is BindingKind.ASSIGN else None
            for binding in owner.bindings.get(name.value, ())
        ]


def is_literal(node: cst.CSTNode | None) -> bool:
    """Whether an expression is a literal: a number, a string, None, a truth value, a tuple."""
    if isinstance(node, cst.UnaryOperation):
        return isinstance(node.expression, (cst.Integer, cst.Float))
    if isinstance(node, cst.Name):
        return node.value in ("None", "True", "False")
    if isinstance(node, cst.Tuple):
        return all(is_literal(element.value) for element in node.elements)
    return isinstance(node, (cst.Integer, cst.Float, cst.SimpleString))


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(children(current))


def _own_returns(node: cst.CSTNode) -> Iterator[cst.Return]:
    """The return statements of a function, without those of functions in it, in their order."""
    for part in children(node):
        if isinstance(part, cst.Return):
            yield part
        elif not isinstance(part, (cst.FunctionDef, cst.ClassDef, cst.BaseExpression)):
            yield from _own_returns(part)


def _ends(body: cst.CSTNode) -> bool:
    """Whether a block cannot be left by its end."""
    items = getattr(body, "body", ())
    last = items[-1] if items else None
    if isinstance(last, cst.SimpleStatementLine):
        return isinstance(last.body[-1], (cst.Return, cst.Raise))
    if isinstance(last, cst.With):
        return _ends(last.body)
    while isinstance(last, cst.If):
        if not _ends(last.body) or last.orelse is None:
            return False
        if isinstance(last.orelse, cst.Else):
            return _ends(last.orelse.body)
        last = last.orelse
    return isinstance(body, cst.SimpleStatementSuite) and isinstance(
        body.body[-1], (cst.Return, cst.Raise)
    )


def is_stored(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether an attribute is assigned to, deleted or bound in another way."""
    child, above = node, tree.parent(node)
    while isinstance(above, (cst.Element, cst.StarredElement, cst.Tuple, cst.List)):
        child, above = above, tree.parent(above)
    if isinstance(above, (cst.AugAssign, cst.AnnAssign, cst.For, cst.CompFor)):
        return above.target is child
    return isinstance(above, (cst.AssignTarget, cst.Del, cst.AsName))


def _is_cast(node: cst.CSTNode) -> bool:
    """`int(x)` and the like: a call that makes nothing that could be changed."""
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Name)
        and node.func.value in ("int", "float", "bool", "str", "tuple", "len", "abs", "min", "max")
    )


def _quoted(text: str, name: str) -> int | None:
    """Where a name stands as a whole string, that is not an item of `__all__`."""
    for match in re.finditer(rf"""(['"]){re.escape(name)}\1""", text):
        listed = text.rfind("__all__", 0, match.start())
        if listed < 0 or re.search(r"[\])]", text[listed : match.start()]):
            return match.start()
    return None
