"""Callables of a project that wrap their argument in Variable: what each does to its caller's data.

`callables` reads from one file what might wrap; `solve` finds out, over the files of a project,
what does: Variable itself wraps, and so does whatever hands back what a wrapper gave it. The
answers are plain data, so that they can travel to a worker and be kept.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, TypeVar

from varmigrate.torch_facts.variable import VARIABLE_PARAMETERS

if TYPE_CHECKING:
    from varmigrate.analysis.terms import Body

Item = TypeVar("Item")
Key = tuple[str, str]
"""The file and the dotted name of a callable."""


class CallableKind(enum.Enum):
    """What a wrapper is, which decides how it may be called."""

    FUNCTION = "function"
    METHOD = "method"
    STATIC = "static method"
    CLASS = "class method"
    LAMBDA = "lambda"
    PARTIAL = "partial"
    ALIAS = "alias"


class SourceKind(enum.Enum):
    """How a value comes into a call."""

    LITERAL = "literal"
    PARAMETER = "parameter"
    NOT_PARAMETER = "negated parameter"
    PASSED = "passed through"
    EXPRESSION = "expression"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the value of an argument comes from, seen from the callable it stands in.

    name: the parameter. value: of a literal. text: as written. index, name: for what is passed
    through `*args` and `**kwargs`, its place among the spare positional arguments (-1: none) and
    its keyword ("": none); default: what it is when the caller gives none.
    """

    kind: SourceKind
    name: str = ""
    value: bool | None = None
    text: str = ""
    index: int = -1
    default: Source | None = None


LEFT_OUT = Source(SourceKind.LITERAL, value=False)


class ParameterKind(enum.Enum):
    """How a parameter can be given."""

    POSITIONAL_ONLY = "positional only"
    NORMAL = "positional or keyword"
    KEYWORD_ONLY = "keyword only"
    REST = "*"
    KEYWORDS = "**"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a callable, the bound `self` or `cls` not counted; its default, if any."""

    name: str
    kind: ParameterKind = ParameterKind.NORMAL
    default: Source | None = None


VARIABLE_SIGNATURE = (
    *(
        Parameter(name, default=None if name == "data" else LEFT_OUT)
        for name in VARIABLE_PARAMETERS
    ),
)


@dataclass(frozen=True, slots=True)
class Ref:
    """What a called name leads to.

    module: as written in the import ("*" for one that only a star import can bind); None for
    something of the same file. name: dotted, from the top of that module; a nested definition has
    "<locals>" in it.
    """

    module: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call inside a callable.

    name: its keyword, "" for a positional one, "*" or "**". data: where the value starts from,
    when that is a parameter; steps: what was done to it since. flag: the value, read as a flag.
    mentions: whether it depends on a parameter at all.
    """

    name: str
    data: Source | None
    steps: tuple[str, ...]
    flag: Source
    mentions: bool


@dataclass(frozen=True, slots=True)
class InnerCall:
    """A call in a callable whose result is handed back.

    place: line and column (in UTF-8 bytes, from 0) at which the called name begins. steps: methods
    called on the result. holder: "tuple", "list" or "dict" when it is handed back inside one.
    mixed: that holds other things as well.
    """

    ref: Ref
    place: tuple[int, int]
    arguments: tuple[Argument, ...]
    steps: tuple[str, ...] = ()
    holder: str = ""
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A callable that wraps if one of its inner calls does.

    name: dotted, with "<locals>" below a function. line: of the name that is bound. always:
    whether everything it returns comes from an inner call.
    """

    name: str
    kind: CallableKind
    line: int
    parameters: tuple[Parameter, ...]
    inner: tuple[InnerCall, ...]
    always: bool = True


@dataclass(frozen=True, slots=True)
class ClassSummary:
    """A class: the names it binds, and what its bases are (None: not followed)."""

    names: frozenset[str] = frozenset()
    bases: tuple[Ref | None, ...] = ()


@dataclass(frozen=True, slots=True)
class FileCallables:
    """What one file offers, by name: candidates, classes, and functions that only compute."""

    candidates: Mapping[str, Candidate] = field(default_factory=dict)
    classes: Mapping[str, ClassSummary] = field(default_factory=dict)
    bodies: Mapping[str, Body] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WrapperSummary:
    """A callable that wraps, as its callers see it.

    path: the file that defines it. data: the parameter that is wrapped, None when what is wrapped
    is made inside. before, after: what is done to the data around the wrapping. requires_grad,
    volatile: how the flags arrive. returns: "value", "tuple", "list" or "dict". through:
    the wrappers it calls, by file and name. own: the places of calls of Variable in it. uniform:
    whether all that it gives back is volatile alike. settled: whether rewriting the definitions
    leaves its callers nothing to do; None when that is not known.
    """

    name: str
    kind: CallableKind
    line: int
    path: str
    parameters: tuple[Parameter, ...]
    data: Source | None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    requires_grad: Source = LEFT_OUT
    volatile: Source = LEFT_OUT
    returns: str = "value"
    recursive: bool = False
    always: bool = True
    through: tuple[Key, ...] = ()
    own: tuple[tuple[int, int], ...] = ()
    uniform: bool = True
    settled: bool | None = None

    @property
    def carries_volatile(self) -> bool:
        """Whether its own parameter, or it itself, asks for a volatile value."""
        return self.volatile.kind is SourceKind.PARAMETER or self.volatile.value is True

    @property
    def short(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]


@dataclass(slots=True)
class Bound(Generic[Item]):
    """The arguments of one call, sorted out by a signature.

    given: by parameter. rest, extra: what goes to `*args` and `**kwargs`. unclear: a `*` or `**`
    argument hides what is given. wrong: the call cannot work.
    """

    given: dict[str, Item] = field(default_factory=dict)
    rest: list[Item] = field(default_factory=list)
    extra: dict[str, Item] = field(default_factory=dict)
    unclear: bool = False
    wrong: bool = False


def bind(arguments: Iterable[tuple[str, Item]], parameters: Sequence[Parameter]) -> Bound[Item]:
    """Sort out arguments, given as (keyword, "" or "*" or "**"; item), by a signature."""
    bound: Bound[Item] = Bound()
    plain = (ParameterKind.POSITIONAL_ONLY, ParameterKind.NORMAL)
    positional = [p.name for p in parameters if p.kind in plain]
    by_keyword = {
        p.name for p in parameters if p.kind in (ParameterKind.NORMAL, ParameterKind.KEYWORD_ONLY)
    }
    kinds = {p.kind for p in parameters}
    index = 0
    for name, item in arguments:
        if name in ("*", "**"):
            bound.unclear = True
        elif not name:
            if index < len(positional):
                bound.given[positional[index]] = item
            elif ParameterKind.REST in kinds:
                bound.rest.append(item)
            else:
                bound.wrong = True
            index += 1
        elif name in by_keyword:
            bound.wrong = bound.wrong or name in bound.given
            bound.given[name] = item
        elif ParameterKind.KEYWORDS in kinds:
            bound.wrong = bound.wrong or name in bound.extra
            bound.extra[name] = item
        else:
            bound.wrong = True
    return bound


Resolve = Callable[[str, Ref], "Key | WrapperSummary | None"]


def solve(
    files: Mapping[str, FileCallables],
    resolve: Resolve,
    is_variable: Callable[[str, Ref], bool],
    verdicts: Mapping[Key, bool] = MappingProxyType({}),
) -> dict[Key, WrapperSummary]:
    """The wrappers among the candidates of some files.

    files: by path. resolve: what a reference in a file leads to: a callable of one of the files,
    or a wrapper that is known already. is_variable: whether it leads to Variable itself. verdicts:
    whether the calls of Variable inside a wrapper are rewritten, as far as that is known.

    What is found in one round is built from what the rounds before found, so that neither the
    order of files nor that of definitions matters.
    """
    found: dict[Key, WrapperSummary] = {}
    users: dict[Key, list[Key]] = {}
    waiting: list[Key] = []
    for path, callables in files.items():
        for name, candidate in callables.candidates.items():
            waiting.append((path, name))
            for call in candidate.inner:
                target = resolve(path, call.ref)
                if isinstance(target, tuple):
                    users.setdefault(target, []).append((path, name))
    while waiting:
        new: dict[Key, WrapperSummary] = {}
        for key in sorted(set(waiting)):
            path, name = key
            candidate = files[path].candidates[name]
            summary = _built(path, candidate, found, resolve, is_variable, verdicts)
            if summary is not None:
                new[key] = summary
        found.update(new)
        # Only what calls one of the new ones can have become one.
        waiting = [user for key in new for user in users.get(key, ()) if user not in found]
    return found


def _built(
    path: str,
    candidate: Candidate,
    found: Mapping[Key, WrapperSummary],
    resolve: Resolve,
    is_variable: Callable[[str, Ref], bool],
    verdicts: Mapping[Key, bool],
) -> WrapperSummary | None:
    """The summary of a candidate, from its inner calls of Variable and of wrappers in `found`."""
    views: list[_Inner] = []
    recursive = False
    open_ends = not candidate.always
    for call in candidate.inner:
        if is_variable(path, call.ref):
            if candidate.kind is CallableKind.ALIAS and "." not in candidate.name:
                # Another name for Variable itself is followed as such.
                return None
            views.append(_inner(call, VARIABLE_SIGNATURE, None))
            continue
        target = resolve(path, call.ref)
        if target == (path, candidate.name):
            recursive = True
            continue
        summary = target if isinstance(target, WrapperSummary) else None
        if isinstance(target, tuple):
            summary = found.get(target)
        if summary is None:
            open_ends = True
        else:
            views.append(_inner(call, summary.parameters, summary))
    alike = len({view.volatile for view in views}) == 1 and not any(v.mixed for v in views)
    views = [view for view in views if view.tells]
    if not views:
        return None
    own = any(view.wrapper is None for view in views)
    first = next((view for view in views if view.data is not None), views[0])
    volatile = next((v.volatile for v in views if v.volatile != LEFT_OUT), first.volatile)
    trains = next((v.requires_grad for v in views if v.requires_grad != LEFT_OUT), LEFT_OUT)
    return WrapperSummary(
        name=candidate.name,
        kind=candidate.kind,
        line=candidate.line,
        path=path,
        parameters=candidate.parameters,
        data=first.data,
        before=first.before,
        after=first.after,
        requires_grad=trains if first.requires_grad == LEFT_OUT else first.requires_grad,
        volatile=volatile,
        returns=first.holder or "value",
        recursive=recursive,
        always=not open_ends,
        through=tuple(
            sorted({(v.wrapper.path, v.wrapper.name) for v in views if v.wrapper is not None})
        ),
        own=tuple(sorted({view.place for view in views if view.wrapper is None})),
        uniform=alike and not open_ends,
        settled=_settled([verdicts.get((path, candidate.name))] if own else [], views),
    )


def _settled(own: list[bool | None], views: Iterable[_Inner]) -> bool | None:
    """False when one of the calls inside is known to stay, None when nothing is known."""
    answers = own + [view.wrapper.settled for view in views if view.wrapper is not None]
    if False in answers:
        return False
    return None if None in answers else True


@dataclass(slots=True)
class _Inner:
    """One wrapping call inside a candidate, in terms of the candidate's own parameters."""

    place: tuple[int, int]
    wrapper: WrapperSummary | None
    data: Source | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    requires_grad: Source
    volatile: Source
    holder: str
    tells: bool
    mixed: bool


def _inner(
    call: InnerCall, parameters: Sequence[Parameter], wrapper: WrapperSummary | None
) -> _Inner:
    bound = bind([(a.name, a) for a in _expanded(call.arguments, parameters)], parameters)
    if wrapper is None:
        wanted: Source | None = Source(SourceKind.PARAMETER, "data")
        requires_grad = Source(SourceKind.PARAMETER, "requires_grad")
        volatile = Source(SourceKind.PARAMETER, "volatile")
        before: tuple[str, ...] = ()
        after: tuple[str, ...] = ()
        holder = ""
    else:
        wanted, requires_grad, volatile = wrapper.data, wrapper.requires_grad, wrapper.volatile
        before, after = wrapper.before, wrapper.after
        holder = "" if wrapper.returns == "value" else wrapper.returns
    argument = None if wanted is None else _argument(bound, wanted)
    flags = [_flag(bound, parameters, flag) for flag in (requires_grad, volatile)]
    depends = any(a.mentions for a in call.arguments)
    data = argument.data if argument is not None else None
    return _Inner(
        place=call.place,
        wrapper=wrapper,
        data=data,
        before=(*(argument.steps if argument is not None else ()), *before),
        after=(*after, *call.steps),
        requires_grad=flags[0],
        volatile=flags[1],
        holder=call.holder or holder,
        tells=flags[1].value is not False
        or (not call.mixed and (depends or flags[0].value is not False)),
        mixed=call.mixed or (wrapper is not None and not wrapper.uniform),
    )


def _expanded(arguments: Iterable[Argument], parameters: Sequence[Parameter]) -> Iterable[Argument]:
    """The arguments, `*args` and `**kwargs` that are passed through spelled out one by one."""
    arguments = list(arguments)
    named = {a.name for a in arguments if a.name not in ("", "*", "**")}
    plain = [
        p.name
        for p in parameters
        if p.kind in (ParameterKind.POSITIONAL_ONLY, ParameterKind.NORMAL)
    ]
    keywords = any(a.name == "**" and a.data is not None for a in arguments)
    kinds = {p.kind for p in parameters}
    taken = 0
    for argument in arguments:
        if argument.name == "*" and argument.data is not None:
            places = plain[taken:]
            if ParameterKind.REST in kinds:
                places += [""] * len(VARIABLE_PARAMETERS)
            for index, name in enumerate(places):
                if name and name in named:
                    break
                keyword = name if keywords else ""
                source = Source(SourceKind.PASSED, keyword, index=index, text=name)
                named.add(name)
                yield Argument("", source, (), source, True)
            taken = len(plain)
        elif argument.name == "**" and argument.data is not None:
            spare = VARIABLE_PARAMETERS if ParameterKind.KEYWORDS in kinds else ()
            named_kinds = (ParameterKind.NORMAL, ParameterKind.KEYWORD_ONLY)
            for name in (*(p.name for p in parameters if p.kind in named_kinds), *spare):
                if name in named or name in plain[:taken]:
                    continue
                named.add(name)
                source = Source(SourceKind.PASSED, name, text=name)
                yield Argument(name, source, (), source, True)
        else:
            taken += argument.name == ""
            yield argument


def _argument(bound: Bound[Argument], source: Source) -> Argument | None:
    if source.kind in (SourceKind.PARAMETER, SourceKind.NOT_PARAMETER):
        return bound.given.get(source.name)
    if source.kind is not SourceKind.PASSED:
        return None
    by_name = bound.extra.get(source.name) if source.name else None
    if not 0 <= source.index < len(bound.rest):
        return by_name
    by_place = bound.rest[source.index]
    if by_name is None or by_place.flag.kind is not SourceKind.PASSED:
        return by_place
    either = Source(SourceKind.PASSED, by_name.flag.name, None, source.text, by_place.flag.index)
    return Argument("", either, (), either, True)


def _flag(bound: Bound[Argument], parameters: Sequence[Parameter], source: Source) -> Source:
    """A flag of an inner call in terms of the parameters around that call."""
    if source.kind in (SourceKind.LITERAL, SourceKind.EXPRESSION):
        return source
    argument = _argument(bound, source)
    if argument is None:
        default = default_of(parameters, source)
        if bound.unclear:
            return Source(SourceKind.EXPRESSION, text="what is passed on")
        given = default if default is not None else LEFT_OUT
    else:
        given = argument.flag
        if given.kind is SourceKind.PASSED and given.default is None:
            default = default_of(parameters, source) or LEFT_OUT
            given = Source(given.kind, given.name, None, given.text, given.index, default)
    return negated(given) if source.kind is SourceKind.NOT_PARAMETER else given


def default_of(parameters: Sequence[Parameter], source: Source) -> Source | None:
    """What a source is when the caller gives nothing for it."""
    if source.kind is SourceKind.PASSED:
        return source.default
    return next((p.default for p in parameters if p.name == source.name), None)


def negated(source: Source) -> Source:
    """`not` of a flag."""
    if source.kind is SourceKind.LITERAL and source.value is not None:
        return Source(source.kind, value=not source.value, text=str(not source.value))
    if source.kind is SourceKind.PARAMETER:
        return Source(SourceKind.NOT_PARAMETER, source.name, text=f"not {source.text}")
    if source.kind is SourceKind.NOT_PARAMETER:
        return Source(SourceKind.PARAMETER, source.name, text=source.name)
    return Source(SourceKind.EXPRESSION, text=f"not ({source.text})")


def members(callables: FileCallables, name: str) -> Iterator[str | Ref]:
    """Where a dotted name of a file is defined: itself, or in what its class inherits from.

    Yields the name of a candidate, or a reference to a class of another file; nothing where a
    class binds the name to something else, or has a base that is not followed.
    """
    yield from _members(callables, name, set())


def _members(callables: FileCallables, name: str, seen: set[str]) -> Iterator[str | Ref]:
    if name in callables.candidates:
        yield name
        return
    owner, _, last = name.rpartition(".")
    found = callables.classes.get(owner)
    if found is None or owner in seen or last in found.names:
        return
    seen.add(owner)
    for base in found.bases:
        if base is None:
            return
        if base.module is None:
            if base.name not in callables.classes:
                return
            yield from _members(callables, f"{base.name}.{last}", seen)
        elif base.module.split(".")[0] != "torch":
            yield Ref(base.module, f"{base.name}.{last}")
            return


def overridden(callables: FileCallables, name: str) -> bool:
    """Whether a class of the file that inherits from the one in `name` binds the method itself."""
    owner, _, last = name.rpartition(".")
    below = {owner}
    while True:
        more = {
            key
            for key, value in callables.classes.items()
            if key not in below
            and any(b is not None and b.module is None and b.name in below for b in value.bases)
        }
        if not more:
            return any(last in callables.classes[key].names for key in below - {owner})
        below |= more
