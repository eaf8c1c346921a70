"""Reads from one file which callables may wrap their argument, with the standard library's `ast`.

A callable is a candidate when what it hands back comes from a call that may be one of Variable or
of a wrapper: directly, behind device moves and casts, through a local name, in a branch, inside a
tuple, list or dict. Names are looked up by Python's scoping rules; one that is bound twice, is
declared `global` somewhere, or belongs to a decorated definition leads nowhere.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from varmigrate.analysis.bodies import read_body
from varmigrate.analysis.operations import OPERATORS, is_external
from varmigrate.analysis.terms import Body
from varmigrate.analysis.wrappers import (
    Argument,
    CallableKind,
    Candidate,
    ClassSummary,
    FileCallables,
    InnerCall,
    Parameter,
    ParameterKind,
    Ref,
    Source,
    SourceKind,
)
from varmigrate.torch_facts.constructors import TENSOR_TYPES
from varmigrate.torch_facts.factories import FACTORIES
from varmigrate.torch_facts.kinds import Identity
from varmigrate.torch_facts.methods import METHODS
from varmigrate.torch_facts.variable import VARIABLE_NAMES

_MOST_INNER = 12
_MOST_STEPS = 12
# What a loop changes in one round is seen in the next; so deep it is followed.
_TWICE = 3
_COPIES = frozenset({"clone", "repeat"})
# What they leave has nothing of what was there.
_FILLS = frozenset(
    "zero_ fill_ normal_ uniform_ bernoulli_ random_ exponential_ geometric_ cauchy_ "
    "log_normal_".split()
)
CONVERTERS = frozenset(
    {
        "torch.from_numpy",
        "torch.tensor",
        "torch.as_tensor",
        "torch.stack",
        "torch.cat",
        "numpy.array",
        "numpy.asarray",
    }
)
"""Functions whose result holds the values of their first argument."""
# Not views of the receiver, whatever else they are.
_OTHER_VALUES = frozenset({"new", "cov", "inner"})
_HOLDERS = {"tuple": "tuple", "list": "list", "dict": "dict", "set": "list"}
_NUMPY_MAKERS = frozenset("arange empty eye full identity linspace ones tri zeros".split())
_BUILTIN_MAPS = ("map",)
# Of these only Variable itself wraps.
_NEVER_WRAP = frozenset({"torch", "numpy"})

# Ways to bind names that are in no statement.
_HIDDEN = ("exec", "eval", "globals", "locals", "vars")

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_AnyDef = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def read_callables(module: ast.Module) -> FileCallables:
    """The candidates, classes and plain functions of a parsed file."""
    reader = _Reader(module)
    return FileCallables(reader.candidates(), reader.classes(), reader.bodies())


def digest_of(text: str) -> str:
    """Tells texts apart, in every process alike."""
    return hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


# Fields that never hold a node in which something is named.
_NO_PARTS = frozenset(
    "ctx op ops id attr name arg kind type_comment level module asname conversion simple is_async "
    "type_ignores".split()
)
_PARTS: dict[type, tuple[str, ...]] = {}


def parts_of(node: object) -> list[object]:
    """What stands right below a node of the syntax tree, in order; None and text are among it."""
    kind = node.__class__
    names = _PARTS.get(kind)
    if names is None:
        fields = node._fields if isinstance(node, ast.AST) else ()
        names = _PARTS[kind] = tuple(field for field in fields if field not in _NO_PARTS)
    found: list[object] = []
    for name in names:
        part = getattr(node, name)
        if part.__class__ is list:
            found += part
        else:
            found.append(part)
    return found


# -- names -----------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class _Scope:
    """A scope: what binds each name (None: something that is not followed).

    called: the dotted names that are called in it, first part and the others, those in its
    comprehensions and lambdas included.
    """

    node: ast.AST
    name: str
    parent: _Scope | None
    is_class: bool = False
    bindings: dict[str, list[object]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    last_star: int = 0
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    called: dict[tuple[str, tuple[str, ...]], None] = field(default_factory=dict)
    returns: bool = False
    yields: bool = False

    def bind(self, name: str, what: object) -> None:
        self.bindings.setdefault(name, []).append(what)

    def path(self, name: str) -> str:
        """The dotted name of something bound here."""
        if not self.name:
            return name
        return f"{self.name}.{name}" if self.is_class else f"{self.name}.<locals>.{name}"

    def stars_after(self, line: int) -> bool:
        """Whether a star import behind a line may bind a name anew."""
        return self.last_star > line

    def module(self) -> _Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


@dataclass(frozen=True, slots=True)
class _Import:
    module: str
    name: str


@dataclass(frozen=True, slots=True)
class _Value:
    """What is assigned to a bare name."""

    node: ast.expr
    line: int


def _same(one: object, other: object) -> bool:
    return one is other or (isinstance(one, _Import) and one == other)


class _Binder:
    """Fills the scopes of a module."""

    def __init__(self, module: ast.Module) -> None:
        self.handlers: dict[type, Callable[..., None]] = {
            kind: getattr(self, f"on_{kind.__name__.lower()}")
            for kind in (
                *(ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda),
                *(ast.ClassDef, ast.Assign, ast.AnnAssign, ast.Global, ast.Nonlocal, ast.Return),
                *(ast.Yield, ast.YieldFrom, ast.Name, ast.NamedExpr, ast.ExceptHandler),
                *(ast.MatchAs, ast.MatchStar, ast.MatchMapping, ast.ListComp, ast.SetComp),
                *(ast.GeneratorExp, ast.DictComp, ast.Attribute, ast.Constant, ast.Call),
            )
        }
        self.scope = _Scope(module, "", None)
        self.scopes: dict[int, _Scope] = {id(module): self.scope}
        self.order: list[_Scope] = [self.scope]
        self.stores: list[ast.Attribute] = []
        self.visit_body(module.body)

    def visit(self, node: object) -> None:
        handler = self.handlers.get(node.__class__)
        if handler is not None:
            handler(node)
        else:
            self.visit_body(parts_of(node))

    def visit_body(self, body: Iterable[object]) -> None:
        handlers = self.handlers
        for node in body:
            handler = handlers.get(node.__class__)
            if handler is not None:
                handler(node)
            else:
                self.visit_body(parts_of(node))

    def on_attribute(self, node: ast.Attribute) -> None:
        if node.ctx.__class__ is ast.Store:
            self.stores.append(node)
        self.visit(node.value)

    def on_constant(self, node: ast.Constant) -> None:
        pass

    def on_call(self, node: ast.Call) -> None:
        func = node.func
        self.called(func)
        if isinstance(func, ast.Name) and func.id in _BUILTIN_MAPS and node.args:
            self.called(node.args[0])
        self.visit_body(parts_of(node))

    def called(self, node: ast.expr) -> None:
        """Note a dotted name that is called."""
        attributes: tuple[str, ...] = ()
        while isinstance(node, ast.Attribute):
            attributes = (node.attr, *attributes)
            node = node.value
        if isinstance(node, ast.Name):
            self.scope.called[node.id, attributes] = None

    def opened(self, node: ast.AST, name: str, is_class: bool = False) -> _Scope:
        scope = _Scope(node, name, self.scope, is_class)
        self.scopes[id(node)] = scope
        self.order.append(scope)
        return scope

    def bind(self, name: str, what: object) -> None:
        scope = self.scope
        if name in scope.globals:
            scope.module().bind(name, None)
        elif name in scope.nonlocals:
            outer = scope.parent
            while outer is not None:
                if name in outer.bindings:
                    outer.bind(name, None)
                outer = outer.parent
        else:
            scope.bind(name, what)

    def on_import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            self.bind(name, _Import(alias.name if alias.asname else name, ""))

    def on_importfrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self.scope.stars.append(module)
                self.scope.last_star = node.lineno
            else:
                self.bind(alias.asname or alias.name, _Import(module, alias.name))

    def on_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.visit_body(node.decorator_list)
        self.bind(node.name, node)
        self.function(node, self.scope.path(node.name), node.body)

    def on_asyncfunctiondef(self, node: ast.AsyncFunctionDef) -> None:
        self.on_functiondef(node)

    def on_lambda(self, node: ast.Lambda) -> None:
        self.function(node, self.scope.path(f"<lambda {node.lineno}>"), [node.body])

    def function(self, node: _Function, name: str, body: Iterable[ast.AST]) -> None:
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.visit(default)
        outer = self.scope
        self.scope = self.opened(node, name)
        for argument in _every_argument(arguments):
            self.scope.bind(argument.arg, None)
        self.visit_body(body)
        if isinstance(node, ast.Lambda):
            outer.called.update(self.scope.called)
        self.scope = outer

    def on_classdef(self, node: ast.ClassDef) -> None:
        self.visit_body((*node.decorator_list, *node.bases, *node.keywords))
        self.bind(node.name, node)
        outer = self.scope
        self.scope = self.opened(node, outer.path(node.name), is_class=True)
        self.visit_body(node.body)
        self.scope = outer

    def on_assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        if isinstance(node.value, ast.Constant) and node.value.value is None:
            # `Variable = None` where an import failed: a call of that raises anyway.
            names = [t.id for t in node.targets if isinstance(t, ast.Name)]
            if len(names) == len(node.targets) and all(n in self.scope.bindings for n in names):
                return
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.bind(target.id, _Value(node.value, target.lineno))
            else:
                self.visit(target)

    def on_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
            if isinstance(node.target, ast.Name):
                self.bind(node.target.id, _Value(node.value, node.target.lineno))
                return
            self.visit(node.target)

    def on_global(self, node: ast.Global) -> None:
        self.scope.globals.update(node.names)

    def on_nonlocal(self, node: ast.Nonlocal) -> None:
        self.scope.nonlocals.update(node.names)

    def on_return(self, node: ast.Return) -> None:
        self.scope.returns = True
        self.visit_body(parts_of(node))

    def on_yield(self, node: ast.Yield) -> None:
        self.scope.yields = True
        self.visit_body(parts_of(node))

    def on_yieldfrom(self, node: ast.YieldFrom) -> None:
        self.scope.yields = True
        self.visit_body(parts_of(node))

    def on_name(self, node: ast.Name) -> None:
        if node.ctx.__class__ is not ast.Load:
            self.bind(node.id, None)

    def on_namedexpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.bind(node.target.id, None)

    def on_excepthandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.bind(node.name, None)
        self.visit_body(parts_of(node))

    def on_matchas(self, node: ast.MatchAs) -> None:
        if node.name:
            self.bind(node.name, None)
        self.visit_body(parts_of(node))

    def on_matchstar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.bind(node.name, None)

    def on_matchmapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.bind(node.rest, None)
        self.visit_body(parts_of(node))

    def on_listcomp(self, node: ast.ListComp) -> None:
        self._comprehension(node, [node.elt])

    def on_setcomp(self, node: ast.SetComp) -> None:
        self._comprehension(node, [node.elt])

    def on_generatorexp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node, [node.elt])

    def on_dictcomp(self, node: ast.DictComp) -> None:
        self._comprehension(node, [node.key, node.value])

    def _comprehension(self, node: ast.AST, results: list[ast.expr]) -> None:
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
        self.visit(generators[0].iter)
        outer = self.scope
        self.scope = self.opened(node, outer.path("<comprehension>"))
        for index, generator in enumerate(generators):
            self.visit(generator.target)
            self.visit_body([*([generator.iter] if index else []), *generator.ifs])
        self.visit_body(results)
        outer.called.update(self.scope.called)
        self.scope = outer


def _every_argument(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from arguments.posonlyargs
    yield from arguments.args
    if arguments.vararg is not None:
        yield arguments.vararg
    yield from arguments.kwonlyargs
    if arguments.kwarg is not None:
        yield arguments.kwarg


class _Names:
    """What names lead to."""

    def __init__(self, module: ast.Module) -> None:
        binder = _Binder(module)
        self.scopes = binder.scopes
        self.order = binder.order
        self.stores = binder.stores

    def owner(self, name: str, scope: _Scope) -> _Scope:
        """The scope Python looks a name up in."""
        if name in scope.globals:
            return scope.module()
        if name in scope.bindings and name not in scope.nonlocals:
            return scope
        outer = scope.parent
        while outer is not None:
            if not outer.is_class and name in outer.bindings:
                return outer
            outer = outer.parent
        return scope.module()

    def binding(self, name: str, scope: _Scope) -> tuple[object, _Scope]:
        """The one thing a name is bound to, None when there is none or there are several."""
        owner = self.owner(name, scope)
        found = owner.bindings.get(name, [])
        if not found or not all(_same(found[0], other) for other in found[1:]):
            return None, owner
        return found[0], owner

    def ref(self, node: ast.expr, scope: _Scope, depth: int = 0) -> Ref | None:
        """What a name, a chain of attributes on one, or `self.method` leads to."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or depth > 6:
            return None
        attributes.reverse()
        found, owner = self.binding(node.id, scope)
        if isinstance(found, _Import):
            return Ref(found.module, ".".join([*([found.name] if found.name else []), *attributes]))
        if isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return Ref(None, ".".join([owner.path(node.id), *attributes]))
        if isinstance(found, _Value):
            if isinstance(found.node, (ast.Name, ast.Attribute)):
                ref = self.ref(found.node, owner, depth + 1)
                if ref is None:
                    return None
                return Ref(ref.module, ".".join([ref.name, *attributes]))
            return None if attributes else Ref(None, owner.path(node.id))
        if found is None and node.id not in owner.bindings:
            if owner.stars and not (attributes and attributes[0].startswith("__")):
                return Ref("*", ".".join([node.id, *attributes]))
            return None
        if len(attributes) == 1:
            method = self.receiver(node.id, owner)
            if method is not None:
                return Ref(None, f"{method.name}.{attributes[0]}")
        return None

    def may_wrap(self, first: str, rest: tuple[str, ...], scope: _Scope) -> bool:
        """Whether a dotted name may lead to Variable or to a wrapper; asked before it is followed.

        False for most: what comes from torch, built-ins, parameters, attributes of `self` that no
        class binds.
        """
        found, owner = self.binding(first, scope)
        if isinstance(found, _Import):
            root = found.module.partition(".")[0]
            return root not in _NEVER_WRAP or any(
                "ariable" in part for part in (found.module, found.name, *rest)
            )
        if found is not None:
            return True
        if first not in owner.bindings:
            return bool(owner.stars)
        method = self.receiver(first, owner) if len(rest) == 1 else None
        if method is None or not isinstance(method.node, ast.ClassDef) or method.parent is None:
            return False
        bases = (self.ref(base, method.parent) for base in method.node.bases)
        return rest[0] in method.bindings or not all(
            ref is not None and (ref.module or "").partition(".")[0] in _NEVER_WRAP for ref in bases
        )

    def receiver(self, name: str, scope: _Scope) -> _Scope | None:
        """The class whose object (or which itself) a name is: the first parameter of a method."""
        node = scope.node
        if not isinstance(node, ast.FunctionDef) or scope.parent is None:
            return None
        if not scope.parent.is_class or len(scope.bindings.get(name, [])) != 1:
            return None
        if any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list):
            return None
        first = [*node.args.posonlyargs, *node.args.args][:1]
        return scope.parent if first and first[0].arg == name else None


@dataclass(frozen=True, slots=True)
class _Inside:
    """The names in one function."""

    names: _Names
    scope: _Scope

    def ref(self, node: ast.expr) -> Ref | None:
        return self.names.ref(node, self.scope)

    def is_builtin(self, name: str) -> bool:
        owner = self.names.owner(name, self.scope)
        return name not in owner.bindings and not owner.stars


# -- values ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Call:
    """A call whose result is followed; see `InnerCall`, which is made of those handed back."""

    ref: Ref
    place: tuple[int, int]
    arguments: tuple[tuple[str, ast.expr | None, _Flow], ...] = field(compare=False)
    steps: tuple[str, ...] = ()
    holder: str = ""
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class _Flow:
    """What an expression may hold: calls whose result it is, and the parameter it starts from."""

    calls: tuple[_Call, ...] = ()
    data: Source | None = None
    steps: tuple[str, ...] = ()
    mentions: bool = False
    other: bool = True
    holder: str = ""

    def step(self, name: str) -> _Flow:
        """The value after something was done to it that keeps what it is."""
        calls = tuple(replace(call, steps=_more(call.steps, name)) for call in self.calls)
        return _Flow(calls, self.data, _more(self.steps, name), self.mentions, self.other)

    def inside(self, holder: str, mixed: bool = False) -> _Flow:
        """The value as an element of a container; mixed: beside others that are not wrapped."""
        calls = tuple(
            replace(call, holder=holder, mixed=call.mixed or mixed) for call in self.calls
        )
        return _Flow(calls, self.data, self.steps, self.mentions, self.other, holder)

    def changed(self, name: str) -> _Flow:
        """Another value that was computed from this one."""
        return _Flow((), self.data, _more(self.steps, name), self.mentions)

    def mentioning(self, mentions: bool) -> _Flow:
        """The value of something that depends on more."""
        return replace(self, mentions=True) if mentions and not self.mentions else self

    def given(self, function: str) -> _Flow:
        """What a function that is not known makes of the value; two of them make it another."""
        if function.startswith("self.") or any("(" in step for step in self.steps):
            return _Flow(mentions=self.mentions)
        return self.changed(f"{function}(...)")


def _more(steps: tuple[str, ...], name: str) -> tuple[str, ...]:
    return (*steps, name) if len(steps) < _MOST_STEPS else steps


_NOTHING = _Flow()


def _join(flows: Iterable[_Flow]) -> _Flow:
    """What a value may be that is one of several."""
    flows = list(flows)
    if not flows:
        return _NOTHING
    with_data = next((f for f in flows if f.data is not None), flows[0])
    calls = dict.fromkeys(call for flow in flows for call in flow.calls)
    return _Flow(
        tuple(calls)[:_MOST_INNER],
        with_data.data,
        with_data.steps,
        any(f.mentions for f in flows),
        any(f.other for f in flows),
        next((f.holder for f in flows if f.holder), ""),
    )


_Changes = dict[str, _Flow]
Result = TypeVar("Result")


class _Env:
    """What the names of a callable hold; what a branch changes can be taken back.

    A branch costs what it changes, however many names there are.
    """

    def __init__(self, values: _Changes) -> None:
        self.values = values
        self.before: list[dict[str, _Flow | None]] = []

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def get(self, name: str) -> _Flow:
        return self.values.get(name, _NOTHING)

    def set(self, name: str, flow: _Flow) -> None:
        if self.before:
            self.before[-1].setdefault(name, self.values.get(name))
        self.values[name] = flow

    def aside(self, run: Callable[[], Result]) -> tuple[Result, _Changes]:
        """Run something and take back what it changed; returns that too."""
        self.before.append({})
        result = run()
        before = self.before.pop()
        changes = {name: self.values[name] for name in before}
        for name, flow in before.items():
            if flow is None:
                del self.values[name]
            else:
                self.values[name] = flow
        return result, changes

    def join(self, branches: Iterable[_Changes]) -> None:
        """Go on with what holds after one of several branches, whichever it was."""
        branches = list(branches)
        for name in dict.fromkeys(name for changes in branches for name in changes):
            old = self.values.get(name)
            flows = [changes.get(name, old) for changes in branches]
            self.set(name, _join([flow for flow in flows if flow is not None]))


class _Body:
    """Follows values through the body of one callable, statement by statement."""

    def __init__(
        self, names: _Names, scope: _Scope, arguments: ast.arguments, bound: bool = False
    ) -> None:
        self.names = names
        self.scope = scope
        self.returned: list[_Flow] = []
        self.depth = 0
        self.vararg = arguments.vararg.arg if arguments.vararg is not None else ""
        self.kwarg = arguments.kwarg.arg if arguments.kwarg is not None else ""
        self.start: _Changes = {
            a.arg: _Flow(data=Source(SourceKind.PARAMETER, a.arg, text=a.arg), mentions=True)
            for a in _every_argument(arguments)
        }
        if bound:
            for first in [*arguments.posonlyargs, *arguments.args][:1]:
                self.start[first.arg] = _NOTHING

    def run(self, body: list[ast.stmt]) -> None:
        """Follow a body; `returned` then holds what comes back."""
        self.block(body, _Env(dict(self.start)))

    def block(self, body: Iterable[ast.stmt], env: _Env) -> None:
        for statement in body:
            self.statement(statement, env)

    def branch(self, body: Iterable[ast.stmt], env: _Env) -> _Changes:
        """What a block changes; the names are then as they were."""
        return env.aside(lambda: self.block(body, env))[1]

    def statement(self, node: ast.stmt, env: _Env) -> None:
        if isinstance(node, ast.Return):
            if node.value is not None:
                self.returned.append(self.flow(node.value, env))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self.assign(target, node.value, self.flow(node.value, env), env)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self.assign(node.target, node.value, self.flow(node.value, env), env)
        elif isinstance(node, ast.AugAssign):
            if isinstance(node.target, ast.Name):
                before = env.get(node.target.id)
                added = self.flow(node.value, env)
                grown = _join([before, added]) if before.holder else before.changed("arithmetic")
                env.set(node.target.id, grown)
        elif isinstance(node, ast.If):
            env.join([self.branch(node.body, env), self.branch(node.orelse, env)])
        elif isinstance(node, (ast.For, ast.While)):
            self.loop(node, env)
            self.block(node.orelse, env)
        elif isinstance(node, ast.With):
            for item in node.items:
                if item.optional_vars is not None:
                    self.assign(item.optional_vars, None, _NOTHING, env)
            self.block(node.body, env)
        elif isinstance(node, ast.Try):
            tried = self.branch(node.body, env)
            ends = [env.aside(partial(self.after, [tried], node.orelse, env))[1]]
            ends += [env.aside(partial(self.handler, h, tried, env))[1] for h in node.handlers]
            env.join(ends)
            self.block(node.finalbody, env)
        elif isinstance(node, ast.Expr):
            self.expression(node.value, env)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    env.set(target.id, _NOTHING)
        elif isinstance(node, ast.Match):
            env.join([{}, *(self.branch(case.body, env) for case in node.cases)])

    def handler(self, node: ast.ExceptHandler, tried: _Changes, env: _Env) -> None:
        """Follow an `except` clause, into which anything of the `try` body may lead."""
        if node.name:
            env.set(node.name, _NOTHING)
        self.after([{}, tried], node.body, env)

    def after(self, branches: list[_Changes], body: Iterable[ast.stmt], env: _Env) -> None:
        """Follow a block that comes after one of several branches."""
        env.join(branches)
        self.block(body, env)

    def loop(self, node: ast.For | ast.While, env: _Env) -> None:
        """The values after a loop; its body is followed twice, inside other loops once."""
        self.depth += 1
        for _ in range(2 if self.depth <= _TWICE else 1):
            env.join([{}, env.aside(partial(self.round, node, env))[1]])
        self.depth -= 1

    def round(self, node: ast.For | ast.While, env: _Env) -> None:
        """Follow a loop once round."""
        if isinstance(node, ast.For):
            self.assign(node.target, None, self.flow(node.iter, env).step("[]"), env)
        self.block(node.body, env)

    def expression(self, node: ast.expr, env: _Env) -> None:
        """`out.append(value)` puts something into what will be handed back."""
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.attr in ("append", "add", "insert", "appendleft")
            and node.args
        ):
            name = node.func.value.id
            before = env.get(name)
            if before.holder:
                added = self.flow(node.args[-1], env).inside(before.holder)
                env.set(name, _join([before, added]))

    def assign(self, target: ast.expr, value: ast.expr | None, flow: _Flow, env: _Env) -> None:
        if isinstance(target, ast.Name):
            env.set(target.id, flow)
        elif isinstance(target, (ast.Tuple, ast.List)):
            parts: list[_Flow]
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                parts = [self.flow(element, env) for element in value.elts]
            else:
                parts = [flow.step("[]")] * len(target.elts)
            for element, part in zip(target.elts, parts, strict=True):
                self.assign(element, None, part, env)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, None, flow, env)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            before = env.get(target.value.id)
            if before.holder:
                env.set(target.value.id, _join([before, flow.inside(before.holder)]))

    # -- expressions ---------------------------------------------------------------------------

    def flow(self, node: ast.expr, env: _Env) -> _Flow:
        """What an expression may hold."""
        if isinstance(node, ast.Name):
            return env.get(node.id)
        if isinstance(node, ast.Call):
            return self.call(node, env)
        if isinstance(node, ast.IfExp):
            return _join([self.flow(node.body, env), self.flow(node.orelse, env)])
        if isinstance(node, ast.Attribute):
            return self.flow(node.value, env).changed(node.attr)
        if isinstance(node, ast.Subscript):
            return self.flow(node.value, env).step("[]")
        if isinstance(node, ast.Starred):
            return self.flow(node.value, env)
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            holder = "tuple" if isinstance(node, ast.Tuple) else "list"
            return self.held([self.flow(e, env) for e in node.elts], holder)
        if isinstance(node, ast.Dict):
            return self.held([self.flow(value, env) for value in node.values], "dict")
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            return self.looped(node.elt, node.generators, env).inside("list")
        if isinstance(node, ast.DictComp):
            return self.looped(node.value, node.generators, env).inside("dict")
        if isinstance(node, ast.NamedExpr):
            return self.flow(node.value, env)
        if isinstance(node, ast.Lambda):
            return _NOTHING
        parts = [self.flow(child, env) for child in _operands(node)]
        if isinstance(node, ast.BinOp) and not isinstance(node.left, (ast.Constant, ast.UnaryOp)):
            mentions = any(part.mentions for part in parts)
            return _Flow((), parts[0].data, _more(parts[0].steps, "arithmetic"), mentions)
        return _join(parts).changed("arithmetic")

    @staticmethod
    def held(parts: list[_Flow], holder: str) -> _Flow:
        other = not any(part.calls for part in parts)
        mixed = not all(part.calls for part in parts)
        joined = _join([part.inside(holder, mixed) for part in parts]) if parts else _Flow()
        return _Flow(joined.calls, joined.data, joined.steps, joined.mentions, other, holder)

    def looped(self, result: ast.expr, generators: list[ast.comprehension], env: _Env) -> _Flow:
        """What the elements of a comprehension may hold."""

        def run() -> _Flow:
            for generator in generators:
                flow = self.flow(generator.iter, env).step("[]")
                self.assign(generator.target, None, flow, env)
            return self.flow(result, env)

        return env.aside(run)[0]

    def call(self, node: ast.Call, env: _Env) -> _Flow:
        func = node.func
        ref = None
        if (isinstance(func, ast.Name) and func.id not in env) or isinstance(func, ast.Attribute):
            ref = self.names.ref(func, self.scope)
        if ref is None and isinstance(func, ast.Attribute):
            return self.method(node, func, env)
        given = self.given(node, env)
        first = given[0][2] if node.args else _NOTHING
        mentions = any(flow.mentions for _, _, flow in given)
        if ref is None:
            if isinstance(func, ast.Name) and func.id not in env:
                if func.id in _HOLDERS and len(node.args) <= 1:
                    if not node.args:
                        return _Flow(holder=_HOLDERS[func.id])
                    return first.inside(_HOLDERS[func.id])
                if func.id in _BUILTIN_MAPS and len(node.args) == 2:
                    return self.mapped(node, given[1][2].step("[]"), env)
            return first.given(_text(func)).mentioning(mentions)
        name = f"{ref.module}.{ref.name}" if ref.module is not None else ref.name
        sized = len(node.args) != 1 or isinstance(node.args[0], ast.Starred)
        converts = name in CONVERTERS or name in TENSOR_TYPES
        makes = name in FACTORIES or name.removeprefix("numpy.") in _NUMPY_MAKERS
        makes = makes or name.startswith("numpy.random.")
        if (name in TENSOR_TYPES and sized) or (makes and not converts):
            return _Flow(mentions=mentions)
        after = first.changed(name.rpartition(".")[2]) if converts else first.given(_text(func))
        after = after.mentioning(mentions)
        outside = ref.module is not None and ref.module.partition(".")[0] in _NEVER_WRAP
        if outside and name not in VARIABLE_NAMES:
            return after
        call = _Call(ref, (func.lineno, func.col_offset), given)
        return replace(after, calls=(call,), other=False)

    def method(self, node: ast.Call, func: ast.Attribute, env: _Env) -> _Flow:
        receiver = self.flow(func.value, env)
        if func.attr in ("items", "values", "keys"):
            return receiver.step("[]")
        if func.attr.startswith("new") or func.attr in _FILLS:
            if receiver.calls:
                return receiver.step(func.attr)
            return self.made(node, env, _Flow(mentions=receiver.mentions))
        row = METHODS.get(func.attr)
        keeps = func.attr in _COPIES or (
            row is not None and row.identity is not Identity.NEW and func.attr not in _OTHER_VALUES
        )
        if keeps:
            return receiver.step(func.attr)
        return self.made(node, env, receiver.changed(func.attr))

    def made(self, node: ast.Call, env: _Env, flow: _Flow) -> _Flow:
        """The result of a method that is not followed."""
        return flow.mentioning(any(given.mentions for _, _, given in self.given(node, env)))

    def mapped(self, node: ast.Call, elements: _Flow, env: _Env) -> _Flow:
        """`map(f, xs)`: calls `f` with each element."""
        func = node.args[0]
        if isinstance(func, ast.Lambda):
            return env.aside(partial(self.applied, func, elements, env))[0].inside("list")
        local = isinstance(func, ast.Name) and func.id in env
        ref = None if local else self.names.ref(func, self.scope)
        if ref is None:
            return elements.given(_text(func))
        call = _Call(ref, (func.lineno, func.col_offset), (("", None, elements),), holder="list")
        return replace(elements, calls=(call,), other=False)

    def applied(self, node: ast.Lambda, flow: _Flow, env: _Env) -> _Flow:
        """What a lambda makes of a value."""
        for parameter in _every_argument(node.args):
            env.set(parameter.arg, flow)
        return self.flow(node.body, env)

    def given(self, node: ast.Call, env: _Env) -> tuple[tuple[str, ast.expr | None, _Flow], ...]:
        """The arguments of a call: keyword (or "*", "**"), expression, and what it may hold."""
        found: list[tuple[str, ast.expr | None, _Flow]] = []
        for value in node.args:
            inner = value.value if isinstance(value, ast.Starred) else value
            name = "*" if inner is not value else ""
            found.append((name, inner, self.flow(inner, env)))
        found.extend((k.arg or "**", k.value, self.flow(k.value, env)) for k in node.keywords)
        return tuple(found)

    def inner_call(self, call: _Call) -> InnerCall:
        """A call that is handed back, without its syntax."""
        arguments = tuple(self.argument(*given) for given in call.arguments)
        return InnerCall(call.ref, call.place, arguments, call.steps, call.holder, call.mixed)

    def argument(self, name: str, value: ast.expr | None, flow: _Flow) -> Argument:
        if name in ("*", "**"):
            passed = self.vararg if name == "*" else self.kwarg
            same = isinstance(value, ast.Name) and value.id == passed and not flow.steps
            data = Source(SourceKind.PASSED, text=passed) if same and flow.data else None
            return Argument(name, data, (), Source(SourceKind.EXPRESSION), flow.mentions)
        return Argument(name, flow.data, flow.steps, _flag(value, flow), flow.mentions)


def _flag(node: ast.expr | None, flow: _Flow) -> Source:
    """An argument read as a flag; flow: what it may hold."""
    if node is None:
        return Source(SourceKind.EXPRESSION, text="...")
    data = flow.data
    if data is not None and data.kind is SourceKind.PARAMETER:
        if isinstance(node, ast.Name) and not flow.steps and data.name == node.id:
            return data
        operand = node.operand if isinstance(node, ast.UnaryOp) else node
        turned = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
        if turned and flow.steps == ("arithmetic",) and _is_name(operand, data.name):
            return Source(SourceKind.NOT_PARAMETER, data.name, text=f"not {data.name}")
    return literal(node)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def literal(node: ast.expr) -> Source:
    """A default or an argument as a source: a literal flag, or an expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return Source(SourceKind.LITERAL, value=bool(node.value), text=str(node.value))
    return Source(SourceKind.EXPRESSION, text=_text(node))


def _operands(node: ast.AST) -> Iterator[ast.expr]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child


def _text(node: ast.AST) -> str:
    try:
        return ast.unparse(node)[:80]
    except RecursionError:
        return "..."


# -- candidates ------------------------------------------------------------------------------------


class _Reader:
    def __init__(self, module: ast.Module) -> None:
        self.names = _Names(module)

    def classes(self) -> dict[str, ClassSummary]:
        """The classes that are bound once, by name."""
        found: dict[str, ClassSummary] = {}
        for scope in self.names.order:
            node = scope.node
            if isinstance(node, ast.ClassDef) and scope.parent is not None:
                if self.names.binding(node.name, scope.parent)[0] is not node:
                    continue
                bases = tuple(
                    self.names.ref(base, scope.parent)
                    for base in node.bases
                    if not (isinstance(base, ast.Name) and base.id == "object")
                )
                found[scope.name] = ClassSummary(frozenset(scope.bindings), bases)
        return found

    def bodies(self) -> dict[str, Body]:
        """The functions at the top of the file that only compute, by name."""
        module = self.names.order[0]
        found: dict[str, Body] = {}
        if self.is_odd():
            return found
        for name, bindings in module.bindings.items():
            node = bindings[0]
            if len(bindings) != 1 or not isinstance(node, ast.FunctionDef) or node.decorator_list:
                continue
            inside = self.names.scopes[id(node)]
            if not inside.returns or inside.yields or module.stars_after(node.lineno):
                continue
            lookup = _Inside(self.names, inside)
            body = read_body(node, name, _parameters(node.args), lookup)
            if body is not None:
                found[name] = body
        return found

    def is_odd(self) -> bool:
        """Whether names, operators or torch may be something else than they are by the look."""
        if any((name, ()) in scope.called for scope in self.names.order for name in _HIDDEN):
            return True
        if any(scope.is_class and scope.bindings.keys() & OPERATORS for scope in self.names.order):
            return True
        module = self.names.order[0]
        refs = (self.names.ref(store.value, module) for store in self.names.stores)
        return any(ref is not None and is_external(ref.module or "") for ref in refs)

    def candidates(self) -> dict[str, Candidate]:
        """The candidates by name."""
        found: dict[str, Candidate] = {}
        for scope in self.names.order:
            for name, bindings in scope.bindings.items():
                if len(bindings) != 1:
                    continue
                candidate = self.candidate(scope, name, bindings[0])
                if candidate is not None:
                    found[candidate.name] = candidate
        return found

    def candidate(self, scope: _Scope, name: str, binding: object) -> Candidate | None:
        if isinstance(binding, ast.FunctionDef):
            kind = self.kind(binding, scope)
            return None if kind is None else self.function(scope, name, binding, kind)
        if not isinstance(binding, _Value):
            return None
        value, static = binding.node, False
        if scope.is_class and isinstance(value, ast.Call) and len(value.args) == 1:
            static = isinstance(value.func, ast.Name) and value.func.id == "staticmethod"
            value = value.args[0] if static else value
        if isinstance(value, ast.Lambda):
            kind = CallableKind.LAMBDA
            if scope.is_class:
                kind = CallableKind.STATIC if static else CallableKind.METHOD
            return self.lambda_(scope, name, value, kind, binding.line)
        if isinstance(value, ast.Call):
            return self.partial(scope, name, value, binding.line)
        if isinstance(value, (ast.Name, ast.Attribute)):
            ref = self.names.ref(value, scope)
            if ref is None or (scope.is_class and ref.module is None and not static):
                # A function of this file that becomes a method gets another first argument.
                return None
            return self.passing(scope, name, binding.line, CallableKind.ALIAS, value, ref, ())
        return None

    @staticmethod
    def kind(node: ast.FunctionDef, scope: _Scope) -> CallableKind | None:
        """What a definition is; None where a decorator may make something else of it."""
        names = [d.id if isinstance(d, ast.Name) else "" for d in node.decorator_list]
        if not names:
            return CallableKind.METHOD if scope.is_class else CallableKind.FUNCTION
        if scope.is_class and names == ["staticmethod"]:
            return CallableKind.STATIC
        if scope.is_class and names == ["classmethod"]:
            return CallableKind.CLASS
        return None

    def function(
        self, scope: _Scope, name: str, node: ast.FunctionDef, kind: CallableKind
    ) -> Candidate | None:
        inside = self.names.scopes[id(node)]
        if inside.yields or not inside.returns:
            return None
        if not any(self.names.may_wrap(first, rest, inside) for first, rest in inside.called):
            return None
        bound = kind in (CallableKind.METHOD, CallableKind.CLASS)
        body = _Body(self.names, inside, node.args, bound)
        body.run(node.body)
        return self.finish(scope, name, node.lineno, kind, node.args, body)

    def lambda_(
        self, scope: _Scope, name: str, node: ast.Lambda, kind: CallableKind, line: int
    ) -> Candidate | None:
        bound = kind is CallableKind.METHOD
        body = _Body(self.names, self.names.scopes[id(node)], node.args, bound)
        body.returned.append(body.flow(node.body, _Env(dict(body.start))))
        return self.finish(scope, name, line, kind, node.args, body)

    @staticmethod
    def finish(
        scope: _Scope,
        name: str,
        line: int,
        kind: CallableKind,
        arguments: ast.arguments,
        body: _Body,
    ) -> Candidate | None:
        joined = _join(body.returned)
        if not joined.calls:
            return None
        parameters = _parameters(arguments)
        if kind in (CallableKind.METHOD, CallableKind.CLASS):
            if not parameters or parameters[0].kind not in (
                ParameterKind.NORMAL,
                ParameterKind.POSITIONAL_ONLY,
            ):
                return None
            parameters = parameters[1:]
        calls = tuple(body.inner_call(call) for call in joined.calls)
        return Candidate(scope.path(name), kind, line, parameters, calls, not joined.other)

    def partial(self, scope: _Scope, name: str, value: ast.Call, line: int) -> Candidate | None:
        made = self.names.ref(value.func, scope)
        if made != Ref("functools", "partial") or not value.args:
            return None
        target = value.args[0]
        ref = None if isinstance(target, ast.Starred) else self.names.ref(target, scope)
        if ref is None:
            return None
        given: list[Argument] = []
        for positional in value.args[1:]:
            if isinstance(positional, ast.Starred):
                return None
            given.append(Argument("", None, (), literal(positional), False))
        for keyword in value.keywords:
            if keyword.arg is None:
                return None
            source = Source(
                SourceKind.PASSED, keyword.arg, text=keyword.arg, default=literal(keyword.value)
            )
            given.append(Argument(keyword.arg, None, (), source, False))
        return self.passing(scope, name, line, CallableKind.PARTIAL, target, ref, tuple(given))

    @staticmethod
    def passing(
        scope: _Scope,
        name: str,
        line: int,
        kind: CallableKind,
        target: ast.expr,
        ref: Ref,
        given: tuple[Argument, ...],
    ) -> Candidate:
        """Something that passes all its arguments on."""
        rest = Source(SourceKind.PASSED, text="args")
        arguments = (
            *(a for a in given if not a.name),
            Argument("*", rest, (), Source(SourceKind.EXPRESSION), True),
            *(a for a in given if a.name),
            Argument("**", rest, (), Source(SourceKind.EXPRESSION), True),
        )
        parameters = (
            Parameter("args", ParameterKind.REST),
            Parameter("kwargs", ParameterKind.KEYWORDS),
        )
        call = InnerCall(ref, (target.lineno, target.col_offset), arguments)
        return Candidate(scope.path(name), kind, line, parameters, (call,))


def _parameters(arguments: ast.arguments) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [
        *([None] * (len(positional) - len(arguments.defaults))),
        *arguments.defaults,
    ]
    for index, (argument, default) in enumerate(zip(positional, defaults, strict=True)):
        only = index < len(arguments.posonlyargs)
        kind = ParameterKind.POSITIONAL_ONLY if only else ParameterKind.NORMAL
        found.append(Parameter(argument.arg, kind, None if default is None else literal(default)))
    if arguments.vararg is not None:
        found.append(Parameter(arguments.vararg.arg, ParameterKind.REST))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        source = None if default is None else literal(default)
        found.append(Parameter(argument.arg, ParameterKind.KEYWORD_ONLY, source))
    if arguments.kwarg is not None:
        found.append(Parameter(arguments.kwarg.arg, ParameterKind.KEYWORDS))
    return tuple(found)
