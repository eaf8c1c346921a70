"""Reads from a syntax tree of the standard library what a function makes of its arguments.

Statement by statement: a name holds a term, the parameters that went into it, and the objects it
may be, be a view of, or hold. A function of which something cannot be followed (a parameter that is
changed in place or kept somewhere, code that runs later) has no body at all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from varmigrate.analysis.callers import MODES
from varmigrate.analysis.operations import (
    TENSOR_TESTS,
    Argument,
    Unclear,
    is_external,
    of_builtin,
    of_function,
    of_method,
    unseen,
)
from varmigrate.analysis.terms import (
    NUMBER,
    UNSEEN,
    Body,
    Term,
    TermKind,
    either,
    is_tensor,
    may_be_list,
    operands,
    size_of,
    surely_tensor,
)
from varmigrate.analysis.wrappers import Parameter, ParameterKind, Ref
from varmigrate.torch_facts.attributes import ATTRIBUTES, NON_TENSOR_ATTRIBUTES
from varmigrate.torch_facts.kinds import Identity
from varmigrate.torch_facts.methods import METHODS, RESHAPE_IN_PLACE_METHODS

_MOST_STATEMENTS = 40
# A function that is given nothing is followed where it does little more than make a tensor.
_MOST_WITHOUT = 10
_MOST_TERMS = 120
_MOST_CALLS = 30
# Loops are followed round by round, so deep inside each other.
_DEEPEST = 3
_ELSEWHERE = "?"
_ANY = -1
_ADDING = frozenset({"append", "add", "insert", "appendleft", "extend"})
_NO_TESTS = (ast.Is, ast.IsNot, ast.In, ast.NotIn)
_PLAIN_NUMBERS = (TermKind.NUMBER, TermKind.NUMBERS, TermKind.LITERAL)
_OF_STREAMS = (ast.LShift, ast.RShift, ast.BitOr, ast.BitAnd)
_OPERATORS: dict[type, str] = {ast.Add: "+", ast.Mult: "*", ast.BitOr: "|"}


class Lookup(Protocol):
    """What names lead to, in the scope of the function."""

    def ref(self, node: ast.expr) -> Ref | None:
        """What a name, a chain of attributes on one, or `self.method` leads to."""

    def is_builtin(self, name: str) -> bool:
        """Whether nothing in the file binds the name."""


@dataclass(frozen=True, slots=True)
class _Value:
    """A term; the parameters that went into it; the objects it may be, share with, or hold."""

    term: Term
    uses: frozenset[str] = frozenset()
    roots: frozenset[object] = frozenset()


_NUMBER = _Value(NUMBER)
_UNSEEN = _Value(UNSEEN, roots=frozenset({_ELSEWHERE}))
_Env = dict[str, _Value]


def read_body(
    node: ast.FunctionDef, name: str, parameters: tuple[Parameter, ...], lookup: Lookup
) -> Body | None:
    """The body of a plain function, or None.

    node: undecorated but for what makes it a static or class method, no generator. name: dotted.
    parameters: without `self` or `cls`. lookup: for the names in it.
    """
    if _statements(node.body, _MOST_STATEMENTS if parameters else _MOST_WITHOUT) < 0:
        return None
    reader = _Reader(node, parameters, lookup)
    try:
        result = reader.run()
    except Unclear:
        return None
    return Body(name, node.lineno, parameters, result, tuple(reader.calls))


def _statements(body: Iterable[ast.stmt], left: int) -> int:
    """How many of `left` statements remain behind a block."""
    for statement in body:
        left -= 1
        if left < 0 or isinstance(statement, _UNFOLLOWED):
            return -1
        for part in ("body", "orelse", "finalbody", "handlers"):
            for inner in getattr(statement, part, ()):
                if isinstance(inner, ast.ExceptHandler):
                    left = _statements(inner.body, left)
                else:
                    left = _statements([inner], left)
                if left < 0:
                    return -1
    return left


_UNFOLLOWED = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Global, ast.Nonlocal, ast.Delete),
    *(ast.AsyncFor, ast.AsyncWith, ast.Import, ast.ImportFrom, ast.Match),
)


class _Reader:
    def __init__(
        self, node: ast.FunctionDef, parameters: tuple[Parameter, ...], lookup: Lookup
    ) -> None:
        self.node = node
        self.lookup = lookup
        self.parameters = frozenset(p.name for p in parameters)
        self.returned: dict[_Value, None] = {}
        self.calls: dict[Term, None] = {}
        self.ends: list[list[_Env]] = []
        arguments = node.args
        self.start: _Env = {a.arg: _UNSEEN for a in (*arguments.posonlyargs, *arguments.args)[:1]}
        for parameter in parameters:
            given = Term(TermKind.GIVEN, name=parameter.name)
            if parameter.kind in (ParameterKind.REST, ParameterKind.KEYWORDS):
                given = Term(TermKind.UNSEEN, (given,), sure=True)
            one = frozenset({parameter.name})
            self.start[parameter.name] = _Value(given, one, one)

    def run(self) -> Term:
        self.block(self.node.body, dict(self.start))
        values = list(self.returned)
        if not values:
            raise Unclear
        return self.checked(either(value.term for value in values))

    @staticmethod
    def checked(term: Term) -> Term:
        """A term that is not too large; raises Unclear."""
        if size_of(term) > _MOST_TERMS:
            raise Unclear
        return term

    # -- statements ----------------------------------------------------------------------------

    def block(self, body: Iterable[ast.stmt], env: _Env | None) -> _Env | None:
        """The names after a block; None where it does not come to an end."""
        for statement in body:
            if env is None:
                return None
            env = self.statement(statement, env)
        return env

    def statement(self, node: ast.stmt, env: _Env) -> _Env | None:
        if isinstance(node, ast.Return):
            if node.value is not None:
                self.returned[self.value(node.value, env)] = None
            return None
        if isinstance(node, ast.Raise):
            for part in (node.exc, node.cause):
                if part is not None:
                    self.value(part, env)
            return None
        if isinstance(node, ast.If):
            return self.if_(node, env)
        if isinstance(node, (ast.For, ast.While)):
            return self.loop(node, env)
        if isinstance(node, ast.With):
            return self.with_(node, env)
        if isinstance(node, ast.Try):
            return self.try_(node, env)
        if isinstance(node, (ast.Break, ast.Continue)):
            self.ends[-1 if isinstance(node, ast.Continue) else -2].append(dict(env))
            return None
        self.simple(node, env)
        return env

    def simple(self, node: ast.stmt, env: _Env) -> None:
        """A statement after which the next one follows; `env` then holds what it binds."""
        if isinstance(node, ast.Assign):
            value = self.value(node.value, env)
            for target in node.targets:
                self.assign(target, value, env)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self.assign(node.target, self.value(node.value, env), env)
        elif isinstance(node, ast.AugAssign):
            self.augmented(node, env)
        elif isinstance(node, ast.Expr):
            self.value(node.value, env)
        elif isinstance(node, ast.Assert):
            self.value(node.test, env)
            if node.msg is not None:
                self.value(node.msg, env)
        elif not isinstance(node, ast.Pass):
            raise Unclear

    def if_(self, node: ast.If, env: _Env) -> _Env | None:
        self.value(node.test, env)
        right, wrong = self.tests(node.test)
        return self.joined(
            [
                self.block(node.body, self.tested(env, right)),
                self.block(node.orelse, self.tested(env, wrong)),
            ]
        )

    def tests(self, test: ast.expr) -> tuple[frozenset[str], frozenset[str]]:
        """The names that are tensors when a test holds, and when it does not."""
        nothing: frozenset[str] = frozenset()
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            right, wrong = self.tests(test.operand)
            return wrong, right
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            return nothing.union(*(self.tests(part)[0] for part in test.values)), nothing
        if not isinstance(test, ast.Call) or test.keywords or not test.args:
            return nothing, nothing
        subject = test.args[0]
        if not isinstance(subject, ast.Name):
            return nothing, nothing
        one = frozenset({subject.id})
        if len(test.args) == 1 and self.origin(test.func) == "torch.is_tensor":
            return one, nothing
        func = test.func
        if len(test.args) == 2 and isinstance(func, ast.Name) and func.id == "isinstance":
            plain = self.lookup.is_builtin("isinstance")
            return (
                one if plain and self.origin(test.args[1]) in TENSOR_TESTS else nothing
            ), nothing
        return nothing, nothing

    def origin(self, node: ast.expr) -> str:
        """The dotted name of something of torch; empty for anything else."""
        ref = self.lookup.ref(node)
        if ref is None or ref.module is None or not is_external(ref.module):
            return ""
        return f"{ref.module}.{ref.name}" if ref.name else ref.module

    @staticmethod
    def tested(env: _Env, names: frozenset[str]) -> _Env:
        env = dict(env)
        for name in names & env.keys():
            value = env[name]
            if not is_tensor(value.term):
                term = Term(TermKind.TESTED, (value.term,))
                env[name] = _Value(term, value.uses, value.roots)
        return env

    def joined(self, branches: Iterable[_Env | None]) -> _Env | None:
        """What holds after one of several branches, whichever it was."""
        alive = [env for env in branches if env is not None]
        if not alive:
            return None
        names = dict.fromkeys(name for env in alive for name in env)
        return {name: self.either([env[name] for env in alive if name in env]) for name in names}

    def either(self, values: Iterable[_Value]) -> _Value:
        values = list(dict.fromkeys(values))
        if len(values) == 1:
            return values[0]
        return self.made(either(value.term for value in values), values)

    def loop(self, node: ast.For | ast.While, env: _Env) -> _Env | None:
        """The names after a loop: a name that a round changes holds anything of that kind."""
        if len(self.ends) > 2 * _DEEPEST:
            raise Unclear
        state = dict(env)
        while True:
            self.ends += [[], []]
            inside = dict(state)
            if isinstance(node, ast.For):
                whole = self.value(node.iter, inside)
                self.assign(node.target, self.part(whole, _ANY), inside)
            else:
                self.value(node.test, inside)
            after = self.block(node.body, inside)
            rounds = [after, *self.ends.pop()]
            broken = self.ends.pop()
            new = self.widened(state, [end for end in rounds if end is not None])
            if new == state:
                break
            state = new
        return self.joined([self.block(node.orelse, state), *broken])

    def widened(self, before: _Env, after: Iterable[_Env]) -> _Env:
        """The names before a round and after it, those that changed not followed."""
        found = dict(before)
        for env in after:
            for name, value in env.items():
                old = found.setdefault(name, value)
                if old == value:
                    continue
                uses, roots = old.uses | value.uses, old.roots | value.roots
                found[name] = _Value(self.anything(uses, roots), uses, roots)
        return found

    @staticmethod
    def anything(uses: frozenset[str], roots: frozenset[object]) -> Term:
        parts = tuple(Term(TermKind.GIVEN, name=name) for name in sorted(uses))
        return Term(TermKind.UNSEEN, parts, sure=True) if parts or roots else UNSEEN

    def with_(self, node: ast.With, env: _Env) -> _Env | None:
        for item in node.items:
            func = item.context_expr
            func = func.func if isinstance(func, ast.Call) else func
            origin = self.origin(func)
            if not origin.startswith("torch.") or origin.rpartition(".")[2] in MODES:
                # It may end the block early and go on behind it; a view made where nothing is
                # recorded is another than one made elsewhere.
                raise Unclear
            self.value(item.context_expr, env)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, _UNSEEN, env)
        return self.block(node.body, env)

    def try_(self, node: ast.Try, env: _Env) -> _Env | None:
        tried = self.block(node.body, dict(env))
        uses = self.parameters
        roots: frozenset[object] = frozenset({_ELSEWHERE, *uses}).union(
            *(value.roots for value in env.values())
        )
        anything = _Value(self.anything(uses, roots), uses, roots)
        caught = dict(env)
        for name in {*env, *self.bound(node.body)}:
            # What was written into is another value, unless the body has not come to its end.
            changed = tried is None or tried.get(name) is not env.get(name)
            if changed or name in self.bound(node.body):
                caught[name] = anything
        ends = [None if tried is None else self.block(node.orelse, tried)]
        for handler in node.handlers:
            inside = dict(caught)
            if handler.type is not None:
                self.value(handler.type, inside)
            if handler.name:
                inside[handler.name] = anything
            ends.append(self.block(handler.body, inside))
        # It runs behind a return or an exception as well.
        self.block(node.finalbody, dict(caught))
        return self.block(node.finalbody, self.joined(ends))

    @staticmethod
    def bound(body: Iterable[ast.stmt]) -> set[str]:
        """The names a block may bind."""
        return {
            part.id
            for statement in body
            for part in ast.walk(statement)
            if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load)
        }

    # -- assignments ---------------------------------------------------------------------------

    def assign(self, target: ast.expr, value: _Value, env: _Env) -> None:
        if isinstance(target, ast.Name):
            env[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            starred = any(isinstance(element, ast.Starred) for element in target.elts)
            for index, element in enumerate(target.elts):
                if starred:
                    inner = element.value if isinstance(element, ast.Starred) else element
                    part = self.made(unseen([value.term]), [value])
                    self.assign(inner, part, env)
                else:
                    self.assign(element, self.part(value, index), env)
        elif isinstance(target, ast.Subscript):
            self.index(target, env)
            self.write(self.value(target.value, env), [value], env)
        elif isinstance(target, ast.Attribute):
            self.keep(self.value(target.value, env), value)
        else:
            raise Unclear

    def augmented(self, node: ast.AugAssign, env: _Env) -> None:
        value = self.value(node.value, env)
        target = node.target
        if isinstance(target, ast.Name):
            before = env.get(target.id, _UNSEEN)
            if before.term.kind in (TermKind.NUMBER, TermKind.NUMBERS, TermKind.LITERAL):
                env[target.id] = self.arithmetic(node.op, [before, value])
                return
            self.write(before, [value], env)
            env[target.id] = self.written(before, [value])
        elif isinstance(target, ast.Subscript):
            self.index(target, env)
            self.write(self.value(target.value, env), [value], env)
        else:
            self.keep(self.value(target.value, env), value)

    @staticmethod
    def keep(owner: _Value, value: _Value) -> None:
        """A value is stored in an attribute: of nothing that was given or made, and no tensor."""
        if owner.uses or value.uses or owner.roots - {_ELSEWHERE} or value.roots - {_ELSEWHERE}:
            raise Unclear

    def write(self, target: _Value, values: list[_Value], env: _Env) -> None:
        """Something is written into a value, and so into all that share with it."""
        if target.roots & self.parameters:
            raise Unclear
        if _ELSEWHERE in target.roots and any(v.uses or v.roots - {_ELSEWHERE} for v in values):
            raise Unclear
        for name, held in env.items():
            if held.roots & target.roots and held is not _UNSEEN:
                env[name] = self.written(held, values)

    def written(self, before: _Value, values: list[_Value]) -> _Value:
        parts = [before, *values]
        written = operands(value.term for value in values)
        return self.made(Term(TermKind.WRITTEN, (before.term, *written)), parts)

    def index(self, node: ast.Subscript, env: _Env) -> _Value:
        """Evaluate an index; one that may be the key of a dictionary is looked up by what it is."""
        index = self.value(node.slice, env)
        if index.uses and not is_tensor(index.term):
            base = self.value(node.value, env)
            if not is_tensor(base.term):
                raise Unclear
        return index

    # -- expressions ---------------------------------------------------------------------------

    def made(
        self, term: Term, values: Iterable[_Value], root: object = None, new: bool = False
    ) -> _Value:
        """A value made of others. root: names it as an object; new: it shares with none of them."""
        values = list(values)
        uses: frozenset[str] = frozenset().union(*(value.uses for value in values))
        roots: frozenset[object] = frozenset()
        if not new:
            roots = roots.union(*(value.roots for value in values))
        if root is not None:
            roots |= {root}
        return _Value(self.checked(term), uses, roots)

    def value(self, node: ast.expr, env: _Env) -> _Value:
        """What an expression gives; raises Unclear when it does something that counts."""
        if isinstance(node, ast.Name):
            return env.get(node.id, _UNSEEN)
        if isinstance(node, ast.Constant):
            truth = bool(node.value) if isinstance(node.value, int) else None
            return _Value(Term(TermKind.LITERAL, value=truth))
        if isinstance(node, ast.Call):
            return self.call(node, env)
        if isinstance(node, ast.Attribute):
            return self.attribute(node, env)
        if isinstance(node, ast.BinOp):
            sides = [self.value(node.left, env), self.value(node.right, env)]
            return self.arithmetic(node.op, sides, (node.lineno, node.col_offset))
        if isinstance(node, ast.UnaryOp):
            return self.unary(node, env)
        if isinstance(node, ast.Compare):
            return self.compared(node, env)
        if isinstance(node, ast.Subscript):
            index = self.index(node, env)
            step = node.slice.value if isinstance(node.slice, ast.Constant) else None
            base = self.value(node.value, env)
            found = self.part(base, step if type(step) is int else -2)
            return _Value(found.term, found.uses | index.uses, found.roots)
        if isinstance(node, ast.IfExp):
            self.value(node.test, env)
            right, wrong = self.tests(node.test)
            return self.either(
                [
                    self.value(node.body, self.aside(env, right)),
                    self.value(node.orelse, self.aside(env, wrong)),
                ]
            )
        if isinstance(node, ast.BoolOp):
            return self.either([self.value(part, env) for part in node.values])
        if isinstance(node, (ast.Tuple, ast.List)):
            return self.display(node, env)
        if isinstance(node, ast.ListComp):
            return self.comprehension(node, env)
        if isinstance(node, ast.Slice):
            for bound in (node.lower, node.upper, node.step):
                if bound is not None:
                    self.value(bound, env)
            return _NUMBER
        if isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    self.value(part.value, env)
            return _NUMBER
        if isinstance(node, ast.Starred):
            value = self.value(node.value, env)
            return self.made(unseen([value.term]), [value])
        if isinstance(node, ast.Dict) and None not in node.keys:
            for key in node.keys:
                if key is not None and self.value(key, env).uses:
                    raise Unclear
            values = [self.value(part, env) for part in node.values]
            place = (node.lineno, node.col_offset)
            return self.made(self.anything(*self.sums(values)), values, place)
        raise Unclear

    @staticmethod
    def sums(values: Iterable[_Value]) -> tuple[frozenset[str], frozenset[object]]:
        uses: frozenset[str] = frozenset()
        roots: frozenset[object] = frozenset()
        for value in values:
            uses, roots = uses | value.uses, roots | value.roots
        return uses, roots

    def aside(self, env: _Env, names: frozenset[str]) -> _Env:
        """The names for one side of a condition, in which nothing may be bound or written."""
        return _Fixed(self.tested(env, names)) if names else env

    def part(self, whole: _Value, step: int) -> _Value:
        """An element of a value."""
        term = whole.term
        if term.kind is TermKind.TUPLE and 0 <= step < len(term.parts):
            return self.made(term.parts[step], [whole])
        if term.kind in (TermKind.NUMBER, TermKind.NUMBERS):
            return _NUMBER
        if term.kind is TermKind.MANY:
            return self.made(term.parts[0], [whole])
        return self.made(Term(TermKind.PART, (term,), step=step), [whole])

    def attribute(self, node: ast.Attribute, env: _Env) -> _Value:
        ref = None if self.is_local(node, env) else self.lookup.ref(node)
        if ref is not None:
            return _UNSEEN
        owner = self.value(node.value, env)
        name = node.attr
        if name in NON_TENSOR_ATTRIBUTES and name != "grad_fn":
            return _NUMBER
        if owner.term.kind in (TermKind.NUMBER, TermKind.NUMBERS):
            return _NUMBER
        row = ATTRIBUTES.get(name)
        if row is not None and name != "grad":
            # It may become `.detach()`, which may be the tensor itself where a Variable stood.
            identity = Identity.SAME if name == "data" else row.identity
            term = Term(
                TermKind.METHOD, (owner.term,), f".{name}", graph=row.graph, identity=identity
            )
            return self.made(term, [owner])
        if owner.uses or owner.roots - {_ELSEWHERE}:
            raise Unclear
        return _UNSEEN

    def is_local(self, node: ast.expr, env: Mapping[str, _Value]) -> bool:
        """Whether a chain of attributes begins at a name the function holds a value in."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and node.id in env and env[node.id] is not _UNSEEN

    def arithmetic(
        self, operator: ast.operator, sides: list[_Value], place: object = None
    ) -> _Value:
        if all(side.term.kind in (TermKind.NUMBER, TermKind.NUMBERS) for side in sides):
            return _NUMBER
        if isinstance(operator, _OF_STREAMS) and not any(surely_tensor(s.term) for s in sides):
            # `log << x` is no arithmetic.
            self.outside(sides)
        name = _OPERATORS.get(type(operator), "")
        parts = tuple(side.term for side in sides)
        if may_be_list(Term(TermKind.ARITHMETIC, parts, name)):
            return self.made(Term(TermKind.ARITHMETIC, parts, name), sides, place)
        view = isinstance(operator, ast.MatMult)
        term = Term(TermKind.ARITHMETIC, operands(parts), sure=view)
        return self.made(term, sides, place, new=True)

    def unary(self, node: ast.UnaryOp, env: _Env) -> _Value:
        value = self.value(node.operand, env)
        if isinstance(node.op, ast.Not):
            return self.made(Term(TermKind.NOT, (value.term,)), [], None)
        if value.term.kind in (TermKind.NUMBER, TermKind.LITERAL, TermKind.NUMBERS):
            return _NUMBER
        if isinstance(node.op, ast.UAdd):
            return value
        term = Term(TermKind.ARITHMETIC, operands([value.term]), "-")
        return self.made(term, [value], (node.lineno, node.col_offset), new=True)

    def compared(self, node: ast.Compare, env: _Env) -> _Value:
        nodes = [node.left, *node.comparators]
        sides = [self.value(side, env) for side in nodes]
        used = any(side.uses for side in sides)
        tensors = [side for side in sides if side.term.kind not in _PLAIN_NUMBERS]
        if len(tensors) > 1 and not any(surely_tensor(side.term) for side in tensors):
            # A class may compare itself with what it is given, and keep that.
            self.outside(tensors)
        for operator in node.ops:
            against_none = (
                all(isinstance(side, ast.Constant) for side in node.comparators) or not used
            )
            if isinstance(operator, _NO_TESTS) and not against_none:
                # Which of two tensors it is can be told by it.
                raise Unclear
            if isinstance(operator, (ast.Eq, ast.NotEq)) and used:
                known = [
                    side.term.kind in (TermKind.NUMBER, TermKind.NUMBERS, TermKind.LITERAL)
                    or is_tensor(side.term)
                    for side in sides
                ]
                if not any(known):
                    raise Unclear
        numbers = (TermKind.NUMBER, TermKind.NUMBERS, TermKind.LITERAL)
        if all(side.term.kind in numbers for side in sides):
            return _NUMBER
        if any(isinstance(operator, _NO_TESTS) for operator in node.ops):
            return _NUMBER
        if len(sides) > 2:
            return self.made(unseen([side.term for side in sides]), sides)
        term = Term(TermKind.COMPARED, tuple(side.term for side in sides))
        return self.made(term, sides, (node.lineno, node.col_offset), new=True)

    def display(self, node: ast.Tuple | ast.List, env: _Env) -> _Value:
        values = [self.value(element, env) for element in node.elts]
        place = (node.lineno, node.col_offset)
        if any(isinstance(element, ast.Starred) for element in node.elts):
            return self.made(self.anything(*self.sums(values)), values, place)
        kind = TermKind.TUPLE if isinstance(node, ast.Tuple) else TermKind.LIST
        return self.made(Term(kind, tuple(value.term for value in values)), values, place)

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp, env: _Env) -> _Value:
        inside = dict(env)
        for generator in node.generators:
            if generator.is_async:
                raise Unclear
            whole = self.value(generator.iter, inside)
            self.assign(generator.target, self.part(whole, _ANY), inside)
            for test in generator.ifs:
                self.value(test, inside)
        element = self.value(node.elt, inside)
        for name, value in env.items():
            if inside[name] != value and name not in self.targets(node):
                # Something was written in one of its rounds.
                raise Unclear
        place = (node.lineno, node.col_offset)
        return self.made(Term(TermKind.MANY, (element.term,)), [element], place)

    @staticmethod
    def targets(node: ast.ListComp | ast.GeneratorExp) -> set[str]:
        return {
            part.id
            for generator in node.generators
            for part in ast.walk(generator.target)
            if isinstance(part, ast.Name)
        }

    # -- calls ---------------------------------------------------------------------------------

    def call(self, node: ast.Call, env: _Env) -> _Value:
        func = node.func
        ref = None
        if not self.is_local(func, env):
            ref = self.lookup.ref(func) if isinstance(func, (ast.Name, ast.Attribute)) else None
        receiver = None
        if ref is None and isinstance(func, ast.Attribute):
            receiver = self.value(func.value, env)
        arguments: list[Argument] = []
        values: list[_Value] = []
        gathers = isinstance(func, ast.Name) and func.id in ("list", "tuple")
        for part in node.args:
            if gathers and isinstance(part, ast.GeneratorExp):
                value = self.comprehension(part, env)
            else:
                value = self.value(part, env)
            arguments.append(("*" if isinstance(part, ast.Starred) else "", value.term))
            values.append(value)
        for keyword in node.keywords:
            value = self.value(keyword.value, env)
            arguments.append((keyword.arg or "**", value.term))
            values.append(value)
        place = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
        if receiver is not None and isinstance(func, ast.Attribute):
            return self.method(func, receiver, arguments, values, env, place)
        if ref is None:
            builtin = isinstance(func, ast.Name) and func.id not in env
            if isinstance(func, ast.Name) and builtin and self.lookup.is_builtin(func.id):
                return self.known(of_builtin(func.id, arguments), values, place)
            return self.outside(values, self.value(func, env))
        if ref.module is not None and is_external(ref.module):
            if ref.name.endswith("_"):
                raise Unclear
            made = of_function(f"{ref.module}.{ref.name}", arguments)
            if made is not None:
                return self.known(made, values, place)
            return self.outside(values)
        term = Term(
            TermKind.CALLED,
            tuple(term for _, term in arguments),
            ref=ref,
            names=tuple(name for name, _ in arguments),
        )
        self.calls[self.checked(term)] = None
        if len(self.calls) > _MOST_CALLS:
            raise Unclear
        found = self.made(term, values, place)
        return _Value(found.term, found.uses, found.roots | {_ELSEWHERE})

    def known(self, term: Term, values: list[_Value], place: object) -> _Value:
        """The value of an operation that is known."""
        new = term.kind in (TermKind.NUMBER, TermKind.NUMBERS, TermKind.FLAG)
        if term.kind in (TermKind.METHOD, TermKind.FUNCTION):
            new = term.identity is Identity.NEW
        if new and term.kind not in (TermKind.METHOD, TermKind.FUNCTION):
            return _Value(term)
        return self.made(term, values, place, new)

    @staticmethod
    def outside(values: list[_Value], callee: _Value = _UNSEEN) -> _Value:
        """Code that is not seen gets some values."""
        for value in (callee, *values):
            if value.uses or value.roots - {_ELSEWHERE}:
                raise Unclear
        return _UNSEEN

    def method(
        self,
        func: ast.Attribute,
        receiver: _Value,
        arguments: list[Argument],
        values: list[_Value],
        env: _Env,
        place: object,
    ) -> _Value:
        name = func.attr
        if name == "requires_grad_":
            return self.leaf(func, receiver, arguments, values, env)
        if name in _ADDING and (name != "add" or receiver.term.kind is TermKind.LIST):
            self.write(receiver, values, env)
            return _NUMBER
        if name.endswith("_") and not name.endswith("__"):
            if name not in METHODS or name in ("detach_", "set_"):
                raise Unclear
            shape = name in RESHAPE_IN_PLACE_METHODS
            if shape and not isinstance(func.value, ast.Call):
                raise Unclear
            self.write(receiver, values, env)
            if isinstance(func.value, ast.Name):
                return env.get(func.value.id, _UNSEEN)
            return self.written(receiver, values)
        if not receiver.uses and receiver.roots <= {_ELSEWHERE} and receiver.term == UNSEEN:
            return self.outside(values)
        if not surely_tensor(receiver.term):
            # A buffer or a queue has methods of these names, too, which keep what they are given.
            self.outside(values)
        term = of_method(name, receiver.term, arguments)
        return self.known(term, [receiver, *values], place)

    def leaf(
        self,
        func: ast.Attribute,
        receiver: _Value,
        arguments: list[Argument],
        values: list[_Value],
        env: _Env,
    ) -> _Value:
        """`.requires_grad_(flag)`, on a new object of which nothing is known yet."""
        made = receiver.term
        new = made.kind is TermKind.CUT or made.identity is Identity.NEW
        if not isinstance(func.value, ast.Call) or not new or len(arguments) > 1:
            raise Unclear
        flag = arguments[0][1] if arguments else Term(TermKind.LITERAL, value=True)
        return self.made(Term(TermKind.LEAF, (made, flag)), [receiver, *values])


class _Fixed(dict[str, _Value]):
    """Names of which none may be bound."""

    def __setitem__(self, name: str, value: _Value) -> None:
        raise Unclear
