"""Which imports go, which stay, and where `import torch` is put."""

from __future__ import annotations

import textwrap

import pytest

from tests.support import check, fix, fixed
from varmigrate.analysis.context import ModuleContext

USE = "\n\ndef f(t):\n    return [Variable(t)]\n"
USED = "\n\ndef f(t):\n    return [t.detach()]\n"

GOES = {
    "from torch.autograd import Variable\n": "",
    "import torch\nfrom torch.autograd import Variable\n": "import torch\n",
    "from torch.autograd import Function, Variable\n": "from torch.autograd import Function\n",
    "from torch.autograd import Variable, Function\n": "from torch.autograd import Function\n",
    "from torch.autograd import A, Variable, B\n": "from torch.autograd import A, B\n",
    "from torch.autograd import (Variable, Function)\n": "from torch.autograd import (Function)\n",
    "from torch.autograd import (Function, Variable,)\n": "from torch.autograd import (Function,)\n",
    "from torch.autograd import (\n    Function,\n    Variable,\n)\n": (
        "from torch.autograd import (\n    Function,\n)\n"
    ),
    "from torch.autograd import (\n    Variable,\n    Function\n)\n": (
        "from torch.autograd import (\n    Function\n)\n"
    ),
    "from torch.autograd import (\n    Variable,  # old\n    Function,\n)\n": (
        "from torch.autograd import (\n    # old\n    Function,\n)\n"
    ),
    "from torch.autograd import (\n    Function,  # new\n    Variable,  # old\n)\n": (
        "from torch.autograd import (\n    Function,  # new\n    # old\n)\n"
    ),
    "from torch.autograd import (Function  # a\n    , Variable  # b\n    , grad  # c\n    )\n": (
        "from torch.autograd import (Function  # a\n    ,   # b\n     grad  # c\n    )\n"
    ),
    "from torch.autograd import (Variable  # a\n    , Function  # b\n    )\n": (
        "from torch.autograd import (  # a\n     Function  # b\n    )\n"
    ),
    "from torch.autograd import (Function  # a\n    , Variable  # b\n    )\n": (
        "from torch.autograd import (Function  # a\n    ,   # b\n    )\n"
    ),
    "from torch.autograd import Variable\n'no docstring'\n": "pass\n'no docstring'\n",
    "from torch.autograd import Variable  # the wrapper\n": "# the wrapper\n",
    "from torch.autograd import Variable  # noqa: F401\n": "",
    "from torch.autograd import Variable  # type: ignore\n": "",
    "from torch.autograd import Variable  # pylint: disable=x\n": "",
    "# above\nfrom torch.autograd import Variable\n# below\n": "# above\n# below\n",
    "import os; from torch.autograd import Variable\n": "import os\n",
    "from torch.autograd import Variable; import os\n": "import os\n",
    "import os; from torch.autograd import Variable; import re\n": "import os; import re\n",
    "try:\n    from torch.autograd import Variable\nexcept ImportError:\n    pass\n": (
        "try:\n    pass\nexcept ImportError:\n    pass\n"
    ),
    "try:\n    import torch\n    from torch.autograd import Variable\nexcept ImportError:\n    pass\n": (
        "try:\n    import torch\nexcept ImportError:\n    pass\n"
    ),
    "try: from torch.autograd import Variable\nexcept ImportError: pass\n": (
        "try: pass\nexcept ImportError: pass\n"
    ),
    "if True:\n    # why\n    from torch.autograd import Variable  # it\n": (
        "if True:\n    # why\n    pass  # it\n"
    ),
    "from torch.autograd import Variable, Variable as V\nV(t)\n": "t.detach()\n",
    "from torch.autograd.variable import Variable\n": "",
    "from torch.autograd import Function, \\\n    Variable\n": "from torch.autograd import Function\n",
}


@pytest.mark.parametrize(("before", "after"), GOES.items(), ids=GOES.keys())
def test_goes_with_its_last_use(before: str, after: str) -> None:
    assert fixed(before + USE) == (after + USED if after else USED.lstrip())


STAYS = {
    "in __all__": "from torch.autograd import Variable\n__all__ = ['Variable', 'f']\n",
    "named by a string": "from torch.autograd import Variable\nname = 'Variable'\n",
    "deleted later": "from torch.autograd import Variable\nif done:\n    del Variable\n",
    "used as a value": "from torch.autograd import Variable\nkinds = {'v': Variable}\n",
    "used by a call that stays": "from torch.autograd import Variable\nv = Variable(*t)\n",
    "attribute without counterpart": (
        "from torch.autograd import Variable\nVariable._execution_engine.queue_callback(g)\n"
    ),
    "a subclass": "from torch.autograd import Variable\nclass V(Variable):\n    pass\n",
    "read by eval": "from torch.autograd import Variable\nx = eval('Variable(t)')\n",
    "a type comment": "from torch.autograd import Variable\nx = g()  # type: Variable\n",
    "another binding": (
        "try:\n    from torch.autograd import Variable\nexcept ImportError:\n    Variable = None\n"
    ),
}


@pytest.mark.parametrize("head", STAYS.values(), ids=STAYS.keys())
def test_stays(head: str) -> None:
    after = fixed(head + USE)
    assert "from torch.autograd import Variable" in after


def test_a_package_keeps_what_it_passes_on() -> None:
    source = "from torch.autograd import Variable\n" + USE
    assert fix(source, path="pkg/__init__.py").after == (
        "from torch.autograd import Variable\n" + USED
    )


def test_another_file_keeps_it() -> None:
    source = "from torch.autograd import Variable\n" + USE
    context = ModuleContext(exported=frozenset({"Variable"}))
    assert fix(source, context=context).after == "from torch.autograd import Variable\n" + USED


def test_import_of_a_function_goes() -> None:
    source = "def f(t):\n    from torch.autograd import Variable\n    return Variable(t)\n"
    assert fixed(source) == "def f(t):\n    return t.detach()\n"


def test_module_alias_goes() -> None:
    source = "import torch\nimport torch.autograd as ag\n\n\ndef f(t):\n    return ag.Variable(t)\n"
    assert fixed(source) == "import torch\n\n\ndef f(t):\n    return t.detach()\n"


def test_module_alias_with_another_use_stays() -> None:
    source = "import torch.autograd as ag\n\n\ndef f(t):\n    return ag.grad(ag.Variable(t), t)\n"
    assert fixed(source) == (
        "import torch.autograd as ag\n\n\ndef f(t):\n    return ag.grad(t.detach(), t)\n"
    )


def test_plain_import_of_the_module_stays() -> None:
    source = "import torch.autograd\n\n\ndef f(t):\n    return torch.autograd.Variable(t)\n"
    assert fixed(source) == "import torch.autograd\n\n\ndef f(t):\n    return t.detach()\n"


def test_another_name_goes_with_its_last_use() -> None:
    source = (
        "import torch\nfrom torch.autograd import Variable\nV = Variable  # short\n\n\n"
        "def f(t):\n    return V(t)\n"
    )
    assert fixed(source) == "import torch\n# short\n\n\ndef f(t):\n    return t.detach()\n"


def test_a_leftover_import_is_reported_and_removed() -> None:
    source = "import torch\nfrom torch.autograd import Variable, grad\n"
    assert [f.code for f in check(source).findings] == ["VM206"]
    assert fixed(source) == "import torch\nfrom torch.autograd import grad\n"


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: F401", "# NOQA"])
def test_a_noqa_keeps_a_leftover_import(comment: str) -> None:
    source = f"import torch\nfrom torch.autograd import Variable  {comment}\n"
    assert check(source).findings == ()


def test_ignoring_the_rule_keeps_the_import() -> None:
    source = "from torch.autograd import Variable\n" + USE
    after = fix(source, ignore=("VM206",)).after
    assert after == "from torch.autograd import Variable\n" + USED


NEEDS_TORCH = {
    "in place of the import": (
        "from torch.autograd import Variable\n\nok = isinstance(x, Variable)\n",
        "import torch\n\nok = isinstance(x, torch.Tensor)\n",
    ),
    "after docstring and future": (
        '"""Doc."""\nfrom __future__ import annotations\nfrom torch.autograd import Variable\n'
        "ok = isinstance(x, Variable)\n",
        '"""Doc."""\nfrom __future__ import annotations\nimport torch\n'
        "ok = isinstance(x, torch.Tensor)\n",
    ),
    "beside an import that stays": (
        "import os\nfrom torch.autograd import Function, Variable\nok = isinstance(x, Variable)\n",
        "import os\nimport torch\nfrom torch.autograd import Function\n"
        "ok = isinstance(x, torch.Tensor)\n",
    ),
    "in a function": (
        "def f(x):\n    from torch.autograd import Variable\n    return isinstance(x, Variable)\n",
        "def f(x):\n    import torch\n    return isinstance(x, torch.Tensor)\n",
    ),
    "in try": (
        "try:\n    from torch.autograd import Variable\nexcept ImportError:\n    pass\n"
        "ok = isinstance(x, Variable)\n",
        "try:\n    import torch\nexcept ImportError:\n    pass\nok = isinstance(x, torch.Tensor)\n",
    ),
    "on a line with others": (
        "import os; from torch.autograd import Variable\nok = isinstance(x, Variable)\n",
        "import os; import torch\nok = isinstance(x, torch.Tensor)\n",
    ),
    "another name for torch": (
        "import torch as t\nfrom torch.autograd import Variable\nok = isinstance(x, Variable)\n",
        "import torch as t\nok = isinstance(x, t.Tensor)\n",
    ),
    "Tensor itself": (
        "from torch import Tensor\nfrom torch.autograd import Variable\n"
        "ok = isinstance(x, Variable)\n",
        "from torch import Tensor\nok = isinstance(x, Tensor)\n",
    ),
    "spelled out": (
        "import torch as t\nok = isinstance(x, t.autograd.Variable)\n",
        "import torch as t\nok = isinstance(x, t.Tensor)\n",
    ),
    "through a submodule import": (
        "import torch.nn\nfrom torch.autograd import Variable\nok = isinstance(x, Variable)\n",
        "import torch.nn\nok = isinstance(x, torch.Tensor)\n",
    ),
    "torch bound only later": (
        "from torch.autograd import Variable\nok = isinstance(x, Variable)\nimport torch\n",
        "import torch\nok = isinstance(x, torch.Tensor)\nimport torch\n",
    ),
    "only for type checking": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    from torch.autograd import Variable\n\n\ndef f(x: 'Variable'):\n    return x\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    import torch\n\n\ndef f(x: 'torch.Tensor'):\n    return x\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), NEEDS_TORCH.values(), ids=NEEDS_TORCH.keys())
def test_torch_is_imported_where_it_is_needed(before: str, after: str) -> None:
    assert fixed(before) == after


def test_every_import_that_may_have_run_gets_its_torch() -> None:
    source = (
        "if new:\n    from torch.autograd import Variable\nelse:\n"
        "    from torch.autograd.variable import Variable\nok = isinstance(1, Variable)\n"
    )
    assert fixed(source) == (
        "if new:\n    import torch\nelse:\n    import torch\nok = isinstance(1, torch.Tensor)\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        "torch.autograd.Variable = Fake\nv = Variable(t)\n",
        "ag.Variable = Fake\nv = Variable(t)\n",
        "globals()['Variable'] = Fake\nv = Variable(t)\n",
        "with mock.patch('torch.autograd.Variable', Fake):\n    v = Variable(t)\n",
        "setattr(torch.autograd, 'Variable', Fake)\nv = Variable(t)\n",
        "for i in r:\n    v = Variable(t)\n    if i:\n        del Variable\n",
    ],
)
def test_a_replaced_variable_is_left_alone(source: str) -> None:
    head = "import torch\nimport torch.autograd as ag\nfrom torch.autograd import Variable\n"
    assert fix(head + source).after is None


@pytest.mark.parametrize(
    "source",
    [
        "from torch.autograd import Variable\ntorch = 1\nok = isinstance(x, Variable)\n",
        "from torch.autograd import Variable\ndef f(x, torch):\n    return isinstance(x, Variable)\n",
        "from torch.autograd import Variable\ndef f(x):\n    torch = g()\n    return isinstance(x, Variable)\n",
        "def f(x):\n    from torch.autograd import Variable\n    torch = 2\n    return isinstance(x, Variable)\n",
    ],
)
def test_a_torch_that_is_something_else_is_reported(source: str) -> None:
    assert fix(source).after is None
    (finding,) = (f for f in check(source).findings if f.code == "VM201")
    assert finding.fix is None
    assert finding.advice is not None


TYPE_USES = {
    "isinstance(x, Variable)": "isinstance(x, torch.Tensor)",
    "isinstance(x, (list, Variable))": "isinstance(x, (list, torch.Tensor))",
    "isinstance(x, (torch.Tensor, Variable))": "isinstance(x, torch.Tensor)",
    "isinstance(x, (Variable, torch.Tensor))": "isinstance(x, torch.Tensor)",
    "isinstance(x, (list, Variable, torch.Tensor))": "isinstance(x, (list, torch.Tensor))",
    "isinstance(x, (list, torch.Tensor, Variable))": "isinstance(x, (list, torch.Tensor))",
    "isinstance(x, Variable) and not isinstance(y, Variable)": (
        "isinstance(x, torch.Tensor) and not isinstance(y, torch.Tensor)"
    ),
    "isinstance(x, (torch.Tensor,  # a\n  Variable))": (
        "isinstance(x, (torch.Tensor,  # a\n  torch.Tensor))"
    ),
    "list(map(Variable, x))": "list(map(torch.Tensor.detach, x))",
    "list(map(Variable, x, y))": None,
    "list(map(Variable, *x))": None,
    "pool.map(Variable, x)": None,
    "functools.partial(Variable, requires_grad=True)": None,
    "hasattr(torch.autograd.Variable, 'grad_fn')": None,
    "getattr(Variable, 'data')": None,
    "type(x) is Variable": None,
    "issubclass(x, Variable)": None,
    "type(x) in (Variable, list)": None,
    "{Variable: 1}": None,
    "isinstance(x, [Variable])": None,
    "isinstance(Variable, type)": None,
}


@pytest.mark.parametrize(("before", "after"), TYPE_USES.items(), ids=TYPE_USES.keys())
def test_type_uses(before: str, after: str | None) -> None:
    head = "import torch\nfrom torch.autograd import Variable\nKEEP = Variable\n"
    assert fixed(f"{head}ok = {before}\n") == f"{head}ok = {after or before}\n"


UNSAFE = {
    "type(x) is Variable": "isinstance(x, torch.Tensor)",
    "type(x) == Variable": "isinstance(x, torch.Tensor)",
    "Variable == type(x)": "isinstance(x, torch.Tensor)",
    "x.__class__ is Variable": "isinstance(x, torch.Tensor)",
    "type(x) is not Variable": "not isinstance(x, torch.Tensor)",
    "(type(x) != Variable) + 1": "(not isinstance(x, torch.Tensor)) + 1",
    "a == (type(x) is not Variable)": "a == (not isinstance(x, torch.Tensor))",
    "type(x + y) is Variable": "isinstance((x + y), torch.Tensor)",
    "issubclass(x, Variable)": "issubclass(x, torch.Tensor)",
}


@pytest.mark.parametrize(("before", "after"), UNSAFE.items(), ids=UNSAFE.keys())
def test_unsafe_type_uses(before: str, after: str) -> None:
    head = "import torch\nfrom torch.autograd import Variable\nKEEP = Variable\n"
    source = f"{head}ok = {before}\n"
    assert fixed(source) == source
    assert fixed(source, unsafe=True) == f"{head}ok = {after}\n"
    assert all(
        f.fix is None or f.fix.assumption for f in check(source).findings if f.code == "VM202"
    )


ANNOTATIONS = {
    "x: Variable": "x: torch.Tensor",
    "x: Variable = None": "x: torch.Tensor = None",
    "x: 'Variable'": "x: 'torch.Tensor'",
    'x: "Variable"': 'x: "torch.Tensor"',
    "x: Optional[Variable]": "x: Optional[torch.Tensor]",
    "x: 'Optional[Variable]'": "x: 'Optional[torch.Tensor]'",
    "x: Union[Variable, List[Variable]]": "x: Union[torch.Tensor, List[torch.Tensor]]",
    "x: Variable | None": "x: torch.Tensor | None",
    "x: Callable[[Variable], Variable]": "x: Callable[[torch.Tensor], torch.Tensor]",
    "x: 'torch.autograd.Variable'": "x: 'torch.Tensor'",
    "x: Dict[str, 'Variable']": "x: Dict[str, 'torch.Tensor']",
    "x: 'not valid Variable'": None,
    "x: 'MyVariable'": None,
    "x: Literal['Variable']": None,
    "x: t.Literal['Variable', 'x']": None,
    "x: Annotated[int, 'Variable']": None,
}


@pytest.mark.parametrize(("before", "after"), ANNOTATIONS.items(), ids=ANNOTATIONS.keys())
def test_annotations(before: str, after: str | None) -> None:
    head = textwrap.dedent(
        """
        import torch
        from typing import Callable, Dict, List, Optional, Union
        from torch.autograd import Variable
        KEEP = Variable
        """
    )
    expected = after or before
    assert (
        fixed(f"{head}\ndef f({before}):\n    pass\n") == f"{head}\ndef f({expected}):\n    pass\n"
    )


def test_a_string_annotation_keeps_the_import_if_it_stays() -> None:
    source = (
        "import torch\nfrom torch.autograd import Variable\n\n\n"
        "def f(x: 'not valid Variable', t):\n    return Variable(t)\n"
    )
    assert "import Variable" in fixed(source)


def test_return_annotations_and_variables() -> None:
    source = (
        "import torch\nfrom torch.autograd import Variable\nv: Variable\n\n\n"
        "def f() -> Variable:\n    w: 'Variable' = g()\n    return w\n"
    )
    assert fixed(source) == source.replace("from torch.autograd import Variable\n", "").replace(
        "Variable", "torch.Tensor"
    )


def test_the_engine_is_left_alone() -> None:
    source = "from torch.autograd import Variable\nVariable._execution_engine.queue_callback(f)\n"
    assert check(source).findings == ()
