"""Programs with names of 2017: what they do must not change when the names do.

REWRITTEN programs run today, and warn; the rewritten ones do the same and are silent. BROKEN
programs raise today: what the rewritten ones print is what the old release printed, by arithmetic.
Nothing may change in UNTOUCHED ones, whatever is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness import program

_HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


@dataclass(frozen=True)
class Renamed:
    """A program, and what has to stand in its rewritten form.

    contains, lacks: texts of the rewritten form. files: other modules of the project. quiet: it
    does not warn today. select: what is asked for.
    """

    name: str
    source: str
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    quiet: bool = False
    select: tuple[str, ...] = ()


@dataclass(frozen=True)
class Broken:
    """A program that raises today, and what its rewritten form prints."""

    name: str
    source: str
    prints: str
    contains: tuple[str, ...] = ()
    select: tuple[str, ...] = ()


@dataclass(frozen=True)
class Untouched:
    """A program of which nothing may change; `because` is why."""

    because: str
    source: str
    files: Mapping[str, str] = field(default_factory=dict)
    raises: str | None = None


def rewritten(
    name: str,
    body: str,
    contains: tuple[str, ...],
    lacks: tuple[str, ...] = (),
    *,
    head: str = _HEAD,
    files: Mapping[str, str] | None = None,
    quiet: bool = False,
    select: tuple[str, ...] = (),
) -> Renamed:
    """A program that begins with the usual imports."""
    texts = {path: program(text) for path, text in (files or {}).items()}
    return Renamed(name, head + program(body), contains, lacks, texts, quiet, select)


def broken(
    name: str, body: str, prints: str, contains: tuple[str, ...], *, head: str = _HEAD
) -> Broken:
    """A program that begins with the usual imports and raises."""
    return Broken(name, head + program(body), program(prints), contains)


def untouched(
    because: str,
    body: str,
    *,
    head: str = _HEAD,
    files: Mapping[str, str] | None = None,
    raises: str | None = None,
) -> Untouched:
    """A program that begins with the usual imports and has to stay."""
    texts = {path: program(text) for path, text in (files or {}).items()}
    return Untouched(because, head + program(body), texts, raises)


_P = "p = nn.Parameter(torch.ones(2))\np.grad = torch.tensor([3.0, 4.0])\n"
_XY = "x = torch.tensor([[1.0, 2.0], [3.0, 5.0]])\ny = torch.tensor([[0.5, 0.5], [1.0, 1.0]])\n"
_LABELS = "x = torch.tensor([[0.1, 2.0], [3.0, 0.5]])\nt = torch.tensor([1, 1])\n"
_ACTIVATIONS = ("VM506",)

REWRITTEN: list[Renamed] = [
    # -- clip_grad_norm
    rewritten(
        "clip: through nn",
        _P + "n = nn.utils.clip_grad_norm([p], 2.5)\n",
        ("nn.utils.clip_grad_norm_([p], 2.5)",),
    ),
    rewritten(
        "clip: the whole path",
        _P + "n = torch.nn.utils.clip_grad_norm(p, max_norm=2.5, norm_type=1)\n",
        ("torch.nn.utils.clip_grad_norm_(p, max_norm=2.5, norm_type=1)",),
    ),
    rewritten(
        "clip: the module it stands in",
        _P + "n = torch.nn.utils.clip_grad.clip_grad_norm(p, 2.5)\n",
        ("clip_grad.clip_grad_norm_(p",),
    ),
    rewritten(
        "clip: imported by name",
        "from torch.nn.utils import clip_grad_norm\n" + _P + "n = clip_grad_norm([p], 2.5)\n",
        ("import clip_grad_norm_\n", "n = clip_grad_norm_([p]"),
        ("clip_grad_norm(", "import clip_grad_norm\n"),
    ),
    rewritten(
        "clip: imported among others",
        "from torch.nn.utils import (\n    clip_grad_norm,  # keeps steps small\n"
        "    parameters_to_vector,\n)\n"
        + _P
        + "n = clip_grad_norm([p], 2.5)\nv = parameters_to_vector([p])\n",
        ("# keeps steps small", "clip_grad_norm_([p]"),
        ("clip_grad_norm(",),
    ),
    rewritten(
        "clip: under another name",
        "from torch.nn.utils import clip_grad_norm as clip\n" + _P + "n = clip([p], 2.5)\n",
        ("import clip_grad_norm_ as clip", "n = clip([p]"),
    ),
    rewritten(
        "clip: inside a function",
        _P
        + """def step():
    from torch.nn.utils import clip_grad_norm
    return clip_grad_norm([p], 1)
n = step()
""",
        ("    from torch.nn.utils import clip_grad_norm_\n", "return clip_grad_norm_("),
    ),
    rewritten(
        "clip: in two functions, with a lambda between",
        "from torch.nn import utils as u\n"
        + _P
        + "f = lambda: u.clip_grad_norm(p, 2)\ng = [u.clip_grad_norm(p, k) for k in (3, 1)]\nn = f()\n",
        ("f = lambda: u.clip_grad_norm_(p, 2)", "[u.clip_grad_norm_(p, k)"),
    ),
    rewritten(
        "clip: the old name is handed on as well",
        "from torch.nn.utils import clip_grad_norm\n"
        + _P
        + "n = clip_grad_norm([p], 2.5)\nfunctions = [clip_grad_norm]\n",
        ("import clip_grad_norm, clip_grad_norm_", "[clip_grad_norm]"),
    ),
    rewritten(
        "clip: the old name is exported",
        "from torch.nn.utils import clip_grad_norm\n__all__ = ['clip_grad_norm']\n"
        + _P
        + "n = clip_grad_norm([p], 2.5)\n",
        ("import clip_grad_norm, clip_grad_norm_", "['clip_grad_norm']", "clip_grad_norm_([p]"),
    ),
    rewritten(
        "clip: another file takes the old name",
        "import steps\n" + _P + "from torch.nn.utils import clip_grad_norm\n"
        "n = clip_grad_norm([p], 2.5)\nm = steps.f(p)\n",
        ("n = clip_grad_norm_([p]",),
        files={
            "steps.py": """
            import torch
            from clips import clip_grad_norm
            def f(p):
                return clip_grad_norm([p], 1)
            """,
            "clips.py": "import torch\nfrom torch.nn.utils import clip_grad_norm\n",
        },
    ),
    rewritten(
        "clip: through the project's star import",
        "from common import *\n" + _P + "n = clip_grad_norm([p], 2.5)\n",
        ("nn.utils.clip_grad_norm_([p]",),
        files={"common.py": "from torch.nn.utils import clip_grad_norm\n"},
    ),
    # -- initialisers
    rewritten(
        "init: through nn",
        """
        w = torch.empty(2, 3)
        r = nn.init.xavier_uniform(w, gain=2)
        """,
        ("r = nn.init.xavier_uniform_(w, gain=2)",),
    ),
    rewritten(
        "init: every name",
        """
        from torch.nn import init
        w, d = torch.empty(3, 3), torch.empty(2, 2, 3)
        rs = [init.constant(w, 2), init.dirac(d), init.eye(w), init.kaiming_normal(w),
              init.kaiming_uniform(w, mode='fan_out'), init.normal(w, 0, 1), init.orthogonal(w),
              init.sparse(w, sparsity=0.3), init.uniform(w), init.xavier_normal(w)]
        """,
        ("init.constant_(", "init.dirac_(", "init.eye_(", "init.sparse_(w, sparsity=0.3)"),
        ("constant(", "normal(", "uniform("),
    ),
    rewritten(
        "init: the module under a name",
        "import torch.nn.init as weight_init\nw = torch.empty(2, 2)\nweight_init.normal(w, std=0.1)\n",
        ("weight_init.normal_(w, std=0.1)",),
    ),
    rewritten(
        "init: imported by name, with what is no initialiser",
        "from torch.nn.init import calculate_gain, xavier_normal, constant as fill\n"
        "w = torch.empty(2, 2)\nxavier_normal(w, calculate_gain('relu'))\nfill(w[0], 1)\n",
        ("import calculate_gain, xavier_normal_, constant_ as fill", "fill(w[0], 1)"),
    ),
    rewritten(
        "init: in a module, behind its isinstance tests",
        """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                for m in self.modules():
                    if isinstance(m, nn.Linear):
                        nn.init.kaiming_normal(m.weight.data)  # relu follows
                        nn.init.constant(m.bias, val=0)
        net = Net()
        """,
        ("kaiming_normal_(m.weight", ")  # relu follows", "constant_(m.bias, val=0)"),
    ),
    rewritten(
        "init: one in another",
        "w = torch.empty(2, 2)\nnn.init.normal(nn.init.constant(w, 3), 1)\n",
        ("nn.init.normal_(nn.init.constant_(w, 3), 1)",),
    ),
    rewritten(
        "init: a local function of the same name beside it",
        """
        def normal(w):
            return w
        w = torch.empty(2, 2)
        a = normal(nn.init.normal(w))
        """,
        ("a = normal(nn.init.normal_(w))",),
    ),
    # -- sigmoid and tanh
    rewritten(
        "sigmoid: through F",
        _XY + "z = F.sigmoid(x) * F.tanh(input=y)\n",
        ("torch.sigmoid(x) * torch.tanh(input=y)",),
        ("F.sigmoid",),
        quiet=True,
        select=_ACTIVATIONS,
    ),
    rewritten(
        "sigmoid: no name for torch in the file",
        "from torch import ones\nimport torch.nn.functional as F\nz = F.sigmoid(ones(2))\n",
        ("import torch\n", "z = torch.sigmoid(ones(2))"),
        head="",
        quiet=True,
        select=_ACTIVATIONS,
    ),
    rewritten(
        "sigmoid: torch under another name",
        "import torch as T\nimport torch.nn.functional as F\nz = F.tanh(T.ones(2))\n",
        ("z = T.tanh(T.ones(2))",),
        ("import torch\n",),
        head="",
        quiet=True,
        select=_ACTIVATIONS,
    ),
    rewritten(
        "sigmoid: imported by name",
        "import torch\nfrom torch.nn.functional import tanh, sigmoid, relu\n"
        "z = relu(tanh(sigmoid(torch.ones(2))))\n",
        ("import relu", "relu(torch.tanh(torch.sigmoid("),
        ("import tanh",),
        head="",
        quiet=True,
        select=_ACTIVATIONS,
    ),
    rewritten(
        "sigmoid: imported by name under another",
        "import torch\nfrom torch.nn.functional import sigmoid as s\nz = s(torch.ones(2))\n",
        ("z = torch.sigmoid(torch.ones(2))",),
        head="",
        quiet=True,
        select=_ACTIVATIONS,
    ),
    rewritten(
        "sigmoid: a gradient flows through it",
        "w = torch.zeros(2, requires_grad=True)\n(F.sigmoid(w) * 2).sum().backward()\n",
        ("(torch.sigmoid(w) * 2)",),
        quiet=True,
        select=_ACTIVATIONS,
    ),
    rewritten(
        "sigmoid: together with Variable, one import of torch",
        "from torch.autograd import Variable\nfrom torch.nn.functional import sigmoid\n"
        "from torch import ones\nv = sigmoid(Variable(ones(2)))\nok = isinstance(v, Variable)\n",
        ("import torch\n", "torch.sigmoid(", "isinstance(v, torch.Tensor)"),
        ("Variable",),
        head="",
        quiet=True,
        select=("VM506", "variable"),
    ),
    rewritten(
        "sigmoid: names that are looked up stay imported",
        "import torch\nfrom torch.nn.functional import sigmoid\n"
        "def get(name):\n    return globals()[name]\n"
        "z = sigmoid(torch.ones(2)) + get('sig' + 'moid')(torch.ones(2))\n",
        ("import sigmoid\n", "z = torch.sigmoid(torch.ones(2))"),
        head="",
        quiet=True,
        select=_ACTIVATIONS,
    ),
    # -- losses
    rewritten(
        "loss: the sum",
        _XY + "z = F.mse_loss(x, y, size_average=False)\n",
        ("F.mse_loss(x, y, reduction='sum')",),
    ),
    rewritten(
        "loss: the mean, said",
        _XY + "z = nn.L1Loss(size_average=True)(x, y)\n",
        ("nn.L1Loss(reduction='mean')(x, y)",),
    ),
    rewritten(
        "loss: reduce wins",
        _XY + "z = F.smooth_l1_loss(x, y, reduce=False, size_average=False)\n",
        ("F.smooth_l1_loss(x, y, reduction='none')",),
    ),
    rewritten(
        "loss: both flags, the sum",
        _XY + "z = F.mse_loss(x, y, size_average=False, reduce=True)\n",
        ("F.mse_loss(x, y, reduction='sum')",),
    ),
    rewritten(
        "loss: flags by place",
        _XY + "a = F.mse_loss(x, y, False)\nb = F.mse_loss(x, y, True, False)\n",
        ("a = F.mse_loss(x, y, reduction='sum')", "b = F.mse_loss(x, y, reduction='none')"),
    ),
    rewritten(
        "loss: what follows by place gets its name",
        _LABELS + "z = F.cross_entropy(x, t, None, False, 0)\n",
        ("F.cross_entropy(x, t, None, reduction='sum', ignore_index=0)",),
    ),
    rewritten(
        "loss: a flag of 0 or 1",
        _XY + "z = nn.MSELoss(size_average=0)(x, y)\nv = nn.MSELoss(size_average=1)(x, y)\n",
        ("z = nn.MSELoss(reduction='sum')", "v = nn.MSELoss(reduction='mean')"),
    ),
    rewritten(
        "loss: a parameter that may be None",
        _XY
        + """def f(average=None):
    return F.mse_loss(x, y, size_average=average)
zs = [f(), f(True), f(False), f(0), f(None)]
""",
        ("reduction='mean' if average is None or average else 'sum'",),
    ),
    rewritten(
        "loss: one loss per element, by a parameter",
        _XY
        + """def f(each=None):
    return F.mse_loss(x, y, size_average=False, reduce=each)
zs = [f(), f(True), f(False)]
""",
        ("F.mse_loss(x, y, reduction='sum' if each is None or each else 'none')",),
    ),
    rewritten(
        "loss: a flag that cannot be None",
        _XY
        + "def f(n):\n    return nn.MSELoss(size_average=n > 1)(x, y)\n"
        + "zs = [f(1), f(2)]\n"
        + "g = [nn.MSELoss(size_average=not n)(x, y) for n in (0, 1)]\n",
        ("reduction='mean' if n > 1 else 'sum'", "reduction='mean' if not n else 'sum'"),
    ),
    rewritten(
        "loss: a comment behind the flag",
        _XY + "z = nn.MSELoss(\n    size_average=False,  # the sum\n)(x, y)\n",
        ("    reduction='sum',  # the sum\n",),
    ),
    rewritten(
        "loss: a comment behind each flag",
        _XY
        + "z = F.mse_loss(\n    x,\n    y,\n    size_average=False,  # the sum\n"
        + "    reduce=True,  # of all\n)\n",
        ("    reduction='sum',  # the sum\n", "# of all\n)"),
        ("reduce=",),
    ),
    rewritten(
        "loss: a subclass that passes its flag on",
        _XY
        + """class Loss(nn.MSELoss):
    def __init__(self, scale, size_average=True):
        super(Loss, self).__init__(size_average)
        self.scale = scale
    def forward(self, x, y):
        return self.scale * super().forward(x, y)
zs = [Loss(2)(x, y), Loss(2, False)(x, y), Loss(2, size_average=None)(x, y)]
""",
        ("__init__(reduction='mean' if size_average is None or size_average else 'sum')",),
    ),
    rewritten(
        "loss: a subclass that calls its base by name",
        _LABELS
        + """class Loss(nn.NLLLoss):
    def __init__(self):
        nn.NLLLoss.__init__(self, None, False)
z = Loss()(F.log_softmax(x, dim=1), t)
""",
        ("nn.NLLLoss.__init__(self, None, reduction='sum')",),
    ),
    rewritten(
        "loss: the base of losses",
        _XY
        + """from torch.nn.modules.loss import _WeightedLoss
class Loss(_WeightedLoss):
    def __init__(self, weight=None):
        super().__init__(weight, size_average=False)
    def forward(self, x, y):
        return F.mse_loss(x, y, reduction=self.reduction)
z = Loss()(x, y)
""",
        ("super().__init__(weight, reduction='sum')",),
    ),
    rewritten(
        "loss: imported by name, under another, and by a star of the project",
        _XY
        + """from common import *
from torch.nn import MSELoss as Squares
from torch.nn.modules.loss import L1Loss
zs = [Squares(False)(x, y), L1Loss(size_average=False)(x, y), BCELoss(None, False)(y, y)]
""",
        ("Squares(reduction='sum')", "L1Loss(reduction='sum')", "BCELoss(None, reduction='sum')"),
        files={"common.py": "import torch\nfrom torch.nn import BCELoss\n"},
    ),
    # -- softmax
    rewritten(
        "softmax: a factory",
        "p = F.softmax(torch.randn(2, 3))\nq = F.log_softmax(torch.ones(3))\n",
        ("F.softmax(torch.randn(2, 3), dim=1)", "F.log_softmax(torch.ones(3), dim=0)"),
    ),
    rewritten(
        "softmax: three and four dimensions",
        "p = F.softmin(torch.randn(2, 3, 4))\nq = F.softmax(torch.randn(2, 3, 4, 5))\n",
        ("F.softmin(torch.randn(2, 3, 4), dim=0)", "torch.randn(2, 3, 4, 5), dim=1)"),
    ),
    rewritten(
        "softmax: a view with its sizes",
        "def f(x, n):\n    return F.softmax(x.view(n, -1))\np = f(torch.randn(2, 3, 4), 2)\n",
        ("F.softmax(x.view(n, -1), dim=1)",),
    ),
    rewritten(
        "softmax: through names and branches",
        """
        def f(flag):
            if flag:
                x = torch.randn(2, 3)
            else:
                x = torch.zeros((4, 3))
            y = x.exp() / 2
            return F.log_softmax(y)
        ps = [f(True), f(False)]
        """,
        ("F.log_softmax(y, dim=1)",),
    ),
    rewritten(
        "softmax: indices",
        "x = torch.randn(2, 3, 4)\np = F.softmax(x[0])\nq = F.softmax(x[:, -1, 1:])\n",
        ("F.softmax(x[0], dim=1)", "F.softmax(x[:, -1, 1:], dim=1)"),
    ),
    rewritten(
        "softmax: a matrix product and a row of sums",
        "a = torch.randn(2, 3)\np = F.softmax(torch.mm(a, a.t()))\nq = F.softmax(a.sum(0))\n",
        ("torch.mm(a, a.t()), dim=1)", "F.softmax(a.sum(0), dim=0)"),
    ),
    rewritten(
        "softmax: a module made and called at once, and dim=None",
        "x = torch.randn(2, 3)\np = nn.Softmax()(x)\nq = F.softmax(x, dim=None)\n",
        ("nn.Softmax(dim=1)(x)", "F.softmax(x, dim=1)"),
    ),
    rewritten(
        "softmax: a linear layer in a local name",
        "def f():\n    fc = nn.Linear(3, 2)\n    return F.softmax(fc(torch.ones(4, 3)))\np = f()\n",
        ("F.softmax(fc(torch.ones(4, 3)), dim=1)",),
    ),
    rewritten(
        "softmax: keywords, and a comma at the end",
        "x = torch.randn(2, 3)\np = F.softmax(input=x,)\n",
        ("F.softmax(input=x, dim=1,)",),
    ),
    rewritten(
        "softmax: one in another",
        "p = F.log_softmax(F.softmax(torch.randn(2, 3)))\n",
        ("F.log_softmax(F.softmax(torch.randn(2, 3), dim=1), dim=1)",),
    ),
    rewritten(
        "softmax: what keeps the number, adds one, or is like another",
        """
        a = torch.randn(2, 3)
        ps = [F.softmax(-a), F.softmax(a.data), F.softmax(a.unsqueeze(0)), F.softmax(a.mm(a.t())),
              F.softmax(torch.ones(6).view_as(a)), F.softmax(a.detach().clone().transpose(0, 1)),
              F.softmax(F.relu(input=a)), F.softmax(2 * a), F.softmax(a + torch.ones(2, 2, 3)),
              F.softmax(a.sum(1, keepdim=True)), F.softmax(a.mean(dim=-1)), F.softmax(a.sum())]
        """,
        (
            "F.softmax(-a, dim=1)",
            "F.softmax(a.data, dim=1)",
            "F.softmax(a.unsqueeze(0), dim=0)",
            "F.softmax(a.mm(a.t()), dim=1)",
            "view_as(a), dim=1)",
            "transpose(0, 1), dim=1)",
            "F.relu(input=a), dim=1)",
            "F.softmax(2 * a, dim=1)",
            "torch.ones(2, 2, 3), dim=0)",
            "keepdim=True), dim=1)",
            "F.softmax(a.mean(dim=-1), dim=0)",
            "F.softmax(a.sum(), dim=0)",
        ),
    ),
    rewritten(
        "softmax: tensors from numbers",
        """
        ps = [F.softmax(torch.Tensor([[1, 2], [-3, 4]])), F.softmax(torch.tensor([1.0, 2.0])),
              F.softmax(torch.DoubleTensor([1, 2])), F.softmax(torch.zeros([2, 2])),
              F.softmax(torch.eye(3)), F.softmax(torch.zeros(3)),
              F.softmax(torch.ones(2, 3) if nn else torch.ones(4, 3))]
        """,
        (
            "[[1, 2], [-3, 4]]), dim=1)",
            "torch.tensor([1.0, 2.0]), dim=0)",
            "torch.DoubleTensor([1, 2]), dim=0)",
            "torch.zeros([2, 2]), dim=1)",
            "torch.eye(3), dim=1)",
            "torch.zeros(3), dim=0)",
            "else torch.ones(4, 3), dim=1)",
        ),
    ),
    rewritten(
        "clip: the new name is taken",
        "from torch.nn.utils import clip_grad_norm\nclip_grad_norm_ = 5\n"
        + _P
        + "n = clip_grad_norm(p, 1)\nm = clip_grad_norm_\n",
        ("n = nn.utils.clip_grad_norm_(p, 1)", "m = clip_grad_norm_\n"),
    ),
    rewritten(
        "clip: the new name is a parameter",
        "from torch.nn.utils import clip_grad_norm\n"
        + _P
        + "def f(p, clip_grad_norm_=3):\n    return clip_grad_norm(p, 1), clip_grad_norm_\nz = f(p)\n",
        ("return nn.utils.clip_grad_norm_(p, 1), clip_grad_norm_",),
    ),
    rewritten(
        "init: imported in a class body",
        "class A:\n    from torch.nn.init import constant\n    w = constant(torch.empty(2), 3)\n"
        "z = A.w\n",
        ("w = nn.init.constant_(torch.empty(2), 3)",),
    ),
    rewritten(
        "init: the import is one of several statements on a line",
        "from torch.nn.init import constant; w = torch.empty(2); z = constant(w, 2)\n",
        ("from torch.nn.init import constant_; w", "z = constant_(w, 2)"),
    ),
    rewritten(
        "init: the import may fail",
        "try:\n    from torch.nn.init import constant\nexcept ValueError:\n    constant = None\n"
        "z = constant(torch.empty(2), 1)\n",
        ("z = constant_(torch.empty(2), 1)",),
    ),
    rewritten(
        "init: the old name is deleted",
        "from torch.nn.init import constant\nz = constant(torch.empty(2), 1)\ndel constant\n",
        ("import constant, constant_\n", "z = constant_(", "del constant\n"),
    ),
    rewritten(
        "init: nothing but a star brings the old name",
        "from fills import *\nz = constant(empty(2), 1)\n",
        ("from torch.nn.init import constant_\nfrom fills import *", "z = constant_("),
        head="from torch import empty\n",
        files={"fills.py": "from torch.nn.init import constant\n"},
    ),
    # -- others
    rewritten(
        "range: written integers",
        "a = torch.range(0, 9)\nb = torch.range(1, 8, 3)\nc = torch.range(2, -2, -1)\n",
        ("torch.arange(0., 10.)", "torch.arange(1., 9., 3.)", "torch.arange(2., -3., -1.)"),
    ),
    rewritten(
        "upsample",
        """
        x = torch.arange(4.0).view(1, 1, 2, 2)
        a = F.upsample(x, scale_factor=2)
        b = F.upsample(x, (3, 3), None, 'bilinear', True)
        c = F.upsample(x, size=(4, 4), mode='bilinear')
        d = F.upsample_nearest(x, scale_factor=3)
        e = F.upsample_bilinear(x, (3, 5))
        """,
        (
            "F.interpolate(x, scale_factor=2)",
            "F.interpolate(x, (3, 3), None, 'bilinear', True)",
            "F.interpolate(x, scale_factor=3, mode='nearest')",
            "F.interpolate(x, (3, 5), mode='bilinear', align_corners=True)",
        ),
        ("upsample",),
    ),
    rewritten(
        "an index of bytes",
        "x = torch.tensor([1.0, 2.0, 3.0])\nm = torch.ByteTensor([1, 0, 1])\nz = x[m]\n",
        ("z = x[m != 0]",),
    ),
]

BROKEN: list[Broken] = [
    broken(
        "retain_variables: backward twice",
        """
        w = torch.ones(2, requires_grad=True)
        y = (w * w).sum()
        y.backward(retain_variables=True)
        y.backward()
        print(w.grad.tolist())
        """,
        "[4.0, 4.0]\n",
        ("y.backward(retain_graph=True)",),
    ),
    broken(
        "retain_variables: with a gradient by place, and in autograd.backward",
        """
        w = torch.ones(2, requires_grad=True)
        y = w * w
        y.backward(torch.tensor([1.0, 3.0]), retain_variables=True)
        torch.autograd.backward([y], [torch.ones(2)], retain_variables=False)
        print(w.grad.tolist())
        """,
        "[4.0, 8.0]\n",
        ("retain_graph=True)", "retain_graph=False)"),
    ),
    broken(
        "retain_variables: autograd.grad, through an alias",
        """
        from torch.autograd import grad as g
        w = torch.ones(1, requires_grad=True)
        y = (w * 3).sum()
        print(g(y, w, retain_variables=True)[0].item(), g(y, w)[0].item())
        """,
        "3.0 3.0\n",
        ("g(y, w, retain_graph=True)",),
    ),
    broken(
        "mask: one minus a comparison, in masked_fill",
        """
        x, y = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.0, 1.0, 2.0])
        x.masked_fill_(1 - (y > 0), 9)
        print(x.tolist())
        """,
        "[9.0, 2.0, 3.0]\n",
        ("x.masked_fill_(~(y > 0), 9)",),
    ),
    broken(
        "mask: one minus a comparison, as numbers",
        """
        def f(x):
            keep = (1 - (x == 0)).float()
            return (x + 1) * keep
        print(f(torch.tensor([0.0, 1.0, 2.0])).tolist())
        """,
        "[0.0, 2.0, 3.0]\n",
        ("(~(x == 0)).float()",),
    ),
    broken(
        "mask: one minus eq, kept in a name that only masks",
        """
        def f(x, y):
            m = 1 - y.eq(1)
            return x.masked_select(m), x.masked_fill(m, 0)
        a, b = f(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1, 0, 1]))
        print(a.tolist(), b.tolist())
        """,
        "[2.0] [1.0, 0.0, 3.0]\n",
        ("m = ~y.eq(1)",),
    ),
    broken(
        "mask: counted with sum, tensors proved",
        """
        x = torch.tensor([1.0, 2.0, 3.0])
        print((1 - (x > 2)).sum().item())
        """,
        "2\n",
        ("(~(x > 2)).sum()",),
    ),
    broken(
        "mask: bytes in masked_fill and masked_select",
        """
        x = torch.tensor([1.0, 2.0, 3.0])
        m = torch.ByteTensor([0, 1, 2])
        print(x.masked_fill(m, 0).tolist(), torch.masked_select(x, m).tolist())
        print(x.masked_select((x > 1).byte()).tolist())
        """,
        """
        [1.0, 0.0, 0.0] [2.0, 3.0]
        [2.0, 3.0]
        """,
        ("x.masked_fill(m != 0, 0)", "(x, m != 0)", "(x > 1).byte() != 0)"),
    ),
    broken(
        "mask: bytes as an index that is assigned to",
        """
        x = torch.zeros(3)
        m = torch.zeros(3, dtype=torch.uint8)
        m[1] = 1
        x[m] = 5
        print(x.tolist())
        """,
        "[0.0, 5.0, 0.0]\n",
        ("x[m != 0] = 5",),
    ),
    broken(
        "mask: one minus bytes",
        """
        def f(x, m):
            x.masked_fill_(1 - m.byte(), 0)
            return x
        print(f(torch.tensor([1.0, 2.0]), torch.tensor([1, 0])).tolist())
        """,
        "[1.0, 0.0]\n",
        ("x.masked_fill_(1 - m.byte() != 0, 0)",),
    ),
    broken(
        "mask: in a name that is bound again later",
        """
        def f(a):
            m = 1 - (a > 2)
            t = m.float()
            m = 3
            return t.tolist(), m - 1
        print(f(torch.tensor([1.0, 3.0])))
        """,
        "([1.0, 0.0], 2)\n",
        ("m = ~(a > 2)",),
    ),
    broken(
        "mask: bytes beside a slice, and of one minus a function",
        """
        x = torch.ones(2, 3)
        m = torch.ByteTensor([1, 0, 1])
        x[:, m] = 5
        print(x.tolist(), (1 - torch.eq(x, 5)).long().tolist())
        """,
        "[[5.0, 1.0, 5.0], [5.0, 1.0, 5.0]] [[0, 1, 0], [0, 1, 0]]\n",
        ("x[:, m != 0] = 5", "(~torch.eq(x, 5)).long()"),
    ),
    broken(
        "potrf: upper unless told otherwise",
        """
        a = torch.tensor([[4.0, 2.0], [2.0, 17.0]])
        print(torch.potrf(a).tolist())
        print(torch.potrf(a, upper=False).tolist(), torch.potrf(a, True).tolist())
        """,
        """
        [[2.0, 1.0], [0.0, 4.0]]
        [[2.0, 0.0], [1.0, 4.0]] [[2.0, 1.0], [0.0, 4.0]]
        """,
        ("torch.cholesky(a, upper=True)", "torch.cholesky(a, upper=False)", "cholesky(a, True)"),
    ),
    broken(
        "potrf: the method",
        """
        a = torch.tensor([[4.0, 2.0], [2.0, 17.0]])
        print(a.potrf().tolist(), a.potrf(False).tolist())
        """,
        "[[2.0, 1.0], [0.0, 4.0]] [[2.0, 0.0], [1.0, 4.0]]\n",
        ("a.cholesky(upper=True)", "a.cholesky(False)"),
    ),
    broken(
        "creator of a tensor",
        """
        w = torch.ones(1, requires_grad=True)
        y = torch.exp(w)
        print(w.sum().creator is None, torch.ones(2).creator is None)
        print(torch.exp(w).creator is None)
        """,
        """
        False True
        False
        """,
        ("torch.exp(w).grad_fn", "w.sum().grad_fn"),
    ),
]

_OWN_SIGMOID = "def sigmoid(x):\n    return x + 100\n\n\n"

UNTOUCHED: list[Untouched] = [
    # -- modern names
    untouched("modern names", _P + "n = nn.utils.clip_grad_norm_([p], 2.5)\nnn.init.normal_(p)\n"),
    untouched("a norm by value", _P + "n = nn.utils.clip_grad_value_([p], 2.5)\n"),
    untouched("modern losses", _XY + "z = F.mse_loss(x, y, reduction='sum')\nnn.MSELoss()\n"),
    untouched("modern softmax", "p = F.softmax(torch.ones(2, 3), dim=-1)\n"),
    untouched("a modern range", "a = torch.arange(0, 9)\nfor i in range(3):\n    pass\n"),
    untouched("modern masks", "x = torch.ones(3)\nx.masked_fill_(~(x > 2), 0)\n"),
    # -- other people's names
    untouched("a sigmoid of the file's own", _OWN_SIGMOID + "z = sigmoid(1)\n"),
    untouched(
        "a function that is a parameter",
        "def f(clip_grad_norm):\n    return clip_grad_norm(1)\nz = f(lambda n: n)\n",
    ),
    untouched(
        "the project's own clip_grad_norm",
        "from clips import clip_grad_norm\nz = clip_grad_norm(3)\n",
        files={"clips.py": "def clip_grad_norm(n):\n    return n\n"},
    ),
    untouched(
        "the project's own module called init",
        "import init\nz = init.normal(1)\n",
        files={"init.py": "import torch\ndef normal(n):\n    return n\n"},
    ),
    untouched(
        "the project's own F",
        "import functions as F\nz = F.softmax(1), F.tanh(2), F.sigmoid(3), F.upsample(4)\n",
        files={"functions.py": "import torch\nsoftmax = tanh = sigmoid = upsample = lambda x: x\n"},
    ),
    untouched(
        "F is bound again",
        "class F:\n    softmax = staticmethod(lambda x: x)\nz = F.softmax(torch.ones(2, 3))\n",
    ),
    untouched(
        "F is a parameter",
        "def f(F):\n    return F.sigmoid(1)\nclass Own:\n    def sigmoid(self, x):\n"
        "        return x\nz = f(Own())\n",
    ),
    untouched(
        "nn is a local name",
        "def f(nn):\n    return nn.init.normal(3)\nclass Own:\n    pass\nown = Own()\nown.init = own\n"
        "own.normal = abs\nz = f(own)\n",
    ),
    untouched(
        "one of two functions",
        "import random\nif random.random() < 2:\n    def clip_grad_norm(p, n):\n        return n\n"
        "else:\n    from torch.nn.utils import clip_grad_norm\nz = clip_grad_norm(1, 2)\n",
    ),
    untouched(
        "a class of the project with size_average",
        """
        class SSIM(nn.Module):
            def __init__(self, size_average=True, reduce=None):
                super().__init__()
                self.size_average = size_average
            def forward(self, x):
                return x.mean() if self.size_average else x.sum()
        z = SSIM(size_average=False)(torch.ones(2, 3))
        """,
    ),
    untouched(
        "a function of the project with reduce",
        "def mse_loss(x, y, size_average=True, reduce=False):\n    return size_average, reduce\n"
        "z = mse_loss(1, 2, size_average=False, reduce=True)\nw = mse_loss(1, 2, False)\n",
    ),
    untouched(
        "a subclass with an __init__ of its own is called",
        "class Loss(nn.MSELoss):\n    def __init__(self, size_average=3):\n"
        "        super().__init__()\n        self.n = size_average\n"
        "z = Loss(size_average=4).n\n",
    ),
    untouched(
        "two bases, of which either may be next",
        "class Mixin:\n    def __init__(self, size_average=None, **more):\n"
        "        self.seen = size_average\n"
        "class Loss(Mixin, nn.Module):\n    def __init__(self):\n"
        "        super().__init__(size_average=False)\nz = Loss().seen\n",
    ),
    untouched(
        "a backward of the project",
        """
        class Node:
            def backward(self, gradient=None, retain_variables=False):
                return retain_variables
        def f(node):
            return node.backward(retain_variables=True)
        z = f(Node())
        """,
    ),
    untouched(
        "a backward that takes all keywords",
        "class Node:\n    def backward(self, **more):\n        return sorted(more)\n"
        "z = Node().backward(retain_variables=True)\n",
    ),
    untouched(
        "a backward of another file, through a parameter and an import",
        """
        from nodes import Node
        def f(node):
            return node.backward(retain_variables=True)
        own = Node()
        z = f(Node()), own.backward(retain_variables=True), Node().backward(retain_variables=False)
        """,
        files={
            "nodes.py": """
            import torch
            class Node:
                def backward(self, retain_variables):
                    return retain_variables
            """
        },
    ),
    untouched(
        "another function with the keyword",
        "def step(retain_variables):\n    return retain_variables\nz = step(retain_variables=1)\n",
    ),
    untouched(
        "a method called reinforce",
        "class Agent:\n    def reinforce(self, r):\n        return r\n"
        "z = Agent().reinforce(2)\np = torch.multinomial(torch.ones(3), 1)\n",
    ),
    untouched(
        "creator of something else",
        "class Issue:\n    creator = 'me'\ndef f(issue):\n    return issue.creator\nz = f(Issue())\n",
    ),
    untouched(
        "solve and range of other libraries",
        "import numpy as np\na = np.linalg.solve(np.eye(2), np.ones(2))\nb = np.arange(3)\n",
    ),
    untouched(
        "one minus a comparison of numbers",
        "def f(a, b):\n    return 1 - (a > b)\nzs = [f(1, 2), f(2, 1)]\n",
    ),
    untouched(
        "one minus a comparison of arrays, as numbers",
        "import numpy as np\na = np.ones(2)\nz = 1 - (a > 2).astype(int)\n",
    ),
    untouched(
        "one minus a comparison as an index of a list",
        "def f(items, a):\n    return items[1 - (a > 2)]\nz = f(['x', 'y'], 3)\n",
    ),
    untouched(
        "one minus a test of identity",
        "def f(a):\n    return 1 - (a is None)\nz = f(None)\n",
    ),
    untouched("one minus a number", "x = torch.ones(2)\nz = 1 - (x + 1)\nw = 1 - x.sum()\n"),
    untouched(
        "two minus a comparison, which only tensors refuse",
        "z = 2 - (3 > 2)\n",
    ),
    untouched(
        "bytes that are numbers",
        "x = torch.tensor([1.0, 2.0])\nz = (x > 1).byte() * 2\nw = (x > 1).byte().sum()\n",
    ),
    untouched(
        "a mask that may be of bool",
        "def f(x, m):\n    return x.masked_fill(m, 0)\n"
        "z = f(torch.ones(2), torch.tensor([True, False]))\n",
    ),
    untouched(
        "bytes as an index of something unknown",
        "def f(x, m):\n    return x[m.byte()]\nclass Own:\n    def __getitem__(self, m):\n"
        "        return m.dtype is torch.uint8\nz = f(Own(), torch.ones(2))\n",
    ),
    untouched(
        "a class with a masked_fill of its own",
        "class Own:\n    def masked_fill(self, m, v):\n        return m.dtype\n"
        "z = str(Own().masked_fill(torch.ones(2).byte(), 0))\n",
    ),
    untouched(
        "a mask in a class body, which others may read",
        "try:\n    class A:\n        a = torch.ones(2)\n        m = 1 - (a > 2)\n"
        "        n = m.float()\nexcept RuntimeError as error:\n    z = 1\n",
    ),
    untouched(
        "a mask that is counted with another",
        "def f(a):\n    m = 1 - (a > 2)\n    m += 1\n    return m.float()\n"
        "try:\n    f(torch.ones(2))\nexcept RuntimeError:\n    z = 1\n",
    ),
    untouched(
        "a mask that a closure adds up",
        "def f(a):\n    m = 1 - (a > 2)\n    def g():\n        return m + m\n"
        "    return m.float(), g()\ntry:\n    f(torch.ones(2))\nexcept RuntimeError:\n    z = 1\n",
    ),
    untouched(
        "bytes that become indices",
        "x = torch.ones(3)\nm = torch.zeros(3, dtype=torch.uint8)\nm = m.long()\nz = x[m]\n",
    ),
    untouched(
        "bytes as an index of an array",
        "import numpy as np\nx = np.arange(3)\nm = torch.ByteTensor([1, 0, 1])\nz = x[m]\n",
    ),
    untouched(
        "bytes as a key",
        "d = {}\nm = torch.ByteTensor([1])\nd[m] = 1\nz = len(d)\n",
    ),
    untouched(
        "F is bound by a loop, a walrus, a with and a match",
        """
        class Own:
            sigmoid = softmax = staticmethod(lambda x: x)
        import contextlib
        def a():
            for F in [Own]:
                return F.softmax(1), F.sigmoid(1)
        def b():
            if (F := Own):
                return F.softmax(1), F.sigmoid(1)
        def c():
            with contextlib.nullcontext(Own) as F:
                return F.softmax(1), F.sigmoid(1)
        def d():
            match Own:
                case F:
                    return F.softmax(1), F.sigmoid(1)
        zs = [f() for f in (a, b, c, d)]
        """,
    ),
    untouched(
        "F is bound by a function to the globals",
        "def f():\n    global F\n    class F:\n        sigmoid = staticmethod(abs)\nf()\n"
        "z = F.sigmoid(-1)\n",
    ),
    untouched(
        "torch is gone when it is needed",
        "x = torch.zeros(2)\ndel torch, nn\nfrom torch.nn.functional import relu\nz = F.sigmoid(x)\n",
    ),
    untouched(
        "losses in a table",
        _XY + "table = {'m': nn.MSELoss}\nz = table['m'](size_average=False)(x, y)\n",
    ),
    untouched(
        "a loss that is a parameter",
        _XY + "def f(Loss=nn.L1Loss):\n    return Loss(size_average=False)(x, y)\nz = f()\n",
    ),
    untouched("a flag in a tuple", _XY + "flags = (False,)\nz = nn.MSELoss(*flags)(x, y)\n"),
    untouched(
        "a flag that is a property",
        _XY
        + """class Count:
    n = 0
    @property
    def average(self):
        Count.n += 1
        return Count.n < 2
    def f(self):
        return F.mse_loss(x, y, size_average=self.average)
z = Count().f(), Count.n
""",
    ),
    untouched(
        "a bool of the file's own",
        _XY + "bool = lambda v: None\nz = F.mse_loss(x, y, size_average=bool([]))\n",
    ),
    untouched(
        "softmax behind an exception",
        "def f(bad):\n    x = torch.ones(2, 3)\n    try:\n        x = torch.ones(2)\n"
        "        if bad:\n            raise ValueError\n    except ValueError:\n        pass\n"
        "    return F.softmax(x)\nps = [f(True), f(False)]\n",
    ),
    untouched(
        "softmax in a closure over a name that changes",
        "def f():\n    x = torch.ones(2, 3)\n    def g():\n        return F.softmax(x)\n"
        "    x = torch.ones(3)\n    return g()\np = f()\n",
    ),
    untouched(
        "softmax of a global that a function changes",
        "x = torch.ones(2, 3)\ndef g():\n    global x\n    x = torch.ones(2)\ng()\np = F.softmax(x)\n",
    ),
    untouched(
        "softmax of loop variables and defaults",
        "ps = [F.softmax(x) for x in (torch.ones(2, 3), torch.ones(3))]\n"
        "def f(x=torch.ones(2, 3)):\n    return F.softmax(x)\nqs = [f(), f(torch.ones(3))]\n",
    ),
    untouched(
        "softmax of a result that is written over",
        "x = torch.ones(2, 3)\ny = torch.ones(3)\ny = torch.add(x, 1, out=torch.empty(0))\n"
        "x.data = torch.ones(3)\np = F.softmax(x)\n",
    ),
    untouched(
        "softmax of tensors by other indices",
        "x = torch.ones(2, 3)\ni = torch.tensor([0, 1])\n"
        "ps = [F.softmax(x[i]), F.softmax(x[None]), F.softmax(x[..., 0]), F.softmax(x[x > 0])]\n",
    ),
    untouched(
        "softmax of a tensor made of a tensor or a size",
        "t = torch.ones(2, 3)\ns = torch.Size([2, 3])\n"
        "ps = [F.softmax(torch.Tensor(t)), F.softmax(torch.ones(s)), F.softmax(t.view(s))]\n",
    ),
    untouched(
        "softmax of several dimensions that went",
        "x = torch.ones(2, 3, 4)\nps = [F.softmax(x.sum((0, 1))), F.softmax(x.sum(0, True))]\n",
    ),
    # -- what is not proved
    untouched(
        "softmax of a parameter",
        "def f(x):\n    return F.softmax(x)\nps = [f(torch.ones(3)), f(torch.ones(2, 3))]\n",
    ),
    untouched(
        "softmax of a tensor with sizes in a name",
        "def f(size):\n    return F.softmax(torch.ones(size))\nps = [f(3), f((2, 3))]\n",
    ),
    untouched(
        "softmax of a view with sizes in a name",
        "def f(x, size):\n    return F.softmax(x.view(size)), F.softmax(x.view(*size))\n"
        "ps = f(torch.ones(6), (2, 3))\n",
    ),
    untouched(
        "softmax behind branches that disagree",
        "def f(flag):\n    x = torch.ones(2, 3)\n    if flag:\n        x = torch.ones(2)\n"
        "    return F.softmax(x)\nps = [f(True), f(False)]\n",
    ),
    untouched(
        "softmax in a loop that adds a dimension",
        "def f():\n    x = torch.ones(2, 2)\n    for _ in range(2):\n        p = F.softmax(x)\n"
        "        x = x.unsqueeze(0)\n    return p\np = f()\n",
    ),
    untouched(
        "softmax of what was changed in place",
        "x = torch.ones(3)\nx.unsqueeze_(0)\np = F.softmax(x)\n",
    ),
    untouched(
        "softmax of what another file changed in place",
        "import shapes\ndef f():\n    x = torch.ones(3)\n    shapes.widen(x)\n"
        "    return F.softmax(x)\np = f()\n",
        files={"shapes.py": "import torch\ndef widen(x):\n    x.unsqueeze_(0)\n"},
    ),
    untouched(
        "softmax of what another file changed through a second name",
        "import shapes\ndef f():\n    x = torch.ones(3)\n    y = x\n    shapes.widen(y)\n"
        "    return F.softmax(x)\np = f()\n",
        files={"shapes.py": "import torch\ndef widen(x):\n    x.unsqueeze_(0)\n"},
    ),
    untouched(
        "softmax of what another file changed inside a list",
        "import shapes\ndef f():\n    x = torch.ones(3)\n    shapes.widen([x])\n"
        "    return F.softmax(x)\np = f()\n",
        files={"shapes.py": "import torch\ndef widen(xs):\n    xs[0].unsqueeze_(0)\n"},
    ),
    untouched(
        "softmax of what another file changed through the names of a function",
        "import shapes\ndef f():\n    x = torch.ones(3)\n    shapes.widen(locals())\n"
        "    return F.softmax(x)\np = f()\n",
        files={"shapes.py": "import torch\ndef widen(names):\n    names['x'].unsqueeze_(0)\n"},
    ),
    untouched(
        "softmax of a squeezed tensor",
        "p = F.softmax(torch.ones(1, 3).squeeze())\nq = F.softmax(torch.ones(2, 3).squeeze())\n",
    ),
    untouched(
        "softmax of broadcast arithmetic",
        "def f(t):\n    return F.softmax(torch.ones(3) / t)\nps = [f(2), f(torch.ones(2, 1))]\n",
    ),
    untouched(
        "softmax of a product",
        "p = F.softmax(torch.matmul(torch.ones(2, 3), torch.ones(3)))\n"
        "q = F.softmax(torch.ones(2, 3) @ torch.ones(3))\n",
    ),
    untouched(
        "softmax of a view that the file defines",
        "class Own:\n    def view(self, a, b):\n        return torch.ones(3)\n"
        "def f(x):\n    return F.softmax(x.view(1, 2))\np = f(Own())\n",
    ),
    untouched(
        "softmax of a layer that may be another one",
        """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(3, 3)
            def forward(self):
                return F.softmax(self.fc(torch.ones(3)))
        net = Net()
        net.fc = nn.Sequential(nn.Unflatten(0, (1, 3)))
        p = net()
        """,
    ),
    untouched(
        "softmax of a layer with a hook",
        "fc = nn.Linear(3, 3)\nfc.register_forward_hook(lambda m, i, o: o[0])\n"
        "p = F.softmax(fc(torch.ones(2, 3)))\n",
    ),
    untouched(
        "softmax of a layer with another forward",
        "fc = nn.Linear(3, 3)\nfc.forward = lambda x: x[0]\np = F.softmax(fc(torch.ones(2, 3)))\n",
    ),
    untouched(
        "softmax of a layer that another file gets",
        "import hooks\ndef f():\n    fc = nn.Linear(3, 3)\n    hooks.add(fc)\n"
        "    return F.softmax(fc(torch.ones(2, 3)))\np = f()\n",
        files={
            "hooks.py": "import torch\ndef add(m):\n"
            "    m.register_forward_hook(lambda m, i, o: o[0])\n"
        },
    ),
    untouched(
        "softmax modules that are called later",
        "m = nn.Softmax()\nps = [m(torch.ones(3)), m(torch.ones(2, 3))]\nw = nn.Softmax2d()\n",
    ),
    untouched(
        "softmax with hidden arguments",
        "def f(*a, **k):\n    return F.softmax(*a, **k)\np = f(torch.ones(2, 3), dim=0)\n",
    ),
    untouched(
        "a flag that is computed and may be None",
        _XY + "flags = [None, True, False]\n"
        "zs = [F.mse_loss(x, y, size_average=flags.pop()) for _ in range(3)]\n",
    ),
    untouched(
        "two flags that are computed",
        _XY + "def f(a, r):\n    return F.mse_loss(x, y, size_average=a, reduce=r)\n"
        "zs = [f(False, True), f(None, None), f(True, False)]\n",
    ),
    untouched(
        "flags that win over reduction",
        _XY + "z = F.mse_loss(x, y, size_average=False, reduction='none')\n",
    ),
    untouched(
        "flags that are None",
        _XY + "z = nn.MSELoss(size_average=None, reduce=None, reduction='sum')(x, y)\n",
    ),
    untouched(
        "hidden flags",
        _XY + "more = {'reduce': False}\nz = F.mse_loss(x, y, size_average=False, **more)\n",
    ),
    untouched(
        "flags in a string that is computed",
        _XY + 'text = f"{nn.MSELoss(size_average=False)(x, y)}"\n',
    ),
    untouched(
        "a range that is computed",
        "def f(n):\n    return torch.range(0, n), torch.range(0, 1, 0.25)\nz = f(3)\n",
    ),
    untouched(
        "a range of another dtype",
        "z = torch.range(0, 3, dtype=torch.int64)\n",
    ),
    # -- functions that are handed on
    untouched(
        "functions in a table",
        "act = {'s': F.sigmoid, 't': F.tanh}\nfill = [nn.init.normal]\n"
        "z = [f.__name__ for f in (*act.values(), *fill)]\n",
    ),
    untouched(
        "a function as a default",
        "def f(w, fill=nn.init.constant):\n    return fill.__name__, fill(w, 1)\n"
        "z = f(torch.empty(2))\n",
    ),
    untouched("names in strings", "z = getattr(nn.init, 'constant')(torch.empty(2), 3)\n"),
    untouched("names in strings of another kind", "z = ['F.sigmoid(x)', 'clip_grad_norm']\n"),
    untouched("a name that is asked for its name", "z = nn.init.normal.__name__\n"),
    untouched(
        "an unused import of an old name",
        "from torch.nn.utils import clip_grad_norm\nz = 1\n",
    ),
    untouched(
        "an old name for other files",
        "import clips\nz = clips.clip_grad_norm.__name__\n",
        files={"clips.py": "import torch\nfrom torch.nn.utils import clip_grad_norm\n"},
    ),
    untouched(
        "what the file puts in its place",
        "seen = []\nF.sigmoid = lambda x: seen.append(x)\nF.sigmoid(3)\ndel F.sigmoid\n"
        "from torch import nn as m\n",
        head="import types\nimport torch\nimport torch.nn.functional as real\n"
        "F = types.SimpleNamespace()\n",
    ),
    untouched(
        "what a test puts in its place",
        """
        from unittest import mock
        with mock.patch('torch.nn.init.constant', lambda w, v: 'own'):
            z = nn.init.constant(1, 2)
        """,
    ),
    untouched(
        "a method sigmoid of the file's own",
        "class Logic:\n    def sigmoid(self):\n        return 'own'\nz = F.sigmoid(Logic())\n",
    ),
    # -- code that knows two releases
    untouched(
        "a version switch around the old name",
        _P + "if torch.__version__ < '0.4':\n    n = nn.utils.clip_grad_norm([p], 1)\n"
        "else:\n    n = nn.utils.clip_grad_norm_([p], 1)\n",
    ),
    untouched(
        "a question for the new name",
        "w = torch.empty(2)\nif hasattr(nn.init, 'normal_'):\n    nn.init.normal_(w)\n"
        "else:\n    nn.init.normal(w)\n",
    ),
    untouched(
        "a switch that leaves",
        """
        def fill(w):
            if hasattr(nn.init, 'constant_'):
                return nn.init.constant_(w, 1)
            return nn.init.constant(w, 1)
        z = fill(torch.empty(2))
        """,
    ),
    untouched(
        "a flag that was computed from the version",
        "OLD = torch.__version__.startswith('0.')\nx = torch.ones(2, 3)\n"
        "z = F.softmax(x) if OLD else F.softmax(x, dim=1)\n",
    ),
    untouched(
        "a try that falls back",
        _XY + "try:\n    z = F.mse_loss(x, y, reduction='sum')\nexcept TypeError:\n"
        "    z = F.mse_loss(x, y, size_average=False)\n",
    ),
    untouched(
        "imports that fall back",
        _P + "try:\n    from torch.nn.utils import clip_grad_norm_ as clip\nexcept ImportError:\n"
        "    from torch.nn.utils import clip_grad_norm as clip\nz = clip([p], 1)\n",
    ),
    untouched(
        "a module that may be missing",
        "try:\n    import torch.legacy.nn as legacy\nexcept ImportError:\n    legacy = None\n",
    ),
    # -- what raises, and is only explained
    untouched(
        "an eigenvalue of 2017",
        "e, v = torch.symeig(torch.eye(2), eigenvectors=True)\n",
        raises="RuntimeError",
    ),
    untouched(
        "an action and its reward",
        "a = torch.multinomial(torch.ones(3), 1)\na.reinforce(1)\n",
        raises="RuntimeError",
    ),
    untouched(
        "torch.legacy",
        "import torch.legacy.nn as legacy\n",
        raises="ModuleNotFoundError",
    ),
    untouched(
        "the quotient of integers",
        "z = torch.LongTensor([3]) / 2\n",
    ),
    untouched(
        "upsampling that is neither gone nor deprecated",
        "z = nn.Upsample(scale_factor=2, mode='bilinear')(torch.ones(1, 1, 2, 2))\n",
    ),
    untouched(
        "linear algebra that is newer than what is promised",
        "q, r = torch.qr(torch.eye(2))\nu = torch.cholesky(torch.eye(2))\n",
    ),
]

NOT_SELECTED: list[Untouched] = [
    untouched("sigmoid still runs in silence", "z = F.sigmoid(torch.ones(2))\n"),
    untouched("so does tanh", "z = nn.functional.tanh(torch.ones(2))\n"),
]
