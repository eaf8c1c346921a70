"""Which parameter of a function an argument of a call becomes."""

from __future__ import annotations

import libcst as cst


def parameter_for(
    function: cst.FunctionDef, call: cst.Call, argument: cst.Arg, skip: int = 0
) -> str | None:
    """The name of the parameter that an argument of a call becomes; None when it is not told.

    skip: how many parameters stand before that of the first argument (1 for `self`).
    """
    if argument.star or any(other.star for other in call.args):
        return None
    parameters = function.params
    if argument.keyword is not None:
        known = (*parameters.params, *parameters.kwonly_params)
        names = [parameter.name.value for parameter in known]
        return argument.keyword.value if argument.keyword.value in names else None
    positional = (*parameters.posonly_params, *parameters.params)[skip:]
    index = next((i for i, other in enumerate(call.args) if other is argument), -1)
    return positional[index].name.value if 0 <= index < len(positional) else None
