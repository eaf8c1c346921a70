"""What the calls of one file give that lead to functions of its project which only compute.

The summary of such a function is evaluated with what is known of the very arguments of a call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.names import VARIABLE, Names, canonical
from varmigrate.analysis.scopes import Binding, BindingKind, ScopeKind, Scopes
from varmigrate.analysis.summaries import Summaries, default_term
from varmigrate.analysis.terms import Body, Summary, Term
from varmigrate.analysis.wrapper_calls import callables_of
from varmigrate.analysis.wrappers import FileCallables, Key, Ref, bind
from varmigrate.torch_facts.stars import STAR_EXPORTS_VARIABLE

_HERE = ""
# In a file that names one of them any name may be bound anew.
_NAMESPACES = re.compile(r"\b(?:__dict__|f_locals)\b")


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a function that only computes: what each parameter is given."""

    summary: Summary
    given: Mapping[str, cst.BaseExpression]
    defaults: Mapping[str, Term]
    here: bool = False

    @property
    def shared(self) -> list[cst.BaseExpression]:
        """The arguments whose tensor the result may be, be a view of, or hold."""
        return [node for name, node in self.given.items() if name in self.summary.shares]


class Calls:
    """The calls of one file that are followed into functions; every answer is kept."""

    def __init__(self, scopes: Scopes, names: Names) -> None:
        self.scopes = scopes
        self.names = names
        self.context = names.context
        self._known: dict[int, Called | None] = {}
        self._imported = frozenset(origin.rpartition(".")[2] for origin in self.context.summaries)

    @cached_property
    def _callables(self) -> FileCallables:
        return callables_of(self.scopes.tree.text, self.context)

    @cached_property
    def _summaries(self) -> Summaries:
        return Summaries(_Links(self._callables, self.context, self.scopes))

    def of(self, call: cst.Call) -> Called | None:
        """What is known of a call; None when it is no such call, or not surely."""
        if id(call) not in self._known:
            found = self._summary(call.func)
            self._known[id(call)] = None if found is None else _called(call, *found)
        return self._known[id(call)]

    def _summary(self, func: cst.BaseExpression) -> tuple[Summary, bool] | None:
        imported = self._of_import(func)
        if imported is not None:
            return imported, False
        defined = self._defined(func) if isinstance(func, cst.Name) else None
        return None if defined is None else (defined, True)

    def _of_import(self, func: cst.BaseExpression) -> Summary | None:
        if not self._imported:
            return None
        meaning = self.names.imported(func)
        return None if meaning is None else self.context.summaries.get(meaning.origin)

    def _defined(self, func: cst.Name) -> Summary | None:
        """A function at the top of this file, which binds its name once."""
        binding = self.names.only_binding(func)
        if binding is None or not self._is_sure(binding):
            return None
        name = binding.name
        if name not in self._callables.bodies:
            return None
        return self._summaries.of((_HERE, name))

    def _is_sure(self, binding: Binding) -> bool:
        if binding.kind is not BindingKind.FUNCTION or binding.foreign:
            return False
        return binding.scope.kind is ScopeKind.MODULE


def _called(call: cst.Call, summary: Summary, here: bool) -> Called | None:
    arguments = [(a.keyword.value if a.keyword is not None else a.star, a) for a in call.args]
    bound = bind(arguments, summary.parameters)
    if bound.unclear or bound.wrong or bound.rest or bound.extra:
        return None
    given = {name: argument.value for name, argument in bound.given.items()}
    defaults = {p.name: default_term(p) for p in summary.parameters if p.name not in given}
    return Called(summary, given, defaults, here)


class _Links:
    """How the functions of one file call each other, and those of others."""

    def __init__(self, callables: FileCallables, context: ModuleContext, scopes: Scopes) -> None:
        self.callables = callables
        self.context = context
        self.scopes = scopes

    def body(self, key: Key) -> Body | None:
        """The body of a function that nothing replaces."""
        name = key[1]
        if key[0] != _HERE or name in self.context.patched or name in self.context.replaced:
            return None
        if name in self.scopes.replaced or _NAMESPACES.search(self.scopes.tree.text):
            return None
        return self.callables.bodies.get(name)

    def known(self, path: str, ref: Ref) -> Summary | None:
        """What is known already of the function that a reference in a file leads to."""
        return self.context.summaries.get(self._origin(ref) or "")

    def target(self, path: str, ref: Ref) -> Key | None:
        """The function of this file that a reference leads to."""
        return (_HERE, ref.name) if ref.module is None else None

    def outside(self, path: str, ref: Ref) -> str:
        """The dotted name of what a reference leads to outside of the project; empty if unsure."""
        return self._origin(ref) or ""

    def unbound(self, path: str, ref: Ref) -> bool:
        """Whether nothing binds the name, so that it can only be a built-in."""
        return ref.module == "*" and self._origin(ref) == ""

    def _origin(self, ref: Ref) -> str | None:
        """The dotted origin of something imported: empty when nothing is, None when unsure."""
        if ref.module is None:
            return None
        head, _, rest = ref.name.partition(".")
        if ref.module == "*":
            origin = ""
            for star in self.scopes.module.stars:
                known = self.context.stars.get(star.module)
                if known is None and star.module in STAR_EXPORTS_VARIABLE:
                    known = {"Variable": VARIABLE}
                if known is None:
                    return None
                origin = known.get(head, origin)
        else:
            origin = self.context.imports.get((ref.module, head), f"{ref.module}.{head}")
        return canonical(f"{origin}.{rest}" if rest and origin else origin)
