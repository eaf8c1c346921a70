"""The rewrite of one call: the shortest form whose proof is complete, else the exact one.

The exact form of `Variable(t, requires_grad=r)` is `t.detach().requires_grad_(r)` for every plain
tensor; what is shorter needs the argument to be provably fresh and free (`analysis.facts`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import libcst as cst

from varmigrate.analysis.calls import CallShape, Flag, Order
from varmigrate.analysis.facts import Fact, GraphFact, Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import ScopeKind
from varmigrate.analysis.sites import Site, SiteKind
from varmigrate.analysis.tree import children
from varmigrate.model import Edit, Fix
from varmigrate.rewrite.expressions import Suffix, add_keyword, inner_span, unwrap
from varmigrate.rewrite.imports import remove_statement
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.base import Rewrite, safe, unsafe
from varmigrate.rules.blocking import blocking
from varmigrate.torch_facts.factories import FACTORIES

_NONE = Suffix("")
_DETACH = Suffix(".detach()")
_TRAIN = Suffix(".requires_grad_()")
_DETACH_TRAIN = Suffix(".detach().requires_grad_()")
_BOOL_CALLS = frozenset({"bool", "isinstance", "hasattr", "callable", "issubclass", "any", "all"})
_LOW = (cst.IfExp, cst.Lambda, cst.NamedExpr, cst.Yield, cst.GeneratorExp)
_PLAIN_INTEGER = re.compile(r"(?:0|[1-9][0-9]{0,14})\Z")


@dataclass(frozen=True, slots=True)
class CallFix:
    """The fix of a call, or the advice that stands in for it; why the form was chosen.

    deletes: the statement that goes when the fixes of all its calls are made, so many of them that
    `calls` says; `instead` are the edits of this call alone. bolder: a shorter rewrite that rests
    on an assumption. alone: the fix moves lines, and is made in a round without others. keeps: the
    call stays, without its flag. follows:
    the fix of another place is enough.
    """

    fix: Fix | None = None
    advice: str | None = None
    reasons: tuple[str, ...] = ()
    deletes: cst.CSTNode | None = None
    calls: int = 1
    instead: tuple[Edit, ...] = ()
    bolder: Rewrite | None = None
    alone: bool = False
    keeps: bool = False
    follows: bool = False


def call_fix(analysis: FileAnalysis, site: Site, fact: Fact) -> CallFix:
    """The rewrite of a call of Variable that is not volatile.

    site: the call. fact: what is known of its argument. Returns a fix, or advice without one.
    """
    obstacle = _obstacle(analysis, site)
    if obstacle:
        return CallFix(advice=obstacle)
    call, data = site.call, site.shape.data
    if call is None or data is None:
        return CallFix(advice="there is no tensor to wrap")
    clean = fact.fresh and fact.free
    flag = site.shape.requires_grad
    reasons = fact.reasons if clean else ()
    if flag.value is False:
        return _without_flag(analysis, site, call, data)
    if flag.value is True:
        keyword = _factory_keyword(analysis, data) or _literal_tensor(analysis, data)
        if keyword is not None:
            edits = (*_bare(analysis, call, data), *keyword)
            title = "set requires_grad=True in the factory"
            return _finish(title, edits, reasons, _assumption(analysis, site, fact))
        suffix = _TRAIN if clean else _DETACH_TRAIN
        title = f"replace the wrapper by {suffix.before}"
    else:
        suffix = _dynamic(analysis, site, flag, clean)
        title = f"replace the wrapper by {'' if clean else '.detach()'}.requires_grad_(...)"
    edits = unwrap(analysis.tree, call, data, suffix)
    return _finish(title, edits, reasons, _assumption(analysis, site, fact))


def _drops(
    analysis: FileAnalysis, call: cst.Call, data: cst.BaseExpression, contract: bool
) -> tuple[bool, str]:
    """Whether `data` can stand in for a Variable around it, and why not, in words.

    contract: take for granted that `data` was never part of a graph.
    """
    fact = analysis.facts.of(data)
    if analysis.facts.as_good_as_fresh(fact):
        return True, ""
    if contract:
        known = fact.graph is GraphFact.ATTACHED or fact.kind in (Kind.OTHER, Kind.SEQUENCE)
        return not known and not analysis.facts.obstacle(call, data, contract=True), ""
    if fact.kind is not Kind.TENSOR or not fact.free:
        return False, blocking(analysis, data)
    if not fact.known_plain:
        shown = _short(analysis.tree.code(data))
        return False, f"`{shown}` may be a Parameter or another subclass of Tensor"
    obstacle = analysis.facts.obstacle(call, data)
    return not obstacle, obstacle


def _without_flag(
    analysis: FileAnalysis, site: Site, call: cst.Call, data: cst.BaseExpression
) -> CallFix:
    """The rewrite of a call that asks for no gradient: the argument, or `.detach()` of it."""
    fact = analysis.facts.of(data)
    assumption = _assumption(analysis, site, fact)
    drops, why = _drops(analysis, call, data, contract=False)
    if drops:
        plain = _finish("drop the wrapper", _bare(analysis, call, data), fact.reasons, assumption)
        if plain.fix is None:
            return plain
        rewrite = _dropping(analysis, call, plain.fix, contract=False)
        return replace(
            plain,
            fix=rewrite.fix,
            deletes=rewrite.deletes,
            calls=rewrite.calls,
            instead=rewrite.instead,
        )
    edits = unwrap(analysis.tree, call, data, _DETACH)
    kept = (f"`.detach()` is kept: {why}",) if why else ()
    found = _finish("replace the wrapper by .detach()", edits, kept, assumption)
    if assumption or not _drops(analysis, call, data, contract=True)[0]:
        return found
    taken = (
        f"`{_short(analysis.tree.code(data))}` was never part of a graph, as PyTorch before 0.4 "
        "required, and code that is not seen here leaves it alone"
    )
    drop = unsafe("drop the wrapper", _bare(analysis, call, data), taken)
    return replace(found, bolder=_dropping(analysis, call, drop, contract=True))


def _bare(analysis: FileAnalysis, call: cst.Call, data: cst.BaseExpression) -> tuple[Edit, ...]:
    """Edits that leave the argument alone; another Variable around it may put something behind."""
    argument = analysis.tree.parent(call)
    around = analysis.tree.parent(argument) if isinstance(argument, cst.Arg) else None
    return unwrap(analysis.tree, call, data, _NONE, held=id(around) in analysis.calls)


def _dropping(analysis: FileAnalysis, call: cst.Call, fix: Fix, contract: bool) -> Rewrite:
    """The fix that drops a wrapper, or the one that deletes the statement it leaves needless."""
    statement = _needless(analysis, call, contract)
    if statement is None:
        return Rewrite(fix)
    removal = remove_statement(analysis.tree, statement)
    deleting = replace(fix, title="delete the statement", edits=removal)
    return Rewrite(deleting, statement, len(_assigned_calls(analysis, statement)), fix.edits)


def _assigned_calls(analysis: FileAnalysis, statement: cst.Assign) -> list[Site]:
    """The calls of Variable a statement binds, if it binds names to themselves; else nothing.

    `x = Variable(x)`, and `x, y = Variable(x), Variable(y)` position by position.
    """
    if len(statement.targets) != 1:
        return []
    target, value = statement.targets[0].target, statement.value
    pairs: list[tuple[cst.CSTNode, cst.CSTNode]] = [(target, value)]
    if isinstance(target, cst.Tuple) and isinstance(value, cst.Tuple):
        if len(target.elements) != len(value.elements):
            return []
        pairs = [
            (left.value, right.value)
            for left, right in zip(target.elements, value.elements, strict=True)
        ]
    found: list[Site] = []
    names: set[str] = set()
    for left, right in pairs:
        site = analysis.calls.get(id(right))
        if site is None or site.kind is not SiteKind.CALL or not isinstance(left, cst.Name):
            return []
        data = site.shape.data
        if not isinstance(data, cst.Name) or data.value != left.value or left.value in names:
            return []
        names.add(left.value)
        found.append(site)
    return found


def _needless(analysis: FileAnalysis, call: cst.Call, contract: bool) -> cst.Assign | None:
    """The statement around a call that binds names to themselves once its wrappers are dropped."""
    node = analysis.tree.parent(call)
    while isinstance(node, (cst.Element, cst.Tuple)):
        node = analysis.tree.parent(node)
    if not isinstance(node, cst.Assign):
        return None
    sites = _assigned_calls(analysis, node)
    for site in sites:
        shape, scope = site.shape, site.scope
        data = shape.data
        if site.call is None or not isinstance(data, cst.Name):
            return None
        if shape.requires_grad.value is not False or shape.volatile.value is not False:
            return None
        if scope.kind is ScopeKind.CLASS:
            return None
        bound = analysis.flow.definitions(data)
        if bound is None or any(binding.scope is not scope for binding in bound):
            return None
        if any(binding.foreign for binding in bound) or not analysis.flow.surely_bound(data):
            return None
        if _obstacle(analysis, site):
            return None
        drops, _ = _drops(analysis, site.call, data, contract=False)
        if not drops and not (contract and _drops(analysis, site.call, data, contract=True)[0]):
            return None
    return node if sites else None


def _finish(
    title: str, edits: tuple[Edit, ...], reasons: tuple[str, ...], assumption: str
) -> CallFix:
    if assumption:
        return CallFix(unsafe(title, edits, assumption), reasons=reasons)
    return CallFix(safe(title, edits), reasons=reasons)


def doubt(analysis: FileAnalysis, site: Site) -> str:
    """Why a site of any kind must not be rewritten; empty when it may be."""
    node: cst.CSTNode | None = site.name
    while node is not None and not isinstance(node, cst.BaseStatement):
        if isinstance(node, cst.FormattedStringExpression) and node.equal is not None:
            return "the f-string prints this expression itself (`=`): rewrite it by hand"
        node = analysis.tree.parent(node)
    if analysis.replaces_variable:
        return "this file replaces Variable in another module"
    if site.guard:
        return (
            f"inside a version switch (`{_short(site.guard)}`): keep the branch for today's "
            "PyTorch and drop the switch"
        )
    if not site.meaning.sure and not site.meaning.star:
        return f"not rewritten: {site.meaning.doubt}"
    return ""


def _obstacle(analysis: FileAnalysis, site: Site) -> str:
    found = doubt(analysis, site)
    if found:
        return found
    call, shape = site.call, site.shape
    if call is None or shape.data is None:
        return ""
    if comments(analysis.tree.code(call.func)):
        return "there is a comment inside the name that is called: rewrite it by hand"
    if shape.order is Order.SWAPPED and not _literal_flags(shape):
        parts = [shape.data, shape.requires_grad.expression, shape.volatile.expression]
        if not all(part is None or _effect_free(part) for part in parts):
            return "the flags are evaluated before the tensor here: reorder them by hand"
    return ""


def _literal_flags(shape: CallShape) -> bool:
    return shape.requires_grad.value is not None and shape.volatile.value is not None


def _effect_free(node: cst.BaseExpression) -> bool:
    """Whether evaluating an expression can have no effect on another one."""
    if isinstance(node, (cst.Name, cst.Integer, cst.Float, cst.SimpleString)):
        return True
    return isinstance(node, cst.UnaryOperation) and _effect_free(node.expression)


def _quiet(analysis: FileAnalysis, node: cst.CSTNode) -> bool:
    """Whether evaluating a flag surely leaves tensors alone: names, attributes, comparisons."""
    if isinstance(node, (cst.Await, cst.Yield, cst.GeneratorExp, cst.ListComp)):
        return False
    if isinstance(node, cst.Call):
        func = node.func
        plain = isinstance(func, cst.Name) and func.value in (*_BOOL_CALLS, "len", "int")
        if not (plain and isinstance(func, cst.Name) and analysis.names.is_builtin(func)):
            return analysis.names.origin(func) == "torch.cuda.is_available"
    return all(_quiet(analysis, child) for child in children(node))


def _assumption(analysis: FileAnalysis, site: Site, fact: Fact) -> str:
    """What the exact form takes for granted at this call; empty when it takes nothing."""
    if site.meaning.star:
        return site.meaning.doubt
    flag = site.shape.requires_grad
    held = flag.dynamic and not (fact.fresh and fact.free)
    if held and flag.expression is not None and not _quiet(analysis, flag.expression):
        return "evaluating the flag does not change the shape or the storage of the tensor"
    call = site.call
    # What a loader gives passes for a tensor, but may be a list of texts.
    sure = fact.kind is Kind.TENSOR and "DataLoader" not in analysis.text
    if call is not None and not sure and _caught_type_error(analysis, call):
        return "the `except TypeError` around it is not there for arguments that are no tensors"
    return ""


def _caught_type_error(analysis: FileAnalysis, call: cst.Call) -> bool:
    """Whether a handler takes the TypeError Variable raises, but not what `.detach()` raises."""
    node: cst.CSTNode = call
    parent = analysis.tree.parent(node)
    while parent is not None and not isinstance(parent, (cst.FunctionDef, cst.ClassDef)):
        if isinstance(parent, (cst.Try, cst.TryStar)) and parent.body is node:
            for handler in parent.handlers:
                if handler.type is None:
                    return False
                caught = set(re.findall(r"\w+", analysis.tree.code(handler.type)))
                if caught & {"Exception", "BaseException", "AttributeError"}:
                    return False
                if "TypeError" in caught:
                    return True
        node, parent = parent, analysis.tree.parent(parent)
    return False


def _dynamic(analysis: FileAnalysis, site: Site, flag: Flag, clean: bool) -> Suffix:
    """The suffix for a flag that is an expression, made a bool unless it is one."""
    expression = flag.expression
    if expression is None:
        raise ValueError("a flag without an expression")
    before = ".requires_grad_(" if clean else ".detach().requires_grad_("
    after = ")"
    if not is_bool(analysis, expression):
        if analysis.names.unbound("bool", site.scope):
            before, after = before + "bool(", "))"
        elif expression.lpar or not isinstance(expression, _LOW):
            before, after = before + "True if ", " else False)"
        else:
            before, after = before + "True if (", ") else False)"
    text = analysis.tree.code(expression)
    if site.shape.order is Order.SWAPPED:
        return Suffix(before + text + after)
    return Suffix(before, expression, after, text)


def is_bool(analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
    """Whether the value of an expression is provably a bool."""
    if isinstance(node, cst.Name):
        return node.value in ("True", "False")
    if isinstance(node, cst.UnaryOperation):
        return isinstance(node.operator, cst.Not)
    if isinstance(node, cst.BooleanOperation):
        return is_bool(analysis, node.left) and is_bool(analysis, node.right)
    if isinstance(node, cst.Comparison):
        sure = (cst.Is, cst.IsNot, cst.In, cst.NotIn)
        return all(isinstance(target.operator, sure) for target in node.comparisons)
    if isinstance(node, cst.IfExp):
        return is_bool(analysis, node.body) and is_bool(analysis, node.orelse)
    if isinstance(node, cst.Call):
        if isinstance(node.func, cst.Name) and node.func.value in _BOOL_CALLS:
            return analysis.names.is_builtin(node.func)
        return analysis.names.origin(node.func) == "torch.cuda.is_available"
    return False


def _factory_keyword(analysis: FileAnalysis, data: cst.BaseExpression) -> tuple[Edit, ...] | None:
    """`requires_grad=True` as a keyword of the factory that makes the argument."""
    if not isinstance(data, cst.Call):
        return None
    origin = analysis.names.origin(data.func)
    factory = FACTORIES.get(origin)
    if factory is None or not factory.keyword or factory.sparse:
        return None
    for argument in data.args:
        keyword = argument.keyword.value if argument.keyword is not None else ""
        if argument.star == "**" or keyword in ("out", "requires_grad", "layout"):
            return None
        if isinstance(argument.value, cst.GeneratorExp) and not argument.value.lpar:
            return None
    if factory.like:
        source = analysis.facts.of(data.args[0].value) if data.args else Fact()
        if not source.fresh:
            return None
    elif not analysis.facts.of(data).free:
        return None
    return (add_keyword(analysis.tree, data, "requires_grad=True"),)


def _literal_tensor(analysis: FileAnalysis, data: cst.BaseExpression) -> tuple[Edit, ...] | None:
    """`torch.Tensor([1, 2.0])` as `torch.tensor([1.0, 2.0], requires_grad=True)`.

    The default device is the one difference between the two, so a file that may set one is left
    to the longer form.
    """
    if not isinstance(data, cst.Call) or not isinstance(data.func, cst.Attribute):
        return None
    if analysis.names.origin(data.func) != "torch.Tensor" or len(data.args) != 1:
        return None
    argument = data.args[0]
    if argument.star or argument.keyword is not None or not isinstance(argument.value, cst.List):
        return None
    if re.search(r"device\s*\(", analysis.text):
        return None
    numbers: list[cst.Integer] = []
    if not _floats(argument.value, numbers):
        return None
    tree = analysis.tree
    name_start, name_end = inner_span(tree, data.func.attr)
    edits = [Edit(name_start, name_end, "tensor")]
    for number in numbers:
        place = tree.end(number) if not number.rpar else tree.start(number.rpar[0])
        edits.append(Edit(place, place, ".0"))
    edits.append(add_keyword(tree, data, "requires_grad=True"))
    return tuple(edits)


def _floats(node: cst.BaseExpression, integers: list[cst.Integer]) -> bool:
    """Whether a nested list holds number literals alone; collects the integers among them."""
    if isinstance(node, cst.List):
        return bool(node.elements) and all(
            isinstance(element, cst.Element) and _floats(element.value, integers)
            for element in node.elements
        )
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, (cst.Minus, cst.Plus)):
        if isinstance(node.expression, cst.Integer) and int(node.expression.value, 0) == 0:
            # The integer has no sign when it is zero, the float has.
            return False
        return _floats(node.expression, integers) and not isinstance(node.expression, cst.List)
    if isinstance(node, cst.Integer):
        integers.append(node)
        return _PLAIN_INTEGER.match(node.value) is not None
    return isinstance(node, cst.Float)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."
