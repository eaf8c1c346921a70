"""What the calls in a function may do besides computing: differentiate, record, keep something.

Functions of the file are looked into, as far as they are seen. A model or a loss is taken to
compute with what it is given, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from weakref import WeakKeyDictionary

import libcst as cst

from varmigrate.analysis.arguments import parameter_for
from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.results import PLAIN_READS
from varmigrate.analysis.scopes import BindingKind, Scope, ScopeKind
from varmigrate.analysis.tree import Tree, children, is_target, statement_of
from varmigrate.analysis.uses import RoleKind
from varmigrate.analysis.volatile import (
    GRAD_MODES,
    OPERATIONS,
    OTHER,
    VOLATILE,
    Contamination,
    below,
    evaluated,
    function_around,
    line_of,
    writes,
)
from varmigrate.torch_facts.attributes import VIEW_ATTRIBUTES
from varmigrate.torch_facts.functions import FUNCTIONS, NON_TENSOR_FUNCTIONS
from varmigrate.torch_facts.kinds import Graph
from varmigrate.torch_facts.losses import LOSS_FUNCTIONS
from varmigrate.torch_facts.methods import METHODS, NON_TENSOR_METHODS, TUPLE_METHODS
from varmigrate.torch_facts.quiet import (
    ADDING_METHODS,
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
_ITERATING = frozenset({"__iter__", "__next__", "__getitem__"})
# Special methods by which an expression without a call runs code.
_ANSWERING = frozenset(
    "__lt__ __le__ __gt__ __ge__ __eq__ __ne__ __bool__ __contains__ __getattr__ "
    "__getattribute__ __get__".split()
)
# Special methods that a region meets as calls, or as loops.
_CALLED = frozenset(
    "__init__ __new__ __call__ __iter__ __next__ __getitem__ __enter__ __exit__".split()
)
_OF_MODULES = "(?:parameters|zero_grad|state_dict|load_state_dict|cuda|forward)"
_DEEPEST = 4
_Members = dict[str, list[cst.FunctionDef]]
_MEMBERS: WeakKeyDictionary[FileAnalysis, tuple[_Members, _Members]] = WeakKeyDictionary()


class Collision(Exception):
    """Something stands in the way of a region; the message says what."""


class Differentiated(Collision):
    """What depends on a volatile value is differentiated."""


class Callees:
    """Judges what is called in one function.

    function: the node that opens the scope. values: what is volatile in it; nothing when left out.
    depth: how many calls lead here. What is taken for granted on the way is put into `assumed`.
    """

    def __init__(
        self,
        analysis: FileAnalysis,
        function: cst.CSTNode,
        values: Contamination | None = None,
        depth: int = 0,
    ) -> None:
        self.analysis = analysis
        self.tree = analysis.tree
        self.names = analysis.names
        self.scope: Scope = analysis.scopes.scope_of[id(function)]
        self.values = Contamination(analysis, function, ()) if values is None else values
        self.depth = depth
        self.assumed: list[str] = []

    def callee(self, node: cst.Call) -> None:
        """Take note of what a call with a volatile value may do besides."""
        func = node.func
        origin = self.names.origin(func)
        if origin.startswith("torch.") or self._is_quiet_module(origin):
            return
        if (
            isinstance(func, cst.Attribute)
            and not origin
            and self.values.bits(func.value) & VOLATILE
        ):
            return
        if (
            isinstance(func, cst.Name)
            and self.names.is_builtin(func)
            and func.value in QUIET_BUILTINS | CONTAINER_BUILTINS | _COMPUTING_BUILTINS
        ):
            return
        function = self.function(func)
        if function is not None:
            if self.trains(function):
                raise Collision(
                    f"`{self._shown(func)}` on line {line_of(self.analysis, node)} differentiates "
                    f"(line {self.tree.line(function.name)})"
                )
            if not self.inert(function) and not self.fed_only(function):
                self.assume(node)
            return
        forwards = self.analysis.modules.callees(func)
        if forwards is not None:
            self._look_into(func, forwards)
            return
        if self._trusted(func):
            # Any class of the file may be that of the model.
            self._look_into(func, self.analysis.modules.forwards)
            return
        owner = self._own_class(func)
        if isinstance(func, cst.Attribute) and func.attr.value in methods(self.analysis):
            self.assume(node)
            return
        if self._some_class_trains():
            self.assume(node)
            return
        if owner is not None and self.analysis.uses.derives_from_module(owner):
            # What a module calls through `self` is a module.
            return
        self.assume(node)

    def gives_besides(self, node: cst.Call) -> cst.BaseExpression | None:
        """What a function or `forward` of this file computes of nothing volatile, and gives back.

        Beside something that does depend on the volatile value it is given.
        """
        function = self.function(node.func)
        skip = 0
        functions = [] if function is None else [function]
        if function is None:
            forwards = self.analysis.modules.callees(node.func)
            if forwards is None and self._trusted(node.func):
                forwards = self.analysis.modules.forwards
            functions = forwards or []
            skip = 1
        elif isinstance(node.func, cst.Attribute):
            skip = 1
        for function in functions:
            scope = self.analysis.scopes.scope_of[id(function)]
            names = {
                parameter_for(function, node, argument, skip)
                for argument in node.args
                if self.values.bits(argument.value) & VOLATILE
            }
            reads = [
                load.node
                for name, bindings in scope.bindings.items()
                if any(binding.kind is BindingKind.PARAMETER for binding in bindings)
                # Among `*args` and `**kwargs` it is not told which one it is.
                if name in names or None in names
                for load in self.analysis.scopes.loads_in.get((id(scope), name), ())
            ]
            inner = Contamination(self.analysis, function, reads, depth=_DEEPEST)
            for returned in evaluated(function):
                value = returned.value if isinstance(returned, cst.Return) else None
                for part in _elements(value):
                    if self._is_attached(part, inner):
                        return part
        return None

    def _is_attached(self, node: cst.BaseExpression, values: Contamination) -> bool:
        """Whether a value is computed in a function, of nothing volatile, and may have a graph."""
        if values.bits(node) != OTHER:
            return False
        if not isinstance(node, cst.Name):
            return isinstance(node, (cst.Call, cst.BinaryOperation))
        made = [self.analysis.flow.made(b) for b in self.analysis.flow.definitions(node) or ()]
        return any(isinstance(value, (cst.Call, cst.BinaryOperation)) for value in made)

    def _look_into(self, func: cst.BaseExpression, forwards: Sequence[cst.FunctionDef]) -> None:
        """Take note of what a call of a module does besides, by the `forward` it may run."""
        for forward in forwards:
            if self.trains(forward):
                raise Collision(
                    f"`{self._shown(func)}` differentiates in its `forward` "
                    f"(line {self.tree.line(forward.name)})"
                )
        if any(_keeps(self.analysis, forward) for forward in forwards) and re.search(
            DERIVATIVE_WORDS, self.analysis.text
        ):
            self.assumed.append(f"nothing that `{self._shown(func)}` keeps is differentiated")
        for forward in forwards:
            kept = self._goes_on_with(forward)
            if kept:
                self.assumed.append(f"nothing else computes with `{kept}`, which it keeps")

    def _goes_on_with(self, forward: cst.FunctionDef) -> str:
        """An attribute that a `forward` sets, and that is computed with before it is set again."""
        stores: dict[str, list[cst.Attribute]] = {}
        for node in evaluated(forward):
            if isinstance(node, cst.Attribute) and is_target(self.tree, node):
                stores.setdefault(node.attr.value, []).append(node)
        for node in self.analysis.scopes.all(cst.Attribute) if stores else ():
            above = self.tree.parent(node)
            if isinstance(above, cst.AssignTarget) or node.attr.value not in stores:
                continue
            if isinstance(above, cst.Attribute) and above.attr.value in PLAIN_READS:
                continue
            if not any(
                self.tree.end(statement_of(self.tree, store)) <= self.tree.start(node)
                and self.values.above(store, node)
                for store in stores[node.attr.value]
            ):
                return self._shown(node)
        return ""

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
            if self._is_handed_on(function) and self.trains(function):
                return True
        return any(
            self.trains(function)
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

    def _own_class(self, func: cst.BaseExpression) -> cst.ClassDef | None:
        """The class around, when `self` itself or something it holds is called."""
        if isinstance(func, cst.Attribute):
            func = func.value
        if isinstance(func, cst.Name) and func.value == "self":
            return self.analysis.uses.class_node(self.scope)
        return None

    def _shown(self, node: cst.CSTNode) -> str:
        return shown(self.tree, node)

    def assume(self, node: cst.Call) -> None:
        self.assumed.append(f"`{self._shown(node.func)}` differentiates nothing")

    def function(self, func: cst.BaseExpression) -> cst.FunctionDef | None:
        return function_called(self.analysis, func, self.scope)

    def trains(self, function: cst.FunctionDef, depth: int = 0) -> bool:
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
                and self.trains(called, depth + 1)
            ):
                return True
        return False

    def fed_only(self, function: cst.FunctionDef, depth: int = 0) -> bool:
        """Whether a function of this file computes and hands back, and nothing else.

        It keeps nothing anywhere, and what it calls are models, torch functions, methods of
        tensors, or functions of which the same is true.
        """
        if depth > _DEEPEST or function.asynchronous is not None:
            return False
        inner = Callees(self.analysis, function, depth=depth + 1)
        for node in _all_below(function.body):
            if isinstance(node, (cst.Global, cst.Nonlocal, cst.FunctionDef, cst.ClassDef)):
                return False
            if isinstance(node, (cst.Await, cst.Lambda)):
                return False
            if isinstance(node, cst.Assign):
                for target in node.targets:
                    if not isinstance(target.target, (cst.Name, cst.Tuple, cst.List)):
                        return False
            elif isinstance(node, cst.AugAssign):
                if not isinstance(node.target, cst.Name) or inner.values.shared(node.target):
                    return False
            elif isinstance(node, cst.AnnAssign):
                if not isinstance(node.target, cst.Name):
                    return False
            elif isinstance(node, cst.Call) and not inner._only_feeds(node):
                return False
        return True

    def _only_feeds(self, node: cst.Call) -> bool:
        """Whether a call in such a function keeps nothing and differentiates nothing."""
        func = node.func
        if isinstance(func, cst.Attribute) and func.attr.value in ADDING_METHODS:
            root = func.value
            return isinstance(root, cst.Name) and self.values.is_own(root)
        if (
            isinstance(func, cst.Attribute)
            and func.attr.value.endswith("_")
            and not self.names.origin(func)
            and self.values.shared(func.value)
        ):
            return False
        if self._quiet_call(node):
            return True
        origin = self.names.origin(func)
        if origin:
            return origin.startswith("torch.") and origin not in DIFFERENTIATING
        if isinstance(func, cst.Name) and self.names.is_builtin(func):
            return func.value in _COMPUTING_BUILTINS | CONTAINER_BUILTINS
        function = self.function(func)
        if function is not None:
            return self.fed_only(function, self.depth)
        forwards = self.analysis.modules.callees(func)
        if forwards is not None:
            return not any(self.trains(forward) for forward in forwards)
        if isinstance(func, cst.Attribute) and (
            func.attr.value in METHODS or func.attr.value in TUPLE_METHODS
        ):
            return func.attr.value not in GRADIENT_METHODS
        return self._trusted(func)

    def unseen_training(self) -> cst.FunctionDef | None:
        """A method of the file that runs without being called, as `__str__` does, and trains."""
        for function in self.analysis.scopes.all(cst.FunctionDef):
            name = function.name.value
            special = name.startswith("__") and name.endswith("__") and name not in _CALLED
            if (special or is_setter(function)) and self.trains(function):
                return function
        return None

    def asks_for_mode(self) -> cst.Call | None:
        """A call in a function that asks whether recording is on, but for what sets it."""
        if "is_grad_enabled" not in self.analysis.text:
            return None
        for call in self.analysis.scopes.all(cst.Call):
            func = call.func
            last = func.attr if isinstance(func, cst.Attribute) else func
            if isinstance(function_around(self.analysis, call), cst.Module):
                continue
            if isinstance(last, cst.Name) and last.value == "is_grad_enabled":
                above = self.tree.parent(call)
                while isinstance(above, (cst.BaseExpression, cst.Arg)):
                    if isinstance(above, cst.Call) and self.names.origin(above.func) in GRAD_MODES:
                        break
                    above = self.tree.parent(above)
                else:
                    return call
        return None

    def inert(self, function: cst.FunctionDef, depth: int = 0) -> bool:
        """Whether a function of this file records nothing that could be differentiated."""
        if depth > _DEEPEST or function.asynchronous is not None:
            return False
        inner = Callees(self.analysis, function, depth=depth + 1)
        return not self._hands_out_views(function, inner.values) and all(
            isinstance(node, (cst.Yield,)) or inner.quiet(node)
            for node in evaluated(function)
            if isinstance(node, (*OPERATIONS, cst.Await))
        )

    def _hands_out_views(self, function: cst.FunctionDef, values: Contamination) -> bool:
        """Whether views of a tensor that may be part of a graph leave a function of this file.

        Going through a tensor, taking it apart and asking for `.T` make them.
        """
        made: list[cst.CSTNode] = []
        names: set[int] = set()
        for node in evaluated(function):
            targets: list[cst.CSTNode] = []
            if isinstance(node, (cst.For, cst.CompFor)) and values.bits(node.iter) & OTHER:
                targets.append(node.target)
            elif isinstance(node, cst.Assign) and values.bits(node.value) & OTHER:
                targets += [
                    t.target for t in node.targets if isinstance(t.target, (cst.Tuple, cst.List))
                ]
            elif isinstance(node, cst.Attribute) and node.attr.value in VIEW_ATTRIBUTES:
                made += [node] if values.bits(node.value) & OTHER else []
            for target in targets:
                names |= {id(name) for name in self.analysis.flow.names_in(target)}
                if not isinstance(target, (cst.Name, cst.Tuple, cst.List)):
                    return True
        for scope in (self.analysis.scopes.scope_of[id(function)],):
            for name, bindings in scope.bindings.items():
                if any(id(binding.node) in names for binding in bindings):
                    loads = self.analysis.scopes.loads_in.get((id(scope), name), ())
                    made += [load.node for load in loads]
        if not made:
            return False
        views = Contamination(self.analysis, function, made)
        return bool(views.held_outside()) or bool(views.returned() & VOLATILE)

    def quiet(self, node: cst.CSTNode) -> bool:
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
                    return all(self.plain_iterable(argument.value) for argument in node.args)
                return func.value in QUIET_BUILTINS - CONTAINER_BUILTINS or (
                    func.value in _COMPUTING_BUILTINS | CONTAINER_BUILTINS
                    and not any(self.values.bits(a.value) & OTHER for a in node.args)
                )
            function = self.function(func)
            return function is not None and self.inert(function, self.depth)
        if not isinstance(func, cst.Attribute):
            return False
        function = self.function(func)
        if function is not None:
            return self.inert(function, self.depth)
        method = func.attr.value
        if method in QUIET_METHODS or method in NON_TENSOR_METHODS:
            own = methods(self.analysis).get(method, ())
            if method in GRADIENT_METHODS or any(not self.inert(m, self.depth) for m in own):
                return False
            if method in ("train", "eval"):
                return self._sets_mode(node, func)
            # A class of another file has one, which is not looked into.
            return method not in self.analysis.context.methods or self._is_known(func.value)
        if method in METHODS and METHODS[method].graph is Graph.FREE:
            return method not in methods(self.analysis)
        known = method in METHODS or method in TUPLE_METHODS
        operands = [func.value, *(argument.value for argument in node.args)]
        return known and not any(self.values.bits(operand) & OTHER for operand in operands)

    def _is_known(self, node: cst.BaseExpression) -> bool:
        """Whether a value is of no class of another file: a tensor, a number, torch's module."""
        if self.analysis.facts.of(node).kind in (Kind.TENSOR, Kind.OTHER, Kind.SEQUENCE):
            return True
        if self.values.bits(node) & VOLATILE:
            return True
        return self.analysis.modules.callees(node) is not None

    def _sets_mode(self, node: cst.Call, func: cst.Attribute) -> bool:
        """Whether `train` or `eval` are those of a module, and not a run of training."""
        if any(
            argument.keyword is not None
            or not isinstance(argument.value, cst.Name)
            or argument.value.value not in ("True", "False")
            for argument in node.args
        ):
            return False
        owner = self._own_class(func)
        if owner is not None and isinstance(func.value, cst.Name):
            return self.analysis.uses.derives_from_module(owner)
        # Something that is only told to train, or to evaluate, may be a trainer.
        shown = re.escape(self.tree.code(func.value))
        return (
            re.search(rf"(?<![\w.]){shown}(?:\.{_OF_MODULES}\b|\s*\()", self.tree.text) is not None
        )

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
            lambda_ = Callees(self.analysis, node, depth=self.depth + 1)
            return self.depth <= _DEEPEST and all(
                lambda_.quiet(inner)
                for inner in below(node.body)
                if isinstance(inner, (*OPERATIONS, cst.Await))
            )
        function = self.function(node) if isinstance(node, cst.Name) else None
        return function is None or self.inert(function, self.depth)

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

    def plain_iterable(self, node: cst.BaseExpression) -> bool:
        """Whether iterating runs no code of this file that has to be recorded.

        What is not seen is taken to be a loader, unless a generator of the file trains.
        """
        if self._attached_tensor(node):
            return False
        if isinstance(node, cst.Name):
            for binding in self.analysis.flow.definitions(node) or ():
                source = self.analysis.flow.source(binding)
                if source is None or source.path:
                    if not self.no_training_generator():
                        return False
                elif not self.plain_iterable(source.expression):
                    return False
            return True
        if isinstance(node, (cst.Tuple, cst.List, cst.Set, cst.Dict, cst.ListComp)):
            return True
        if isinstance(node, cst.GeneratorExp):
            return self.plain_iterable(node.for_in.iter)
        if isinstance(node, cst.Call):
            function = self.function(node.func)
            if function is not None:
                return self.inert(function)
            origin = self.names.origin(node.func)
            builtin = isinstance(node.func, cst.Name) and self.names.is_builtin(node.func)
            if builtin or self._is_quiet_module(origin):
                return all(self.plain_iterable(argument.value) for argument in node.args)
            if origin.startswith("torch.utils.data."):
                return True
        if isinstance(node, (cst.Integer, cst.SimpleString)):
            return True
        return self.no_training_generator()

    def _attached_tensor(self, node: cst.BaseExpression) -> bool:
        """Whether iterating surely gives views of a tensor that may be part of a graph."""
        fact = self.analysis.facts.of(node)
        if fact.kind is Kind.TENSOR:
            return not fact.free and not self.values.bits(node) & VOLATILE
        return False

    def no_training_generator(self) -> bool:
        """Whether no generator of the file, and no iterator class, differentiates."""
        return not any(
            (function.name.value in _ITERATING or _yields(function)) and self.trains(function)
            for function in self.analysis.scopes.all(cst.FunctionDef)
        )


def _keeps(analysis: FileAnalysis, function: cst.FunctionDef, depth: int = 0) -> bool:
    """Whether a function stores something in an attribute, a container or a global name.

    By itself or by what it calls in the file. A list that it makes itself does not count.
    """
    scope = analysis.scopes.scope_of[id(function)]
    for node in _all_below(function.body):
        if isinstance(node, cst.Global):
            return True
        if isinstance(node, (cst.Attribute, cst.Subscript)) and is_target(analysis.tree, node):
            return True
        if not isinstance(node, cst.Call):
            continue
        if isinstance(node.func, cst.Name) and node.func.value == "setattr":
            return True
        if isinstance(node.func, cst.Attribute):
            method = node.func.attr.value
            into = method in ADDING_METHODS or writes(method)
            if into and not _is_own_list(analysis, function, node.func.value):
                return True
        for called in _may_call(analysis, node.func, scope):
            if called is not function and depth < _DEEPEST and _keeps(analysis, called, depth + 1):
                return True
    return False


def _may_call(
    analysis: FileAnalysis, func: cst.BaseExpression, scope: Scope
) -> Sequence[cst.FunctionDef]:
    """The function of this file that a call runs; of `self` and `super()`, all of its name."""
    called = function_called(analysis, func, scope)
    if called is not None:
        return [called]
    if not isinstance(func, cst.Attribute):
        return []
    root = func.value.func if isinstance(func.value, cst.Call) else func.value
    if not isinstance(root, cst.Name) or root.value not in ("self", "super"):
        return []
    return methods(analysis).get(func.attr.value, ())


def _is_own_list(
    analysis: FileAnalysis, function: cst.FunctionDef, node: cst.BaseExpression
) -> bool:
    """Whether a name stands for a container that a function makes, and nothing else."""
    values = Contamination(analysis, function, ())
    return isinstance(node, cst.Name) and values.is_own(node) and not values.shared(node)


def is_setter(function: cst.FunctionDef) -> bool:
    """Whether a function runs where an attribute is set or deleted."""
    return any(
        isinstance(decorator.decorator, cst.Attribute)
        and decorator.decorator.attr.value in ("setter", "deleter")
        for decorator in function.decorators
    )


def compares(analysis: FileAnalysis) -> bool:
    """Whether classes of the file say themselves how their objects compare, or what they hold."""
    return any(name in methods(analysis) for name in _ANSWERING)


def _elements(node: cst.BaseExpression | None) -> Iterator[cst.BaseExpression]:
    """The elements of a tuple, a list or a dictionary that is written out, theirs included."""
    if isinstance(node, (cst.Tuple, cst.List, cst.Dict)):
        for element in node.elements:
            if isinstance(element.value, (cst.Tuple, cst.List, cst.Dict)):
                yield from _elements(element.value)
            else:
                yield element.value


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


def shown(tree: Tree, node: cst.CSTNode, limit: int | None = 48) -> str:
    """The text of a node on one line, cut off where it is longer than `limit`."""
    text = re.sub(r"\s+", " ", tree.code(node)).strip()
    return text if limit is None or len(text) <= limit else text[: limit - 3] + "..."
