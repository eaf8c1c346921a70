"""Random small programs that evaluate with `volatile`, train, or do both; one per seed.

Where `generator.py` writes all that can tell two tensors apart, these programs write what can tell
a computation that records a graph from one that does not: volatile values in names, containers,
attributes, loops and calls, between computations that are differentiated.

`sprinkled` puts the flag into the programs of `generator.py`. A volatile call is found again in the
rewritten text by its line (`gone`).
"""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

_HEAD = """\
import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd import Variable

net = nn.Linear(2, 2)
head = nn.Linear(2, 2)
criterion = nn.MSELoss()
batches = [(torch.rand(2, 2), torch.rand(2, 2)) for _ in range(2)]
"""
_FLAG = re.compile(r"\bvolatile=(?!False)")
_WRAPPER = re.compile(r"^(?!\s*(?:def|class|@)\b)(.*\b(?:Variable|V)\([\w.\[\]' *+]+)\)")


@dataclass
class _Scope:
    """What a statement can use: names of plain tensors, of recorded and of volatile values.

    mixed: values that are volatile on some ways only. lists: of volatile values. place: what a
    name of the scope is written behind ("self." in a method).
    """

    plain: list[str] = field(default_factory=list)
    graph: list[str] = field(default_factory=list)
    volatile: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    producers: list[str] = field(default_factory=list)
    depth: int = 0
    loop: bool = False
    place: str = ""
    generator: bool = False

    def inner(self, **changes: object) -> _Scope:
        """A scope of a suite, whose names are not bound after it."""
        lists = {
            name: list(getattr(self, name))
            for name in (
                "plain",
                "graph",
                "volatile",
                "mixed",
                "lists",
                "flags",
                "functions",
                "producers",
            )
        }
        return replace(self, depth=self.depth + 1, **{**lists, **changes})  # type: ignore[arg-type]


class _Writer:
    """Writes one program."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.lines: list[str] = []
        self.indent = 0
        self.number = 0
        self.budget = self.rng.choice([4, 6, 8, 12, 20])
        # What the program is about: some train as well, some do odd things.
        self.trains = self.rng.choice([0.0, 0.5, 1.0, 2.0])
        self.odd = self.rng.choice([0.0, 0.0, 0.5, 2.0])
        self.careless = self.rng.random() < 0.1

    # -- text ------------------------------------------------------------------------------------

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def any(self, *texts: str) -> str:
        return self.rng.choice(texts)

    def new(self, stem: str) -> str:
        """A name with a number of its own."""
        self.number += 1
        return f"{stem}_{self.number}"

    def put(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    @contextlib.contextmanager
    def suite(self, header: str) -> Iterator[None]:
        self.put(header)
        self.indent += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.put("pass")
        self.indent -= 1

    # -- the program -----------------------------------------------------------------------------

    def write(self) -> str:
        scope = _Scope()
        makers: list[Callable[[_Scope], None]] = [
            self.evaluation,
            self.evaluation,
            self.evaluation,
            self.method,
            self.script,
            self.helper,
            self.stream,
            self.leaving,
            self.two_methods,
            self.keeper,
            self.producer,
        ]
        for maker in self.rng.choices(makers, k=self.rng.choice([1, 1, 2, 3])):
            maker(scope)
            self.budget = max(self.budget, 4)
        self.put("see('grads', [p.grad for m in (net, head) for p in m.parameters()])")
        self.put("see('mode', torch.is_grad_enabled())")
        return _HEAD + "\n" + "\n".join(self.lines) + "\n"

    def evaluation(self, outer: _Scope) -> None:
        """A function of a batch, and a call of it."""
        name = self.new("evaluate")
        flag = self.any("", "", ", train=False", ", test=True")
        with self.suite(f"def {name}(x, y{flag}):"):
            scope = outer.inner(plain=["x", "y"], lists=[], volatile=[], graph=[], mixed=[])
            if flag:
                scope.flags = [flag[2:].split("=")[0]]
            self.body(scope)
            self.result(scope)
        for value in ["", *([", True", ", False"] if flag else [])]:
            self.put(f"see('{name}', {name}(*batches[0]{value}))")

    def method(self, outer: _Scope) -> None:
        """A class with a method that evaluates, and a call of it."""
        name = self.new("Runner")
        with self.suite(f"class {name}:"), self.suite("def run(self, x, y):"):
            scope = outer.inner(plain=["x", "y"], volatile=[], graph=[], mixed=[], lists=[])
            scope.place = self.any("self.", "")
            self.body(scope)
            self.result(scope)
        self.put(f"see('{name}', {name}().run(*batches[0]))")

    def script(self, scope: _Scope) -> None:
        """Statements at module level."""
        inner = scope.inner(plain=["batches[0][0]", "batches[1][1]"])
        self.body(inner)
        self.observe(inner)

    def helper(self, scope: _Scope) -> None:
        """A function that hands a value on, for others to call."""
        name = self.new("helper")
        with self.suite(f"def {name}(t):"):
            self.put(
                self.any(
                    "return t",
                    "return net(t)",
                    "return head(net(t)).relu()",
                    "return t * 2",
                    "t = t + 1\n    return head(t)",
                )
            )
        scope.functions.append(name)
        self.evaluation(scope)

    def producer(self, scope: _Scope) -> None:
        """A function that wraps, with the flag as a parameter; others call it."""
        name = self.new("to_var")
        flag, default = self.any("volatile", "evaluation"), self.any("=False", "=False", "=True")
        with self.suite(f"def {name}(t, {flag}{default}):"):
            if self.chance(0.3):
                self.put("t = t * 1")
            self.put(f"{self.new('r')} = Variable(t, volatile={flag})")
            self.put(f"return r_{self.number}{self.any('', '', ' * 2')}")
        keyword = self.any("True", f"{flag}=True")
        scope.producers.append(f"{name}({{}}, {keyword})")
        self.evaluation(scope)
        self.put(f"net({name}(batches[0][0], {flag}=False)).sum().backward()")

    def stream(self, outer: _Scope) -> None:
        """A generator, and a loop that uses it up, and perhaps trains meanwhile."""
        name = self.new("stream")
        with self.suite(f"def {name}(source):"):
            scope = outer.inner(volatile=[], graph=[], mixed=[], lists=[], plain=[], generator=True)
            with self.suite("for x, y in source:"):
                inner = scope.inner(plain=["x", "y"], loop=True)
                self.body(inner)
                self.put(f"yield {self.seen(inner)}")
        with self.suite(f"for item in {name}(batches):"):
            self.put(f"see('{name}', item)")
            if self.chance(0.5):
                self.put("net(batches[0][0]).sum().backward()")

    def use(self, value: str) -> None:
        """What a caller does with a value it was handed."""
        self.put(
            self.any(
                f"see('use', {value}.sum().item())",
                f"see('use', {value}.data)",
                f"see('use', head({value}).sum().item())",
                f"see('use', head({value}).data)",
                f"{value}.sum().backward(retain_graph=True)",
                f"head({value}.data).sum().backward()",
            )
        )

    def leaving(self, outer: _Scope) -> None:
        """A function from which a volatile value gets out, and what is done with it there."""
        name, kept = self.new("leave"), self.new("kept")
        form = self.rng.randrange(7)
        if form in (1, 2):
            self.put(f"{kept} = []")
        with self.suite(f"def {name}(x, y{', out' if form == 3 else ''}):"):
            if form == 5:
                self.put(f"global {kept}")
            scope = outer.inner(plain=["x", "y"], volatile=[], graph=[], mixed=[], lists=[])
            self.budget = self.rng.randint(0, 4)
            self.body(scope)
            value = self.rng.choice(scope.volatile) if scope.volatile else "net(x)"
            value = self.any(value, self.computed(scope, value))
            if form == 0:
                self.put(f"return {value}")
            elif form == 1:
                self.put(f"{kept}.append({value})")
            elif form == 2:
                self.put(f"{kept}[:] = [{value}]")
            elif form == 3:
                self.put(f"out.append({value})")
            elif form == 4:
                self.put(f"return {value}, {self.any('x', '1', 'net(y)')}")
            elif form == 5:
                self.put(f"{kept} = {value}")
            else:
                self.put(f"return {{'k': {value}}}")
        call = f"{name}(*batches[0])"
        if form == 0:
            self.put(f"{kept} = {call}")
        elif form == 3:
            self.put(f"{kept} = []")
            self.put(f"{name}(*batches[0], {kept})")
        elif form == 4:
            self.put(f"{kept}, _ = {call}")
        elif form == 6:
            self.put(f"{kept} = {call}['k']")
        else:
            self.put(call)
        read = f"{kept}[0]" if form in (1, 2, 3) else kept
        if self.chance(0.5):
            with self.suite(f"def {name}_use():"):
                self.use(read)
            self.put(f"{name}_use()")
        else:
            self.use(read)

    def two_methods(self, outer: _Scope) -> None:
        """A value that one method keeps and another one uses."""
        name, kept = self.new("Keeper"), self.new("kept")
        many = self.chance(0.3)
        read = f"self.{kept}" + "[0]" * many
        with self.suite(f"class {name}:"):
            with self.suite("def load(self, x, y):"):
                scope = outer.inner(plain=["x", "y"], volatile=[], graph=[], mixed=[], lists=[])
                self.budget = self.rng.randint(0, 4)
                self.body(scope)
                value = self.rng.choice(scope.volatile) if scope.volatile else "x"
                if many:
                    self.put(f"self.{kept} = []")
                    self.put(f"self.{kept}.append({value})")
                else:
                    self.put(f"self.{kept} = {value}")
                if self.chance(0.3):
                    self.put("self.use()")
                elif self.chance(0.3):
                    self.use(read)
            with self.suite("def use(self):"):
                self.use(read)
        made = self.new("keeper")
        self.put(f"{made} = {name}()")
        self.put(f"{made}.load(*batches[0])")
        self.put(f"{made}.use()")

    def keeper(self, outer: _Scope) -> None:
        """A module that keeps what it computes; it may be differentiated later."""
        name, made = self.new("Model"), self.new("model")
        with self.suite(f"class {name}(nn.Module):"):
            with self.suite("def __init__(self):"):
                self.put("super().__init__()")
                self.put("self.inner = nn.Linear(2, 2)")
                self.put("self.state = torch.zeros(2, 2)")
            with self.suite("def forward(self, t):"):
                kept = self.any("self.state = ", "self.state = ", "state = ")
                self.put(f"{kept}self.inner(t) + {self.any('self.state', 't')}")
                self.put(f"return {kept[:-3]}{self.any('', '.tanh()')}")
        self.put(f"{made} = {name}()")
        outer.functions.append(made)
        self.evaluation(outer)
        if self.chance(0.5):
            self.put(f"{made}(batches[0][0]).sum().backward()")
            self.put(f"see('{made}', [p.grad for p in {made}.parameters()])")

    def body(self, scope: _Scope) -> None:
        self.wrap(scope)
        while self.budget > 0:
            self.statement(scope)

    def observe(self, scope: _Scope) -> None:
        """Show what the names hold."""
        self.put(f"see('values', {self.seen(scope)})")

    def result(self, scope: _Scope) -> None:
        self.put(f"return {self.seen(scope)}")

    def seen(self, scope: _Scope) -> str:
        """Numbers of some values."""
        names = [*scope.volatile, *scope.graph, *scope.mixed]
        shown = self.rng.sample(names, min(len(names), 2))
        return "[" + ", ".join(f"{name}{self.number_of()}" for name in shown) + "]"

    def number_of(self) -> str:
        return self.any(".sum().item()", ".data", ".data.tolist()", ".data.sum().item()")

    # -- expressions -----------------------------------------------------------------------------

    def tensor(self, scope: _Scope) -> str:
        """A tensor that is no part of a graph."""
        return self.rng.choice([*scope.plain, *scope.plain, "torch.ones(2, 2)"])

    def call(self, scope: _Scope) -> str:
        """A call of Variable that asks for no graph."""
        tensor = self.tensor(scope)
        if scope.producers and self.chance(0.5):
            return self.rng.choice(scope.producers).format(tensor)
        more = self.any("", "", "", "", ", requires_grad=False", ".clone()")
        if more == ".clone()":
            return f"Variable({tensor}, volatile=True).clone()"
        return f"Variable({tensor}, volatile=True{more})"

    def plain_call(self, scope: _Scope) -> str:
        return self.any(f"Variable({self.tensor(scope)})", self.tensor(scope))

    def value(self, scope: _Scope) -> str:
        """A volatile value."""
        return self.rng.choice(scope.volatile) if scope.volatile else self.call(scope)

    def computed(self, scope: _Scope, value: str) -> str:
        """Something computed from a value."""
        other = self.tensor(scope)
        texts = [
            f"net({value})",
            f"net({value})",
            f"head({value})",
            f"head(net({value}).relu())",
            f"F.softmax(net({value}), dim=1)",
            f"({value} * 2)",
            f"({value} + {other})",
            f"{value}.view(2, 2)",
            f"torch.cat([{value}, {other}])[:2]",
            f"(net({value}) * net.weight)",
            f"{value}.clone()",
            f"{value}.t()",
            f"({value} @ head.weight)",
            f"(criterion(net({value}), {other}) + {value})",
            f"net({value}).max(1, keepdim=True)[0].expand(2, 2)",
        ]
        texts += [f"{name}({value})" for name in scope.functions] * 3
        return self.rng.choice(texts)

    # -- statements ------------------------------------------------------------------------------

    def statement(self, scope: _Scope) -> None:
        self.budget -= 1
        nest = 1.0 if scope.depth < 3 else 0.0
        options: list[tuple[float, Callable[[_Scope], None]]] = [
            (2, self.wrap),
            (4, self.compute),
            (2, self.cut),
            (1.5, self.number_statement),
            (1, self.gather),
            (1.5 * nest, self.branch),
            (1.5 * nest, self.loop),
            (0.5 * nest, self.carried),
            (0.4 * nest, self.block),
            (2 * self.trains, self.train),
            (1.5 * self.trains, self.record),
            (self.odd, self.closure),
            (self.odd, self.comprehension),
            (self.odd, self.in_place),
            (self.odd, self.rebind),
            (self.odd, self.conditional),
            (self.odd, self.container),
            (self.odd, self.both),
            (self.odd, self.unpack),
            (self.odd * nest, self.either_branch),
            (0.5 * bool(scope.flags), self.dynamic),
        ]
        weights = [weight for weight, _ in options]
        self.rng.choices(options, weights)[0][1](scope)

    def wrap(self, scope: _Scope) -> None:
        """A volatile value gets a name."""
        form = self.rng.randrange(5)
        name = scope.place * self.chance(0.3) + self.new("v")
        if form == 0:
            self.put(f"{name} = {self.tensor(scope)}")
            self.put(f"{name} = Variable({name}, volatile=True)")
        elif form == 1:
            other = self.new("w")
            self.put(f"{name}, {other} = {self.call(scope)}, {self.plain_call(scope)}")
            scope.plain.append(other)
        elif form == 2:
            self.put(f"{name} = {self.computed(scope, self.call(scope))}")
        else:
            self.put(f"{name} = {self.call(scope)}")
        scope.volatile.append(name)

    def compute(self, scope: _Scope) -> None:
        name = scope.place * self.chance(0.2) + self.new("o")
        self.put(f"{name} = {self.computed(scope, self.value(scope))}")
        scope.volatile.append(name)

    def cut(self, scope: _Scope) -> None:
        """A plain tensor out of a volatile value."""
        name = self.new("d")
        value = self.value(scope)
        text = self.any(f"{value}.data", f"Variable({value}.data)", f"{value}.data * 2")
        self.put(f"{name} = {text}")
        scope.plain.append(name)

    def number_statement(self, scope: _Scope) -> None:
        name = self.new("n")
        self.put(f"{name} = {self.computed(scope, self.value(scope))}{self.number_of()}")
        if self.chance(0.3):
            self.put(f"see('{name}', {name})")

    def gather(self, scope: _Scope) -> None:
        if not scope.lists or self.chance(0.3):
            name = self.new("outs")
            self.put(f"{name} = []")
            scope.lists.append(name)
        kept = self.rng.choice(scope.lists)
        how = self.any("{}.append({})", "{}.append({})", "{} += [{}]", "{}.extend([{}])")
        value = self.computed(scope, self.value(scope))
        self.put(how.format(kept, value) if value in scope.volatile else f"{self.new('k')} = 0")
        if self.chance(0.4):
            name = self.new("o")
            self.put(f"{name} = sum({kept}, {self.value(scope)}) * 2")
            scope.volatile.append(name)

    def branch(self, scope: _Scope) -> None:
        test = self.rng.choice([*scope.flags, "x.sum() > 0", "len(batches) > 1", "False"])
        if "x" not in scope.plain:
            test = "len(batches) > 1"
        with self.suite(f"if {test}:"):
            self.some(scope.inner())
        if self.chance(0.3):
            with self.suite("else:"):
                self.some(scope.inner())

    def either_branch(self, scope: _Scope) -> None:
        """One way wraps, the other asks for no graph."""
        name = self.new("m")
        test = self.rng.choice([*scope.flags, "len(batches) > 2", "len(batches) > 1"])
        ways = [self.plain_call(scope), self.call(scope)]
        self.rng.shuffle(ways)
        with self.suite(f"if {test}:"):
            self.put(f"{name} = {ways[0]}")
        with self.suite("else:"):
            self.put(f"{name} = {ways[1]}")
        self.put(f"{name} = {self.computed(scope, name)}")
        scope.mixed.append(name)

    def loop(self, scope: _Scope) -> None:
        header = self.any("for i in range(2):", "for x, y in batches:", "for x, y in batches:")
        inner = scope.inner(loop=True)
        if "x, y" in header:
            inner.plain = [*dict.fromkeys([*inner.plain, "x", "y"])]
            for names in (inner.volatile, inner.graph, inner.mixed):
                names[:] = [name for name in names if name not in ("x", "y")]
        with self.suite(header):
            self.some(inner)
            if self.chance(0.15):
                self.put(self.any("continue", "break"))
        if "x, y" in header and "x" not in scope.plain:
            scope.plain += ["x", "y"]

    def carried(self, scope: _Scope) -> None:
        """A state that goes round."""
        name = self.new("h")
        start = self.any(self.call(scope), self.value(scope), self.plain_call(scope))
        self.put(f"{name} = {start}")
        pure = start in scope.volatile or "True)" in start
        with self.suite(f"for i in range({self.any('1', '2', '3')}):"):
            inner = scope.inner(loop=True)
            self.put(f"{name} = {self.computed(scope, name)}")
            if scope.volatile and self.chance(0.5):
                self.put(f"{name} = {name} + {self.value(scope)}")
            if self.chance(0.3):
                self.some(inner)
        (scope.volatile if pure else scope.mixed).append(name)

    def block(self, scope: _Scope) -> None:
        form = self.rng.randrange(3)
        if form == 0:
            with self.suite("try:"):
                self.some(scope.inner())
            with self.suite("finally:"):
                self.put("see('done', 1)")
        elif form == 1:
            with self.suite("try:"):
                self.some(scope.inner())
            with self.suite("except ValueError:"):
                self.put("pass")
        else:
            with self.suite("while True:"):
                self.some(scope.inner(loop=True))
                self.put("break")

    def some(self, scope: _Scope) -> None:
        for _ in range(self.rng.randint(1, 3)):
            self.statement(scope)

    def train(self, scope: _Scope) -> None:
        """Something is differentiated."""
        name = self.new("loss")
        value = self.rng.choice([*scope.graph, self.plain_call(scope), self.plain_call(scope)])
        self.put(f"{name} = {self.any('net', 'head')}({value}).pow(2).sum()")
        if self.careless and scope.volatile and self.chance(0.5):
            self.put(f"{name} = {name} + {self.value(scope)}.sum()")
        if scope.mixed and self.chance(0.1):
            self.put(f"{name} = {name} + {self.rng.choice(scope.mixed)}.sum()")
        end = self.any("backward", "backward", "grad")
        if end == "backward":
            self.put(f"{name}.backward(retain_graph=True)")
        else:
            grad = self.new("g")
            self.put(
                f"{grad} = torch.autograd.grad({name}, net.weight, retain_graph=True, "
                "allow_unused=True)[0]"
            )
            self.put(f"see('{grad}', {grad})")

    def record(self, scope: _Scope) -> None:
        """A value that records, for later."""
        name = scope.place * self.chance(0.2) + self.new("b")
        value = self.rng.choice([*scope.graph, self.plain_call(scope)])
        self.put(f"{name} = {self.computed(scope, value)}")
        scope.graph.append(name)

    def closure(self, scope: _Scope) -> None:
        """A function made here and called here, or later."""
        name, result = self.new("f"), self.new("o")
        value = self.value(scope)
        tag = "" if value in scope.volatile else f"{self.new('t')} = 0; "
        form = self.rng.randrange(3)
        if form == 0:
            self.put(f"{name} = lambda t: {self.computed(scope, 't')}")
            self.put(f"{result} = {name}({value})")
        elif form == 1:
            with self.suite(f"def {name}():"):
                self.put(f"{tag}return {self.computed(scope, value)}")
            self.put(f"{result} = {name}()")
        else:
            with self.suite(f"def {name}(t):"):
                self.put(f"{self.new('u')} = net(t).sum().item()")
                self.put(f"return {self.computed(scope, 't')}")
            self.put(f"{result} = {name}({value})")
        scope.volatile.append(result)

    def comprehension(self, scope: _Scope) -> None:
        name = self.new("o")
        value = self.value(scope)
        text = self.any(
            f"[{self.computed(scope, value)} for i in range(2)][0]",
            f"[{self.computed(scope, 't')} for t in [{value}, {value}]][-1]",
            f"sum({self.computed(scope, 't')} for t in [{value}])",
            f"{{i: {self.computed(scope, value)} for i in range(2)}}[0]",
            f"list(map(net, [{value}]))[0]",
            f"torch.stack([net(t) for t in ({value},)])[0]",
        )
        self.put(f"{name} = {text}")
        scope.volatile.append(name)

    def in_place(self, scope: _Scope) -> None:
        if not scope.volatile:
            return
        name = self.rng.choice(scope.volatile)
        kept = self.new("z")
        text = self.any(
            "{k} = {v}.clone(); {k} += 1",
            "{k} = {v}.clone(); {k} += net.weight",
            "{k} = {v} * 1; {k}.mul_(2)",
            "{k} = torch.zeros(2, 2); {k}[0] = {v}[0].data",
            "{k} = {v} * 1; {k}.view(-1).add_(1)",
        )
        self.put(text.format(v=name, k=kept))
        if "zeros" not in text:
            scope.volatile.append(kept)
        else:
            scope.plain.append(kept)

    def rebind(self, scope: _Scope) -> None:
        """A name of one kind holds the other from here on."""
        if not scope.volatile:
            return
        name = self.rng.choice(scope.volatile)
        if scope.depth > 1 or "." in name:
            return
        self.put(f"{name} = {self.computed(scope, self.plain_call(scope))}")
        scope.volatile.remove(name)
        scope.graph.append(name)

    def conditional(self, scope: _Scope) -> None:
        name = self.new("o")
        test = self.rng.choice([*scope.flags, "len(batches) > 1"])
        one, other = self.computed(scope, self.value(scope)), self.value(scope)
        self.put(f"{name} = {one} if {test} else {other}")
        scope.volatile.append(name)

    def container(self, scope: _Scope) -> None:
        name, result = self.new("box"), self.new("o")
        value = self.value(scope)
        form = self.any("[{}]|[0]", "{{'k': {}}}|['k']", "({}, 1)|[0]", "dict(k={})|['k']")
        make, read = form.split("|")
        self.put(f"{name} = {make.format(value)}")
        self.put(f"{result} = {self.computed(scope, name + read)}")
        scope.volatile.append(result)

    def both(self, scope: _Scope) -> None:
        """A volatile value meets one that records: what comes is volatile."""
        if scope.graph:
            name = self.new("o")
            self.put(f"{name} = {self.value(scope)} * {self.rng.choice(scope.graph)}")
            scope.volatile.append(name)

    def unpack(self, scope: _Scope) -> None:
        one, other = self.new("o"), self.new("b")
        value, graph = self.computed(scope, self.value(scope)), self.plain_call(scope)
        self.put(f"{one}, {other} = {value}, {self.computed(scope, graph)}")
        scope.volatile.append(one)
        scope.graph.append(other)

    def dynamic(self, scope: _Scope) -> None:
        """The flag is an expression."""
        name = self.new("m")
        flag = self.rng.choice(scope.flags)
        self.put(f"{name} = Variable({self.tensor(scope)}, volatile={self.any('', 'not ')}{flag})")
        self.put(f"{name} = {self.computed(scope, name)}")
        scope.mixed.append(name)


def generate(seed: int) -> str:
    """The text of the program of a seed."""
    return _Writer(seed).write()


def sprinkled(source: str, seed: int) -> str:
    """A program of `generator.py` of which some plain wrappers ask for no graph."""
    rng = random.Random(seed)

    def flagged(match: re.Match[str]) -> str:
        return f"{match.group(1)}, volatile=True)" if rng.random() < 0.5 else match.group()

    lines = source.split("\n")
    return "\n".join(_WRAPPER.sub(flagged, line, count=1) for line in lines)


def flagged_lines(text: str) -> list[int]:
    """The lines with a volatile call, from 1."""
    return [i for i, line in enumerate(text.split("\n"), 1) if _FLAG.search(line)]


def gone(before: str, after: str) -> Callable[[int], bool]:
    """Whether the volatile call on a line of a program is no longer in its rewritten form.

    Calls stay in order, so those that are left are found by what their lines look like.
    """
    old, new = flagged_lines(before), flagged_lines(after)
    was = [before.split("\n")[line - 1].split() for line in old]
    now = [after.split("\n")[line - 1].split() for line in new]
    # The best way to match the first i lines of one with the first j of the other.
    best: dict[tuple[int, int], tuple[float, frozenset[int]]] = {}
    for i in range(len(old) + 1):
        best[i, 0] = (0.0, frozenset())
        for j in range(1, min(i, len(new)) + 1):
            score, matched = best[i - 1, j - 1]
            alike = SequenceMatcher(None, was[i - 1], now[j - 1], autojunk=False).ratio()
            options = [(score + alike, matched | {old[i - 1]})]
            if i > j:
                options.append(best[i - 1, j])
            best[i, j] = max(options, key=lambda option: option[0])
    left = best[len(old), min(len(old), len(new))][1]
    return lambda line: line not in left
