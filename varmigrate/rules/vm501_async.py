"""`async`, which is a keyword since Python 3.7.

What it does: finds `async` as the name of an argument, a variable or an attribute, in a file that
says something of torch. Such a file cannot be compiled, but it is read all the same, and everything
else in it is found and fixed as well.

Why: `x.cuda(async=True)` was the way to copy without waiting until PyTorch 0.4; the same file is an
error of syntax today.

Example:

    x = x.cuda(async=True)

Use instead:

    x = x.cuda(non_blocking=True)

Fix safety: safe for `cuda`, `to`, `type` and `copy_`, and for functions of the same project, whose
parameter is renamed in the same run (`non_blocking` in place of `async`, wherever that name is read
in the file, unless it is used already or comes from elsewhere). `x.async` becomes
`getattr(x, "async")`, which is the same. Unsafe where code may name the variable in a string, and
for functions that are not seen: they get `**{"async": ...}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import Binding, BindingKind, Scope, ScopeKind
from varmigrate.analysis.takers import takers
from varmigrate.analysis.tree import children
from varmigrate.files.spellings import python_tree
from varmigrate.model import Edit, Fix
from varmigrate.rewrite.expressions import inner_span
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.base import Invalid, Proposal, Rule, safe, unsafe
from varmigrate.torch_facts.non_blocking import NEW_NAME, NON_BLOCKING, OLD_NAME

_KEYWORD = "`async` is a keyword since Python 3.7"
_BY_HAND = "give it another name, here and wherever it is used"
_BY_STRING = re.compile(
    rf"\b(?:locals|globals|vars)\s*\(\s*\)|\b(?:eval|exec)\s*\(|([\"']){OLD_NAME}\1|\bdict\s*\("
    rf"[^()]*\b{OLD_NAME}\s*="
)
_IMPORTS = (cst.ImportAlias, cst.Import, cst.ImportFrom)


class Async(Rule):
    """`async` as a name."""

    code: ClassVar[str] = "VM501"
    name: ClassVar[str] = "async"
    triggers: ClassVar[tuple[bytes, ...]] = (b"async",)
    valid = (
        "import torch\nx = y.cuda(non_blocking=True)\n",
        "import torch\nasync def f(x):\n    async with x:\n        return [z async for z in x]\n",
        "import torch\nkw = {'async': True}  # async=True\n",
    )
    invalid = (
        Invalid(
            "import torch\nx = y.cuda(async=True)\n",
            "import torch\nx = y.cuda(non_blocking=True)\n",
        ),
        Invalid(
            "import torch\ndef move(x, async=False):\n    return x.cuda(async=async)\n",
            "import torch\n"
            "def move(x, non_blocking=False):\n"
            "    return x.cuda(non_blocking=non_blocking)\n",
        ),
        Invalid("import torch\nx = args.async\n", 'import torch\nx = getattr(args, "async")\n'),
        Invalid(
            "import torch\nsend(torch.ones(1), async=True)\n",
            'import torch\nsend(torch.ones(1), **{"async": True})\n',
            unsafe=True,
        ),
        Invalid("import torch\nclass A:\n    async = True\n"),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        if analysis.tree.keywords:
            yield from _File(analysis).proposals()


class _File:
    """The names `async` of one file, and what each of them is."""

    def __init__(self, analysis: FileAnalysis) -> None:
        self.analysis = analysis
        self.tree = analysis.tree
        self.parents = _parents(analysis.tree.module)
        self.own = takers(python_tree(analysis.text))
        self.namesakes = self.own.keys() | analysis.context.namesakes

    def proposals(self) -> Iterator[Proposal]:
        variables: list[cst.Name] = []
        for node in self.tree.keywords:
            parent = self.parents[id(node)]
            if isinstance(parent, cst.Arg) and parent.keyword is node:
                yield self.argument(node, parent)
            elif isinstance(parent, cst.Attribute) and parent.attr is node:
                if self.imported(parent):
                    variables.append(node)
                else:
                    yield self.attribute(node, parent)
            else:
                variables.append(node)
        if variables:
            yield self.variable(variables)

    def imported(self, node: cst.CSTNode) -> bool:
        current: cst.CSTNode | None = node
        while isinstance(current, (cst.Attribute, cst.AsName)):
            current = self.parents.get(id(current))
        return isinstance(current, _IMPORTS)

    def found(self, node: cst.Name, what: str, fix: Fix | None, advice: str = "") -> Proposal:
        return Proposal(
            code=Async.code,
            site=None,
            node=node,
            message=f"{what}: {_KEYWORD}, and the file cannot be compiled",
            fix=fix,
            advice=None if fix is not None and not advice else advice or _BY_HAND,
        )

    # -- arguments -----------------------------------------------------------------------------

    def argument(self, node: cst.Name, argument: cst.Arg) -> Proposal:
        """`f(async=value)`."""
        what = "an argument called `async`"
        call = cst.ensure_type(self.parents[id(argument)], cst.Call)
        if any(other.keyword and other.keyword.value == NEW_NAME for other in call.args):
            return self.found(node, what, None, f"`{NEW_NAME}=` is given as well: keep one of them")
        title = f"write `{NEW_NAME}=`"
        edits = (Edit(self.tree.start(node), self.tree.end(node), NEW_NAME),)
        func = call.func
        if isinstance(func, cst.Attribute) and func.attr.value in NON_BLOCKING:
            return self.found(node, what, safe(title, edits))
        if self.is_partial(func) and call.args and not call.args[0].keyword:
            func = call.args[0].value
        short = _short(func)
        if short in self.namesakes or self.surely_takes(func):
            if self.surely_takes(func):
                return self.found(node, what, safe(title, edits))
            assumption = f"`{short}` is the one of this project, whose parameter is renamed"
            return self.found(node, what, unsafe(title, edits, assumption))
        mapped = self.mapped(node, argument, call)
        if mapped is None:
            return self.found(node, what, None)
        assumption = f"`{self.tree.code(call.func)}` still takes an argument called `async`"
        title = 'write `**{"async": ...}`'
        return self.found(node, what, unsafe(title, mapped, assumption))

    def is_partial(self, func: cst.BaseExpression) -> bool:
        return self.analysis.names.origin(func) == "functools.partial"

    def surely_takes(self, func: cst.BaseExpression) -> bool:
        """Whether a callee is known to take the flag.

        It is a function or class of this file, `self.method` of the class around it, or comes from
        a file of the project that defines it.
        """
        names, reached = self.analysis.names, self.analysis.context.takers
        head = func
        while isinstance(head, cst.Attribute):
            head = head.value
        load = names.load(head) if isinstance(head, cst.Name) else None
        if load is None or not isinstance(head, cst.Name):
            return False
        bindings = names.owner(head.value, load.scope).bindings.get(head.value, [])
        if isinstance(func, cst.Attribute):
            method = func.attr.value
            if head is func.value and head.value in ("self", "cls"):
                return self.own.get(method, False) and self.defines(func, method)
            imported = bool(bindings) and all(b.kind is BindingKind.IMPORT for b in bindings)
            return imported and method in reached
        if not bindings:
            return head.value in reached
        return all(
            (binding.imported or "") in reached
            if binding.kind is BindingKind.IMPORT
            else self.own.get(head.value, False) and _defines(binding)
            for binding in bindings
        )

    def defines(self, node: cst.CSTNode, method: str) -> bool:
        """Whether the innermost class around a node has a method of that name."""
        current: cst.CSTNode | None = node
        while current is not None and not isinstance(current, cst.ClassDef):
            current = self.parents.get(id(current))
        return current is not None and any(
            isinstance(statement, cst.FunctionDef) and statement.name.value == method
            for statement in current.body.body
        )

    def mapped(self, node: cst.Name, argument: cst.Arg, call: cst.Call) -> tuple[Edit, ...] | None:
        """The edits that give the argument by a dictionary; None where that cannot be written."""
        place = next(i for i, other in enumerate(call.args) if other is argument)
        value = argument.value
        between = self.tree.text[self.tree.end(node) : self.tree.start(value)]
        if any(other.star == "*" for other in call.args[place:]) or comments(between):
            return None
        end = self.tree.end(value)
        return (
            Edit(self.tree.start(node), self.tree.start(value), f'**{{"{OLD_NAME}": '),
            Edit(end, end, "}"),
        )

    # -- attributes ----------------------------------------------------------------------------

    def attribute(self, node: cst.Name, attribute: cst.Attribute) -> Proposal:
        """`x.async`, read or assigned to."""
        what = "an attribute called `async`"
        edits = self.stored(attribute) if self.is_target(attribute) else self.read(attribute)
        scopes = (self.analysis.scopes.module, *self.analysis.scopes.scope_of.values())
        if edits is None or any(s.bindings.keys() & {"getattr", "setattr"} for s in scopes):
            return self.found(node, what, None)
        used = "setattr" if edits[0].text.lstrip().startswith("setattr") else "getattr"
        return self.found(node, what, safe(f"write it with {used}", edits))

    def is_target(self, attribute: cst.Attribute) -> bool:
        node: cst.CSTNode = attribute
        parent = self.parents[id(node)]
        while isinstance(parent, (cst.Element, cst.StarredElement, cst.Tuple, cst.List)):
            node, parent = parent, self.parents[id(parent)]
        if isinstance(parent, (cst.AssignTarget, cst.Del, cst.AsName)):
            return True
        bound = (cst.For, cst.CompFor, cst.AugAssign, cst.AnnAssign)
        return isinstance(parent, bound) and parent.target is node

    def read(self, attribute: cst.Attribute) -> tuple[Edit, ...] | None:
        start, end = inner_span(self.tree, attribute)
        value_end = self.tree.end(attribute.value)
        if comments(self.tree.text[value_end:end]):
            return None
        opening, closing = self.apart(start) + "getattr(", f', "{OLD_NAME}")'
        if self.begins_with_another(attribute):
            # One edit for all of it, which waits until that one is made.
            return (Edit(start, end, opening + self.tree.text[start:value_end] + closing),)
        return Edit(start, start, opening), Edit(value_end, end, closing)

    def begins_with_another(self, attribute: cst.Attribute) -> bool:
        """Whether another attribute `async` begins where this one does."""
        node = attribute.value
        while not node.lpar and isinstance(node, (cst.Attribute, cst.Call, cst.Subscript)):
            if isinstance(node, cst.Attribute) and node.attr.value == OLD_NAME:
                return True
            node = node.func if isinstance(node, cst.Call) else node.value
        return False

    def stored(self, attribute: cst.Attribute) -> tuple[Edit, ...] | None:
        """`x.async = value`, x being a name: there the order of evaluation does not matter."""
        target = self.parents[id(attribute)]
        statement = self.parents.get(id(target))
        if not isinstance(target, cst.AssignTarget) or not isinstance(statement, cst.Assign):
            return None
        value, owner = statement.value, attribute.value
        if len(statement.targets) > 1 or attribute.lpar or not isinstance(owner, cst.Name):
            return None
        if isinstance(value, (cst.Tuple, cst.Yield, cst.NamedExpr)) and not value.lpar:
            return None
        start, value_start = self.tree.start(attribute), self.tree.start(value)
        owner_end, end = self.tree.end(owner), self.tree.end(value)
        if comments(self.tree.text[owner_end:value_start]) or ":=" in self.tree.code(value):
            return None
        return (
            Edit(start, start, "setattr("),
            Edit(owner_end, value_start, f', "{OLD_NAME}", '),
            Edit(end, end, ")"),
        )

    def apart(self, offset: int) -> str:
        """A blank where a word ends right before an offset."""
        return " " if re.match(r"\w", self.tree.text[max(0, offset - 1) : offset]) else ""

    # -- variables -----------------------------------------------------------------------------

    def variable(self, nodes: list[cst.Name]) -> Proposal:
        """All variables and parameters of the file, which are renamed together."""
        what = "a name `async`"
        reason = self.stays(nodes)
        if reason is not None:
            return self.found(nodes[0], what, None, f"{reason}: {_BY_HAND}")
        edits = tuple(Edit(*inner_span(self.tree, node), NEW_NAME) for node in nodes)
        title = f"rename it to `{NEW_NAME}` in this file"
        if _BY_STRING.search(self.analysis.text):
            assumption = "nothing asks for the variable by its name in a string"
            return self.found(nodes[0], what, unsafe(title, edits, assumption))
        return self.found(nodes[0], what, safe(title, edits))

    def stays(self, nodes: list[cst.Name]) -> str | None:
        """Why the variables cannot be renamed; None when they can."""
        analysis, tree = self.analysis, self.tree
        for node in nodes:
            if self.imported(self.parents[id(node)]):
                return f"line {tree.line(node)} imports it"
        scopes = dict.fromkeys((analysis.scopes.module, *analysis.scopes.scope_of.values()))
        binding = [scope for scope in scopes if scope.bindings.get(OLD_NAME)]
        for scope in binding:
            if scope.kind is ScopeKind.CLASS:
                return "it is an attribute of a class"
            if scope.kind is ScopeKind.MODULE and OLD_NAME in (
                analysis.context.exported | analysis.context.patched
            ):
                return "other files of the project use it"
        reading = [load.scope for load in analysis.scopes.loads.get(OLD_NAME, ())]
        if any(analysis.names.owner(OLD_NAME, scope) not in binding for scope in reading):
            return "it comes from elsewhere"
        new = [scope for scope in scopes if scope.bindings.get(NEW_NAME)]
        new += [load.scope for load in analysis.scopes.loads.get(NEW_NAME, ())]
        if any(_related(one, other) for one in new for other in (*binding, *reading)):
            return f"`{NEW_NAME}` is used as a name here already"
        return None


def _defines(binding: Binding) -> bool:
    """Whether a binding is a definition, or gives a name to a lambda."""
    definition = binding.kind in (BindingKind.FUNCTION, BindingKind.CLASS)
    return definition or isinstance(binding.value, cst.Lambda)


def _short(func: cst.BaseExpression) -> str:
    if isinstance(func, cst.Attribute):
        return func.attr.value
    return func.value if isinstance(func, cst.Name) else ""


def _related(one: Scope, other: Scope) -> bool:
    """Whether one of two scopes lies in the other."""
    return other in _around(one) or one in _around(other)


def _around(scope: Scope) -> list[Scope]:
    found = [scope]
    while found[-1].parent is not None:
        found.append(found[-1].parent)
    return found


def _parents(module: cst.Module) -> dict[int, cst.CSTNode]:
    """The parent of every node, names that are no expressions included."""
    found: dict[int, cst.CSTNode] = {}
    waiting: list[cst.CSTNode] = [module]
    while waiting:
        node = waiting.pop()
        for child in children(node):
            found[id(child)] = node
            waiting.append(child)
    return found
