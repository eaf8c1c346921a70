"""Scopes and bindings by Python's own rules, in one walk over the tree.

The walk follows evaluation order: a value before its target, decorators, defaults and annotations
in the scope around the function, the first iterable of a comprehension outside it. It records for
every name where it is bound and where it is read; what a binding means is decided in `names`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar, cast

import libcst as cst

from varmigrate.analysis.tree import Tree, children

_Node = TypeVar("_Node", bound=cst.CSTNode)

# The classes of nodes that rules ask for.
_LISTED = (
    cst.Call,
    cst.Attribute,
    cst.Subscript,
    cst.BinaryOperation,
    cst.Comparison,
    cst.Assign,
    cst.AugAssign,
    cst.If,
    cst.For,
    cst.FunctionDef,
    cst.ClassDef,
)


class ScopeKind(enum.Enum):
    """What opens a scope; CLASS scopes are not seen from functions nested in them."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    LAMBDA = "lambda"
    COMPREHENSION = "comprehension"


class BindingKind(enum.Enum):
    """How a name came to be bound."""

    IMPORT = "import"
    STAR = "star import"
    ASSIGN = "assignment"
    PARAMETER = "parameter"
    FUNCTION = "function"
    CLASS = "class"
    LOOP = "loop variable"
    DELETE = "del"
    DECLARATION = "declaration"
    OTHER = "binding"


@dataclass(eq=False, slots=True)
class Binding:
    """One place where `name` is bound (or deleted) in `scope`.

    node: the name, alias, definition or star that binds. statement: the innermost statement it
    belongs to. value: what is assigned, when the target is the bare name. module, imported: for
    imports, the dotted module (leading dots for relative ones) and the name taken from it.
    order: position in evaluation order. foreign: bound from another scope through `global` or
    `nonlocal`, so at an unknown time. maybe: part of an expression that need not run.
    """

    name: str
    kind: BindingKind
    scope: Scope
    node: cst.CSTNode
    statement: cst.CSTNode | None
    order: int
    value: cst.BaseExpression | None = None
    module: str = ""
    imported: str | None = None
    foreign: bool = False
    maybe: bool = False


@dataclass(eq=False, slots=True)
class Scope:
    """A scope: its bindings by name, and the names it declares `global` or `nonlocal`."""

    kind: ScopeKind
    node: cst.CSTNode
    parent: Scope | None
    order: int
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[Binding] = field(default_factory=list)
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)

    def module(self) -> Scope:
        """The module scope around this one."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def enclosing(self) -> Iterator[Scope]:
        """Scopes around this one that a name lookup from here goes through (no class scopes)."""
        scope = self.parent
        while scope is not None:
            if scope.kind is not ScopeKind.CLASS:
                yield scope
            scope = scope.parent


@dataclass(eq=False, slots=True)
class Load:
    """One place where a name is read: the node, its scope, its position in evaluation order."""

    node: cst.Name
    scope: Scope
    order: int


@dataclass(eq=False, slots=True)
class StringAnnotation:
    """A string literal in an annotation, and the scope in which it would be evaluated."""

    node: cst.SimpleString
    scope: Scope
    order: int


class Scopes:
    """All scopes of a module, its name reads by name, and where each node's scope is.

    loads: name -> reads in evaluation order. strings: string annotations. scope_of: id of a
    scope-opening node -> its scope. orders: id of a statement -> its first and last position.
    attributes: attribute name -> the values assigned to it through `self`. replaced: names assigned
    as an attribute or a string key of anything but `self`; stores: those attributes. deep: names of
    attributes of anything but a plain name. inside: id of a scope -> those in it.
    loads_in: id of a scope and name -> its reads there; loads_at_once: those in comprehensions that
    run where they stand, straight inside. nodes: calls, attributes, subscripts, operations and
    definitions of the file by class of node, each in evaluation order.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.module = Scope(ScopeKind.MODULE, tree.module, None, 0)
        self.loads: dict[str, list[Load]] = {}
        self.strings: list[StringAnnotation] = []
        self.scope_of: dict[int, Scope] = {id(tree.module): self.module}
        self.orders: dict[int, tuple[int, int]] = {}
        self.attributes: dict[str, list[cst.BaseExpression]] = {}
        self.replaced: set[str] = set()
        self.stores: list[cst.Attribute] = []
        self.deep: set[str] = set()
        self.nodes: dict[type, list[cst.CSTNode]] = {kind: [] for kind in _LISTED}
        _Walk(self).run()
        self.inside: dict[int, list[Scope]] = {}
        for scope in self.scope_of.values():
            if scope.parent is not None:
                self.inside.setdefault(id(scope.parent), []).append(scope)
        self.loads_in: dict[tuple[int, str], list[Load]] = {}
        self.loads_at_once: dict[tuple[int, str], list[Load]] = {}
        for name, loads in self.loads.items():
            for load in loads:
                self.loads_in.setdefault((id(load.scope), name), []).append(load)
                for outer in _at_once(load.scope):
                    self.loads_at_once.setdefault((id(outer), name), []).append(load)

    def all(self, kind: type[_Node]) -> list[_Node]:
        """All nodes of one of the listed classes, in evaluation order."""
        return cast("list[_Node]", self.nodes[kind])

    def scope_at(self, node: cst.CSTNode) -> Scope:
        """The scope in whose body `node` stands (for a definition, the scope around it)."""
        parent = self.tree.parent(node)
        while parent is not None:
            scope = self.scope_of.get(id(parent))
            if scope is not None:
                return scope
            parent = self.tree.parent(parent)
        return self.module


class _Walk:
    """The one recursive walk; handlers exist for the nodes that bind or open scopes."""

    def __init__(self, scopes: Scopes) -> None:
        self.scopes = scopes
        self.parents = scopes.tree.parents
        self.nodes = scopes.nodes
        self.scope = scopes.module
        self.statement: cst.CSTNode | None = None
        self.counter = 0
        self.annotation = False
        self.conditional = 0
        # Names a `global` statement sends to the module are known only after the whole function
        # was read, so such bindings are moved when their scope is left.
        self.handlers: dict[type, Callable[..., None]] = {
            cst.Name: self.name,
            cst.Attribute: self.attribute,
            cst.Arg: self.argument,
            cst.Import: self.import_,
            cst.ImportFrom: self.import_from,
            cst.Assign: self.assign,
            cst.AnnAssign: self.ann_assign,
            cst.AugAssign: self.aug_assign,
            cst.NamedExpr: self.named_expr,
            cst.Annotation: self.annotation_,
            cst.SimpleString: self.string,
            cst.FunctionDef: self.function,
            cst.Lambda: self.lambda_,
            cst.ClassDef: self.class_,
            cst.ListComp: self.comprehension,
            cst.SetComp: self.comprehension,
            cst.GeneratorExp: self.comprehension,
            cst.DictComp: self.dict_comprehension,
            cst.For: self.for_,
            cst.While: self.compound,
            cst.If: self.compound,
            cst.With: self.with_,
            cst.Try: self.compound,
            cst.TryStar: self.compound,
            cst.ExceptHandler: self.handler,
            cst.ExceptStarHandler: self.handler,
            cst.Del: self.delete,
            cst.Global: self.global_,
            cst.Nonlocal: self.nonlocal_,
            cst.Match: self.compound,
            cst.MatchAs: self.match_as,
            cst.MatchStar: self.match_star,
            cst.MatchMapping: self.match_mapping,
            cst.MatchKeywordElement: self.match_keyword,
            cst.MatchCase: self.match_case,
            cst.Return: self.simple,
            cst.Expr: self.simple,
            cst.Raise: self.simple,
            cst.Assert: self.simple,
            cst.IfExp: self.lazy_expression,
            cst.BooleanOperation: self.lazy_expression,
            cst.TypeAlias: self.type_alias,
            cst.TypeVar: self.type_var,
            cst.TypeVarTuple: self.type_var,
            cst.ParamSpec: self.type_var,
            cst.Ellipsis: self.leaf,
            cst.Integer: self.leaf,
            cst.Float: self.leaf,
            cst.Pass: self.simple,
            cst.Break: self.simple,
            cst.Continue: self.simple,
        }

    def run(self) -> None:
        for statement in self.scopes.tree.module.body:
            self.visit(statement, self.scopes.tree.module)
        self._leave(self.scopes.module)

    def visit(self, node: cst.CSTNode, parent: cst.CSTNode) -> None:
        self.parents[id(node)] = parent
        listed = self.nodes.get(node.__class__)
        if listed is not None:
            listed.append(node)
        handler = self.handlers.get(node.__class__)
        if handler is not None:
            handler(node)
        else:
            for child in children(node):
                self.visit(child, node)

    def leaf(self, node: cst.CSTNode) -> None:
        pass

    def visit_children(self, node: cst.CSTNode) -> None:
        for child in children(node):
            self.visit(child, node)

    def tick(self) -> int:
        self.counter += 1
        return self.counter

    # -- names ---------------------------------------------------------------------------------

    def name(self, node: cst.Name) -> None:
        load = Load(node, self.scope, self.tick())
        self.scopes.loads.setdefault(node.value, []).append(load)

    def attribute(self, node: cst.Attribute) -> None:
        self.parents[id(node.attr)] = node
        if not isinstance(node.value, cst.Name):
            self.scopes.deep.add(node.attr.value)
        self.visit(node.value, node)

    def argument(self, node: cst.Arg) -> None:
        self.visit(node.value, node)

    def bind(
        self,
        name: str,
        kind: BindingKind,
        node: cst.CSTNode,
        value: cst.BaseExpression | None = None,
        module: str = "",
        imported: str | None = None,
        scope: Scope | None = None,
    ) -> None:
        scope = scope or self.scope
        binding = Binding(
            name, kind, scope, node, self.statement, self.tick(), value, module, imported
        )
        binding.maybe = self.conditional > 0
        scope.bindings.setdefault(name, []).append(binding)

    def bind_target(
        self,
        target: cst.CSTNode,
        kind: BindingKind,
        parent: cst.CSTNode,
        value: cst.BaseExpression | None = None,
    ) -> None:
        """Bind every name in an assignment target; attributes and subscripts are only read."""
        self.parents[id(target)] = parent
        if isinstance(target, cst.Name):
            self.bind(target.value, kind, target, value)
        elif isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                self.parents[id(element)] = target
                self.bind_target(element.value, kind, element)
        elif isinstance(target, cst.StarredElement):
            self.bind_target(target.value, kind, target)
        else:
            self.store(target, value)
            self.visit(target, parent)

    def store(self, target: cst.CSTNode, value: cst.BaseExpression | None) -> None:
        """Note an assignment to an attribute or to a string key."""
        if isinstance(target, cst.Attribute):
            if not isinstance(target.value, cst.Name) or target.value.value != "self":
                self.scopes.replaced.add(target.attr.value)
                self.scopes.stores.append(target)
            elif value is not None:
                self.scopes.attributes.setdefault(target.attr.value, []).append(value)
        elif isinstance(target, cst.Subscript) and len(target.slice) == 1:
            index = target.slice[0].slice
            if isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString):
                self.scopes.replaced.add(index.value.raw_value)

    # -- imports -------------------------------------------------------------------------------

    def import_(self, node: cst.Import) -> None:
        with _Statement(self, node):
            for alias in node.names:
                self.parents[id(alias)] = node
                dotted = dotted_name(alias.name)
                if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                    self.bind(alias.asname.name.value, BindingKind.IMPORT, alias, module=dotted)
                else:
                    first = dotted.split(".")[0]
                    self.bind(first, BindingKind.IMPORT, alias, module=first)

    def import_from(self, node: cst.ImportFrom) -> None:
        with _Statement(self, node):
            module = "." * len(node.relative) + (dotted_name(node.module) if node.module else "")
            if isinstance(node.names, cst.ImportStar):
                self.parents[id(node.names)] = node
                self.scope.stars.append(
                    Binding(
                        "*",
                        BindingKind.STAR,
                        self.scope,
                        node.names,
                        node,
                        self.tick(),
                        module=module,
                    )
                )
                return
            for alias in node.names:
                self.parents[id(alias)] = node
                imported = dotted_name(alias.name)
                local = imported
                if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                    local = alias.asname.name.value
                self.bind(local, BindingKind.IMPORT, alias, module=module, imported=imported)

    # -- simple statements ---------------------------------------------------------------------

    def simple(self, node: cst.CSTNode) -> None:
        with _Statement(self, node):
            self.visit_children(node)

    def assign(self, node: cst.Assign) -> None:
        with _Statement(self, node):
            self.visit(node.value, node)
            for target in node.targets:
                self.parents[id(target)] = node
                self.bind_target(target.target, BindingKind.ASSIGN, target, node.value)

    def ann_assign(self, node: cst.AnnAssign) -> None:
        with _Statement(self, node):
            if node.value is not None:
                self.visit(node.value, node)
            self.visit(node.annotation, node)
            if isinstance(node.target, cst.Name) and node.value is None:
                self.parents[id(node.target)] = node
                self.bind(node.target.value, BindingKind.DECLARATION, node.target)
            else:
                self.bind_target(node.target, BindingKind.ASSIGN, node, node.value)

    def aug_assign(self, node: cst.AugAssign) -> None:
        with _Statement(self, node):
            self.visit(node.target, node)
            self.visit(node.value, node)
            if isinstance(node.target, cst.Name):
                self.bind(node.target.value, BindingKind.OTHER, node.target)

    def delete(self, node: cst.Del) -> None:
        with _Statement(self, node):
            targets: list[cst.BaseExpression] = [node.target]
            if isinstance(node.target, (cst.Tuple, cst.List)):
                targets = [element.value for element in node.target.elements]
                self.parents[id(node.target)] = node
            for target in targets:
                if isinstance(target, cst.Name):
                    self.parents[id(target)] = node
                    self.bind(target.value, BindingKind.DELETE, target)
                else:
                    self.visit(target, node)

    def global_(self, node: cst.Global) -> None:
        with _Statement(self, node):
            self.scope.global_names.update(item.name.value for item in node.names)

    def nonlocal_(self, node: cst.Nonlocal) -> None:
        with _Statement(self, node):
            self.scope.nonlocal_names.update(item.name.value for item in node.names)

    def type_alias(self, node: cst.TypeAlias) -> None:
        with _Statement(self, node):
            self.parents[id(node.name)] = node
            self.bind(node.name.value, BindingKind.OTHER, node.name)
            with _Opened(self, ScopeKind.FUNCTION, node):
                if node.type_parameters is not None:
                    self.visit(node.type_parameters, node)
                self.visit(node.value, node)

    def type_var(self, node: cst.TypeVar | cst.TypeVarTuple | cst.ParamSpec) -> None:
        self.parents[id(node.name)] = node
        self.bind(node.name.value, BindingKind.OTHER, node.name)
        if isinstance(node, cst.TypeVar) and node.bound is not None:
            self.visit(node.bound, node)

    # -- expressions that bind or open scopes --------------------------------------------------

    def lazy_expression(self, node: cst.CSTNode) -> None:
        self.conditional += 1
        self.visit_children(node)
        self.conditional -= 1

    def named_expr(self, node: cst.NamedExpr) -> None:
        self.visit(node.value, node)
        scope = self.scope
        while scope.kind is ScopeKind.COMPREHENSION and scope.parent is not None:
            scope = scope.parent
        self.parents[id(node.target)] = node
        if isinstance(node.target, cst.Name):
            self.bind(node.target.value, BindingKind.ASSIGN, node.target, node.value, scope=scope)
            scope.bindings[node.target.value][-1].maybe = True

    def annotation_(self, node: cst.Annotation) -> None:
        outer, self.annotation = self.annotation, True
        self.visit(node.annotation, node)
        self.annotation = outer

    def string(self, node: cst.SimpleString) -> None:
        if self.annotation:
            self.scopes.strings.append(StringAnnotation(node, self.scope, self.tick()))

    def parameters(self, node: cst.Parameters, owner: cst.CSTNode, scope: Scope) -> None:
        """Visit defaults and annotations here, and bind the parameters in `scope`."""
        self.parents[id(node)] = owner
        for parameter in _all_parameters(node):
            self.parents[id(parameter)] = node
            if parameter.default is not None:
                self.visit(parameter.default, parameter)
            if parameter.annotation is not None:
                self.visit(parameter.annotation, parameter)
            self.parents[id(parameter.name)] = parameter
            self.bind(
                parameter.name.value,
                BindingKind.PARAMETER,
                parameter,
                value=parameter.default,
                scope=scope,
            )

    def function(self, node: cst.FunctionDef) -> None:
        with _Statement(self, node):
            for decorator in node.decorators:
                self.visit(decorator, node)
            self.parents[id(node.name)] = node
            scope = Scope(ScopeKind.FUNCTION, node, self.scope, self.tick())
            self.parameters(node.params, node, scope)
            if node.returns is not None:
                self.visit(node.returns, node)
            self.bind(node.name.value, BindingKind.FUNCTION, node)
            with _Opened(self, scope.kind, node, scope):
                if node.type_parameters is not None:
                    self.visit(node.type_parameters, node)
                self.visit(node.body, node)

    def lambda_(self, node: cst.Lambda) -> None:
        scope = Scope(ScopeKind.LAMBDA, node, self.scope, self.tick())
        self.parameters(node.params, node, scope)
        with _Opened(self, scope.kind, node, scope):
            self.visit(node.body, node)

    def class_(self, node: cst.ClassDef) -> None:
        with _Statement(self, node):
            for decorator in node.decorators:
                self.visit(decorator, node)
            for argument in (*node.bases, *node.keywords):
                self.visit(argument, node)
            self.parents[id(node.name)] = node
            with _Opened(self, ScopeKind.CLASS, node):
                if node.type_parameters is not None:
                    self.visit(node.type_parameters, node)
                self.visit(node.body, node)
            self.bind(node.name.value, BindingKind.CLASS, node)

    def comprehension(self, node: cst.ListComp | cst.SetComp | cst.GeneratorExp) -> None:
        self._comprehension(node, node.for_in, [node.elt])

    def dict_comprehension(self, node: cst.DictComp) -> None:
        self._comprehension(node, node.for_in, [node.key, node.value])

    def _comprehension(
        self, node: cst.CSTNode, clause: cst.CompFor, results: list[cst.BaseExpression]
    ) -> None:
        self.visit(clause.iter, clause)
        self.conditional += 1
        with _Opened(self, ScopeKind.COMPREHENSION, node):
            current: cst.CompFor | None = clause
            above = node
            while current is not None:
                self.parents[id(current)] = above
                if current is not clause:
                    self.visit(current.iter, current)
                self.bind_target(current.target, BindingKind.LOOP, current)
                for condition in current.ifs:
                    self.visit(condition, current)
                above, current = current, current.inner_for_in
            for result in results:
                self.visit(result, node)
        self.conditional -= 1

    # -- compound statements -------------------------------------------------------------------

    def compound(self, node: cst.CSTNode) -> None:
        with _Statement(self, node):
            self.visit_children(node)

    def for_(self, node: cst.For) -> None:
        with _Statement(self, node):
            self.visit(node.iter, node)
            self.bind_target(node.target, BindingKind.LOOP, node)
            self.visit(node.body, node)
            if node.orelse is not None:
                self.visit(node.orelse, node)

    def with_(self, node: cst.With) -> None:
        with _Statement(self, node):
            for item in node.items:
                self.parents[id(item)] = node
                self.visit(item.item, item)
                if item.asname is not None:
                    self.parents[id(item.asname)] = item
                    self.bind_target(item.asname.name, BindingKind.OTHER, item.asname)
            self.visit(node.body, node)

    def handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> None:
        with _Statement(self, node):
            if node.type is not None:
                self.visit(node.type, node)
            if node.name is not None:
                self.parents[id(node.name)] = node
                self.bind_target(node.name.name, BindingKind.OTHER, node.name)
            self.visit(node.body, node)

    def match_case(self, node: cst.MatchCase) -> None:
        with _Statement(self, node):
            self.visit(node.pattern, node)
            if node.guard is not None:
                self.visit(node.guard, node)
            self.visit(node.body, node)

    def match_as(self, node: cst.MatchAs) -> None:
        if node.pattern is not None:
            self.visit(node.pattern, node)
        if node.name is not None:
            self.bind_target(node.name, BindingKind.OTHER, node)

    def match_star(self, node: cst.MatchStar) -> None:
        if node.name is not None:
            self.bind_target(node.name, BindingKind.OTHER, node)

    def match_mapping(self, node: cst.MatchMapping) -> None:
        for element in node.elements:
            self.visit(element, node)
        if node.rest is not None:
            self.bind_target(node.rest, BindingKind.OTHER, node)

    def match_keyword(self, node: cst.MatchKeywordElement) -> None:
        self.visit(node.pattern, node)

    # -- leaving a scope -----------------------------------------------------------------------

    def _leave(self, scope: Scope) -> None:
        """Hand bindings of `global` and `nonlocal` names over to the scope that owns them."""
        for name in scope.global_names & scope.bindings.keys():
            if scope.kind is ScopeKind.MODULE:
                continue
            self._hand_over(scope, name, scope.module())
        for name in scope.nonlocal_names & scope.bindings.keys():
            owner = next(
                (
                    outer
                    for outer in scope.enclosing()
                    if outer.kind is not ScopeKind.MODULE and name in outer.bindings
                ),
                None,
            )
            if owner is not None:
                self._hand_over(scope, name, owner)

    @staticmethod
    def _hand_over(scope: Scope, name: str, owner: Scope) -> None:
        for binding in scope.bindings.pop(name):
            binding.foreign = True
            binding.scope = owner
            owner.bindings.setdefault(name, []).append(binding)


class _Statement:
    """Marks the innermost statement while its parts are visited."""

    def __init__(self, walk: _Walk, node: cst.CSTNode) -> None:
        self.walk = walk
        self.node = node

    def __enter__(self) -> None:
        self.outer = self.walk.statement
        self.conditional = self.walk.conditional
        self.walk.statement = self.node
        self.walk.conditional = 0
        self.first = self.walk.tick()

    def __exit__(self, *_: object) -> None:
        self.walk.scopes.orders[id(self.node)] = (self.first, self.walk.tick())
        self.walk.statement = self.outer
        self.walk.conditional = self.conditional


class _Opened:
    """Makes a scope current while its body is visited."""

    def __init__(
        self, walk: _Walk, kind: ScopeKind, node: cst.CSTNode, scope: Scope | None = None
    ) -> None:
        self.walk = walk
        self.scope = scope or Scope(kind, node, walk.scope, walk.tick())
        walk.scopes.scope_of[id(node)] = self.scope

    def __enter__(self) -> None:
        self.outer = self.walk.scope
        self.annotation = self.walk.annotation
        self.walk.scope = self.scope
        self.walk.annotation = False

    def __exit__(self, *_: object) -> None:
        self.walk.scope = self.outer
        self.walk.annotation = self.annotation
        self.walk._leave(self.scope)


def _at_once(scope: Scope) -> Iterator[Scope]:
    """The scopes in whose code a comprehension runs where it stands; none for other scopes."""
    while scope.kind is ScopeKind.COMPREHENSION and scope.parent is not None:
        if isinstance(scope.node, cst.GeneratorExp):
            return
        scope = scope.parent
        yield scope


def _all_parameters(node: cst.Parameters) -> Iterator[cst.Param]:
    yield from node.posonly_params
    yield from node.params
    if isinstance(node.star_arg, cst.Param):
        yield node.star_arg
    yield from node.kwonly_params
    if node.star_kwarg is not None:
        yield node.star_kwarg


def dotted_name(node: cst.CSTNode) -> str:
    """`a.b.c` of a chain of attributes on a name; the empty string for anything else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    parts.append(node.value)
    return ".".join(reversed(parts))
