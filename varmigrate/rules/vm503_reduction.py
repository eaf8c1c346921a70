"""`size_average` and `reduce` of losses.

What it does: finds the flags in calls of the loss functions and loss classes of torch, by keyword
or in their place, also in a subclass that passes them on to the `__init__` of its base.

Why: one word, `reduction`, says today what the two flags said; they are deprecated and warn.
`size_average=False` is the sum, `reduce=False` one loss per element, whatever `size_average` says.

Example:

    loss = F.cross_entropy(output, target, None, False)
    criterion = nn.MSELoss(size_average=average)

Use instead:

    loss = F.cross_entropy(output, target, None, reduction='sum')
    criterion = nn.MSELoss(reduction='mean' if average is None or average else 'sum')

Fix safety: safe. None stands for the default, so a flag that may be None is asked for it; it is
asked for its truth alone where it cannot be None. A flag that is computed, and may be None, is
taken not to be (unsafe). Reported only: flags beside `reduction=` (the flags win), two flags that
are both computed, and calls with `*` or `**`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.guards import guarded
from varmigrate.model import Edit, Fix
from varmigrate.rewrite.renaming import names_for, public
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.base import Invalid, Proposal, Rule, safe, unsafe
from varmigrate.torch_facts.renamed import LOSS_PARAMETERS

_FLAGS = ("size_average", "reduce")
_NEW = "reduction"
_LASTS = frozenset(name.rpartition(".")[2] for name in LOSS_PARAMETERS)
_TITLE = "write `reduction`"


class Reduction(Rule):
    """The flags of losses."""

    code = "VM503"
    name = "reduction"
    select = ("VM503",)
    triggers = (b"size_average", b"reduce=", b"Loss", b"_loss(", b"cross_entropy(", b"kl_div(")
    valid = (
        "from torch import nn\nloss = nn.MSELoss(reduction='sum')\n",
        "from torch import nn\nloss = nn.CrossEntropyLoss(weight)\n",
        "from torch import nn\nloss = nn.MSELoss(size_average=None)\n",
        "import torch\nfrom tools import MSELoss\nloss = MSELoss(size_average=False)  # its own\n",
        "import torch\n\n\nclass SSIM(torch.nn.Module):\n"
        "    def __init__(self, size_average=True):\n        super().__init__()\n\n\n"
        "ssim = SSIM(size_average=False)\n",
    )
    invalid = (
        Invalid(
            "from torch import nn\nloss = nn.MSELoss(size_average=False)\n",
            "from torch import nn\nloss = nn.MSELoss(reduction='sum')\n",
        ),
        Invalid(
            "import torch.nn.functional as F\ny = F.nll_loss(x, t, w, False, -100)\n",
            "import torch.nn.functional as F\n"
            "y = F.nll_loss(x, t, w, reduction='sum', ignore_index=-100)\n",
        ),
        Invalid(
            "import torch.nn.functional as F\n"
            "y = F.mse_loss(x, t, size_average=False, reduce=False)\n",
            "import torch.nn.functional as F\ny = F.mse_loss(x, t, reduction='none')\n",
        ),
        Invalid(
            "from torch import nn\n\n\nclass Loss(nn.NLLLoss):\n"
            "    def __init__(self, weight=None, size_average=True):\n"
            "        super(Loss, self).__init__(weight, size_average)\n",
            "from torch import nn\n\n\nclass Loss(nn.NLLLoss):\n"
            "    def __init__(self, weight=None, size_average=True):\n"
            "        super(Loss, self).__init__(weight, reduction='mean' "
            "if size_average is None or size_average else 'sum')\n",
        ),
        Invalid(
            "from torch import nn\nloss = nn.L1Loss(size_average=n > 1)\n",
            "from torch import nn\nloss = nn.L1Loss(reduction='mean' if n > 1 else 'sum')\n",
        ),
        Invalid(
            "from torch import nn\nloss = nn.L1Loss(size_average=options())\n",
            "from torch import nn\nloss = nn.L1Loss(reduction='mean' if options() else 'sum')\n",
            unsafe=True,
        ),
        Invalid("from torch import nn\nloss = nn.L1Loss(size_average=False, reduction='none')\n"),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        local = names_for(analysis, _LASTS)
        for call in analysis.scopes.all(cst.Call):
            if not call.args:
                continue
            parameters = _parameters(analysis, call, local)
            if not parameters:
                continue
            given = _given(call, parameters)
            if given is None:
                yield from self._hidden(analysis, call)
                continue
            flags = {n: _Flag.of(analysis, given[n]) for n in _FLAGS if n in given}
            if all(flag.value is None and not flag.dynamic for flag in flags.values()):
                continue
            if guarded(analysis, call, f"{_NEW}="):
                continue
            yield self._proposal(analysis, call, parameters, given, flags)

    def _hidden(self, analysis: FileAnalysis, call: cst.Call) -> Iterator[Proposal]:
        """What is said of a call of which not all arguments are seen."""
        if any(a.keyword is not None and a.keyword.value in _FLAGS for a in call.args):
            message = "`size_average` and `reduce` are deprecated"
            advice = "write `reduction='mean'`, 'sum' or 'none', also in the arguments behind `*`"
            yield Proposal(self.code, None, call, message, advice=advice, quiet=True)

    def _proposal(
        self,
        analysis: FileAnalysis,
        call: cst.Call,
        parameters: list[str],
        given: dict[str, cst.Arg],
        flags: dict[str, _Flag],
    ) -> Proposal:
        shown = " and ".join(f"`{name}`" for name in flags)
        message = f"{shown} {'are' if len(flags) > 1 else 'is'} deprecated for `{_NEW}`"
        advice = ""
        if _NEW in given:
            advice = f"the flags win over `{_NEW}`: keep one of them"
        else:
            word = _word(flags)
            if word is None:
                advice = f"two flags are computed: write `{_NEW}` by hand"
            else:
                edits = _edits(analysis, call, parameters, flags, word)
                if edits is not None:
                    return Proposal(
                        self.code, None, call, message, fix=_fix(analysis, flags, edits)
                    )
                advice = f"write `{_NEW}` by hand; there is a comment or a string in the way"
        return Proposal(self.code, None, call, message, advice=advice, quiet=True)


@dataclass(frozen=True, slots=True)
class _Flag:
    """A flag as it is given: `value` when it is a literal (None too), else `dynamic`.

    never_none: a computed flag that cannot be None. simple: one that may be written twice.
    """

    argument: cst.Arg
    value: bool | None = None
    dynamic: bool = False
    never_none: bool = False
    simple: bool = False

    @classmethod
    def of(cls, analysis: FileAnalysis, argument: cst.Arg) -> _Flag:
        node = argument.value
        if isinstance(node, cst.Name) and node.value in ("True", "False", "None"):
            return cls(argument, {"True": True, "False": False}.get(node.value))
        if isinstance(node, cst.Integer):
            return cls(argument, int(node.value, 0) != 0)
        never_none = isinstance(node, cst.Comparison) or (
            isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not)
        )
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
            never_none = node.func.value == "bool" and analysis.names.is_builtin(node.func)
        simple = isinstance(node, cst.Name) or (
            isinstance(node, cst.Attribute)
            and isinstance(node.value, cst.Name)
            and not _is_property(analysis, node.attr.value)
        )
        return cls(argument, None, True, never_none, simple)


def _is_property(analysis: FileAnalysis, name: str) -> bool:
    """Whether reading an attribute of this name may run code of the file."""
    return any(
        function.name.value == name and function.decorators
        for function in analysis.scopes.all(cst.FunctionDef)
    )


def _parameters(analysis: FileAnalysis, call: cst.Call, local: set[str]) -> list[str]:
    """The parameters of the loss that a call calls, `self` among them; empty for anything else."""
    func = call.func
    last = getattr(func, "attr", func)
    if not isinstance(last, cst.Name):
        return []
    names = analysis.names
    if last.value == "__init__" and isinstance(func, cst.Attribute):
        base = _base(analysis, func.value)
        if base:
            return LOSS_PARAMETERS.get(base, "").split()
        found = LOSS_PARAMETERS.get(public(names.origin(func.value)), "")
        return ["self", *found.split()] if found else []
    keyworded = any(a.keyword is not None and a.keyword.value in _FLAGS for a in call.args)
    if not keyworded and last.value not in local:
        return []
    return LOSS_PARAMETERS.get(public(names.origin(func)), "").split()


def _base(analysis: FileAnalysis, node: cst.BaseExpression) -> str:
    """The dotted name of the class that `super()` or `super(Own, self)` stands for."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Name):
        return ""
    if node.func.value != "super" or not analysis.names.is_builtin(node.func):
        return ""
    owner: cst.CSTNode | None = node
    depth = 0
    while owner is not None and not isinstance(owner, cst.ClassDef):
        depth += isinstance(owner, (cst.FunctionDef, cst.Lambda))
        owner = analysis.tree.parent(owner)
    if not isinstance(owner, cst.ClassDef) or depth != 1 or len(owner.bases) != 1:
        return ""
    if node.args:
        first = node.args[0].value
        if not isinstance(first, cst.Name) or first.value != owner.name.value:
            return ""
    return public(analysis.names.origin(owner.bases[0].value))


def _given(call: cst.Call, parameters: list[str]) -> dict[str, cst.Arg] | None:
    """Parameter -> argument; None when some are hidden behind a star."""
    found: dict[str, cst.Arg] = {}
    for index, argument in enumerate(call.args):
        if argument.star or (argument.keyword is None and index >= len(parameters)):
            return None
        name = parameters[index] if argument.keyword is None else argument.keyword.value
        found[name] = argument
    return found


def _word(flags: dict[str, _Flag]) -> tuple[str, _Flag | None, str] | None:
    """(word when true, the flag that decides or None, word when false); None: two decide."""
    average, reduce = flags.get("size_average"), flags.get("reduce")
    if reduce is not None and reduce.value is False:
        if average is not None and average.dynamic and not average.simple:
            return None
        return "none", None, ""
    kept = "sum" if average is not None and average.value is False else "mean"
    if reduce is not None and reduce.dynamic:
        if average is not None and average.dynamic:
            return None
        return kept, reduce, "none"
    if average is not None and average.dynamic:
        return "mean", average, "sum"
    return kept, None, ""


def _fix(analysis: FileAnalysis, flags: dict[str, _Flag], edits: tuple[Edit, ...]) -> Fix:
    for name, flag in flags.items():
        if flag.dynamic and not flag.never_none and not flag.simple:
            return unsafe(_TITLE, edits, f"the value given for `{name}` is never None")
    return safe(_TITLE, edits)


def _edits(
    analysis: FileAnalysis,
    call: cst.Call,
    parameters: list[str],
    flags: dict[str, _Flag],
    word: tuple[str, _Flag | None, str],
) -> tuple[Edit, ...] | None:
    """One flag becomes `reduction=...`, the other goes, what follows by place gets its name."""
    tree = analysis.tree
    if _in_string(analysis, call):
        return None
    when_true, decider, when_false = word
    flagged = {id(flag.argument) for flag in flags.values()}
    place = decider.argument if decider else next(a for a in call.args if id(a) in flagged)
    edits = list(_written(analysis, place, when_true, decider, when_false))
    named = False
    for index, argument in enumerate(call.args):
        if argument is place:
            named = True
        elif id(argument) in flagged:
            gap = _without(analysis, call, index)
            if gap is None:
                return None
            edits.append(gap)
            named = True
        elif argument.keyword is None and named:
            start = tree.start(argument.value)
            edits.append(Edit(start, start, f"{parameters[index]}="))
    return tuple(edits)


def _written(
    analysis: FileAnalysis, argument: cst.Arg, when_true: str, decider: _Flag | None, other: str
) -> Iterator[Edit]:
    tree = analysis.tree
    value = argument.value
    start, end = tree.start(argument), tree.end(value)
    begin = start if argument.keyword is None else tree.end(argument.keyword)
    if argument.keyword is not None:
        yield Edit(start, begin, _NEW)
        opening, begin = "", tree.start(value)
    else:
        opening = f"{_NEW}="
    if decider is None:
        yield Edit(begin, end, f"{opening}'{when_true}'")
        return
    if decider.simple and not decider.never_none:
        text = tree.code(value)
        asked = f"{text} is None or {text}"
        yield Edit(begin, end, f"{opening}'{when_true}' if {asked} else '{other}'")
        return
    loose = isinstance(value, (cst.IfExp, cst.Lambda, cst.NamedExpr)) and not value.lpar
    yield Edit(begin, tree.start(value), f"{opening}'{when_true}' if " + "(" * loose)
    yield Edit(end, end, ")" * loose + f" else '{other}'")


def _without(analysis: FileAnalysis, call: cst.Call, index: int) -> Edit | None:
    """The edit that takes an argument out of a call; None when a comment would go with it."""
    tree = analysis.tree
    argument = call.args[index]
    if index:
        start, end = tree.end(call.args[index - 1].value), tree.end(argument.value)
    else:
        start, end = tree.start(call.args[0]), tree.start(call.args[1])
    if not comments(tree.text[start:end]):
        return Edit(start, end, "")
    # The comments stay, each on its line: the argument goes, with the comma right behind it.
    start, end = tree.start(argument), tree.end(argument.value)
    if isinstance(argument.comma, cst.Comma):
        gap = tree.text[end : tree.text.index(",", end)]
        if gap.strip():
            return None
        end += len(gap) + 1
    return None if comments(tree.text[start:end]) else Edit(start, end, "")


def _in_string(analysis: FileAnalysis, node: cst.CSTNode) -> bool:
    """Whether a node stands in an f-string, where quotes may not be had."""
    current: cst.CSTNode | None = node
    while current is not None and not isinstance(current, cst.BaseStatement):
        if isinstance(current, cst.FormattedString):
            return True
        current = analysis.tree.parent(current)
    return False
