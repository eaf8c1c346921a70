"""What an intent rule may look at: one call of Variable, its argument, its uses, its place."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import libcst as cst

from varmigrate.analysis.calls import CallShape
from varmigrate.analysis.facts import Fact
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import Binding, BindingKind, dotted_name
from varmigrate.analysis.sites import Site, SiteKind
from varmigrate.analysis.uses import Role, RoleKind, Use, UseKind
from varmigrate.rules.making import Chain, MadeFrom, Making, assigned, chain, making
from varmigrate.torch_facts.losses import LOSS_TARGET_KEYWORDS


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
    def chain(self) -> Chain | None:
        """The argument taken apart."""
        return None if self.shape.data is None else chain(self.analysis, self.shape.data)

    @property
    def root(self) -> cst.BaseExpression | None:
        """The argument below its chain of methods, indices and `.data`: what it starts from."""
        return None if self.chain is None else self.chain.root

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes and methods on the way from the root to the argument, outermost first."""
        return () if self.chain is None else self.chain.names

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
    def making(self) -> Making | None:
        """What the argument was made from, as far as it can be told."""
        return None if self.shape.data is None else making(self.analysis, self.shape.data)

    @property
    def of_values(self) -> bool:
        """Whether the argument is made of written values, sizes or chance, and of no data."""
        return self.making is not None and self.making.kind in (MadeFrom.VALUES, MadeFrom.LISTED)

    @functools.cached_property
    def targets(self) -> list[str]:
        """What the result is assigned to."""
        return self.analysis.uses.targets(self.call)

    @functools.cached_property
    def uses(self) -> list[RoleUse]:
        """Where the result goes."""
        return self.uses_of(self.call)

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
    def fed(self) -> RoleUse | None:
        """The use as the input of a model, the surest one; the start state of a cell is none."""
        found = [
            item
            for item in self.passed_to(RoleKind.MODULE) + self.passed_to(RoleKind.RNN)
            if item not in self.start_states
        ]
        return min(found, key=lambda item: item.role is None or item.role.by_name, default=None)

    @functools.cached_property
    def gradient_read(self) -> bool:
        """Whether `.grad` of the result is read."""
        return any(
            item.use.kind is UseKind.ATTRIBUTE and item.use.detail == "grad" for item in self.uses
        )

    @functools.cached_property
    def trains(self) -> bool:
        """Whether `.backward()` is called on something computed from the result."""
        return self.analysis.uses.reaches_backward(self.call)

    @functools.cached_property
    def start_states(self) -> list[RoleUse]:
        """The uses as the state a recurrent module or a model starts from."""
        return [
            item
            for item in self.passed_to(RoleKind.RNN) + self.passed_to(RoleKind.MODULE)
            if item.use.detail in _STATE_KEYWORDS
            or (item.role is not None and item.role.kind is RoleKind.RNN and item.use.position == 1)
        ]

    @functools.cached_property
    def loss_target(self) -> RoleUse | None:
        """The use as the target argument of a loss."""
        for item in self.passed_to(RoleKind.LOSS):
            role = item.role
            if role is not None and (
                item.use.position == role.target or item.use.detail in LOSS_TARGET_KEYWORDS
            ):
                return item
        return None

    def words(self, inside: bool = True) -> list[str]:
        """The identifiers that name the result and the argument, in lower case.

        inside: also those that are passed to a function whose result is the argument.
        """
        names = [target.rsplit(".", 1)[-1].removesuffix("[...]") for target in self.targets]
        if self.shape.data is not None:
            names += self._identifiers(self.shape.data, inside)
        return [name.lower() for name in dict.fromkeys(names) if name]

    @functools.cached_property
    def source_words(self) -> list[str]:
        """The identifiers in what the argument's name was assigned, in lower case."""
        names: list[str] = []
        if isinstance(self.root, cst.Name):
            for value in assigned(self.analysis, self.root):
                names += self._identifiers(value)
        return [name.lower() for name in dict.fromkeys(names) if name]

    def made_from(self, words: frozenset[str]) -> str:
        """The same for what the argument's name was assigned."""
        return first_with(self.source_words, words)

    def named(self, words: frozenset[str]) -> str:
        """The first identifier of the call that contains one of the words (between underscores)."""
        return first_with(self.words(), words)

    def _identifiers(self, node: cst.BaseExpression, inside: bool = True) -> list[str]:
        """The names an expression goes by.

        inside: also those in the first argument of a call that is not known to keep its values.
        """
        if isinstance(node, cst.Name):
            return [node.value]
        if isinstance(node, cst.Attribute):
            # `.data` is torch's word, not the author's.
            own = [] if node.attr.value == "data" else [node.attr.value]
            return [*own, *self._identifiers(node.value, inside)]
        if isinstance(node, cst.Subscript):
            return self._identifiers(node.value, inside)
        if isinstance(node, cst.Comparison):
            return self._identifiers(node.left, inside)
        if isinstance(node, cst.BinaryOperation):
            sides = (node.left, node.right)
            return [name for side in sides for name in self._identifiers(side, inside)]
        if not isinstance(node, cst.Call):
            return []
        origin = self.analysis.names.origin(node.func)
        func = node.func
        if not origin and isinstance(func, cst.Attribute) and dotted_name(func.value) != "self":
            return self._identifiers(func.value, inside)
        known = origin.startswith("torch.")
        names = [] if known else self._identifiers(func, inside)[:1]
        if node.args and (known or inside):
            names += self._identifiers(node.args[0].value, inside)
        return names

    @functools.cached_property
    def loop(self) -> str:
        """The iterable the argument is a loop variable of, as written; empty if it is none."""
        found = self._loop_binding
        return " ".join(found[0].split()) if found else ""

    @functools.cached_property
    def loop_item(self) -> tuple[int, int]:
        """Which of how many items of an element the argument is, where its loop takes it apart."""
        found = self._loop_binding
        if found is None:
            return 0, 1
        tree = self.analysis.tree
        element = tree.parent(found[1].node)
        group = None if element is None else tree.parent(element)
        if not isinstance(group, (cst.Tuple, cst.List)):
            return 0, 1
        index = next(i for i, item in enumerate(group.elements) if item is element)
        counted = found[0].startswith("enumerate(") and isinstance(
            tree.parent(group), (cst.For, cst.CompFor)
        )
        return index - counted, len(group.elements) - counted

    @functools.cached_property
    def _loop_binding(self) -> tuple[str, Binding] | None:
        """The loop the argument's name comes from, also through a name assigned in its body."""
        name: cst.BaseExpression | None = self.root_name
        for _ in range(_LOOP_STEPS):
            if not isinstance(name, cst.Name):
                return None
            found = self.analysis.uses.loop_source(name)
            if found is not None:
                return found
            value = next(assigned(self.analysis, name), None)
            name = None if value is None else chain(self.analysis, value).root
        return None

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
                for b in self.analysis.uses.definitions(node)
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


_LOOP_STEPS = 3
_STATE_KEYWORDS = frozenset({"hx", "h0", "hidden", "state", "init_state", "initial_state"})


def first_with(names: list[str], words: frozenset[str]) -> str:
    """The first name that is one of the words, or has one between its underscores."""
    for name in names:
        parts = {part.rstrip("0123456789") for part in name.strip("_").split("_")}
        if name in words or parts & words or name.rstrip("0123456789_") in words:
            return name
    return ""
