"""What an intent rule may look at: one call of Variable, its argument, its uses, its place."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import libcst as cst

from varmigrate.analysis.calls import CallShape
from varmigrate.analysis.facts import Fact
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import BindingKind, dotted_name
from varmigrate.analysis.sites import Site, SiteKind
from varmigrate.analysis.uses import Role, RoleKind, Use, UseKind
from varmigrate.torch_facts.constructors import TENSOR_TYPES
from varmigrate.torch_facts.factories import FACTORIES


@dataclass(frozen=True, slots=True)
class RoleUse:
    """A use of the result, and what the thing that uses it is (None when nothing is called)."""

    use: Use
    role: Role | None = None


class CallView:
    """One call of Variable (or of a wrapper); everything is computed on demand and kept."""

    def __init__(self, analysis: FileAnalysis, site: Site) -> None:
        if site.call is None:
            raise ValueError("a call site without a call")
        self.analysis = analysis
        self.site = site
        self.call: cst.Call = site.call
        self.shape: CallShape = site.shape

    @property
    def wrapped(self) -> bool:
        """Whether the call goes through a wrapper function."""
        return self.site.kind is SiteKind.WRAPPER_CALL

    @property
    def plain_flag(self) -> bool:
        """Whether the result is provably not asked to require grad, nor volatile."""
        if self.shape.problem or self.shape.never:
            return False
        return self.shape.requires_grad.value is False and self.shape.volatile.value is False

    @property
    def asked_not_to_train(self) -> bool:
        """Whether `requires_grad=False` is written out."""
        return self.shape.requires_grad.given and self.shape.requires_grad.value is False

    @functools.cached_property
    def fact(self) -> Fact:
        """What is known of the argument."""
        if self.shape.data is None:
            return Fact()
        return self.analysis.facts.of(self.shape.data)

    def text(self, node: cst.CSTNode, limit: int = 48) -> str:
        """A node as it is written, on one line and shortened."""
        text = " ".join(self.analysis.tree.code(node).split())
        return text if len(text) <= limit else text[: limit - 3] + "..."

    @functools.cached_property
    def root(self) -> cst.BaseExpression | None:
        """The argument below its chain of methods, indices and `.data`: what it starts from."""
        node = self.shape.data
        while node is not None:
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
                if self.analysis.names.origin(node.func):
                    return node
                node = node.func.value
            elif isinstance(node, (cst.Attribute, cst.Subscript)):
                node = node.value
            else:
                return node
        return None

    @functools.cached_property
    def root_name(self) -> cst.Name | None:
        """The name the argument starts from, looking into `from_numpy(x)` and the like."""
        node = self.root
        while isinstance(node, cst.Call) and node.args:
            node = node.args[0].value
            while isinstance(node, (cst.Attribute, cst.Subscript)):
                node = node.value
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
                inner: cst.BaseExpression = node.func.value
                while isinstance(inner, (cst.Attribute, cst.Subscript)):
                    inner = inner.value
                node = inner
        return node if isinstance(node, cst.Name) else None

    @functools.cached_property
    def made_by(self) -> str:
        """The origin of the factory or constructor the argument starts from; empty if none."""
        if isinstance(self.root, cst.Call):
            origin = self.analysis.names.origin(self.root.func)
            if origin in FACTORIES or origin in TENSOR_TYPES:
                return origin
        return ""

    @functools.cached_property
    def attributes(self) -> list[str]:
        """The attributes and methods on the way from the root to the argument, outermost first."""
        found: list[str] = []
        node = self.shape.data
        while node is not None and node is not self.root:
            if isinstance(node, cst.Call):
                node = node.func
            elif isinstance(node, cst.Attribute):
                found.append(node.attr.value)
                node = node.value
            elif isinstance(node, cst.Subscript):
                node = node.value
            else:
                break
        return found

    @functools.cached_property
    def targets(self) -> list[str]:
        """What the result is assigned to."""
        return self.analysis.uses.targets(self.call)

    @functools.cached_property
    def uses(self) -> list[RoleUse]:
        """Where the result goes."""
        found: list[RoleUse] = []
        for use in self.analysis.uses.of(self.call):
            role = None
            if use.kind is UseKind.ARGUMENT and isinstance(use.node, cst.Call):
                role = self.analysis.uses.role(use.node.func)
            found.append(RoleUse(use, role))
        return found

    def uses_of(self, node: cst.CSTNode) -> list[RoleUse]:
        """Where the value of another expression goes."""
        found: list[RoleUse] = []
        for use in self.analysis.uses.of(node):
            role = None
            if use.kind is UseKind.ARGUMENT and isinstance(use.node, cst.Call):
                role = self.analysis.uses.role(use.node.func)
            found.append(RoleUse(use, role))
        return found

    def passed_to(self, kind: RoleKind) -> list[RoleUse]:
        """The uses as an argument of something of a kind."""
        return [item for item in self.uses if item.role is not None and item.role.kind is kind]

    @functools.cached_property
    def loss_target(self) -> RoleUse | None:
        """The use as the target argument of a loss."""
        for item in self.passed_to(RoleKind.LOSS):
            role = item.role
            if role is not None and (
                item.use.position == role.target or item.use.detail in ("target", "targets")
            ):
                return item
        return None

    @functools.cached_property
    def words(self) -> list[str]:
        """The identifiers that name the argument and the result, in lower case."""
        names = [target.rsplit(".", 1)[-1].removesuffix("[...]") for target in self.targets]
        data = self.shape.data
        if data is not None:
            names += _identifiers(data)
        return [name.lower() for name in dict.fromkeys(names) if name]

    def named(self, words: frozenset[str]) -> str:
        """The first identifier of the call that contains one of the words (between underscores)."""
        for name in self.words:
            parts = set(name.strip("_").split("_"))
            if name in words or parts & words or name.rstrip("0123456789_") in words:
                return name
        return ""

    @functools.cached_property
    def loop(self) -> str:
        """The iterable the argument is a loop variable of, as written; empty if it is none."""
        if self.root_name is None:
            return ""
        found = self.analysis.uses.loop_source(self.root_name)
        return " ".join(found[0].split()) if found else ""

    @functools.cached_property
    def function(self) -> str:
        """The name of the function around the call."""
        return self.analysis.uses.function_name(self.site.scope)

    @functools.cached_property
    def module_class(self) -> cst.ClassDef | None:
        """The class around the call, when it derives from nn.Module."""
        node = self.analysis.uses.class_node(self.site.scope)
        if node is not None and self.analysis.uses.derives_from_module(node):
            return node
        return None

    @functools.cached_property
    def attribute_target(self) -> str:
        """The attribute of self the result is stored in, such as "self.w"; empty if none."""
        return next((t for t in self.targets if t.startswith("self.")), "")

    def trainable_name(self, node: cst.BaseExpression) -> bool:
        """Whether an expression is a name (or self attribute) bound to a trainable leaf here."""
        values: list[cst.BaseExpression] = []
        if isinstance(node, cst.Name):
            values = [
                b.value
                for b in self.analysis.uses.assigned(node)
                if b.value is not None and b.kind is BindingKind.ASSIGN
            ]
        elif isinstance(node, cst.Attribute) and dotted_name(node).startswith("self."):
            values = self.analysis.scopes.attributes.get(node.attr.value, [])[-8:]
        return any(self._trains(value) for value in values)

    def _trains(self, value: cst.BaseExpression) -> bool:
        if not isinstance(value, cst.Call):
            return False
        origin = self.analysis.names.origin(value.func)
        if origin == "torch.nn.Parameter" or origin == "torch.nn.parameter.Parameter":
            return True
        flag = False
        for argument in value.args:
            if argument.keyword is not None and argument.keyword.value == "requires_grad":
                flag = isinstance(argument.value, cst.Name) and argument.value.value == "True"
        if flag:
            return True
        site = self.analysis.calls.get(id(value))
        return site is not None and site.shape.requires_grad.value is True


def _identifiers(node: cst.CSTNode) -> list[str]:
    if isinstance(node, cst.Name):
        return [node.value]
    if isinstance(node, cst.Attribute):
        return [node.attr.value, *_identifiers(node.value)]
    if isinstance(node, cst.Call):
        func = _identifiers(node.func)[1:] if isinstance(node.func, cst.Attribute) else []
        return [*func, *(i for a in node.args[:1] for i in _identifiers(a.value))]
    if isinstance(node, cst.Subscript):
        return _identifiers(node.value)
    if isinstance(node, cst.BinaryOperation):
        return [*_identifiers(node.left), *_identifiers(node.right)]
    return []
