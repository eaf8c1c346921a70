"""Random small torch programs around `Variable`, one per seed.

`generate(seed)` writes a program out of statements that legacy code and its abusers use: wrappers
in every position, aliases, views, containers, attributes, closures, loops with a carried state,
loaders, in-place operations, flags, gradients. Each program draws a random part of these features,
so that some programs are calm (a wrapper can go) and others do all they can to tell two tensors
from one. Statements that would end the program are taken out (in most programs), so that a program
runs to its end and shows all it has.

What a program observes it hands to `see`, as numbers and flags (reading them harms no proof), or,
in wilder programs, as the tensor itself.
"""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from routes import HARMS, LOOKS, MODULES, ROUTES
from shrinking import repair, without_unused

_REPAIRS = 40
_PLACE = re.compile(r"[a-zA-Z]\w*(\.[hc]|\[0\]|\[-1\]|\['k'\])*")
_ALWAYS = frozenset("assign wrap wrap_flag observe arithmetic factory function if for".split())
_CALM = (
    "alias view container unpack loop_list attribute object cell module loader backward optimizer "
    "no_grad nested lambda conditional comprehension closure walrus chain data detach numpy while "
    "try with del global helper_wraps helper_same map tuple_wrap inline_wrap print varargs "
    "default generator while_carried enumerate nested_call isinstance parameter "
    "sequential star_unpack fresh_chain inheritance both_branches weight route pair_function annotated "
    "recursion one_item match_ global_call named_tuple class_body default_wrap"
).split()
_WILD = (
    "trap trap trap trap trap trap trap trap look look look "
    "inplace augmented subscript_write shape_inplace flag_inplace data_assign detach_inplace "
    "see_tensor identity id_ in_ grad hook retain key helper_inplace helper_flag helper_store "
    "inplace_module requires_leaf ints out init setattr_ exec_ copy_ "
    "multi_view collate lambda_store module_store partial_ decorator global_rebind iterate_tensor "
    "try_each tensor_attribute version slots new_of pop_ deep_ bound_method unbound "
    "inplace_function loop_target same_item base dataset_items cached namespace function_op "
    "mode_object late_closure operator_ optimizer_state module_hook buffer_ format_"
).split()
FEATURES = frozenset({*_ALWAYS, *_CALM, *_WILD})
"""All that a program may draw from."""


@dataclass(frozen=True)
class Program:
    """A generated program.

    source: its text. closed: whether only its own code reads its names (it is a script, or all of
    it is in a function that it calls itself), so that what they lead to at the end is nobody's
    business. complete: whether it runs to its end.
    """

    seed: int
    source: str
    closed: bool
    complete: bool


@dataclass
class _Scope:
    """What a statement can use: places of tensors it may set and read, and everything else."""

    own: list[str] = field(default_factory=list)
    outer: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    dicts: list[str] = field(default_factory=list)
    arrays: list[str] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    functions: list[tuple[str, int]] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    depth: int = 0
    loops: int = 0
    in_function: bool = False
    returns: bool = False

    def copy(self) -> _Scope:
        """A scope of a suite: what is bound in it is not bound after it."""
        return replace(
            self,
            own=list(self.own),
            outer=list(self.outer),
            lists=list(self.lists),
            dicts=list(self.dicts),
            arrays=list(self.arrays),
            modules=list(self.modules),
            functions=list(self.functions),
            objects=list(self.objects),
            flags=list(self.flags),
            losses=list(self.losses),
        )

    def function(self) -> _Scope:
        """The scope of a function defined here: names of here are read only."""
        scope = self.copy()
        plain = [place for place in self.own if place.isidentifier()]
        scope.outer = [*self.outer, *plain]
        scope.own = []
        scope.depth = self.depth + 1
        scope.loops = 0
        scope.in_function = True
        scope.lists, scope.dicts = list(self.lists), list(self.dicts)
        return scope

    @property
    def tensors(self) -> list[str]:
        """Everything that holds a tensor."""
        return [*self.own, *self.outer]


_POOLS = (
    ("a", "b", "c", "d", "e"),
    ("x", "y", "z", "h", "w", "t"),
    ("p", "q", "r", "s", "u", "v"),
    ("i1", "i2", "i3", "i4"),
)


class _Writer:
    """Writes one program."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.lines: list[str] = []
        self.indent = 0
        self.labels = 0
        self.names = 0
        # A short program with one or two ways to tell tensors apart, or a long one with many.
        self.short = self.chance(0.75)
        self.size = self.rng.randint(3, 8) if self.short else self.rng.randint(6, 18)
        self.trap = self.short and self.chance(0.8)
        self.budget = 3 if self.short else 10
        self.on = self._features()
        self.layout = self.rng.choice(
            ["module", "private", "script", "script", "main", "main", "script_top"]
        )
        self.prefix = "_" if self.layout == "private" or self.chance(0.2) else ""
        self.variable = "Variable"

    # -- chance ------------------------------------------------------------------------------

    def _features(self) -> frozenset[str]:
        if self.short:
            calm_ones = self.rng.sample(_CALM, self.rng.randint(1, 5))
            wild_ones = self.rng.sample(_WILD, self.rng.choice([0, 1, 1, 1, 2]))
            return frozenset({*_ALWAYS, *calm_ones, *wild_ones})
        calm = self.rng.choice([0.25, 0.4, 0.6])
        wild = self.rng.choice([0.0, 0.03, 0.06, 0.12, 0.3])
        on = set(_ALWAYS)
        on.update(name for name in _CALM if self.rng.random() < calm)
        on.update(name for name in _WILD if self.rng.random() < wild)
        return frozenset(on)

    def chance(self, probability: float) -> bool:
        """True this often."""
        return self.rng.random() < probability

    def any(self, *texts: str) -> str:
        """One of these."""
        return self.rng.choice(texts)

    def some(self, options: list[tuple[str, int, Callable[..., str]]], *args: object) -> str:
        """What one of the options that are on makes; each: feature, weight, maker."""
        usable = [option for option in options if option[0] in self.on]
        weights = [option[1] * (4 if self.short and option[0] in _WILD else 1) for option in usable]
        return self.rng.choices(usable, weights)[0][2](*args)

    def fresh(self, stem: str) -> str:
        """A name that is not used yet."""
        self.names += 1
        return f"{self.prefix}{stem}{self.names}"

    # -- text --------------------------------------------------------------------------------

    def put(self, text: str) -> None:
        """Write a line at the present depth."""
        self.lines.append("    " * self.indent + text)

    @contextlib.contextmanager
    def suite(self, header: str) -> Iterator[None]:
        """Write a header, and what follows inside it; never an empty suite."""
        self.put(header)
        self.indent += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.put("pass")
        self.indent -= 1

    def label(self) -> str:
        """A label for `see`."""
        self.labels += 1
        return f"'{self.labels}'"

    # -- the program -------------------------------------------------------------------------

    def write(self) -> str:
        """The whole program."""
        self._imports()
        scope = _Scope()
        if "global" in self.on or "helper_store" in self.on:
            self.put("STORE = []")
            scope.lists.append("STORE")
        if self.chance(0.3):
            self.put("FLAG = " + self.any("True", "False"))
            scope.flags.append("FLAG")
        if "global" in self.on or "global_rebind" in self.on:
            self.put(f"G = {self.tensor(scope, 1)}")
            scope.outer.append("G")
        self._definitions(scope)
        self.budget = self.size
        if self.layout in ("script", "main"):
            name = self.any("main", "run", "_main")
            inner = scope.function()
            with self.suite(f"def {name}():"):
                self._body(inner)
                self._closing(inner)
            if self.layout == "script":
                with self.suite("if __name__ == '__main__':"):
                    self.put(f"{name}()")
            else:
                self.put(f"{name}()")
        elif self.layout == "script_top":
            with self.suite("if __name__ == '__main__':"):
                self._body(scope)
                self._closing(scope)
        else:
            self._body(scope)
            self._closing(scope)
        self._library()
        return "\n".join(self.lines) + "\n"

    def _library(self) -> None:
        """Import what the program names of the standard library."""
        text = "\n".join(self.lines)
        for module in MODULES:
            if f"{module}." in text:
                self.top(f"import {module}")

    def _imports(self) -> None:
        self.put("import torch")
        self.put("import torch.nn as nn")
        self.put("import torch.nn.functional as F")
        if "numpy" in self.on:
            self.put("import numpy as np")
        if self.on & {"loader", "collate"}:
            self.put("from torch.utils.data import DataLoader, TensorDataset")
        form = self.rng.randrange(8)
        if form == 0:
            self.put("from torch import autograd")
            self.variable = "autograd.Variable"
        elif form == 1:
            self.variable = "torch.autograd.Variable"
        elif form == 2:
            self.put("from torch.autograd import Variable as V")
            self.variable = "V"
        else:
            self.put("from torch.autograd import Variable")

    def _definitions(self, scope: _Scope) -> None:
        for _ in range(int(self.chance(0.3)) if self.short else self.rng.randint(0, 3)):
            self.function(scope)
        if self.on & {"helper_same", "helper_wraps", "helper_inplace", "helper_flag"}:
            for _ in range(self.rng.randint(1, 2)):
                self.helper(scope)
        if self.on & {"object", "attribute"}:
            self.holder_class(scope)
        if "cell" in self.on:
            self.cell_class(scope)

    def _trap_body(self, scope: _Scope) -> None:
        """A wrapper between two names, something done on one side, and a look at both."""
        pool = _POOLS[min(scope.depth, 2)]
        prefix = self.prefix if scope.depth == 0 else ""
        one, other, third = (prefix + name for name in self.rng.sample(pool, 3))
        leaf = prefix + "leaf"
        self.put(f"{one} = {self.source(_Scope())}")
        self.put(f"{third} = {self.source(_Scope())}")
        self.put(f"{leaf} = torch.ones(2, 2, requires_grad=True)")
        scope.own.append(one)
        scope.outer.append(leaf)
        self.calm(scope)
        target = self.link(scope, one, other, third)
        for name in (other, third):
            self.bind(scope, name)
        self.calm(scope)
        if target:
            self.harm(scope, self.rng.choice([target, target, one]), leaf)
            self.calm(scope)
        if self.chance(0.2):
            self.do_look(scope)

    def calm(self, scope: _Scope) -> None:
        """Nothing, mostly; or a statement."""
        if self.chance(0.25):
            self.statement(scope)

    def harm(self, scope: _Scope, target: str, weight: str) -> None:
        """Do something to a tensor that others could notice, perhaps by another road."""
        if self.chance(0.35):
            target = self.follow(scope, target)
        if _PLACE.fullmatch(target) is None:
            name = self.fresh("r")
            self.put(f"{name} = {target}")
            target = name
        for line in self.rng.choice(HARMS).split("\n"):
            self.put(line.format(y=target, w=weight, r=self.fresh("r")))

    def link(self, scope: _Scope, one: str, other: str, third: str) -> str:
        """Bind `other` to a wrapped `one`; a place to do harm to, "" when it was done already."""
        leaf = scope.outer[-1]
        flag = ", requires_grad=True" if self.chance(0.25) else ""
        wrap = f"{self.variable}({one}{flag})"
        form = self.rng.randrange(18)
        if form <= 1:
            self.put(f"{other} = {wrap}")
        elif form >= 14:
            return self.attached_link(scope, one, other, third)
        elif form == 2:
            place = self.follow(scope, one)
            self.put(f"{other} = {self.variable}({place})")
            return self.any(place, other)
        elif form == 3:
            self.put(f"{other} = {self.follow(scope, wrap)}")
        elif form == 4:
            place = self.follow(scope, one)
            self.put(f"{other} = {wrap}")
            return self.any(place, other)
        elif form == 5:
            self.put(f"{other} = {wrap}")
            return self.follow(scope, other)
        elif form == 6:
            self.put(f"{other}, {third} = {wrap}, {self.variable}({third})")
        elif form == 7:
            self.put(f"{other} = {one}")
            self.put(f"{self.any(one, other)} = {self.variable}({self.any(one, other)})")
        elif form == 8:
            # The harm of the second turn is done to what the first one wrapped.
            self.put(f"{other} = {third}")
            with self.suite("for _ in range(2):"):
                self.harm(scope, other, leaf)
                self.put(f"{other} = {self.any(wrap, f'{self.variable}({third})')}")
            return ""
        elif form == 9:
            with self.suite("for _ in range(2):"):
                self.put(f"{other} = {wrap}")
                self.harm(scope, self.any(one, other), leaf)
            return ""
        elif form == 10:
            name = self.fresh("f")
            with self.suite(f"def {name}(k):"):
                inner = scope.function()
                inner.own = ["k"]
                kept = self.any("k", "j")
                self.put(f"{kept} = {self.variable}(k)")
                self.harm(inner, self.any("k", kept), leaf)
                self.put(f"return {kept}")
            self.put(f"{other} = {name}({one})")
            return ""
        elif form == 11:
            name = self.fresh("f")
            with self.suite(f"def {name}(k, j):"):
                inner = scope.function()
                inner.own = ["k", "j"]
                self.harm(inner, self.any("k", "j"), leaf)
                self.put(f"return {self.any('k', 'j', self.variable + '(k)')}")
            self.put(f"{other} = {name}({one}, {self.any(wrap, wrap, third)})")
        elif form == 12:
            test = self.any("bool(1)", "bool(0)", f"{one}.dim() > 1")
            with self.suite(f"if {test}:"):
                self.put(f"{other} = {self.any(wrap, one)}")
            with self.suite("else:"):
                self.put(f"{other} = {self.any(wrap, third, self.variable + '(' + third + ')')}")
        else:
            name = self.fresh("Pair")
            with self.suite(f"class {name}(object):"):
                self.put("def __init__(self, k):")
                self.put("    self.h = k")
                self.put(f"    self.c = {self.any('k', self.variable + '(k)')}")
                with self.suite("def step(self):"):
                    inner = scope.function()
                    inner.own = ["self.h", "self.c"]
                    if self.chance(0.5):
                        self.put(f"self.c = {self.variable}(self.h)")
                    self.harm(inner, self.any("self.h", "self.c"), leaf)
                    self.put("return self.c")
            self.put(f"{other}_o = {name}({one})")
            self.put(f"{other} = {self.variable}({other}_o.step())")
            scope.objects.append(f"{other}_o")
            return ""
        return other

    def attached_link(self, scope: _Scope, one: str, other: str, third: str) -> str:
        """Bind `other` to a wrapped value that is free on one way and part of a graph on another."""
        leaf = scope.outer[-1]
        attached = self.any(leaf, f"{leaf} * 2", f"({one} + {leaf})")
        used = self.any("{}", "{} * 2", "{}.clone()", "({} + 1)", "{}[0]", "{}.view_as({})")
        test = self.any("bool(1)", "bool(0)", f"{one}.dim() > 0")
        values = [one, attached]
        self.rng.shuffle(values)
        form = self.rng.randrange(8)
        if form == 0:
            self.harm(scope, one, leaf)
            third = one
        elif form == 1:
            self.put(f"{third} = {values[0]} if {test} else {values[1]}")
        elif form == 2:
            with self.suite(f"if {test}:"):
                self.put(f"{third} = {values[0]}")
            if self.chance(0.5):
                with self.suite("else:"):
                    self.put(f"{third} = {values[1]}")
        elif form == 3:
            with self.suite(f"for _ in range({self.any('2', '3')}):"):
                text = used.format(third, third)
                self.put(f"{other} = {self.variable}({text})")
                self.put(f"{third} = {self.any(f'{third} * {leaf}', leaf, f'{other} * {leaf}')}")
                if self.chance(0.3):
                    self.put(f"see({self.label()}, {other} * 1)")
            return other
        elif form == 4:
            kept = self.fresh("r")
            self.put(f"{kept} = [{', '.join(values)}]")
            self.put(f"{third} = {kept}[{self.any('0', '1', f'int({test})')}]")
        elif form == 5:
            self.put(f"for {third} in [{', '.join(values)}]:")
            self.put(f"    {other} = {self.variable}({used.format(third, third)})")
            if self.chance(0.5):
                self.put(f"    see({self.label()}, {other} * 1)")
            return other
        elif form == 6:
            name = self.fresh("f")
            with self.suite(f"def {name}(k):"):
                text = self.call_variable(used.format("k", "k"), scope)
                self.put(f"return {self.any('k', text, f'k if {test} else k * 2')}")
            for value in values:
                self.put(f"{third} = {name}({value})")
                self.put(f"see({self.label()}, {third} * 1)")
        else:
            self.put("try:")
            self.put(f"    {third} = {values[0]}")
            self.put(f"    {self.any('raise ValueError', 'pass', f'{third} = {values[1]}')}")
            self.put("except ValueError:")
            self.put(f"    {self.any('pass', f'{third} = {values[1]}')}")
        if self.chance(0.3):
            third = self.follow(scope, third)
        self.put(f"{other} = {self.variable}({used.format(third, third)})")
        return other if self.chance(0.5) else ""

    def _body(self, scope: _Scope) -> None:
        """Some statements; the first ones make tensors to work with."""
        if self.trap:
            self._trap_body(scope)
            return
        if not scope.own:
            for _ in range(self.rng.randint(1, 3)):
                name = self.new_name(scope)
                self.put(f"{name} = {self.source(scope)}")
                self.bind(scope, name)
            if self.short and self.chance(0.5):
                # A trainable leaf among tensors that are free.
                name = self.prefix + "leaf"
                self.put(f"{name} = torch.ones(2, 2, requires_grad=True)")
                scope.outer.append(name)
        while self.budget > 0:
            self.statement(scope)

    def _closing(self, scope: _Scope) -> None:
        """What is to be seen at the end: numbers and flags of everything."""
        for place in [*scope.own, *scope.outer]:
            if self.short or self.chance(0.7):
                self.put(
                    f"see({self.label()}, [{place}.tolist(), {place}.requires_grad, "
                    f"{place}.is_leaf, tuple({place}.shape)])"
                )
        for module in scope.modules:
            if self.chance(0.5):
                self.put(f"see({self.label()}, [p.grad for p in {module}.parameters()])")
        if "see_tensor" in self.on:
            for place in scope.own:
                self.put(f"see({self.label()}, {place})")

    # -- names -------------------------------------------------------------------------------

    def new_name(self, scope: _Scope) -> str:
        """A name to bind: often one that is bound already."""
        pool = _POOLS[min(scope.depth, len(_POOLS) - 1)]
        prefix = self.prefix if scope.depth == 0 else ""
        return prefix + self.rng.choice(pool[:3] if self.short else pool)

    def bind(self, scope: _Scope, name: str) -> None:
        """The name holds a tensor now."""
        if name not in scope.own:
            scope.own.append(name)

    def place(self, scope: _Scope) -> str:
        """Something that a tensor can be assigned to."""
        if scope.own and self.chance(0.45):
            return self.rng.choice(scope.own)
        if scope.lists and "container" in self.on and self.chance(0.15):
            return f"{self.rng.choice(scope.lists)}[0]"
        if scope.dicts and "container" in self.on and self.chance(0.15):
            return f"{self.rng.choice(scope.dicts)}['k']"
        return self.new_name(scope)

    def held(self, scope: _Scope) -> str:
        """A place that holds a tensor; a new tensor when there is none."""
        places = scope.tensors
        if not places:
            return "torch.ones(2, 2)"
        if scope.own and self.chance(0.85 if self.short else 0.75):
            return self.rng.choice(scope.own[-4:])
        return self.rng.choice(places)

    # -- expressions -------------------------------------------------------------------------

    def source(self, scope: _Scope) -> str:
        """A tensor out of nothing."""
        options: list[str] = [
            "torch.ones(2, 2)",
            "torch.zeros(2, 2)",
            "torch.randn(2, 2)",
            "torch.rand(2, 2)",
            "torch.ones(2)",
            "torch.Tensor([[1., 2.], [3., 4.]])",
            "torch.FloatTensor([1, 2])",
            "torch.tensor([[0.5, 1.5], [2.5, 3.5]])",
            "torch.full((2, 2), 2.0)",
            "torch.randn(2, 2).mul_(2)",
            "torch.zeros(2, 2).fill_(1.5)",
            "torch.eye(2).clone()",
        ]
        if "requires_leaf" in self.on or self.chance(0.1 if self.short else 0.25):
            options += [
                "torch.ones(2, 2, requires_grad=True)",
                "torch.randn(2, 2).requires_grad_()",
            ]
        if "parameter" in self.on:
            options += ["nn.Parameter(torch.ones(2, 2))", "nn.Parameter(torch.randn(2))"]
        if "numpy" in self.on:
            options += ["torch.from_numpy(np.ones((2, 2), dtype=np.float32))"] * 2
            if scope.arrays:
                options += [f"torch.from_numpy({self.rng.choice(scope.arrays)})"] * 3
        if "ints" in self.on:
            options += ["torch.arange(4).view(2, 2)", "torch.LongTensor([0, 1])"]
        if scope.tensors:
            name = self.held(scope)
            options += [f"torch.zeros_like({name})", f"torch.randn_like({name})"]
            if "new_of" in self.on:
                options += [
                    f"{name}.new({name})",
                    f"{name}.new(2, 2).zero_()",
                    f"{name}.new_zeros(2, 2)",
                    f"torch.Tensor({name})",
                    f"{name}.new([1., 2.])",
                ]
        return self.rng.choice(options)

    def tensor(self, scope: _Scope, depth: int = 2) -> str:
        """An expression for a tensor."""
        if depth <= 0 or (self.short and scope.tensors and self.chance(0.4)):
            return self.held(scope)
        name = self.held(scope)
        options: list[tuple[str, int, Callable[[], str]]] = [
            ("assign", 5, lambda: name),
            ("factory", 2, lambda: self.source(scope)),
            ("arithmetic", 5, lambda: self.arithmetic(scope, depth)),
            ("view", 3, lambda: self.view(scope, depth)),
            ("chain", 2, lambda: self.same(scope, depth)),
            ("wrap", 2, lambda: self.wrapped(scope, depth)),
            ("data", 2, lambda: f"{name}.data"),
            ("detach", 1, lambda: f"{name}.detach()"),
            ("conditional", 2, lambda: self.conditional(scope, depth)),
            ("closure", 2, lambda: self.called(scope, depth)),
            ("function", 4, lambda: self.called(scope, depth)),
            ("module", 2, lambda: self.applied(scope, depth)),
            ("container", 2, lambda: self.element(scope)),
            ("walrus", 1, lambda: self.walrus(scope, depth)),
            ("lambda", 1, lambda: f"(lambda: {self.tensor(scope, depth - 1)})()"),
            ("attribute", 2, lambda: self.attribute(scope)),
            ("object", 2, lambda: self.method_call(scope, depth)),
            ("fresh_chain", 2, lambda: f"{name}.clone()"),
            ("nested_call", 1, lambda: f"torch.stack([{name}, {self.held(scope)}]).sum(0)"),
            ("multi_view", 1, lambda: f"{name}.{self.any('chunk(2)', 'split(1)', 'unbind(0)')}[0]"),
            ("iterate_tensor", 1, lambda: f"next(iter({name}))"),
            ("inplace", 1, lambda: f"{name}.{self.inplace_method(scope)}"),
            ("inplace_function", 1, lambda: self.inplace_function(scope)),
            ("one_item", 1, lambda: f"{self.any('min', 'max', 'next')}(iter([{name}]))"),
            ("same_item", 1, lambda: self.same_item(scope)),
            ("copy_", 1, lambda: f"{self.any('copy.copy', 'copy.deepcopy')}({name})"),
            ("grad", 1, lambda: f"({name}.grad if {name}.grad is not None else {name})"),
        ]
        return self.some(options)

    def arithmetic(self, scope: _Scope, depth: int) -> str:
        """An operation that makes a new tensor."""
        left, right = self.tensor(scope, depth - 1), self.held(scope)
        number = self.any("2", "0.5", "-1")
        return self.any(
            f"({left} + {right})",
            f"({left} * {right})",
            f"({left} - {right})",
            f"({left} * {number})",
            f"({left} @ {right})",
            f"(-{left})",
            f"{left}.tanh()",
            f"torch.sigmoid({left})",
            f"F.relu({left})",
            f"{left}.exp()",
            f"torch.cat([{left}, {right}])[:2]",
            f"{left}.mean(0)",
            f"({left} > 0).float()",
            f"{left}.max(0)[0]",
            f"torch.max({left}, 0)[0]",
            f"{left}.sign()",
        )

    def view(self, scope: _Scope, depth: int) -> str:
        """An expression that shares storage with its operand."""
        inner = self.tensor(scope, depth - 1)
        return inner + self.any(
            ".t()", ".view(2, 2)", "[0]", "[:]", "[0:1]", ".squeeze()", ".unsqueeze(0)", "[None]",
            ".view(-1)", ".transpose(0, -1)", "[:, 0]", ".narrow(0, 0, 1)", ".view_as(" +
            self.held(scope) + ")", ".expand(2, 2)", ".reshape(2, 2)", "[-1]", "[...]",
        )  # fmt: skip

    def same(self, scope: _Scope, depth: int) -> str:
        """A method that may give the very same object back."""
        inner = self.tensor(scope, depth - 1)
        return self.any(
            f"{inner}.float()",
            f"{inner}.contiguous()",
            f"{inner}.cpu()",
            f"{inner}.to('cpu')",
            f"{inner}.type(torch.FloatTensor)",
            f"{inner}.double().float()",
            f"(+{inner})",
            f"{inner}.float().contiguous()",
            f"{inner}.type_as({self.held(scope)})",
            f"torch.as_tensor({inner})",
            f"F.dropout({inner}, training=False)",
            f"nn.Identity()({inner})",
            f"{inner}.flatten()",
            f"torch.atleast_1d({inner})",
            f"{inner}.requires_grad_({self.any('False', 'False', 'True')})"
            if "flag_inplace" in self.on
            else f"{inner}.float()",
        )

    def conditional(self, scope: _Scope, depth: int) -> str:
        """One expression or another."""
        one, other = self.tensor(scope, depth - 1), self.held(scope)
        test = self.flag(scope)
        return self.any(
            f"({one} if {test} else {other})",
            f"({test} and {one} or {other})"
            if self.chance(0.1)
            else f"({other} if {test} else {one})",
            f"(None or {one})",
        )

    def flag(self, scope: _Scope) -> str:
        """A condition."""
        options = ["True", "False", "1 > 0"]
        options += [*scope.flags] * 3
        if scope.tensors:
            name = self.held(scope)
            options += [f"{name}.requires_grad", f"{name}.sum().item() > 0", f"{name}.dim() == 2"]
            if "identity" in self.on:
                options.append(f"{name} is {self.held(scope)}")
        return self.rng.choice(options)

    def call_variable(self, argument: str, scope: _Scope) -> str:
        """A call of Variable."""
        name = self.variable
        if "wrap_flag" not in self.on or self.chance(0.6):
            return f"{name}({argument})"
        return self.any(
            f"{name}({argument}, requires_grad=True)",
            f"{name}({argument}, requires_grad=False)",
            f"{name}({argument}, True)",
            f"{name}({argument}, False)",
            f"{name}(data={argument})",
            f"{name}({argument}, requires_grad={self.flag(scope)})",
            f"{name}({argument}, requires_grad=True)",
            f"{name}({argument}, volatile=False)",
            f"{name}(requires_grad=False, data={argument})",
        )

    def wrapped(self, scope: _Scope, depth: int = 1) -> str:
        """A wrapped tensor, perhaps with something behind it."""
        call = self.call_variable(self.tensor(scope, depth - 1), scope)
        if "inline_wrap" in self.on and self.chance(0.3):
            return self.any(
                f"{call}.float()", f"({call} * 2)", f"{call}.view(2, 2)", f"{call}[0]",
                f"({call} + {self.held(scope)})", f"{call}.contiguous()", f"(-{call})", f"{call}.t()",
                self.call_variable(call, scope), f"{call}.data", f"{call}.clone()",
            )  # fmt: skip
        return call

    def called(self, scope: _Scope, depth: int) -> str:
        """A call of a function of the program."""
        if not scope.functions:
            return self.held(scope)
        name, arity = self.rng.choice(scope.functions)
        arguments = [
            self.wrapped(scope) if self.chance(0.15) else self.tensor(scope, depth - 1)
            for _ in range(arity)
        ]
        if "varargs" in self.on and self.chance(0.15):
            return f"{name}(*[{', '.join(arguments)}])"
        return f"{name}({', '.join(arguments)})"

    def applied(self, scope: _Scope, depth: int) -> str:
        """A module on a tensor."""
        if not scope.modules:
            return self.held(scope)
        module = self.rng.choice(scope.modules)
        inner = self.wrapped(scope) if self.chance(0.3) else self.tensor(scope, depth - 1)
        return f"{module}({inner})"

    def element(self, scope: _Scope) -> str:
        """An element of a container."""
        options: list[str] = []
        options += [f"{name}[{self.any('0', '-1')}]" for name in scope.lists]
        options += [f"{name}['k']" for name in scope.dicts]
        if "pop_" in self.on:
            options += [f"{name}.pop()" for name in scope.lists]
            options += [f"{name}.get('k')" for name in scope.dicts]
        options.append(f"[{self.held(scope)}, {self.held(scope)}][{self.any('0', '1')}]")
        options.append(f"({self.held(scope)}, {self.held(scope)})[0]")
        options.append(f"dict(k={self.held(scope)})['k']")
        return self.rng.choice(options)

    def walrus(self, scope: _Scope, depth: int) -> str:
        """An expression that binds on its way."""
        text = self.tensor(scope, depth - 1)
        name = self.new_name(scope)
        self.bind(scope, name)
        return f"({name} := {text})"

    def attribute(self, scope: _Scope) -> str:
        """An attribute of an object of the program."""
        if not scope.objects:
            return self.held(scope)
        return f"{self.rng.choice(scope.objects)}.{self.any('h', 'c')}"

    def method_call(self, scope: _Scope, depth: int) -> str:
        """A method of an object of the program."""
        if not scope.objects:
            return self.held(scope)
        return f"{self.rng.choice(scope.objects)}.step({self.tensor(scope, depth - 1)})"

    def inplace_method(self, scope: _Scope) -> str:
        """A method that changes the values of its tensor."""
        other = self.held(scope)
        return self.any(
            "add_(1)", "mul_(2)", "zero_()", f"add_({other})", f"copy_({other})", f"mul_({other})",
            "fill_(3.0)", "clamp_(0, 1)", "normal_()", f"sub_({other})", "sqrt_()", "neg_()",
        )  # fmt: skip

    def inplace_function(self, scope: _Scope) -> str:
        """A function that may change its argument and give it back."""
        name = self.held(scope)
        return self.any(
            f"F.relu({name}, True)",
            f"F.relu({name}, inplace=True)",
            f"torch.relu_({name})",
            f"F.dropout({name}, 0.5, False, True)",
            f"F.threshold({name}, 0.5, 0.0, True)",
            f"F.leaky_relu({name}, 0.1, True)",
            f"F.leaky_relu({name}, inplace=True)",
            f"F.hardtanh({name}, inplace=True)",
            f"nn.ReLU(True)({name})",
            f"nn.Dropout(0.0)({name})",
            f"nn.Dropout(0.5).eval()({name})",
            f"torch.add({name}, 1, out={self.held(scope)})",
            f"nn.init.ones_({name})",
        )

    def same_item(self, scope: _Scope) -> str:
        """An expression that hands a tensor through something."""
        one, other = self.held(scope), self.held(scope)
        return self.any(
            f"list(filter(lambda k: True, [{one}]))[0]",
            f"sorted([{one}], key=lambda k: 0)[0]",
            f"[k for k in [{one}, {other}]][0]",
            f"dict(zip('ab', [{one}, {other}]))['a']",
            f"{{**{{'a': {one}}}}}['a']",
            f"[*[{one}], {other}][0]",
            f"({one},)[0]",
            f"[[{one}]][0][0]",
            f"(lambda k: k)({one})",
            f"(lambda k={one}: k)()",
            f"torch.broadcast_tensors({one}, {other})[0]",
            f"list(reversed([{one}]))[0]",
            f"max([{one}], key=lambda k: k.sum().item())",
            f"[{one}, {other}].pop()",
            f"{{'a': {one}}}.setdefault('a', {other})",
            f"{{}}.get('a', {one})",
            f"dict(a={one}).get('a')",
            f"{one}.data.requires_grad_(False)",
            f"{one}.detach().float()",
            f"({one} if {one} is not None else {other})",
            f"({one} or {other})" if self.chance(0.1) else f"([] or [{one}])[0]",
            f"{one}.real",
            f"torch.real({one})",
            f"{one}.T",
            f"{one}.conj()",
            f"{one}.data[0:]",
            f"{one}.new_tensor([1., 2.])",
            f"torch.flatten({one})",
            f"torch.squeeze({one})",
            f"torch.Tensor.float({one})",
            f"torch.where({one} > 0, {one}, {other})",
            f"torch.stack([{one}])[0]",
            f"torch.cat([{one}])",
            f"torch.tensor({one}.tolist())",
            f"torch.einsum('...->...', {one})",
            f"torch.unbind({one})[0]",
            f"torch.split({one}, 1)[-1]",
            f"torch.max({one}, {other})",
            f"{one}.sort(-1)[0]",
            f"{one}.expand_as({other})",
            f"{one}.masked_fill({one} > 0, 0.0)",
            f"{one}.repeat(1, 1)",
            f"{one}.index_select(0, torch.LongTensor([0]))",
            f"{one}.type({one}.type())",
            f"{one}.to({other})",
            f"{one}.to(torch.float32)",
            f"{one}.to(device='cpu', copy=True)",
            f"{one}.cpu().numpy().copy() * {one}" if self.chance(0.1) else f"{one}.cpu()",
            f"{one}.pin_memory()" if self.chance(0.02) else f"{one}.contiguous()",
        )

    # -- statements --------------------------------------------------------------------------

    def statement(self, scope: _Scope) -> None:
        """One statement, perhaps with statements in it."""
        if self.budget < -10:
            return
        self.budget -= 1
        guard = "try_each" in self.on and self.chance(0.5)
        if guard:
            self.put("try:")
            self.indent += 1
            inner = scope.copy()
        else:
            inner = scope
        before = len(self.lines)
        options: list[tuple[str, int, Callable[[_Scope], str]]] = [
            ("assign", 5, self.do_assign),
            ("wrap", 8, self.do_wrap),
            ("observe", 4, self.do_observe),
            ("alias", 3, self.do_alias),
            ("if", 3, self.do_if),
            ("for", 2, self.do_for),
            ("while", 1, self.do_while),
            ("try", 1, self.do_try),
            ("no_grad", 1, self.do_no_grad),
            ("container", 3, self.do_container),
            ("unpack", 2, self.do_unpack),
            ("loop_list", 1, self.do_loop_list),
            ("object", 2, self.do_object),
            ("attribute", 1, self.do_attribute),
            ("module", 2, self.do_module),
            ("loader", 2, self.do_loader),
            ("backward", 2, self.do_backward),
            ("optimizer", 1, self.do_optimizer),
            ("nested", 1, self.do_nested),
            ("comprehension", 1, self.do_comprehension),
            ("numpy", 1, self.do_numpy),
            ("del", 1, self.do_del),
            ("global_rebind", 1, self.do_global),
            ("inplace", 3, self.do_inplace),
            ("augmented", 3, self.do_augmented),
            ("subscript_write", 2, self.do_subscript_write),
            ("shape_inplace", 2, self.do_shape),
            ("flag_inplace", 2, self.do_flag),
            ("data_assign", 2, self.do_data),
            ("detach_inplace", 1, self.do_detach),
            ("identity", 2, self.do_identity),
            ("id_", 1, self.do_id),
            ("in_", 1, self.do_in),
            ("grad", 2, self.do_grad),
            ("hook", 1, self.do_hook),
            ("retain", 1, self.do_retain),
            ("key", 1, self.do_key),
            ("out", 1, self.do_out),
            ("init", 1, self.do_init),
            ("tensor_attribute", 1, self.do_tensor_attribute),
            ("module_store", 1, self.do_module_store),
            ("function", 2, self.do_call),
            ("generator", 1, self.do_generator),
            ("map", 1, self.do_map),
            ("while_carried", 2, self.do_carried),
            ("both_branches", 1, self.do_both_branches),
            ("partial_", 1, self.do_partial),
            ("setattr_", 1, self.do_setattr),
            ("exec_", 1, self.do_exec),
            ("isinstance", 1, self.do_isinstance),
            ("with", 1, self.do_with),
            ("weight", 2, self.do_weight),
            ("route", 5, self.do_route),
            ("trap", 2, self.do_trap),
            ("look", 1, self.do_look),
            ("pair_function", 1, self.do_pair_function),
            ("annotated", 1, self.do_annotated),
            ("recursion", 1, self.do_recursion),
            ("match_", 1, self.do_match),
            ("global_call", 1, self.do_rotate),
            ("named_tuple", 1, self.do_record),
            ("class_body", 1, self.do_class_body),
            ("deep_", 1, self.do_deep_copy),
            ("bound_method", 1, self.do_bound_method),
            ("unbound", 1, self.do_unbound),
            ("loop_target", 1, self.do_loop_target),
            ("base", 1, self.do_base),
            ("dataset_items", 1, self.do_dataset_items),
            ("cached", 1, self.do_cached),
            ("namespace", 1, self.do_namespace),
            ("function_op", 1, self.do_function_class),
            ("mode_object", 1, self.do_mode),
            ("late_closure", 1, self.do_late_closure),
            ("operator_", 1, self.do_operator),
            ("optimizer_state", 1, self.do_optimizer_state),
            ("module_hook", 1, self.do_module_hook),
            ("buffer_", 1, self.do_buffer),
            ("format_", 1, self.do_format),
            ("default_wrap", 1, self.do_default_wrap),
            ("lambda_store", 1, self.do_lambda_store),
        ]
        self.some(options, inner)
        if len(self.lines) == before:
            self.put("pass")
        if guard:
            self.indent -= 1
            self.put("except Exception as error:")
            self.put(f"    see({self.label()}, type(error).__name__)")

    def nested_block(self, scope: _Scope, most: int = 3) -> None:
        """The suite of a compound statement."""
        before = len(self.lines)
        for _ in range(self.rng.randint(1, most)):
            self.statement(scope)
        if len(self.lines) == before:
            self.put("pass")

    def assign(self, scope: _Scope, place: str, text: str) -> None:
        """Write an assignment of a tensor."""
        self.put(f"{place} = {text}")
        if place.isidentifier():
            self.bind(scope, place)

    def do_assign(self, scope: _Scope) -> str:
        self.assign(scope, self.place(scope), self.tensor(scope, 3))
        return ""

    def do_alias(self, scope: _Scope) -> str:
        text = self.any(self.held(scope), self.view(scope, 1), self.same(scope, 1))
        if self.chance(0.2):
            first, second = self.place(scope), self.place(scope)
            self.put(f"{first} = {second} = {text}")
            for place in (first, second):
                if place.isidentifier():
                    self.bind(scope, place)
        else:
            self.assign(scope, self.place(scope), text)
        return ""

    def do_wrap(self, scope: _Scope) -> str:
        """A statement whose point is a Variable."""
        form = self.rng.randrange(10)
        names = [name for name in scope.own if name.isidentifier()]
        if form <= 3 and names:
            name = self.rng.choice(names)
            self.put(f"{name} = {self.call_variable(name, scope)}")
        elif form == 4 and names and "tuple_wrap" in self.on:
            one, other = self.rng.choice(names), self.rng.choice(names)
            pair = (one, other) if self.chance(0.7) else (other, one)
            wrapped = [self.call_variable(name, scope) for name in pair]
            if self.chance(0.2):
                wrapped[1] = pair[1]
            self.put(f"{one}, {other} = {wrapped[0]}, {wrapped[1]}")
        elif form == 5 and names:
            name = self.rng.choice(names)
            tail = self.any(".float()", ".view(2, 2)", " * 2", ".contiguous()", "[0]", ".t()")
            self.put(f"{name} = {self.call_variable(name, scope)}{tail}")
        elif form == 6 and scope.tensors:
            self.assign(scope, self.place(scope), self.call_variable(self.held(scope), scope))
        elif form == 7 and scope.tensors:
            self.assign(scope, self.place(scope), f"{self.variable}({self.held(scope)}.data)")
        else:
            self.assign(scope, self.place(scope), self.wrapped(scope, 2))
        return ""

    def do_observe(self, scope: _Scope) -> str:
        one, other = self.held(scope), self.held(scope)
        options = [
            f"see({self.label()}, {one}.tolist())",
            f"see({self.label()}, {one}.requires_grad)",
            f"see({self.label()}, {one}.is_leaf)",
            f"see({self.label()}, {one}.grad_fn is None)",
            f"see({self.label()}, {one} * 1)",
            f"see({self.label()}, {one} + {other})",
            f"see({self.label()}, {one}.data_ptr() == {other}.data_ptr())",
            f"see({self.label()}, tuple({one}.shape))",
        ]
        if "print" in self.on:
            options += [f"print({one})", f"print({one}.requires_grad, {other}.shape)"]
        if "version" in self.on:
            options.append(f"see({self.label()}, {one}._version)")
        if "see_tensor" in self.on:
            options += [f"see({self.label()}, {one})", f"see({self.label()}, [{one}, {other}])"]
        self.put(self.rng.choice(options))
        return ""

    def do_if(self, scope: _Scope) -> str:
        with self.suite(f"if {self.flag(scope)}:"):
            self.nested_block(scope.copy())
        if self.chance(0.5):
            with self.suite("else:"):
                self.nested_block(scope.copy(), 2)
        return ""

    def do_both_branches(self, scope: _Scope) -> str:
        """A name that both branches bind, in two ways."""
        name = self.new_name(scope)
        one, other = self.tensor(scope, 2), self.tensor(scope, 2)
        wrap = self.call_variable(self.held(scope), scope)
        with self.suite(f"if {self.flag(scope)}:"):
            self.put(f"{name} = {self.any(one, wrap)}")
        with self.suite("else:"):
            self.put(f"{name} = {other}")
        self.bind(scope, name)
        return ""

    def loop_body(self, scope: _Scope, most: int = 3) -> None:
        """The suite of a loop."""
        inner = scope.copy()
        inner.loops += 1
        self.nested_block(inner, most)
        if self.chance(0.15):
            with self.suite(f"if {self.flag(scope)}:"):
                self.put(self.any("break", "continue"))

    def do_for(self, scope: _Scope) -> str:
        if scope.loops > 1:
            return self.do_assign(scope)
        with self.suite(f"for {self.any('i', '_')} in range({self.any('2', '3')}):"):
            self.loop_body(scope)
        if self.chance(0.1):
            with self.suite("else:"):
                self.nested_block(scope.copy(), 1)
        return ""

    def do_while(self, scope: _Scope) -> str:
        if scope.loops > 1:
            return self.do_assign(scope)
        counter = self.fresh("n")
        self.put(f"{counter} = 0")
        with self.suite(f"while {counter} < {self.any('2', '3')}:"):
            self.put(f"{counter} += 1")
            self.loop_body(scope)
        return ""

    def do_carried(self, scope: _Scope) -> str:
        """A loop that wraps a state and computes the next one from it."""
        if not scope.own or scope.loops > 1:
            return self.do_wrap(scope)
        state = self.rng.choice(scope.own)
        with self.suite(f"for _ in range({self.any('2', '3')}):"):
            before = self.any(
                f"{state} = {self.call_variable(state, scope)}",
                f"{state} = {self.variable}({state}.data)",
                f"{self.new_name(scope)} = {self.call_variable(state, scope)}",
            )
            self.put(before)
            name = before.split(" = ")[0]
            inner = scope.copy()
            inner.loops += 1
            if name.isidentifier():
                self.bind(inner, name)
            if self.chance(0.5):
                self.statement(inner)
            self.put(f"{state} = {self.tensor(inner, 2)}")
            if self.chance(0.4):
                self.statement(inner)
        return ""

    def do_try(self, scope: _Scope) -> str:
        with self.suite("try:"):
            self.nested_block(scope.copy())
            if self.chance(0.3):
                self.put("raise ValueError('so')")
        if self.chance(0.7):
            with self.suite("except Exception as error:"):
                self.put(f"see({self.label()}, type(error).__name__)")
                if self.chance(0.4):
                    self.nested_block(scope.copy(), 1)
            if self.chance(0.3):
                with self.suite("finally:"):
                    self.nested_block(scope.copy(), 1)
        else:
            with self.suite("finally:"):
                self.nested_block(scope.copy(), 1)
        return ""

    def do_no_grad(self, scope: _Scope) -> str:
        header = self.any(
            "with torch.no_grad():", "with torch.no_grad():", "with torch.enable_grad():"
        )
        with self.suite(header):
            if self.chance(0.6):
                name = self.new_name(scope)
                self.put(f"{name} = {self.tensor(scope, 2)}")
                self.bind(scope, name)
            self.nested_block(scope.copy(), 2)
        return ""

    def do_with(self, scope: _Scope) -> str:
        name = self.new_name(scope)
        with self.suite(f"with contextlib.nullcontext({self.tensor(scope, 1)}) as {name}:"):
            self.bind(scope, name)
            self.nested_block(scope.copy(), 2)
        return ""

    def do_container(self, scope: _Scope) -> str:
        one, other = self.tensor(scope, 2), self.held(scope)
        if self.chance(0.3):
            one = self.wrapped(scope)
        form = self.rng.randrange(6)
        if form <= 1 or not scope.lists:
            name = self.any("xs", "ys") if scope.in_function else self.prefix + self.any("ls", "ms")
            self.put(f"{name} = " + self.any(f"[{one}, {other}]", f"[{one}]", f"[{one}] * 2"))
            if name not in scope.lists:
                scope.lists.append(name)
        elif form == 2:
            self.put(f"{self.rng.choice(scope.lists)}.append({one})")
        elif form == 3:
            name = self.any("dd", "ee") if scope.in_function else self.prefix + self.any("da", "db")
            self.put(f"{name} = " + self.any(f"{{'k': {one}, 'j': {other}}}", f"dict(k={one})"))
            if name not in scope.dicts:
                scope.dicts.append(name)
        elif form == 4 and scope.dicts:
            self.put(f"{self.rng.choice(scope.dicts)}['k'] = {one}")
        else:
            name = self.rng.choice(scope.lists)
            self.put(
                self.any(
                    f"{name}[0] = {one}",
                    f"{name} += [{one}]",
                    f"{name} = {name} + [{one}]",
                    f"{name}.insert(0, {one})",
                    f"{name}.extend([{one}, {other}])",
                    f"{name} = list({name})",
                    f"{name} = {name}[:]",
                    f"{name}[:] = [{one}]",
                    f"{name}.reverse()",
                )
            )
        return ""

    def do_unpack(self, scope: _Scope) -> str:
        names = [self.new_name(scope), self.new_name(scope)]
        one, other = self.tensor(scope, 1), self.tensor(scope, 1)
        value = self.any(f"{one}, {other}", f"({one}, {other})", f"[{one}, {other}]")
        targets = ", ".join(names)
        if "star_unpack" in self.on and self.chance(0.3):
            lists = self.fresh("rest")
            self.put(f"{names[0]}, *{lists} = {value}, {self.held(scope)}")
            self.bind(scope, names[0])
            scope.lists.append(lists)
            return ""
        if "multi_view" in self.on and self.chance(0.3):
            value = self.any(f"{self.held(scope)}.chunk(2)", "torch.ones(2, 2).split(1)", one)
        if scope.lists and self.chance(0.2):
            value = f"({self.rng.choice(scope.lists)} * 2)[:2]"
        self.put(f"{targets} = {value}")
        for name in names:
            self.bind(scope, name)
        return ""

    def do_loop_list(self, scope: _Scope) -> str:
        if scope.loops > 1:
            return self.do_assign(scope)
        name, second = self.new_name(scope), self.new_name(scope)
        source = self.rng.choice(scope.lists) if scope.lists and self.chance(0.7) else ""
        source = f"{source}[:3]" if source else f"[{self.held(scope)}, {self.held(scope)}]"
        if "enumerate" in self.on and self.chance(0.4):
            header = f"for i, {name} in enumerate({source}):"
            names = [name]
        elif self.chance(0.3):
            header = f"for {name}, {second} in zip({source}, [{self.held(scope)}] * 3):"
            names = [name, second]
        elif scope.dicts and self.chance(0.3):
            header = f"for key, {name} in list({self.rng.choice(scope.dicts)}.items()):"
            names = [name]
        else:
            header = f"for {name} in {source}:"
            names = [name]
        with self.suite(header):
            inner = scope.copy()
            for bound in names:
                self.bind(inner, bound)
            if self.chance(0.5):
                self.put(f"{name} = {self.call_variable(name, scope)}")
            self.loop_body(inner)
        return ""

    def do_comprehension(self, scope: _Scope) -> str:
        name = self.any("xs", "ys") if scope.in_function else self.prefix + "ls"
        source = f"[{self.held(scope)}, {self.held(scope)}]"
        if scope.lists:
            # A copy: what the element does may make the list longer.
            source = f"{self.rng.choice(scope.lists)}[:3]"
        element = self.any(
            self.call_variable("k", scope), "k * 2", "k", "k.float()", f"k + {self.held(scope)}"
        )
        text = self.any(
            f"[{element} for k in {source}]",
            f"list({element} for k in {source})",
            f"[{element} for k in {source} if {self.any('True', 'k.requires_grad', 'k.dim() > 0')}]",
            f"[{element} for k in ({self.tensor(scope, 1)}, {self.held(scope)})]",
        )
        self.put(f"{name} = {text}")
        if name not in scope.lists:
            scope.lists.append(name)
        return ""

    def do_numpy(self, scope: _Scope) -> str:
        name = self.fresh("arr")
        self.put(
            f"{name} = "
            + self.any("np.ones((2, 2), dtype=np.float32)", f"{self.held(scope)}.data.numpy()")
        )
        scope.arrays.append(name)
        if self.chance(0.5):
            self.assign(scope, self.place(scope), f"{self.variable}(torch.from_numpy({name}))")
        if self.chance(0.3):
            self.put(f"{name} += 1")
        return ""

    def do_object(self, scope: _Scope) -> str:
        classes = [line.split()[1].split("(")[0] for line in self.lines if "class Holder" in line]
        if not classes:
            return self.do_wrap(scope)
        if not scope.objects or self.chance(0.3):
            name = self.fresh("obj")
            self.put(f"{name} = {self.rng.choice(classes)}({self.tensor(scope, 1)})")
            scope.objects.append(name)
        name = self.rng.choice(scope.objects)
        self.put(
            self.any(
                f"{name}.step({self.tensor(scope, 1)})",
                f"{name}.reset()",
                f"{name}.h = {self.tensor(scope, 2)}",
                f"{name}.h = {self.wrapped(scope)}",
                f"see({self.label()}, [{name}.h.tolist(), {name}.h.requires_grad])",
                f"see({self.label()}, {name}.c * 1)",
                f"{name}.h = {self.variable}({name}.h)",
                f"{name}.c = {self.variable}({name}.h)",
                f"{self.place_bound(scope)} = {name}.step({self.held(scope)})",
            )
        )
        return ""

    def place_bound(self, scope: _Scope) -> str:
        """A name that is bound here."""
        name = self.new_name(scope)
        self.bind(scope, name)
        return name

    def do_attribute(self, scope: _Scope) -> str:
        if not scope.objects:
            return self.do_assign(scope)
        name = self.rng.choice(scope.objects)
        field_name = self.any("h", "c")
        self.put(
            self.any(
                f"{name}.{field_name} = {self.tensor(scope, 2)}",
                f"{self.place_bound(scope)} = {name}.{field_name}",
                f"{name}.h, {name}.c = {name}.c, {self.variable}({name}.h)",
                f"{self.place_bound(scope)} = {self.variable}({name}.{field_name})",
            )
        )
        return ""

    def do_module(self, scope: _Scope) -> str:
        if not scope.modules or self.chance(0.3):
            name = self.fresh("net")
            inplace = "True" if "inplace_module" in self.on else "False"
            options = ["nn.Linear(2, 2)", "nn.Linear(2, 2)", "nn.Tanh()"]
            if "sequential" in self.on:
                options += [
                    f"nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace={inplace}))",
                    f"nn.Sequential(nn.ReLU(inplace={inplace}), nn.Linear(2, 2))",
                    "nn.Sequential()",
                ]
            if "inplace_module" in self.on:
                options += ["nn.ReLU(inplace=True)", "nn.ReLU(True)", "nn.Identity()"]
            options += [
                f"{line.split()[1].split('(')[0]}()" for line in self.lines if "class Cell" in line
            ] * 3
            self.put(f"{name} = {self.rng.choice(options)}")
            scope.modules.append(name)
        self.assign(scope, self.place(scope), self.applied(scope, 2))
        return ""

    def do_loader(self, scope: _Scope) -> str:
        if scope.loops > 0:
            return self.do_wrap(scope)
        name = self.fresh("loader")
        one, other = self.held(scope), self.held(scope)
        source = self.source(scope)
        data = self.any(
            f"TensorDataset({one}, {other})",
            f"TensorDataset({source}, {one})",
            f"TensorDataset({source}, {source})",
            f"[({one}, {other}), ({source}, {source})]",
            f"list(zip({one}, {other}))",
        )
        extra = ", collate_fn=lambda items: items[0]" if "collate" in self.on else ""
        self.put(f"{name} = DataLoader({data}, batch_size={self.any('1', '2')}{extra})")
        first, second = self.new_name(scope), self.new_name(scope)
        if first == second:
            second = first + "2"
        header = self.any(
            f"for {first}, {second} in {name}:",
            f"for i, ({first}, {second}) in enumerate({name}):",
            f"for batch in {name}:",
        )
        with self.suite(header):
            if header.startswith("for batch"):
                self.put(f"{first}, {second} = batch")
            inner = scope.copy()
            inner.loops += 1
            self.bind(inner, first)
            self.bind(inner, second)
            self.put(
                self.any(
                    f"{first}, {second} = {self.variable}({first}), {self.variable}({second})",
                    f"{first} = {self.variable}({first})",
                    f"{first} = {self.variable}({first}.float())",
                    f"{first} = {self.call_variable(first, inner)}",
                )
            )
            self.nested_block(inner, 4)
        return ""

    def do_backward(self, scope: _Scope) -> str:
        loss = self.tensor(scope, 2)
        name = self.fresh("loss")
        self.put(
            f"{name} = "
            + self.any(
                f"{loss}.sum()",
                f"{loss}.pow(2).mean()",
                f"F.mse_loss({loss}, {self.held(scope)})",
                f"nn.MSELoss()({self.wrapped(scope)}, {loss})",
                f"({loss} * {self.held(scope)}).sum()",
            )
        )
        retain = self.any("", "", "retain_graph=True")
        with self.suite(f"if {name}.requires_grad:"):
            self.put(f"{name}.backward({retain})")
        if self.chance(0.3):
            self.put(f"see({self.label()}, {name}.item())")
        return ""

    def do_optimizer(self, scope: _Scope) -> str:
        if scope.modules and self.chance(0.6):
            parameters = f"{self.rng.choice(scope.modules)}.parameters()"
        else:
            parameters = f"[{self.held(scope)}]"
        name = self.fresh("opt")
        self.put(f"{name} = torch.optim.SGD({parameters}, lr=0.1)")
        if self.chance(0.5):
            self.put(f"{name}.zero_grad()")
        self.do_backward(scope)
        self.put(f"{name}.step()")
        return ""

    def do_nested(self, scope: _Scope) -> str:
        if scope.depth >= 3:
            return self.do_assign(scope)
        self.function(scope)
        return self.do_call(scope)

    def do_call(self, scope: _Scope) -> str:
        if not scope.functions:
            return self.do_wrap(scope)
        if self.chance(0.7):
            self.assign(scope, self.place(scope), self.called(scope, 2))
        else:
            self.put(self.called(scope, 1))
        return ""

    def do_map(self, scope: _Scope) -> str:
        source = f"{self.rng.choice(scope.lists)}[:3]" if scope.lists else f"[{self.held(scope)}]"
        functions = [self.variable, *(name for name, arity in scope.functions if arity == 1)]
        name = self.any("xs", "ys") if scope.in_function else self.prefix + "ls"
        self.put(f"{name} = list(map({self.rng.choice(functions)}, {source}))")
        if name not in scope.lists:
            scope.lists.append(name)
        return ""

    def do_partial(self, scope: _Scope) -> str:
        if not scope.functions:
            return self.do_wrap(scope)
        name, arity = self.rng.choice(scope.functions)
        bound = self.fresh("part")
        form = self.any(
            f"functools.partial({name}, {self.held(scope)})" if arity > 1 else name,
            name,
            f"[{name}][0]",
            f"{name} if {self.flag(scope)} else {name}",
            f"lambda *args: {name}(*args)",
        )
        self.put(f"{bound} = {form}")
        scope.functions.append((bound, arity - 1 if "partial" in form else arity))
        return self.do_call(scope)

    def do_generator(self, scope: _Scope) -> str:
        if scope.loops > 1 or scope.depth > 2:
            return self.do_assign(scope)
        name = self.fresh("gen")
        with self.suite(f"def {name}(k):"):
            self.put(
                f"yield {self.any('k', 'k * 2', self.call_variable('k', scope), 'k.view_as(k)')}"
            )
            if self.chance(0.5):
                self.put(f"yield {self.held(scope)}")
        bound = self.new_name(scope)
        with self.suite(f"for {bound} in {name}({self.tensor(scope, 1)}):"):
            inner = scope.copy()
            self.bind(inner, bound)
            self.put(f"{bound} = {self.call_variable(bound, scope)}")
            self.loop_body(inner, 2)
        return ""

    def do_global(self, scope: _Scope) -> str:
        if scope.depth > 2 or "G" not in scope.outer:
            return self.do_wrap(scope)
        name = self.fresh("rebind")
        with self.suite(f"def {name}():"):
            self.put("global G")
            self.put(f"G = {self.any(self.tensor(scope, 1), f'{self.variable}(G)', 'G * 2')}")
            self.put("return G")
        scope.functions.append((name, 0))
        if self.chance(0.7):
            self.put(f"{name}()")
        return ""

    def do_del(self, scope: _Scope) -> str:
        names = [name for name in scope.own if name.isidentifier()]
        if scope.loops or len(names) < 3 or self.indent > int(scope.in_function):
            return self.do_wrap(scope)
        name = self.rng.choice(names)
        self.put(f"del {name}")
        scope.own.remove(name)
        return ""

    def do_isinstance(self, scope: _Scope) -> str:
        with self.suite(f"if isinstance({self.held(scope)}, {self.variable}):"):
            self.nested_block(scope.copy(), 2)
        return ""

    # -- statements that tell two tensors from one -------------------------------------------

    def do_inplace(self, scope: _Scope) -> str:
        self.put(f"{self.held(scope)}.{self.inplace_method(scope)}")
        return ""

    def do_augmented(self, scope: _Scope) -> str:
        places = scope.own + [f"{name}[0]" for name in scope.lists]
        places += [f"{name}.h" for name in scope.objects] + [f"{name}['k']" for name in scope.dicts]
        if not places:
            return self.do_wrap(scope)
        self.put(f"{self.rng.choice(places)} {self.any('+=', '*=', '-=')} {self.tensor(scope, 2)}")
        return ""

    def do_subscript_write(self, scope: _Scope) -> str:
        index = self.any("[0]", "[:]", "[...]", "[0, 0]", "[:, 0]")
        value = self.any("1.0", self.tensor(scope, 1), f"{self.held(scope)}{index}")
        self.put(f"{self.held(scope)}{index} {self.any('=', '=', '+=', '*=')} {value}")
        return ""

    def do_shape(self, scope: _Scope) -> str:
        self.put(
            f"{self.held(scope)}."
            + self.any(
                "unsqueeze_(0)",
                "squeeze_()",
                "t_()",
                "transpose_(0, -1)",
                "resize_(2, 2)",
                f"resize_as_({self.held(scope)})",
                f"set_({self.held(scope)})",
                "as_strided_((2,), (1,))",
                "resize_(1, 2)",
            )
        )
        return ""

    def do_flag(self, scope: _Scope) -> str:
        name = self.held(scope)
        if "(" in name:
            return self.do_wrap(scope)
        self.put(
            self.any(
                f"{name}.requires_grad_()",
                f"{name}.requires_grad = True",
                f"{name}.requires_grad_({self.flag(scope)})",
                f"{name}.requires_grad = {self.flag(scope)}",
                f"{name}.requires_grad_(False)",
            )
        )
        return ""

    def do_data(self, scope: _Scope) -> str:
        name, other = self.held(scope), self.tensor(scope, 1)
        if "(" in name:
            return self.do_wrap(scope)
        self.put(
            self.any(
                f"{name}.data = {other}",
                f"{name}.data = torch.zeros(2, 2)",
                f"{name}.data.add_(1)",
                f"{name}.data.zero_()",
                f"{name}.data.copy_({self.held(scope)})",
                f"{name}.data[0] = 5.0",
                f"{name}.data = {name}.data * 2",
                f"{name}.data += 1",
                f"{name}.detach().add_(1)",
            )
        )
        return ""

    def do_detach(self, scope: _Scope) -> str:
        self.put(f"{self.held(scope)}.detach_()")
        return ""

    def do_identity(self, scope: _Scope) -> str:
        self.put(f"see({self.label()}, {self.held(scope)} is {self.held(scope)})")
        return ""

    def do_id(self, scope: _Scope) -> str:
        self.put(f"see({self.label()}, id({self.held(scope)}) == id({self.held(scope)}))")
        return ""

    def do_in(self, scope: _Scope) -> str:
        one, other, third = self.held(scope), self.held(scope), self.held(scope)
        self.put(
            self.any(
                f"see({self.label()}, any({one} is k for k in [{other}, {third}]))",
                f"see({self.label()}, len({{{one}, {other}}}))",
                f"see({self.label()}, {one} in {{{other}: 1}})",
                f"see({self.label()}, [{one}] == [{other}])",
                f"see({self.label()}, [{one}, {third}].index({other}))",
            )
        )
        return ""

    def do_grad(self, scope: _Scope) -> str:
        name = self.held(scope)
        if "(" in name:
            return self.do_backward(scope)
        self.put(
            self.any(
                f"see({self.label()}, {name}.grad is None)",
                f"see({self.label()}, {name}.grad)",
                f"{name}.grad = torch.ones_like({name})",
                f"{name}.grad = None",
                f"see({self.label()}, torch.autograd.grad({self.tensor(scope, 1)}.sum(), {name}, "
                "allow_unused=True)[0])",
                f"see({self.label()}, {name}.grad.tolist() if {name}.grad is not None else 0)",
            )
        )
        return ""

    def do_hook(self, scope: _Scope) -> str:
        name = self.held(scope)
        with self.suite(f"if {name}.requires_grad:"):
            self.put(f"{name}.register_hook(lambda g: g * 2)")
        return ""

    def do_retain(self, scope: _Scope) -> str:
        name = self.held(scope)
        with self.suite(f"if {name}.requires_grad:"):
            self.put(f"{name}.retain_grad()")
        return ""

    def do_key(self, scope: _Scope) -> str:
        self.put(
            f"see({self.label()}, len({{{self.held(scope)}: 1, {self.held(scope)}: 2}}))"
            if self.chance(0.5)
            else f"see({self.label()}, hash({self.held(scope)}) == hash({self.held(scope)}))"
        )
        return ""

    def do_out(self, scope: _Scope) -> str:
        one, other = self.held(scope), self.held(scope)
        text = f"torch.add({one}, 1, out={other})"
        self.put(self.any(text, f"{self.place_bound(scope)} = {text}"))
        return ""

    def do_init(self, scope: _Scope) -> str:
        self.put(
            self.any("nn.init.constant_", "nn.init.ones_", "torch.nn.init.zeros_").replace(
                "constant_", "zeros_"
            )
            + f"({self.held(scope)})"
        )
        return ""

    def do_tensor_attribute(self, scope: _Scope) -> str:
        name = self.held(scope)
        if "(" in name:
            return self.do_wrap(scope)
        self.put(f"{name}.tag = {self.rng.randint(1, 3)}")
        self.put(f"see({self.label()}, getattr({self.held(scope)}, 'tag', 0))")
        return ""

    def do_module_store(self, scope: _Scope) -> str:
        if not scope.modules:
            return self.do_module(scope)
        module = self.rng.choice(scope.modules)
        self.put(f"{module}.extra = {self.any(self.wrapped(scope), self.tensor(scope, 1))}")
        self.put(f"see({self.label()}, len(list({module}.parameters())))")
        return ""

    def do_setattr(self, scope: _Scope) -> str:
        if not scope.objects:
            return self.do_wrap(scope)
        name = self.rng.choice(scope.objects)
        self.put(
            self.any(
                f"setattr({name}, 'h', {self.tensor(scope, 1)})",
                f"{self.place_bound(scope)} = getattr({name}, 'h')",
                f"vars({name})['h'] = {self.tensor(scope, 1)}",
                f"{name}.__dict__['c'] = {self.tensor(scope, 1)}",
                f"{self.place_bound(scope)} = vars({name})['c']",
            )
        )
        return ""

    def do_exec(self, scope: _Scope) -> str:
        names = [name for name in scope.tensors if name.isidentifier()]
        if not names:
            return self.do_wrap(scope)
        name = self.rng.choice(names)
        self.put(
            self.any(
                f"see({self.label()}, eval('{name}.requires_grad'))",
                f"{self.place_bound(scope)} = locals()['{name}']",
                f"exec('{name}.add_(1)')",
                f"{self.place_bound(scope)} = eval('{name}')",
            )
        )
        return ""

    def top(self, text: str) -> None:
        """Write a line at the head of the program, once."""
        if text not in self.lines:
            self.lines.insert(0, text)

    def do_route(self, scope: _Scope) -> str:
        """A tensor goes somewhere else, wrapped before, on the way, after, or not at all."""
        start = self.held(scope)
        wrap = self.rng.randrange(4)
        text = self.call_variable(start, scope) if wrap == 0 else start
        if wrap == 1:
            name = self.new_name(scope)
            self.assign(scope, name, self.call_variable(start, scope))
            text = name
        place = self.follow(scope, text)
        if wrap == 2 or self.chance(0.2):
            self.assign(scope, self.new_name(scope), self.call_variable(place, scope))
        if _PLACE.fullmatch(place) is None:
            if self.chance(0.3):
                return place
            name = self.new_name(scope)
            self.assign(scope, name, place)
            return name
        if place not in scope.own:
            scope.own.append(place)
        return place

    def follow(self, scope: _Scope, text: str) -> str:
        """Write a route for a tensor; what stands at its end."""
        statements, expression = self.rng.choice(self.rng.choice(ROUTES))
        name = self.fresh("r")
        for line in filter(None, statements.split("\n")):
            self.put(line.format(y=text, r=name))
        return expression.format(y=text, r=name)

    def do_trap(self, scope: _Scope) -> str:
        """Something is done to a tensor on the one side of a wrapper, and seen on the other."""
        place = self.do_route(scope) if self.chance(0.75) else self.held(scope)
        for _ in range(self.rng.choice([0, 0, 1])):
            self.statement(scope)
        self.harm(scope, place if self.chance(0.6) else self.held(scope), self.leaf(scope))
        return ""

    def leaf(self, scope: _Scope) -> str:
        """A trainable leaf."""
        known = [name for name in scope.outer if name.endswith("leaf")]
        return known[0] if known else "torch.ones(2, 2, requires_grad=True)"

    def do_look(self, scope: _Scope) -> str:
        one, other = self.held(scope), self.held(scope)
        if self.chance(0.5):
            one = self.follow(scope, one)
        text = self.rng.choice(LOOKS).format(y=one, z=other)
        self.put(f"see({self.label()}, {text})")
        return ""

    def do_weight(self, scope: _Scope) -> str:
        """A leaf that nothing else is done to: its gradient tells what reached it."""
        name = self.fresh("weight")
        self.put(f"{name} = torch.full((2, 2), 2.0, requires_grad=True)")
        for _ in range(self.rng.randint(0, 2)):
            self.statement(scope)
        place = self.place(scope)
        self.assign(scope, place, f"{self.held(scope)} * {name}")
        for _ in range(self.rng.randint(0, 2)):
            self.statement(scope)
        used = place if self.chance(0.6) else self.held(scope)
        loss = self.fresh("loss")
        self.put(f"{loss} = ({used} * {self.any(name, self.held(scope))}).sum()")
        with self.suite(f"if {loss}.requires_grad:"):
            self.put(f"{loss}.backward({self.any('', 'retain_graph=True')})")
        self.put(f"see({self.label()}, {name}.grad)")
        return ""

    def do_pair_function(self, scope: _Scope) -> str:
        """A function that gives two tensors back, and both of them bound."""
        if scope.depth > 2:
            return self.do_unpack(scope)
        name = self.fresh("two")
        inner = scope.function()
        inner.own = ["k", "j"]
        with self.suite(f"def {name}(k, j):"):
            if self.chance(0.5):
                self.statement(inner)
            wrap = self.call_variable("k", inner)
            self.put(
                self.any(
                    f"return k, {wrap}",
                    f"return [{wrap}, j]",
                    "return j, k",
                    f"return {wrap}, {self.variable}(j)",
                    "return k.chunk(2)",
                    f"return dict(a=k, b={wrap}).values()",
                    "return k, k[:]",
                )
            )
        first, second = self.new_name(scope), self.new_name(scope)
        call = f"{name}({self.tensor(scope, 1)}, {self.tensor(scope, 1)})"
        self.put(self.any(f"{first}, {second} = {call}", f"({first}, *{second}_) = {call}"))
        self.bind(scope, first)
        if f"{second}_" not in self.lines[-1]:
            self.bind(scope, second)
        return ""

    def do_annotated(self, scope: _Scope) -> str:
        name = self.new_name(scope)
        kind = self.any("torch.Tensor", self.variable, f"'{self.variable}'")
        self.put(f"{name}: {kind} = {self.any(self.wrapped(scope), self.tensor(scope, 1))}")
        self.bind(scope, name)
        return ""

    def do_recursion(self, scope: _Scope) -> str:
        """A function that calls itself."""
        if scope.depth > 2:
            return self.do_wrap(scope)
        name = self.fresh("deep")
        inner = scope.function()
        inner.own = ["k"]
        with self.suite(f"def {name}(k, n=2):"):
            with self.suite("if n == 0:"):
                self.put(f"return {self.any('k', self.call_variable('k', inner))}")
            if self.chance(0.6):
                self.statement(inner)
            self.put(
                f"return {name}({self.any('k', self.call_variable('k', inner), self.tensor(inner, 1))}"
                ", n - 1)"
            )
        scope.functions.append((name, 1))
        return self.do_call(scope)

    def do_match(self, scope: _Scope) -> str:
        name = self.new_name(scope)
        self.put(f"match [{self.tensor(scope, 1)}, {self.held(scope)}]:")
        self.indent += 1
        with self.suite(f"case [{name}, _]:"):
            inner = scope.copy()
            self.bind(inner, name)
            self.nested_block(inner, 2)
        self.indent -= 1
        return ""

    def do_rotate(self, scope: _Scope) -> str:
        """Names that change places, with wrappers on the way."""
        names = [name for name in scope.own if name.isidentifier()]
        if len(names) < 2:
            return self.do_wrap(scope)
        picked = self.rng.sample(names, min(len(names), self.rng.randint(2, 3)))
        turned = picked[1:] + picked[:1]
        values = [self.call_variable(n, scope) if self.chance(0.4) else n for n in turned]
        loops = self.chance(0.4) and scope.loops < 2
        if loops:
            self.put(f"for _ in range({self.any('2', '3')}):")
            self.indent += 1
        self.put(f"{', '.join(picked)} = {', '.join(values)}")
        if loops:
            if self.chance(0.6):
                inner = scope.copy()
                inner.loops += 1
                self.statement(inner)
            self.indent -= 1
        return ""

    def do_record(self, scope: _Scope) -> str:
        """Tensors in the fields of an object of another kind."""
        one, other = self.tensor(scope, 1), self.any(self.held(scope), self.wrapped(scope))
        name = self.fresh("rec")
        form = self.rng.randrange(3)
        if form == 0:
            self.put(f"{name} = types.SimpleNamespace(h={one}, c={other})")
        elif form == 1:
            self.put(f"{name} = collections.namedtuple('{name}', 'h c')({one}, {other})")
        else:
            self.put(f"{name} = type('{name}', (), {{}})()")
            self.put(f"{name}.h, {name}.c = {one}, {other}")
        scope.objects.append(name)
        return self.do_attribute(scope)

    def do_class_body(self, scope: _Scope) -> str:
        name = self.fresh("Box")
        with self.suite(f"class {name}:"):
            self.put(f"h = {self.tensor(scope, 1)}")
            self.put(f"c = {self.any('h', self.call_variable('h', scope), self.held(scope))}")
            if self.chance(0.5):
                self.put(f"h = {self.variable}(h)")
        scope.objects.append(name)
        return self.do_attribute(scope)

    def do_deep_copy(self, scope: _Scope) -> str:
        """Copies of several tensors at once know which of them were one."""
        name = self.fresh("copies")
        two = f"[{self.held(scope)}, {self.held(scope)}]"
        first, second = self.new_name(scope), self.new_name(scope)
        form = self.rng.randrange(4)
        if form == 0:
            self.put(f"{name} = io.BytesIO()")
            self.put(f"torch.save({two}, {name})")
            self.put(f"{name}.seek(0)")
            self.put(f"{first}, {second} = torch.load({name})")
        elif form == 1:
            self.put(f"{first}, {second} = pickle.loads(pickle.dumps({two}))")
        else:
            self.put(f"{first}, {second} = copy.deepcopy({two})")
        self.bind(scope, first)
        self.bind(scope, second)
        self.put(
            self.any(
                f"{first}.unsqueeze_(0)",
                f"see({self.label()}, {first} is {second})",
                f"{first}.requires_grad_()",
                f"{first}.add_(1)",
                "pass",
            )
        )
        return ""

    def do_bound_method(self, scope: _Scope) -> str:
        name = self.fresh("method")
        method = self.any(
            "add_", "requires_grad_", "unsqueeze_", "view_as", "type_as", "copy_", "detach_", "t_"
        )
        argument = {"requires_grad_": "", "unsqueeze_": "0", "detach_": "", "t_": ""}.get(
            method, self.held(scope)
        )
        held = self.held(scope)
        self.put(f"{name} = {self.any(f'{held}.{method}', f'getattr({held}, {method!r})')}")
        if self.chance(0.5):
            self.statement(scope)
        self.put(self.any(f"{self.place_bound(scope)} = {name}({argument})", f"{name}({argument})"))
        return ""

    def do_unbound(self, scope: _Scope) -> str:
        name = self.held(scope)
        base = self.any("torch.Tensor", self.variable)
        self.put(
            self.any(
                f"{base}.add_({name}, {self.held(scope)})",
                f"{base}.requires_grad_({name})",
                f"{base}.unsqueeze_({name}, 0)",
                f"{base}.__setitem__({name}, 0, 3.0)",
                f"{name}.__iadd__({self.held(scope)})",
                f"{name}.__setitem__(0, 3.0)",
                f"setattr({name}, 'requires_grad', True)",
                f"{name}.__setattr__('requires_grad', True)",
                f"setattr({name}, 'data', torch.zeros(2, 2))",
                f"{self.place_bound(scope)} = {base}.view_as({name}, {name})",
            )
        )
        return ""

    def do_loop_target(self, scope: _Scope) -> str:
        if scope.loops > 1:
            return self.do_wrap(scope)
        targets = [f"{name}[0]" for name in scope.lists] + [f"{name}.h" for name in scope.objects]
        targets += [f"{name}['k']" for name in scope.dicts]
        if not targets:
            return self.do_container(scope)
        target = self.rng.choice(targets)
        with self.suite(f"for {target} in [{self.tensor(scope, 1)}, {self.held(scope)}]:"):
            self.loop_body(scope, 2)
        return ""

    def do_base(self, scope: _Scope) -> str:
        one, other = self.held(scope), self.held(scope)
        self.put(
            f"see({self.label()}, "
            + self.any(
                f"{one}._base is None", f"{one}._is_view()", f"{one}._base is {other}",
                f"{one}.untyped_storage().data_ptr() == {other}.untyped_storage().data_ptr()",
                f"{one}.storage_offset()", f"{one}.stride()", f"{one}.is_contiguous()",
                f"type({one}) is torch.Tensor", f"isinstance({one}, nn.Parameter)",
                f"{one}.retains_grad", f"{one}.output_nr", f"hasattr({one}, 'tag')",
                f"{one}.is_set_to({other})", f"torch.equal({one}, {other})",
                f"{one}.__class__.__name__", f"vars({one})", f"{one}.__dict__",
                f"torch.is_tensor({one})", f"len({one})", f"{one}.element_size()",
            )
            + ")"
        )  # fmt: skip
        return ""

    def do_dataset_items(self, scope: _Scope) -> str:
        """A loader that hands the items of its dataset through as they are."""
        if scope.loops > 0:
            return self.do_wrap(scope)
        self.top("from torch.utils.data import DataLoader, TensorDataset")
        one, other = self.held(scope), self.held(scope)
        source = self.source(scope)
        name = self.fresh("loader")
        self.put(f"{name} = {source}")
        self.bind(scope, name)
        first = self.new_name(scope)
        data = self.any(
            f"[{name}, {one}]", f"[{name}]", f"TensorDataset({name}, {name})", f"[{one}, {other}]",
            f"[({name}, {one})]", f"[{{'k': {name}}}]",
        )  # fmt: skip
        how = self.any("batch_size=None", "collate_fn=lambda items: items[0]", "batch_size=1")
        item = {"T": f"{first}, _", "(": f"{first}, _", "[": first}[data[0]]
        if "(" in data and data.startswith("[("):
            item = f"{first}, _"
        if "{" in data:
            item = "item"
        with self.suite(f"for {item} in DataLoader({data}, {how}):"):
            inner = scope.copy()
            inner.loops += 1
            if item == "item":
                self.put(f"{first} = item['k']")
            self.bind(inner, first)
            self.put(f"{first} = {self.call_variable(first, inner)}")
            self.nested_block(inner, 3)
        return ""

    def do_cached(self, scope: _Scope) -> str:
        if scope.depth > 2:
            return self.do_wrap(scope)
        name = self.fresh("made")
        form = self.rng.randrange(3)
        if form == 0:
            self.put("@functools.lru_cache(None)")
            with self.suite(f"def {name}():"):
                self.put(f"return {self.any(self.source(scope), self.wrapped(scope))}")
        elif form == 1:
            with self.suite(f"def {name}(memo={{}}):"):
                with self.suite("if 'k' not in memo:"):
                    self.put(f"memo['k'] = {self.any(self.source(scope), self.wrapped(scope))}")
                self.put("return memo['k']")
        else:
            with self.suite(f"def {name}(memo=[torch.ones(2, 2)]):"):
                self.put(f"memo[0] = {self.any('memo[0] * 2', self.variable + '(memo[0])')}")
                self.put("return memo[0]")
        scope.functions.append((name, 0))
        self.assign(
            scope, self.new_name(scope), self.any(f"{name}()", f"{self.variable}({name}())")
        )
        self.assign(scope, self.new_name(scope), f"{name}()")
        return ""

    def do_namespace(self, scope: _Scope) -> str:
        if scope.in_function:
            return self.do_exec(scope)
        name = self.new_name(scope)
        self.put(
            self.any(
                f"globals()['{name}'] = {self.tensor(scope, 1)}",
                f"vars().update({name}={self.tensor(scope, 1)})",
                f"exec('{name} = ' + repr('so')[:0] + 'torch.ones(2, 2)')",
            )
        )
        self.bind(scope, name)
        return ""

    def do_function_class(self, scope: _Scope) -> str:
        """A function of autograd of the program's own."""
        if scope.depth > 2:
            return self.do_wrap(scope)
        name = self.fresh("Op")
        with self.suite(f"class {name}(torch.autograd.Function):"):
            self.put("@staticmethod")
            with self.suite("def forward(ctx, k):"):
                self.put(f"return {self.any('k', 'k * 2', 'k.view_as(k)', 'k.detach()')}")
            self.put("@staticmethod")
            with self.suite("def backward(ctx, g):"):
                self.put(f"return {self.any('g', 'g * 3', self.variable + '(g)', 'g.data')}")
        self.assign(scope, self.place(scope), f"{name}.apply({self.tensor(scope, 1)})")
        return ""

    def do_mode(self, scope: _Scope) -> str:
        """Recording switched off in other ways than a plain `with torch.no_grad():`."""
        form = self.rng.randrange(5)
        if form == 0:
            self.put("torch.set_grad_enabled(False)")
            self.nested_block(scope, 2)
            self.put("torch.set_grad_enabled(True)")
        elif form == 1:
            name = self.fresh("mode")
            self.put(f"{name} = torch.no_grad()")
            with self.suite(f"with {name}:"):
                self.nested_block(scope.copy(), 2)
        elif form == 2 and scope.depth < 3:
            name = self.fresh("quiet")
            inner = scope.function()
            inner.own = ["k"]
            self.put(
                self.any("@torch.no_grad()", "@torch.enable_grad()", "@torch.inference_mode()")
            )
            with self.suite(f"def {name}(k):"):
                self.statement(inner)
                self.put(f"return {self.any('k', self.tensor(inner, 1), self.wrapped(inner))}")
            scope.functions.append((name, 1))
            self.do_call(scope)
        elif form == 3:
            flag = self.flag(scope)
            with self.suite(f"with torch.set_grad_enabled({flag}):"):
                self.nested_block(scope.copy(), 2)
        else:
            name = self.fresh("inside")
            with self.suite("with torch.no_grad():"), self.suite(f"def {name}(k):"):
                self.put(f"return k * {self.held(scope)}")
            scope.functions.append((name, 1))
            self.do_call(scope)
        return ""

    def do_late_closure(self, scope: _Scope) -> str:
        """A function that reads a name when it is called, after the name was bound again."""
        names = [name for name in scope.own if name.isidentifier()]
        if not names:
            return self.do_wrap(scope)
        read = self.rng.choice(names)
        name = self.fresh("late")
        body = self.any(read, f"{read} * 2", f"{self.variable}({read})", f"{read}.view_as({read})")
        self.put(f"{name} = lambda: {body}")
        for _ in range(self.rng.randint(0, 2)):
            self.statement(scope)
        if read in scope.own:
            self.put(f"{read} = {self.any(self.tensor(scope, 1), self.call_variable(read, scope))}")
        self.assign(scope, self.new_name(scope), f"{name}()")
        scope.functions.append((name, 0))
        return ""

    def do_operator(self, scope: _Scope) -> str:
        one, other = self.held(scope), self.held(scope)
        self.put(
            self.any(
                f"operator.iadd({one}, {other})",
                f"{self.place_bound(scope)} = operator.iadd({one}, {other})",
                f"operator.setitem({one}, 0, 3.0)",
                f"{self.place_bound(scope)} = functools.reduce(lambda g, k: g.add_(k), [{one}, "
                f"{other}])",
                f"{self.place_bound(scope)} = functools.reduce(lambda g, k: k, [{one}, {other}])",
                f"see({self.label()}, operator.is_({one}, {other}))",
                f"{self.place_bound(scope)} = operator.itemgetter(0)([{one}, {other}])",
                f"operator.methodcaller('requires_grad_')({one})",
                f"[k.add_(1) for k in [{one}, {other}]]",
                f"list(map(lambda k: k.add_(1), [{one}]))",
            )
        )
        return ""

    def do_optimizer_state(self, scope: _Scope) -> str:
        one = self.held(scope)
        name = self.fresh("opt")
        self.put(f"{name} = torch.optim.SGD([{one}], lr=0.1, momentum=0.9)")
        if self.chance(0.5):
            self.put(f"{name}.add_param_group({{'params': [{self.held(scope)}]}})")
        held = self.any("add_(1)", "requires_grad_()", "unsqueeze_(0)", "t_()", "zero_()")
        self.put(
            self.any(
                f"{name}.param_groups[0]['params'][0].{held}",
                f"see({self.label()}, {name}.param_groups[0]['params'][0] is {self.held(scope)})",
                f"{self.place_bound(scope)} = {name}.param_groups[0]['params'][0]",
            )
        )
        self.do_backward(scope)
        self.put(f"{name}.step()")
        return ""

    def do_module_hook(self, scope: _Scope) -> str:
        """A hook that is handed what the module is given."""
        if not scope.modules:
            return self.do_module(scope)
        module = self.rng.choice(scope.modules)
        name = self.fresh("hook")
        what = self.any(
            "k[0].add_(1)", "k[0].requires_grad_()", "kept.append(k[0])", "k[0].unsqueeze_(0)"
        ).replace("kept", f"{name}_kept")
        self.put(f"{name}_kept = []")
        with self.suite(f"def {name}(m, k):"):
            self.put(what)
        self.put(f"{module}.register_forward_pre_hook({name})")
        self.assign(scope, self.place(scope), self.applied(scope, 1))
        with self.suite(f"if {name}_kept:"):
            self.put(f"{name}_kept[0].{self.any('add_(1)', 'requires_grad_()', 't_()')}")
        return ""

    def do_buffer(self, scope: _Scope) -> str:
        if not scope.modules:
            return self.do_module(scope)
        module = self.rng.choice(scope.modules)
        name = self.fresh("buf")
        held = self.any(self.held(scope), self.wrapped(scope))
        self.put(f"{module}.register_buffer('{name}', {held})")
        self.put(
            self.any(
                f"{module}.{name}.add_(1)",
                f"{module}.{name} = {self.held(scope)}",
                f"{self.place_bound(scope)} = {module}.{name}",
                f"{module}.double().float()",
                f"{module}.{name}.unsqueeze_(0)",
                f"see({self.label()}, {module}.state_dict())",
                f"{module}.load_state_dict({module}.state_dict())",
                f"{module}.requires_grad_(False)",
            )
        )
        return ""

    def do_format(self, scope: _Scope) -> str:
        one = self.held(scope)
        self.put(
            self.any(
                f"see({self.label()}, f'{{{one}}}')",
                f"see({self.label()}, repr({one}))",
                f"see({self.label()}, '%s' % {one})",
                f"see({self.label()}, str([{one}, {self.held(scope)}]))",
            )
        )
        return ""

    def do_default_wrap(self, scope: _Scope) -> str:
        """A default that is made once and may be changed by every call."""
        if scope.depth > 2:
            return self.do_wrap(scope)
        name = self.fresh("acc")
        default = self.any(
            f"{self.variable}({self.held(scope)})", "torch.zeros(2, 2)",
            f"{self.variable}(torch.zeros(2, 2))", self.held(scope),
        )  # fmt: skip
        inner = scope.function()
        inner.own = ["k", "j"]
        with self.suite(f"def {name}(k, j={default}):"):
            self.put(
                self.any(
                    "j += k", "j.add_(1)", "j = j + k", "pass", f"j = {self.variable}(j)",
                    "j[0] = 1.0",
                )
            )  # fmt: skip
            self.statement(inner)
            self.put(f"return {self.any('j', 'k', self.call_variable('j', inner))}")
        scope.functions.append((name, 1))
        return self.do_call(scope)

    def do_lambda_store(self, scope: _Scope) -> str:
        name = self.fresh("store")
        self.put(f"{name} = []")
        scope.lists.append(name)
        put = self.any("append(k)", "insert(0, k)", "extend([k])", "__iadd__([k])")
        form = self.rng.randrange(3)
        if form == 0:
            self.put(f"{name}_put = lambda k: {name}.{put}")
        elif form == 1:
            self.put(f"{name}_put = {name}.append")
        else:
            with self.suite(f"def {name}_put(k):"):
                self.put(f"{name}.{put}")
        self.put(f"{name}_put({self.any(self.held(scope), self.wrapped(scope))})")
        self.put(f"{name}_put({self.held(scope)})")
        self.put(f"{name}[0].{self.inplace_method(scope)}" if self.chance(0.3) else "pass")
        return ""

    # -- definitions -------------------------------------------------------------------------

    def function(self, scope: _Scope) -> None:
        """A function with a body of its own."""
        name = self.fresh("f")
        arity = self.rng.randint(1, 2)
        inner = scope.function()
        inner.returns = True
        pool = _POOLS[min(inner.depth, len(_POOLS) - 1)]
        parameters = list(pool[:arity])
        written = list(parameters)
        if "default" in self.on and self.chance(0.3):
            extra = pool[arity]
            written.append(f"{extra}={self.any('torch.ones(2, 2)', self.held(scope))}")
            parameters.append(extra)
        if "varargs" in self.on and self.chance(0.2):
            written.append("*rest")
        inner.own = list(parameters)
        if "decorator" in self.on and self.chance(0.3):
            if not any("def passing" in line for line in self.lines):
                self.put("def passing(f):")
                self.put("    def inner(*args):")
                self.put(
                    f"        return f(*{self.any('args', 'map(' + self.variable + ', args)')})"
                )
                self.put("    return inner")
            self.put("@passing")
        self.put(f"def {name}({', '.join(written)}):")
        self.indent += 1
        if "global_rebind" in self.on and "G" in inner.outer and self.chance(0.3):
            self.put("global G")
            inner.own.append("G")
            inner.outer.remove("G")
        else:
            inner.own = [place for place in inner.own if place != "G"]
        nonlocals = [p for p in scope.own if scope.in_function and p.isidentifier()]
        if nonlocals and "closure" in self.on and self.chance(0.3):
            outside = self.rng.choice(nonlocals)
            self.put(f"nonlocal {outside}")
            inner.own.append(outside)
        for _ in range(self.rng.randint(1, 4)):
            self.statement(inner)
            if self.chance(0.07):
                self.put(f"if {self.flag(inner)}:")
                self.put(f"    return {self.tensor(inner, 1)}")
        self.put(
            "return "
            + self.any(
                self.tensor(inner, 2),
                self.tensor(inner, 2),
                self.wrapped(inner),
                parameters[0],
                self.rng.choice(inner.own),
            )
        )
        self.indent -= 1
        scope.functions.append((name, arity))

    def helper(self, scope: _Scope) -> None:
        """A short function of a known kind."""
        bodies: list[tuple[str, list[str]]] = []
        if "helper_same" in self.on:
            bodies += [
                ("k", ["return k"]),
                ("k", ["return k.view_as(k)"]),
                ("k", ["return k[:]"]),
                ("k", ["return (k, k)[0]"]),
                ("k", ["return [k][-1]"]),
                ("k", ["return k.float()"]),
                ("k, flag=True", ["if flag:", "    return k", "return k * 2"]),
            ]
        if "helper_wraps" in self.on:
            bodies += [
                ("k", [f"return {self.variable}(k)"]),
                ("k", [f"k = {self.variable}(k)", "return k"]),
                (
                    "k, requires_grad=False",
                    [f"return {self.variable}(k, requires_grad=requires_grad)"],
                ),
                ("k", [f"return {self.variable}(k.data)"]),
                (
                    "k",
                    [
                        "if isinstance(k, torch.Tensor):",
                        f"    return {self.variable}(k)",
                        "return tuple(helper(j) for j in k)",
                    ],
                ),
            ]
        if "helper_inplace" in self.on:
            bodies += [
                ("k", ["k.add_(1)", "return k"]),
                ("k", ["k += 1", "return k"]),
                ("k", ["k[0] = 1.0", "return k"]),
                ("k", ["k.data.zero_()", "return k"]),
                ("k", ["k.unsqueeze_(0)", "return k"]),
                ("k", ["k.t_()", "return k"]),
                ("k, j", ["k.copy_(j)", "return k"]),
                ("k, j", ["k += j", "return j"]),
                ("k", ["k.data = torch.zeros(2, 2)", "return k"]),
            ]
        if "helper_flag" in self.on:
            bodies += [
                ("k", ["k.requires_grad_()", "return k"]),
                ("k", ["k.requires_grad = True", "return k"]),
                ("k", ["return k.requires_grad_()"]),
                ("k", ["return k.detach_()"]),
            ]
        if "helper_store" in self.on:
            bodies += [
                ("k", ["STORE.append(k)", "return k"]),
                ("k", ["STORE.append(k)", "return STORE[0]"]),
                ("k", ["helper.last = k", "return k"]),
            ]
        if not bodies:
            return
        parameters, body = self.rng.choice(bodies)
        name = self.fresh("helper")
        with self.suite(f"def {name}({parameters}):"):
            for line in body:
                self.put(line.replace("helper", name))
        arity = len([p for p in parameters.split(", ") if "=" not in p])
        scope.functions.append((name, arity))

    def holder_class(self, scope: _Scope) -> None:
        """A class that keeps tensors in attributes."""
        name = self.fresh("Holder")
        with self.suite(f"class {name}(object):"):
            if self.chance(0.2):
                self.put(f"c = {self.source(scope)}")
            elif "slots" in self.on:
                self.put("__slots__ = ('h', 'c')")
            with self.suite("def __init__(self, k):"):
                inner = scope.function()
                inner.own = ["k"]
                self.put(f"self.h = {self.any('k', self.call_variable('k', inner), 'k * 1')}")
                inner.own.append("self.h")
                self.put(
                    f"self.c = {self.any(self.source(inner), 'k', 'self.h', self.tensor(inner, 1))}"
                )
            inner = scope.function()
            inner.own = ["k", "self.h", "self.c"]
            with self.suite("def step(self, k):"):
                for _ in range(self.rng.randint(1, 3)):
                    self.statement(inner)
                self.put(f"return {self.any('self.h', 'self.c', 'k', self.tensor(inner, 2))}")
            inner = scope.function()
            inner.own = ["self.h", "self.c"]
            with self.suite("def reset(self):"):
                self.put(
                    self.any(
                        f"self.h = {self.variable}(self.h)",
                        f"self.h = {self.variable}(self.h.data)",
                        f"self.c = {self.variable}(self.h)",
                        f"self.h, self.c = {self.variable}(self.h), {self.variable}(self.c)",
                        "self.h = self.c",
                    )
                )
                if self.chance(0.4):
                    self.statement(inner)
        if "inheritance" in self.on and self.chance(0.4):
            sub = self.fresh("Holder")
            with self.suite(f"class {sub}({name}):"):
                inner = scope.function()
                inner.own = ["self.h", "self.c"]
                with self.suite("def reset(self):"):
                    self.statement(inner)
                    self.put(f"super().{self.any('reset()', 'step(self.h)')}")

    def cell_class(self, scope: _Scope) -> None:
        """A module with a state."""
        name = self.fresh("Cell")
        inplace = "True" if "inplace_module" in self.on else "False"
        with self.suite(f"class {name}(nn.Module):"):
            with self.suite("def __init__(self):"):
                self.put(f"super({name}, self).__init__()")
                self.put("self.lin = nn.Linear(2, 2)")
                self.put(f"self.act = nn.ReLU(inplace={inplace})")
                inner = scope.function()
                self.put(f"self.h = {self.any(self.source(inner), self.wrapped(inner))}")
                if self.chance(0.3):
                    self.put("self.register_buffer('buf', torch.ones(2, 2))")
            inner = scope.function()
            inner.own = ["k", "self.h"]
            inner.modules = ["self.lin", "self.act"]
            with self.suite("def forward(self, k):"):
                for _ in range(self.rng.randint(1, 3)):
                    self.statement(inner)
                self.put(f"return {self.any('self.lin(k)', 'k', self.tensor(inner, 2))}")


def generate(seed: int) -> Program:
    """The program of this seed; always the same for the same seed."""
    writer = _Writer(seed)
    source = writer.write()
    source, complete = repair(source, 0 if writer.chance(0.06) else _REPAIRS)
    source = without_unused(source)
    closed = writer.layout in ("script", "main", "script_top")
    return Program(seed, _restyled(source, writer.rng), closed, complete)


def _restyled(source: str, rng: random.Random) -> str:
    """The same program as somebody else would write it down."""
    lines = source.splitlines()
    if rng.random() < 0.3:
        lines = [
            f"{line}  # {rng.choice(['so', 'noqa', 'x = Variable(x)'])}"
            if line and rng.random() < 0.2 and "'" not in line
            else line
            for line in lines
        ]
    if rng.random() < 0.2:
        lines = _joined([line for line in lines if line], rng)
    text = "\n".join(lines) + "\n"
    if rng.random() < 0.1:
        text = text.replace("    ", "\t")
    return text


def _joined(lines: list[str], rng: random.Random) -> list[str]:
    """Some suites of a single line behind their header, some statements on one line."""
    joined: list[str] = []
    depths = [len(line) - len(line.lstrip()) for line in lines] + [0]
    for number, line in enumerate(lines):
        above = lines[number - 1] if number else ""
        if _is_simple(line) and above and "#" not in above and rng.random() < 0.6:
            alone = depths[number - 1] < depths[number] > depths[number + 1]
            if above.endswith(":") and alone and joined[-1] == above:
                joined[-1] += " " + line.strip()
                continue
            beside = depths[number - 1] == depths[number]
            if _is_simple(above) and beside and joined[-1].startswith(" " * depths[number]):
                joined[-1] += "; " + line.strip()
                continue
        joined.append(line)
    return joined


def _is_simple(line: str) -> bool:
    """Whether a line is a statement without a suite, and nothing else."""
    text = line.strip()
    return bool(text) and not text.endswith(":") and not text.startswith("@") and "#" not in text
