"""Where DataLoaders come from, and what a batch of one is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from varmigrate.analysis.assumptions import Assumptions
from varmigrate.analysis.events import EventKind
from varmigrate.analysis.facts import Fact, GraphFact, IdentityFact, Kind
from varmigrate.analysis.flow import ANY, Flow, Path
from varmigrate.analysis.holders import Holders
from varmigrate.analysis.names import Names
from varmigrate.analysis.parameters import Parameters
from varmigrate.analysis.scopes import BindingKind, ScopeKind
from varmigrate.analysis.solving import Solver
from varmigrate.analysis.tree import nodes, own_nodes

LOADERS = frozenset({"torch.utils.data.DataLoader", "torch.utils.data.dataloader.DataLoader"})
_TENSOR_DATASETS = frozenset(
    {"torch.utils.data.TensorDataset", "torch.utils.data.dataset.TensorDataset"}
)


# The position of `collate_fn` among the arguments of a DataLoader.
_COLLATING = 6


class Loaders:
    """The DataLoaders of one file."""

    def __init__(
        self,
        names: Names,
        flow: Flow,
        holders: Holders,
        parameters: Parameters,
        assumptions: Assumptions,
    ) -> None:
        self.names = names
        self.flow = flow
        self.holders = holders
        self.parameters = parameters
        self.assumptions = assumptions
        self._makes_loaders = "DataLoader" in names.tree.text

    def behind(self, node: cst.BaseExpression, steps: int = 4) -> list[cst.Call] | None:
        """The calls that make the DataLoader an expression surely is; None when it may be another.

        A method of the class counts for what it is here, and a parameter for what this file gives:
        both belong to the assumption `loader-batches`.
        """
        if steps == 0 or not self.assumptions.loader_batches or not self._makes_loaders:
            return None
        parts: list[cst.BaseExpression] = []
        if isinstance(node, cst.Call):
            if self.names.origin(node.func) in LOADERS:
                return [node]
            method = self.parameters.own_method(node.func)
            if method is None or any(
                isinstance(part, (cst.Yield, cst.From)) for part in own_nodes(method)
            ):
                return None
            for part in own_nodes(method):
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
                    given = self.parameters.given(binding)
                    if not given:
                        return None
                    parts += given
        found: list[cst.Call] = []
        for part in parts:
            loaders = self.behind(part, steps - 1)
            if loaders is None:
                return None
            found += loaders
        return found or None


class Batches:
    """What the DataLoaders of one file give.

    item: what is known of an element of an expression.
    """

    def __init__(
        self,
        solver: Solver,
        names: Names,
        flow: Flow,
        assumptions: Assumptions,
        parameters: Parameters,
        item: Callable[[cst.BaseExpression, Path], Fact],
    ) -> None:
        self.solver = solver
        self.names = names
        self.flow = flow
        self.tree = names.tree
        self.assumptions = assumptions
        self.parameters = parameters
        self.attributes = parameters.attributes
        self.modules = parameters.holders.modules
        self.item = item

    def batch(self, loader: cst.Call) -> Fact:
        """A batch of a DataLoader: free under the assumption `loader-batches`.

        It is new where nothing but torch's own `default_collate` can have made it, which stacks
        what the dataset gives: where there is a `batch_size`, and no function to collate.
        """
        if not self.assumptions.loader_batches:
            return Fact(Kind.TENSOR)
        identity = IdentityFact.FRESH
        for index, argument in enumerate(loader.args):
            if argument.star:
                return Fact(Kind.TENSOR)
            keyword = argument.keyword.value if argument.keyword is not None else ""
            if keyword == "collate_fn":
                identity = IdentityFact.SHARED
                if not self._is_imported(argument.value):
                    return Fact(Kind.TENSOR)
            sized = keyword == "batch_size" or (index == 1 and not keyword)
            if sized and not self._is_size(argument.value):
                identity = IdentityFact.SHARED
            if index == _COLLATING and not keyword:
                return Fact(Kind.TENSOR)
            given = keyword == "dataset" or (index == 0 and not keyword)
            if given and not self._harmless_dataset(argument.value):
                return Fact(Kind.TENSOR)
        reason = (
            "a batch of the DataLoader made on line "
            f"{self.tree.line(loader)} is no part of a graph (assumption `loader-batches`)"
        )
        return Fact(Kind.TENSOR, GraphFact.FREE, identity, (reason,), plain=True)

    def _harmless_dataset(self, node: cst.BaseExpression, depth: int = 4) -> bool:
        """False when a dataset is visibly built from tensors not known to be free."""
        if isinstance(node, (cst.List, cst.Tuple, cst.ListComp, cst.BinaryOperation)):
            return self.item(node, (ANY,)).harmless_operand
        if isinstance(node, cst.Name):
            if depth == 0:
                return False
            fact = self.solver.of(node)
            if fact.kind in (Kind.TENSOR, Kind.SEQUENCE):
                return fact.free
            for binding in self.flow.definitions(node) or ():
                source = self.flow.source(binding)
                made = None if source is None else source.expression
                if made is not None and not self._harmless_dataset(made, depth - 1):
                    return False
            return True
        if isinstance(node, cst.Subscript):
            return self._harmless_dataset(node.value, depth)
        if isinstance(node, cst.IfExp):
            return all(self._harmless_dataset(part, depth) for part in (node.body, node.orelse))
        if isinstance(node, cst.BooleanOperation):
            return all(self._harmless_dataset(part, depth) for part in (node.left, node.right))
        if isinstance(node, cst.Attribute):
            holder = self.attributes.holder(node)
            values = [] if holder is None else self.attributes.assigned(holder)
            return depth > 0 and all(self._harmless_dataset(v, depth - 1) for v in values)
        if isinstance(node, cst.Call):
            if self._made_by_inner_class(node.func) or self._is_module_call(node):
                return False
            for given in self._given_back(node.func):
                if depth == 0 or not self._harmless_dataset(given, depth - 1):
                    return False
            if self.names.origin(node.func).startswith("torchvision.transforms."):
                # They make tensors of pictures; only a function of one's own may do otherwise.
                return not any(map(self._computes, nodes(node)))
            origin = self.names.origin(node.func)
            tensors = origin in _TENSOR_DATASETS or self._passes_on(node)
            for argument in node.args:
                fact = self.solver.of(argument.value)
                attached = fact.kind in (Kind.TENSOR, Kind.SEQUENCE) and not fact.free
                if attached or (tensors and not fact.harmless_operand):
                    return False
                if self._is_module_call(argument.value) or self._computes(argument.value):
                    return False
                if not self._harmless_dataset(argument.value, depth - 1):
                    return False
        return True

    def _given_back(self, func: cst.BaseExpression) -> list[cst.BaseExpression]:
        """What a function of the file, or a method of the class around, gives back."""
        return [
            part.value
            for function in self._functions(func)
            for part in own_nodes(function)
            if isinstance(part, cst.Return) and part.value is not None
        ]

    def _passes_on(self, node: cst.Call) -> bool:
        """Whether a call hands on the elements of what it is given, as `list(zip(...))` does."""
        func = node.func
        if not isinstance(func, cst.Name) or not self.names.is_builtin(func):
            return False
        return func.value == "zip"

    def _is_module_call(self, node: cst.BaseExpression) -> bool:
        """Whether a value is what a module computes, which is part of a graph."""
        return isinstance(node, cst.Call) and self.modules.callees(node.func) is not None

    def _computes(self, node: cst.CSTNode) -> bool:
        """Whether a value is code that may compute with a model: one, or a function with one."""
        if isinstance(node, cst.Lambda):
            return not self._is_closed(node, node.params, [node.body])
        if not isinstance(node, (cst.Name, cst.Attribute, cst.Call)):
            return False
        if self.modules.callees(node) is not None:
            return True
        if isinstance(node, cst.Call):
            # `partial(function, net)`
            return any(self._computes(argument.value) for argument in node.args)
        return any(
            not self._is_closed(function, function.params, function.body.body)
            for function in self._functions(node)
        )

    def _functions(self, node: cst.BaseExpression) -> list[cst.FunctionDef]:
        """The functions of the file, or the method of the class around, that a value is."""
        definitions = self.flow.definitions(node) if isinstance(node, cst.Name) else None
        found: list[cst.CSTNode | None] = [binding.node for binding in definitions or ()]
        found.append(self.parameters.own_method(node))
        return [function for function in found if isinstance(function, cst.FunctionDef)]

    def _is_closed(
        self,
        function: cst.CSTNode,
        params: cst.Parameters,
        body: Sequence[cst.CSTNode],
        depth: int = 3,
    ) -> bool:
        """Whether code works with what it is given, and with what is imported, alone."""
        scope = self.names.scopes.scope_of[id(function)]
        for root in body:
            for part in nodes(root):
                if not isinstance(part, cst.Name) or self._is_known(part):
                    continue
                if part.value in scope.bindings and part.value != "self":
                    continue
                called = self._functions(part)
                if depth == 0 or not called:
                    return False
                for other in called:
                    if other is not function and not self._is_closed(
                        other, other.params, other.body.body, depth - 1
                    ):
                        return False
        return True

    def _is_known(self, name: cst.Name) -> bool:
        """Whether a name is imported or built in, or that of an attribute or a keyword."""
        if self.names.load(name) is None:
            return True
        return bool(self.names.origin(name)) or self.names.is_builtin(name)

    def _made_by_inner_class(self, func: cst.BaseExpression) -> bool:
        """Whether a class is called that may hand out what the code around it has in a name."""
        definitions = self.flow.definitions(func) if isinstance(func, cst.Name) else None
        for binding in definitions or ():
            if binding.kind is not BindingKind.CLASS:
                continue
            if binding.scope.kind is not ScopeKind.MODULE or self._reads_globals(binding.node):
                return True
            if any(
                self._is_module_call(part)
                for part in nodes(binding.node)
                if isinstance(part, cst.Call)
            ):
                # It runs a model on what it gives.
                return True
        return False

    def _reads_globals(self, node: cst.CSTNode) -> bool:
        """Whether code below a node reads a variable of the module."""
        module = self.names.scopes.module
        for part in nodes(node):
            load = self.names.load(part) if isinstance(part, cst.Name) else None
            if load is None or self.names.owner(load.node.value, load.scope) is not module:
                continue
            bound = module.bindings.get(load.node.value, ())
            if any(b.kind in (BindingKind.ASSIGN, BindingKind.LOOP) for b in bound):
                return True
        return False

    def _is_size(self, node: cst.BaseExpression, depth: int = 4) -> bool:
        """Whether a value is not visibly None, which before torch 1.2 was no size of a batch."""
        if depth == 0 or (isinstance(node, cst.Name) and node.value == "None"):
            return False
        if isinstance(node, cst.IfExp):
            return all(self._is_size(part, depth - 1) for part in (node.body, node.orelse))
        if isinstance(node, cst.BooleanOperation):
            return all(self._is_size(part, depth - 1) for part in (node.left, node.right))
        if not isinstance(node, cst.Name):
            return True
        for binding in self.flow.definitions(node) or ():
            parameter = binding.node if isinstance(binding.node, cst.Param) else None
            made = self.flow.made(binding) if parameter is None else parameter.default
            if made is not None and not self._is_size(made, depth - 1):
                return False
        return True

    def _is_imported(self, node: cst.BaseExpression) -> bool:
        """Whether a value is what an import brings, or None."""
        return bool(self.names.origin(node)) or (
            isinstance(node, cst.Name) and node.value == "None"
        )
