"""How one call of Variable is written: which argument is the data, and what the flags say."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

import libcst as cst

from varmigrate.torch_facts.variable import VARIABLE_OTHER_PARAMETERS, VARIABLE_PARAMETERS


class Order(enum.Enum):
    """Whether data and flags stand in the order in which the modern form evaluates them."""

    SAME = "same"
    SWAPPED = "swapped"


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag of the call: `value` is True or False when it is a literal, else None.

    expression: what is written, None when the flag is left out. argument: its place in the call.
    """

    value: bool | None = False
    expression: cst.BaseExpression | None = None
    argument: cst.Arg | None = None

    @property
    def given(self) -> bool:
        """Whether the call names the flag at all."""
        return self.expression is not None

    @property
    def dynamic(self) -> bool:
        """Whether the value is known only when the program runs."""
        return self.value is None


@dataclass(frozen=True, slots=True)
class CallShape:
    """The parts of a call `Variable(data, requires_grad, volatile)`.

    problem: why the parts cannot be told apart (`*args`, unknown keywords). never: why the call
    has never worked. order: whether the flags are evaluated after the data.
    """

    data: cst.BaseExpression | None = None
    data_argument: cst.Arg | None = None
    requires_grad: Flag = field(default_factory=Flag)
    volatile: Flag = field(default_factory=Flag)
    problem: str = ""
    never: str = ""
    order: Order = Order.SAME


_NO_FLAG = (
    cst.Float,
    cst.Imaginary,
    cst.BaseString,
    cst.List,
    cst.Tuple,
    cst.Dict,
    cst.Set,
    cst.ListComp,
    cst.Ellipsis,
    cst.Lambda,
)


def literal_flag(node: cst.BaseExpression) -> bool | None:
    """True or False for a literal flag (`True`, `False`, an integer); None for an expression."""
    if isinstance(node, cst.Name) and node.value in ("True", "False"):
        return node.value == "True"
    if isinstance(node, cst.Integer):
        return int(node.value, 0) != 0
    return None


def read_call(node: cst.Call) -> CallShape:
    """Tell the parts of a call of Variable apart; never fails, says what stands in the way."""
    parts: dict[str, cst.Arg] = {}
    for index, argument in enumerate(node.args):
        if argument.star:
            return CallShape(problem=f"`{argument.star}` arguments hide what is passed")
        if argument.keyword is None:
            if index >= len(VARIABLE_PARAMETERS):
                return CallShape(problem="there are more positional arguments than are known")
            parts[VARIABLE_PARAMETERS[index]] = argument
        else:
            name = argument.keyword.value
            if name in VARIABLE_OTHER_PARAMETERS:
                return CallShape(problem=f"`{name}=` has no modern counterpart")
            if name not in VARIABLE_PARAMETERS:
                return CallShape(never=f"`{name}` is not a parameter of Variable")
            if name in parts:
                return CallShape(never=f"`{name}` is given twice")
            parts[name] = argument
    data = parts.get("data")
    flags = {name: _flag(parts.get(name)) for name in ("requires_grad", "volatile")}
    never = "" if data is None else _never(data.value)
    if data is None:
        never = "there is no tensor to wrap"
    for name, flag in flags.items():
        if isinstance(flag.expression, (cst.Name,)) and flag.expression.value == "None":
            never = f"`{name}=None` raises TypeError"
        if isinstance(flag.expression, _NO_FLAG):
            never = f"`{name}` must be a bool"
    if flags["requires_grad"].value is True and flags["volatile"].value is True:
        never = "requires_grad and volatile together raise ValueError"
    order = Order.SAME
    if data is not None and node.args[0] is not data:
        order = Order.SWAPPED
    return CallShape(
        data=None if data is None else data.value,
        data_argument=data,
        requires_grad=flags["requires_grad"],
        volatile=flags["volatile"],
        never=never,
        order=order,
    )


def _flag(argument: cst.Arg | None) -> Flag:
    if argument is None:
        return Flag()
    return Flag(literal_flag(argument.value), argument.value, argument)


def _never(data: cst.BaseExpression) -> str:
    """Why wrapping this literal has never worked; empty when it may be a tensor."""
    if isinstance(data, (cst.List, cst.Tuple, cst.ListComp, cst.GeneratorExp)):
        return "Variable takes a tensor, not a sequence"
    if isinstance(data, (cst.Dict, cst.Set, cst.DictComp, cst.SetComp, cst.Lambda)):
        return "Variable takes a tensor"
    if isinstance(data, cst.UnaryOperation) and not isinstance(data.operator, cst.Not):
        return _never(data.expression)
    if isinstance(data, (cst.Ellipsis, cst.Integer, cst.Float, cst.Imaginary, cst.BaseString)):
        return "Variable takes a tensor, not a number or a text"
    if isinstance(data, cst.Name) and data.value in ("True", "False"):
        return "Variable takes a tensor, not a bool"
    if isinstance(data, cst.Name) and data.value == "None":
        return "Variable(None) holds nothing"
    return ""
