"""Who is torch.autograd.Variable: every import form, every scope, every other library."""

from __future__ import annotations

import pytest

from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import SiteKind


def found(source: str, context: ModuleContext | None = None) -> list[tuple[int, str]]:
    """(line, "sure" or "doubt") of every call of Variable in a source."""
    analysis = FileAnalysis("a.py", source, context)
    return [
        (analysis.tree.line(site.node), "sure" if site.meaning.sure else "doubt")
        for site in analysis.sites
        if site.kind is SiteKind.CALL
    ]


IMPORT_FORMS = {
    "plain": "from torch.autograd import Variable\nVariable(x)\n",
    "renamed": "from torch.autograd import Variable as V\nV(x)\n",
    "among others": "from torch.autograd import Function, Variable, grad\nVariable(x)\n",
    "parenthesised": "from torch.autograd import (\n    Function,\n    Variable,\n)\nVariable(x)\n",
    "backslash": "from torch.autograd import Function, \\\n    Variable\nVariable(x)\n",
    "import torch": "import torch\ntorch.autograd.Variable(x)\n",
    "import torch as t": "import torch as t\nt.autograd.Variable(x)\n",
    "import torch.autograd": "import torch.autograd\ntorch.autograd.Variable(x)\n",
    "import torch.autograd as ag": "import torch.autograd as ag\nag.Variable(x)\n",
    "import other submodule": "import torch.nn\ntorch.autograd.Variable(x)\n",
    "from torch import autograd": "from torch import autograd\nautograd.Variable(x)\n",
    "from torch import autograd as ag": "from torch import autograd as ag\nag.Variable(x)\n",
    "from the inner module": "from torch.autograd.variable import Variable\nVariable(x)\n",
    "through the inner module": "from torch.autograd import variable\nvariable.Variable(x)\n",
    "star": "from torch.autograd import *\nVariable(x)\n",
    "star then a harmless star": "from torch.autograd import *\nfrom math import *\nVariable(x)\n",
    "in a function": "def f(x):\n    from torch.autograd import Variable\n    return Variable(x)\n",
    "in a class": "class A:\n    from torch.autograd import Variable\n    y = Variable(x)\n",
    "in try": "try:\n    from torch.autograd import Variable\nexcept ImportError:\n    pass\nVariable(x)\n",
    "in try with None": (
        "try:\n    from torch.autograd import Variable\nexcept ImportError:\n    Variable = None\n"
        "Variable(x)\n"
    ),
    "in if": "if gpu:\n    from torch.autograd import Variable\nVariable(x)\n",
    "both branches": (
        "if old:\n    from torch.autograd.variable import Variable\nelse:\n"
        "    from torch.autograd import Variable\nVariable(x)\n"
    ),
    "alias": "from torch.autograd import Variable\nV = Variable\nV(x)\n",
    "alias of the attribute": "import torch\nV = torch.autograd.Variable\nV(x)\n",
    "alias of an alias": "import torch\nA = torch.autograd\nV = A.Variable\nW = V\nW(x)\n",
    "alias used in a function": "import torch\nV = torch.autograd.Variable\ndef f(x):\n    return V(x)\n",
    "nested function": (
        "from torch.autograd import Variable\ndef f():\n    def g(x):\n        return Variable(x)\n"
        "    return g\n"
    ),
    "method": "from torch.autograd import Variable\nclass A:\n    def f(self, x):\n        return Variable(x)\n",
    "lambda": "from torch.autograd import Variable\nf = lambda x: Variable(x)\n",
    "comprehension": "from torch.autograd import Variable\ny = [Variable(x) for x in xs]\n",
    "default argument": "from torch.autograd import Variable\ndef f(x=Variable(t)):\n    return x\n",
    "decorator": "from torch.autograd import Variable\n@deco(Variable(t))\ndef f():\n    pass\n",
    "global declaration": (
        "def load():\n    global Variable\n    from torch.autograd import Variable\n"
        "def f(x):\n    return Variable(x)\n"
    ),
    "nonlocal declaration": (
        "def outer(x):\n    Variable = None\n    def load():\n        nonlocal Variable\n"
        "        from torch.autograd import Variable\n    load()\n    return Variable(x)\n"
    ),
    "class attribute does not hide it": (
        "from torch.autograd import Variable\nclass A:\n    Variable = 1\n"
        "    def f(self, x):\n        return Variable(x)\n"
    ),
    "class body before its own binding": (
        "from torch.autograd import Variable\nclass A:\n    y = Variable(x)\n    Variable = 1\n"
    ),
    "rebound back": ("Variable = 1\nfrom torch.autograd import Variable\nVariable(x)\n"),
    "walrus argument": "from torch.autograd import Variable\nf(Variable(y := x))\n",
    "a comprehension variable elsewhere": (
        "from torch.autograd import Variable\ny = [Variable for Variable in xs]\nVariable(x)\n"
    ),
    "parenthesised name": "from torch.autograd import Variable\n(Variable)(x)\n",
    "match statement": (
        "from torch.autograd import Variable\nmatch x:\n    case 1:\n        Variable(x)\n"
    ),
    "async": "from torch.autograd import Variable\nasync def f(x):\n    return Variable(await x)\n",
    "reached through a loop": (
        "for i in r:\n    if i:\n        Variable(x)\n    from torch.autograd import Variable\n"
    ),
}


@pytest.mark.parametrize("source", IMPORT_FORMS.values(), ids=IMPORT_FORMS.keys())
def test_is_found(source: str) -> None:
    calls = found(source)
    assert len(calls) == 1
    assert calls[0][1] == "sure"


NOT_OURS = {
    "tensorflow": "from tensorflow import Variable\nVariable(x)\n",
    "tensorflow as tf": "import tensorflow as tf\nimport torch\ntf.Variable(x)\n",
    "chainer": "from chainer import Variable\nVariable(x)\n",
    "own class": "import torch\nclass Variable:\n    pass\nVariable(x)\n",
    "name ends in Variable": "from torch.autograd import MyVariable\nMyVariable(x)\n",
    "lower case": "import torch\ntorch.autograd.variable(x)\n",
    "parameter": "from torch.autograd import Variable\ndef f(Variable, x):\n    return Variable(x)\n",
    "keyword parameter": "from torch.autograd import Variable\ndef f(*, Variable=int):\n    return Variable(1)\n",
    "star parameter": "from torch.autograd import Variable\ndef f(*Variable):\n    return Variable(1)\n",
    "lambda parameter": "from torch.autograd import Variable\nf = lambda Variable: Variable(1)\n",
    "local variable": "from torch.autograd import Variable\ndef f():\n    Variable = int\n    return Variable(1)\n",
    "local class": (
        "from torch.autograd import Variable\ndef f():\n    class Variable:\n        pass\n"
        "    return Variable()\n"
    ),
    "local def": (
        "from torch.autograd import Variable\ndef f():\n    def Variable(x):\n        return x\n"
        "    return Variable(1)\n"
    ),
    "bound later in the function": (
        "from torch.autograd import Variable\ndef f():\n    Variable(1)\n    Variable = int\n"
    ),
    "declared in the function": (
        "from torch.autograd import Variable\ndef f():\n    Variable: type\n    return Variable(1)\n"
    ),
    "for target": "from torch.autograd import Variable\nfor Variable in xs:\n    Variable(1)\n",
    "with target": "from torch.autograd import Variable\nwith a as Variable:\n    Variable(1)\n",
    "except target": (
        "def f():\n    try:\n        pass\n    except E as Variable:\n        Variable(1)\n"
    ),
    "comprehension variable": (
        "from torch.autograd import Variable\ny = [Variable(1) for Variable in xs]\n"
    ),
    "generator variable": (
        "from torch.autograd import Variable\ny = list(Variable(1) for Variable in xs)\n"
    ),
    "walrus": "from torch.autograd import Variable\n(Variable := int)\nVariable = int\nVariable(1)\n",
    "import of another": "from torch.autograd import Variable\nfrom chainer import Variable\nVariable(x)\n",
    "import as": "from torch.autograd import Variable\nimport numpy as Variable\nVariable(x)\n",
    "deleted": "from torch.autograd import Variable\ndel Variable\nVariable(x)\n",
    "used before the import": "Variable(x)\nfrom torch.autograd import Variable\n",
    "class attribute used in the class": (
        "from torch.autograd import Variable\nclass A:\n    Variable = int\n    y = Variable(1)\n"
    ),
    "bound in a class, used outside": (
        "class A:\n    from torch.autograd import Variable\nVariable(x)\n"
    ),
    "bound in a class, used in its method": (
        "class A:\n    from torch.autograd import Variable\n    def f(self, x):\n        return Variable(x)\n"
    ),
    "bound in a function, used outside": (
        "def f():\n    from torch.autograd import Variable\nVariable(x)\n"
    ),
    "attribute of something": "import torch\nself.Variable(x)\n",
    "torch is a parameter": "import torch\ndef f(torch, x):\n    return torch.autograd.Variable(x)\n",
    "match capture": (
        "from torch.autograd import Variable\nmatch x:\n    case Variable:\n        Variable(x)\n"
    ),
    "match as": (
        "from torch.autograd import Variable\nmatch x:\n    case [1] as Variable:\n        Variable(x)\n"
    ),
    "match star": (
        "from torch.autograd import Variable\nmatch x:\n    case [*Variable]:\n        Variable(x)\n"
    ),
    "match mapping rest": (
        "from torch.autograd import Variable\nmatch x:\n    case {**Variable}:\n        Variable(x)\n"
    ),
    "star import of another library": "from tensorflow import *\nimport torch\nVariable(x)\n",
    "global rebound": (
        "def f():\n    global Variable\n    Variable = int\ndef g():\n    return Variable(1)\n"
    ),
    "unknown relative import": "from .util import Variable\nimport torch\nVariable(x)\n",
    "nonlocal": (
        "from torch.autograd import Variable\ndef f():\n    Variable = int\n    def g():\n"
        "        nonlocal Variable\n        Variable = str\n        return Variable(1)\n    return g\n"
    ),
    "type parameter": (
        "from torch.autograd import Variable\ndef f[Variable](x):\n    return Variable(x)\n"
    ),
    "deleted in the function": (
        "def f(x):\n    from torch.autograd import Variable\n    del Variable\n    return Variable(x)\n"
    ),
}


@pytest.mark.parametrize("source", NOT_OURS.values(), ids=NOT_OURS.keys())
def test_is_not_ours(source: str) -> None:
    assert found(source) == []


IN_DOUBT = {
    "fallback class": (
        "try:\n    from torch.autograd import Variable\nexcept ImportError:\n"
        "    class Variable:\n        pass\nVariable(x)\n"
    ),
    "fallback import": (
        "try:\n    from torch.autograd import Variable\nexcept ImportError:\n"
        "    from chainer import Variable\nVariable(x)\n"
    ),
    "branches disagree": (
        "if a:\n    from torch.autograd import Variable\nelse:\n    Variable = int\nVariable(x)\n"
    ),
    "rebound under a condition": (
        "from torch.autograd import Variable\nif a:\n    Variable = int\nVariable(x)\n"
    ),
    "rebound later, used in a function": (
        "from torch.autograd import Variable\ndef f(x):\n    return Variable(x)\nVariable = int\n"
    ),
    "deleted later, used in a function": (
        "from torch.autograd import Variable\ndef f(x):\n    return Variable(x)\ndel Variable\n"
    ),
    "rebound by a loop": (
        "from torch.autograd import Variable\nfor i in r:\n    Variable(x)\n    Variable = int\n"
    ),
    "rebound through global": (
        "from torch.autograd import Variable\ndef g():\n    global Variable\n    Variable = int\n"
        "def f(x):\n    return Variable(x)\n"
    ),
    "unknown star import after it": (
        "from torch.autograd import Variable\nfrom somewhere import *\nVariable(x)\n"
    ),
    "rebound in one case": (
        "from torch.autograd import Variable\nmatch x:\n    case 1:\n        Variable = int\n"
        "    case 2:\n        pass\nVariable(x)\n"
    ),
    "rebound in a with block": (
        "from torch.autograd import Variable\nwith c:\n    Variable = int\n    f()\nVariable(x)\n"
    ),
    "rebound in a finally": (
        "try:\n    from torch.autograd import Variable\nfinally:\n    if a:\n        Variable = int\n"
        "Variable(x)\n"
    ),
    "rebound before a break": (
        "from torch.autograd import Variable\nwhile a:\n    if b:\n        Variable = int\n        break\n"
        "Variable(x)\n"
    ),
    "rebound in an else": (
        "from torch.autograd import Variable\nfor i in r:\n    if b:\n        break\nelse:\n"
        "    Variable = int\nVariable(x)\n"
    ),
    "rebound in a try body": (
        "from torch.autograd import Variable\ntry:\n    Variable = int\nexcept E:\n    Variable(x)\n"
    ),
    "walrus that need not run": (
        "from torch.autograd import Variable\na and (Variable := int)\nVariable(x)\n"
    ),
}


@pytest.mark.parametrize("source", IN_DOUBT.values(), ids=IN_DOUBT.keys())
def test_is_in_doubt(source: str) -> None:
    calls = found(source)
    assert calls
    assert all(certainty == "doubt" for _, certainty in calls)


def test_an_unknown_star_before_the_import_is_no_doubt() -> None:
    source = "from somewhere import *\nfrom torch.autograd import Variable\nVariable(x)\n"
    assert found(source) == [(3, "sure")]


def test_a_project_star_import_brings_it() -> None:
    context = ModuleContext(stars={".imports": {"Variable": "torch.autograd.Variable"}})
    assert found("from .imports import *\nVariable(x)\n", context) == [(2, "sure")]


def test_a_project_star_import_without_it_does_not_hide_it() -> None:
    context = ModuleContext(stars={".util": {"helper": "project:/p/util.py.helper"}})
    source = "from torch.autograd import Variable\nfrom .util import *\nVariable(x)\n"
    assert found(source, context) == [(3, "sure")]


def test_a_project_star_import_with_another_one_hides_it() -> None:
    context = ModuleContext(stars={".util": {"Variable": "project:/p/util.py.Variable"}})
    source = "from torch.autograd import Variable\nfrom .util import *\nVariable(x)\n"
    assert found(source, context) == []


def test_a_name_reexported_by_the_project() -> None:
    context = ModuleContext(imports={("util", "Variable"): "torch.autograd.Variable"})
    assert found("from util import Variable\nVariable(x)\n", context) == [(2, "sure")]


def test_a_module_reexported_by_the_project() -> None:
    context = ModuleContext(stars={".all": {"ag": "torch.autograd"}})
    assert found("from .all import *\nag.Variable(x)\n", context) == [(2, "sure")]
