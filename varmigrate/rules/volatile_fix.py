"""The fix of a call with the volatile flag: the region that does what the flag did, without it."""

from __future__ import annotations

import libcst as cst

from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import BindingKind, ScopeKind
from varmigrate.analysis.sites import Site, SiteKind
from varmigrate.analysis.tree import children
from varmigrate.model import Edit
from varmigrate.rules.base import safe, unsafe
from varmigrate.rules.call_fix import CallFix
from varmigrate.rules.region_calls import compares, properties
from varmigrate.rules.region_plans import plan_for
from varmigrate.rules.regions import Plan, drop_flag, passes_on

_HAND = (
    "put everything that depends on this value under `with torch.no_grad():`, the model call "
    "included"
)
_OUTSIDE = (
    "whoever is given the value computes with it under `torch.no_grad()` where no graph is wanted"
)
# Attributes and methods by which a parameter shows that it is a tensor.
_OF_TENSORS = frozenset("data size dim view unsqueeze squeeze cuda expand is_cuda grad".split())


def volatile_fix(analysis: FileAnalysis, site: Site) -> CallFix:
    """The rewrite of a call that asks for a volatile value, of Variable or of a wrapper.

    The fix takes the flag out of a call of Variable and leaves the rest of it to the other rules.
    """
    if passes_on(analysis, site):
        return _passed_on(analysis, site)
    if site.kind is SiteKind.WRAPPER_CALL and _decided_inside(site):
        name = site.wrapper.name if site.wrapper is not None else "the wrapper"
        return CallFix(advice=f"{_HAND}: whether it is volatile is decided in `{name}`")
    plan = plan_for(analysis, site)
    if plan.problem:
        return CallFix(advice=f"{_HAND}: not done here because {plan.problem}")
    if site.kind is SiteKind.WRAPPER_CALL:
        return _of_wrapper(plan)
    flag = drop_flag(analysis, site)
    if flag is None:
        return CallFix(advice=f"{_HAND}: there is a comment inside the call")
    if not plan.needed:
        return _unneeded(analysis, site, plan, flag)
    edits = (*flag, *plan.edits)
    if plan.assumption:
        return CallFix(
            unsafe(plan.title, edits, plan.assumption), reasons=plan.reasons, alone=True, keeps=True
        )
    return CallFix(safe(plan.title, edits), reasons=plan.reasons, alone=True, keeps=True)


def result_fix(plan: Plan, name: str, where: str) -> CallFix | None:
    """The rewrite around a call that is given what is volatile by a function of another file.

    plan: of the function the call stands in. name, where: of the function that is called. None when
    no graph is recorded there as it is.
    """
    if plan.problem:
        return CallFix(advice=f"{_HAND}: not done here because {plan.problem}")
    if not plan.needed:
        return None
    reasons = (f"`{name}` of {where} gives back a volatile value", *plan.reasons)
    if plan.assumption:
        fix = unsafe(plan.title, plan.edits, plan.assumption)
        return CallFix(fix, reasons=reasons, alone=True)
    return CallFix(safe(plan.title, plan.edits), reasons=reasons, alone=True)


def _decided_inside(site: Site) -> bool:
    """Whether the flag of a wrapper's call is an expression that the call does not hold."""
    flag = site.shape.volatile
    arguments = () if site.call is None else site.call.args
    return flag.dynamic and not any(argument is flag.argument for argument in arguments)


def _of_wrapper(plan: Plan) -> CallFix:
    if not plan.needed and plan.leaves:
        return CallFix(
            advice=f"the value is {plan.leaves[0]}: the callers need `with torch.no_grad():` "
            "around what they compute with it"
        )
    if not plan.needed:
        return CallFix(
            advice="nothing to change here: all that depends on the value records no graph, or is "
            "under a gradient mode already",
            follows=True,
        )
    if plan.assumption:
        fix = unsafe(plan.title, plan.edits, plan.assumption)
        return CallFix(fix, reasons=plan.reasons, alone=True, keeps=True)
    return CallFix(safe(plan.title, plan.edits), reasons=plan.reasons, alone=True, keeps=True)


def _unneeded(analysis: FileAnalysis, site: Site, plan: Plan, flag: tuple[Edit, ...]) -> CallFix:
    """Nothing here would record a graph; but the value may go on to others."""
    expression = site.shape.volatile.expression
    if expression is not None and not _effect_free(analysis, expression):
        return CallFix(advice=f"{_HAND}; the flag is computed by code that has to stay")
    if not plan.leaves and not plan.assumption:
        reason = "nothing that depends on it records a graph here"
        return CallFix(safe("drop the flag", flag), reasons=(reason,), keeps=True)
    if not plan.leaves:
        return CallFix(unsafe("drop the flag", flag, plan.assumption), keeps=True)
    how = plan.leaves[0]
    if isinstance(expression, cst.Name) and _is_parameter(analysis, expression):
        return CallFix(
            advice=f"the value is {how}: the callers that ask for it need `with torch.no_grad():` "
            f"around what they compute with it; then drop `{expression.value}`"
        )
    return CallFix(
        unsafe("drop the flag", flag, _OUTSIDE), reasons=(f"the value is {how}",), keeps=True
    )


def _passed_on(analysis: FileAnalysis, site: Site) -> CallFix:
    """`volatile=x.volatile`: always False today, and a gradient mode covers both alike."""
    if site.kind is SiteKind.WRAPPER_CALL:
        return CallFix(
            advice="nothing to change here: the flag is False for every tensor", follows=True
        )
    flag = drop_flag(analysis, site)
    expression = site.shape.volatile.expression
    if flag is None or not isinstance(expression, cst.Attribute):
        return CallFix(advice=f"{_HAND}: there is a comment inside the call")
    head = expression.value
    own = _own_attribute(analysis)
    if analysis.facts.of(head).kind is Kind.TENSOR or (not own and used_as_tensor(analysis, head)):
        reason = f"`{analysis.tree.code(expression)}` is False for every tensor"
        return CallFix(safe("drop the flag", flag), reasons=(reason,), keeps=True)
    shown = analysis.tree.code(head)
    return CallFix(unsafe("drop the flag", flag, f"`{shown}` is a tensor"), keeps=True)


def _own_attribute(analysis: FileAnalysis) -> bool:
    """Whether a class of the file has an attribute of its own that is called `volatile`."""
    if "volatile" in properties(analysis):
        return True
    if any(
        "volatile" in scope.bindings
        for scope in analysis.scopes.scope_of.values()
        if scope.kind is ScopeKind.CLASS
    ):
        return True
    return any(
        isinstance(node.value, cst.Name) and node.value.value in ("self", "cls")
        for node in analysis.scopes.all(cst.Attribute)
        if node.attr.value == "volatile"
    )


def is_bound(analysis: FileAnalysis, name: cst.Name) -> bool:
    """Whether reading a name raises no error, so that the read may go.

    A name that is bound in another scope than it is read in is taken to be bound by then.
    """
    load = analysis.names.load(name)
    owner = None if load is None else analysis.names.owner(name.value, load.scope)
    if load is None or owner is not load.scope or not owner.bindings.get(name.value):
        return True
    return analysis.flow.surely_bound(name)


def used_as_tensor(analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
    """Whether a method or an attribute of tensors is asked of the same name in its function."""
    if not isinstance(node, cst.Name):
        return False
    load = analysis.names.load(node)
    if load is None:
        return False
    asked = set()
    for other in analysis.scopes.loads_in.get((id(load.scope), node.value), ()):
        parent = analysis.tree.parent(other.node)
        if isinstance(parent, cst.Attribute) and parent.value is other.node:
            asked.add(parent.attr.value)
    return len(asked & _OF_TENSORS) > 1


def _is_parameter(analysis: FileAnalysis, name: cst.Name) -> bool:
    definitions = analysis.flow.definitions(name)
    return definitions is not None and all(d.kind is BindingKind.PARAMETER for d in definitions)


def _effect_free(analysis: FileAnalysis, node: cst.CSTNode) -> bool:
    """Whether evaluating an expression runs no code of the program."""
    if isinstance(node, (cst.Call, cst.Await, cst.Yield, cst.NamedExpr)):
        return False
    if isinstance(node, cst.Attribute) and node.attr.value in properties(analysis):
        return False
    if not isinstance(node, cst.BaseString | cst.Name) and compares(analysis):
        return False
    return all(_effect_free(analysis, child) for child in children(node))
