"""Ways by which the program comes to hold the same tensor, or one that shares its storage.

A route is the text of some statements and of an expression: `{y}` stands for the place the tensor
comes from, `{r}` for a name that is not used yet. A harm is a statement that makes a difference
when the tensor at `{y}` is another one's own self and not only of the same storage.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

Route = tuple[str, str]


def _routes(text: str) -> list[Route]:
    """Routes out of a text: blank lines part them, the last line is the expression."""
    found: list[Route] = []
    for part in text.strip().split("\n\n"):
        *statements, expression = part.strip("\n").split("\n")
        found.append(("\n".join(statements), expression))
    return found


NAMES = _routes("""
{r} = {y}
{r}

{r} = {r}2 = {y}
{r}2

{r}, _ = {y}, 1
{r}

{r}, *_ = [{y}, 1]
{r}

*_, {r} = 1, {y}
{r}

({r}, _), _ = ({y}, 1), 2
{r}

[{r}] = [{y}]
{r}

{r} = ({r}2 := {y})
{r}2

{r}: torch.Tensor = {y}
{r}

{r} = None
{r} = {r} or [{y}]
{r}[0]

{r} = {y} if bool(1) else None
{r}

{r} = bool(1) and {y}
{r}

{r}, {r}2 = 1, {y}
{r}, {r}2 = {r}2, {r}
{r}
""")

CONTAINERS = _routes("""
{r} = [{y}]
{r}[0]

{r} = [1, {y}]
{r}[-1]

{r} = ({y}, 1)
{r}[0]

{r} = [[{y}], 2]
{r}[0][0]

{r} = {{'k': {y}}}
{r}['k']

{r} = dict(k={y})
{r}['k']

{r} = []
{r}.append({y})
{r}[0]

{r} = []
{r} += [{y}]
{r}[0]

{r} = []
{r}.extend([{y}])
{r}[0]

{r} = [1]
{r}.insert(0, {y})
{r}[0]

{r} = [1]
{r}[0] = {y}
{r}[0]

{r} = [1]
{r}[:] = [{y}]
{r}[0]

{r} = [{y}]
{r}2 = {r}
{r}2[0]

{r} = [{y}]
{r}2 = {r}[:]
{r}2[0]

{r} = [{y}]
{r}2 = list({r}) + [1]
{r}2[0]

{r} = [{y}] * 2
{r}[1]

{r} = {{}}
{r}['k'] = {y}
{r}['k']

{r} = {{}}
{r}.update(k={y})
{r}['k']

{r} = {{}}
{r}.setdefault('k', {y})
{r}['k']

{r} = {{'k': []}}
{r}['k'].append({y})
{r}['k'][0]

{r} = {{'k': {y}}}
{r}2, = {r}.values()
{r}2

{r} = {{'k': {y}}}
{r}2 = {{**{r}}}
{r}2['k']

{r} = [*[{y}], 1]
{r}[0]

{r} = [{y}].pop()
{r}

{r} = {{'k': {y}}}.get('k')
{r}

{r} = collections.deque()
{r}.appendleft({y})
{r}[0]

{r} = collections.namedtuple('{r}', 'h')({y})
{r}.h

{r} = types.SimpleNamespace(h={y})
{r}.h

{r} = [k for k in [{y}]]
{r}[0]

{r} = [k for ks in [[{y}]] for k in ks]
{r}[0]

{r} = {{i: k for i, k in enumerate([{y}])}}
{r}[0]

{r} = list(k for k in ({y}, 1))
{r}[0]

{r} = list(map(lambda k: k, [{y}]))
{r}[0]

{r} = list(filter(lambda k: True, [{y}]))
{r}[0]

{r} = list(zip([{y}], [1]))
{r}[0][0]

{r} = dict(zip('a', [{y}]))
{r}['a']

{r} = sorted([{y}], key=lambda k: 0)
{r}[0]

{r} = max([{y}], key=lambda k: 0)
{r}

{r} = next(iter([{y}]))
{r}

{r} = list(itertools.chain([{y}], [1]))
{r}[0]

{r} = functools.reduce(lambda g, k: k, [1, {y}])
{r}

{r} = operator.itemgetter(0)([{y}])
{r}

{r} = copy.copy([{y}])
{r}[0]

{r} = [1]
{r}.__setitem__(0, {y})
{r}[0]

{r} = []
{r}2 = {r}.append
{r}2({y})
{r}[0]
""")

CONTROL = _routes("""
for {r} in [{y}]:
    pass
{r}

for {r} in ({y},):
    break
{r}

for i, {r} in enumerate([{y}]):
    pass
{r}

for {r}, _ in zip([{y}], 'a'):
    pass
{r}

for _, {r} in {{'k': {y}}}.items():
    pass
{r}

{r} = [1]
for {r}[0] in [{y}]:
    pass
{r}[0]

while True:
    {r} = {y}
    break
{r}

{r} = {r}2 = None
for _ in range(3):
    {r}, {r}2 = {r}2, {y}
{r}

{r} = {y} * 1
for _ in range(2):
    {r}2 = {r}
    {r} = {y}
{r}2

try:
    {r} = {y}
finally:
    pass
{r}

try:
    raise ValueError({y})
except ValueError as error:
    {r} = error.args[0]
{r}

try:
    {r} = 1
    {r} = {y}
    raise ValueError
except ValueError:
    pass
{r}

with contextlib.nullcontext({y}) as {r}:
    pass
{r}

match [{y}]:
    case [{r}]:
        pass
{r}

match {y}:
    case {r}:
        pass
{r}

if bool(1):
    {r} = {y}
else:
    {r} = {y} * 1
{r}
""")

FUNCTIONS = _routes("""
def {r}_f(k):
    return k
{r} = {r}_f({y})
{r}

def {r}_f(k, j=1):
    return j, k
_, {r} = {r}_f(j=1, k={y})
{r}

{r}_f = lambda k: k
{r} = {r}_f({y})
{r}

def {r}_f():
    return {y}
{r} = {r}_f()
{r}

{r}_f = lambda: {y}
{r} = {r}_f()
{r}

def {r}_f(*k):
    return k[0]
{r} = {r}_f({y})
{r}

def {r}_f(**k):
    return k['a']
{r} = {r}_f(a={y})
{r}

def {r}_f(k):
    return k
{r} = {r}_f(*[{y}])
{r}

def {r}_f(k):
    return k
{r} = {r}_f(**{{'k': {y}}})
{r}

def {r}_f(k={y}):
    return k
{r} = {r}_f()
{r}

def {r}_f(k):
    yield k
{r} = next({r}_f({y}))
{r}

def {r}_f(k):
    yield from [k]
for {r} in {r}_f({y}):
    pass
{r}

def {r}_f(k):
    return [k]
{r}, = {r}_f({y})
{r}

def {r}_f(k):
    return {{'a': k}}
{r} = {r}_f({y})
{r}['a']

def {r}_f(k):
    if k.dim() > 5:
        return k * 2
    return k
{r} = {r}_f({y})
{r}

def {r}_f(k, n=2):
    return k if n == 0 else {r}_f(k, n - 1)
{r} = {r}_f({y})
{r}

def {r}_f(k):
    def inner():
        return k
    return inner
{r} = {r}_f({y})
{r}()

def {r}_f():
    r = None
    def inner():
        nonlocal r
        r = {y}
    inner()
    return r
{r} = {r}_f()
{r}

def {r}_f(k, to):
    to.append(k)
{r} = []
{r}_f({y}, {r})
{r}[0]

def {r}_f(k, to=[]):
    to.append(k)
    return to
{r} = {r}_f({y})
{r}[0]

def {r}_f(k):
    {r}_f.kept = k
{r}_f({y})
{r}_f.kept

def {r}_f(f):
    return lambda *args: f(*args)
@{r}_f
def {r}_g(k):
    return k
{r} = {r}_g({y})
{r}

def {r}_f(k):
    return k
{r} = functools.partial({r}_f, {y})
{r}()

@functools.lru_cache(None)
def {r}_f():
    return {y}
{r} = {r}_f()
{r}_f()

def {r}_f(k):
    return k
{r} = [{r}_f][0]({y})
{r}

def {r}_f(k):
    return k
{r} = list(map({r}_f, [{y}]))
{r}[0]

@contextlib.contextmanager
def {r}_f(k):
    yield k
with {r}_f({y}) as {r}:
    pass
{r}

def {r}_f(k):
    k = k
    try:
        return k
    finally:
        pass
{r} = {r}_f({y})
{r}

{r} = eval('k', {{'k': {y}}})
{r}

def {r}_f(k):
    global {r}_g
    {r}_g = k
{r}_f({y})
{r}_g
""")

OBJECTS = _routes("""
class {r}_C:
    def __init__(self, k):
        self.h = k
{r} = {r}_C({y})
{r}.h

class {r}_C:
    def __init__(self, k):
        self.h = k
    def get(self):
        return self.h
{r} = {r}_C({y})
{r}.get()

class {r}_C:
    def __init__(self, k):
        self.h = k
    @property
    def p(self):
        return self.h
{r} = {r}_C({y})
{r}.p

class {r}_C:
    def put(self, k):
        self.h = k
        return self
{r} = {r}_C().put({y})
{r}.h

class {r}_C:
    h = None
{r} = {r}_C()
{r}.h = {y}
{r}.h

class {r}_C:
    h = None
{r}_C.h = {y}
{r} = {r}_C()
{r}.h

class {r}_C:
    h = {y}
{r} = {r}_C()
{r}.h

class {r}_C:
    def __init__(self):
        self.h = [1]
{r} = {r}_C()
{r}.h[0] = {y}
{r}.h[0]

class {r}_C:
    def __init__(self):
        self.h = []
    def put(self, k):
        self.h.append(k)
{r} = {r}_C()
{r}.put({y})
{r}.h[0]

class {r}_C:
    def __call__(self, k):
        return k
{r} = {r}_C()({y})
{r}

class {r}_C:
    def __getitem__(self, i):
        return {y}
{r} = {r}_C()
{r}[0]

class {r}_C:
    def __iter__(self):
        yield {y}
{r}, = {r}_C()
{r}

class {r}_C:
    def __add__(self, other):
        return other
{r} = {r}_C() + {y}
{r}

class {r}_C:
    @staticmethod
    def same(k):
        return k
{r} = {r}_C.same({y})
{r}

class {r}_C:
    @classmethod
    def same(cls, k):
        cls.h = k
        return cls
{r} = {r}_C.same({y})
{r}.h

class {r}_B:
    def put(self, k):
        self.h = k
class {r}_C({r}_B):
    pass
{r} = {r}_C()
{r}.put({y})
{r}.h

class {r}_B:
    def __init__(self, k):
        self.h = k
class {r}_C({r}_B):
    def __init__(self, k):
        super().__init__(k)
        self.c = self.h
{r} = {r}_C({y})
{r}.c

class {r}_C:
    pass
{r} = {r}_C()
setattr({r}, 'h', {y})
getattr({r}, 'h')

class {r}_C:
    pass
{r} = {r}_C()
vars({r})['h'] = {y}
{r}.h

@dataclasses.dataclass
class {r}_C:
    h: object
{r} = {r}_C({y})
{r}.h

class {r}_C:
    def __enter__(self):
        return {y}
    def __exit__(self, *args):
        pass
with {r}_C() as {r}:
    pass
{r}

class {r}_M(nn.Module):
    def forward(self, k):
        return k
{r} = {r}_M()({y})
{r}

class {r}_M(nn.Module):
    def __init__(self):
        super().__init__()
        self.act = nn.ReLU(inplace=True)
    def forward(self, k):
        return self.act(k)
{r} = {r}_M()({y})
{r}

class {r}_M(nn.Module):
    def forward(self, k):
        self.h = k
        return k * 2
{r} = {r}_M()
{r}({y})
{r}.h

class {r}_D(torch.utils.data.Dataset):
    def __len__(self):
        return 1
    def __getitem__(self, i):
        return {y}
for {r} in torch.utils.data.DataLoader({r}_D(), batch_size=None):
    pass
{r}

{r} = nn.Linear(2, 2)
{r}.register_buffer('h', {y})
{r}.h

{r} = nn.Linear(2, 2)
{r}.h = {y}
{r}.h

{r} = nn.Linear(2, 2)
{r}2 = []
{r}.register_forward_pre_hook(lambda m, k: {r}2.append(k[0]))
{r}({y}.detach().view(-1)[:2] * 1 if False else {y})
{r}2[0]
""")

TORCH = _routes("""
{y}.float()

{y}.contiguous()

{y}.cpu()

{y}.to('cpu')

{y}.type(torch.FloatTensor)

{y}.type_as({y})

{y}.flatten().view_as({y})

{y}.view_as({y})

{y}[:]

{y}[0]

{y}.t()

{y}.squeeze()

{y}.unsqueeze(0)

{y}.data

{y}.detach()

{y}.view(-1)

{y}.chunk(2)[0]

{y}.expand_as({y})

{y}.requires_grad_(False)

{y}.real

{y}.T

+{y}

torch.Tensor({y})

torch.FloatTensor({y})

{y}.new({y})

torch.as_tensor({y})

torch.from_numpy({y}.data.numpy())

torch.squeeze({y})

torch.flatten({y})

torch.broadcast_tensors({y}, {y})[0]

torch.atleast_1d({y})

torch.add({y}, 0, out={y})

F.relu({y}, True)

F.relu({y}, inplace=True)

F.dropout({y}, 0.5, False)

F.threshold({y}, 0.0, 0.0, True)

nn.Identity()({y})

nn.Sequential()({y})

nn.Dropout(0.5).eval()({y})

nn.ReLU(True)({y})

nn.Sequential(nn.ReLU(inplace=True))({y})

nn.Flatten(0)({y}).view_as({y})

nn.init.zeros_({y})

{y}.add_(1)

{y}.copy_({y} * 2)

{y}.clamp_(0, 1)

{r} = {y}
{r} += 1
{r}

{r} = {y}
{r} *= 2
{r}

{r} = torch.zeros(2, 2)
{r}.set_({y})
{r}

{r} = torch.zeros(2, 2)
{r}.data = {y}
{r}

{r} = torch.optim.SGD([{y}], lr=0.1)
{r}.param_groups[0]['params'][0]

for {r}, in torch.utils.data.TensorDataset({y}):
    break
{r}

{r} = torch.utils.data.TensorDataset({y})
{r}.tensors[0]

for {r} in torch.utils.data.DataLoader([{y}], batch_size=None):
    pass
{r}

for {r} in torch.utils.data.DataLoader([{y}], collate_fn=lambda items: items[0]):
    pass
{r}

for {r}, in torch.utils.data.DataLoader(torch.utils.data.TensorDataset({y}), batch_size=None):
    pass
{r}

{r} = copy.deepcopy([{y}, {y}])
{r}[0]

{r} = copy.copy({y})
{r}

{r} = nn.Parameter({y}, requires_grad=False)
{r}

{r} = nn.Parameter({y})
{r}.data

{r} = list({y})
{r}[0]

{r}, *_ = {y}
{r}

{r} = torch.split({y}, 1)
{r}[0]

with torch.no_grad():
    {r} = {y}[:]
{r}

with torch.no_grad():
    {r} = {y}
{r}
""")

ROUTES: tuple[list[Route], ...] = (NAMES, CONTAINERS, CONTROL, FUNCTIONS, OBJECTS, TORCH)

HARMS = [
    text.strip("\n")
    for text in """
{y}.unsqueeze_(0)

{y}.t_()

{y}.squeeze_()

{y}.resize_(1)

{y}.set_(torch.ones(3))

{y}.data = torch.ones(3)

{y}.requires_grad_()

{y}.requires_grad = True

{y}.add_({w})

{y} += {w}

{y} *= {w}

{y}[0] = {w}.sum()

{y}[:] += {w}.sum()

{y}.copy_({w})

{y}.mul_({w}.sum())

{y}.view(-1).mul_({w}.sum())

for k in {y}:
    k.mul_({w}.sum())

torch.add({y}, 1, out={y})

{y}.grad = torch.ones_like({y})

{y}.tag = 1

{y}.detach_()

operator.iadd({y}, {w})

{y}.__iadd__({w})

{y}.__setitem__(0, {w}.sum())

torch.Tensor.mul_({y}, {w})

torch.Tensor.requires_grad_({y})

setattr({y}, 'requires_grad', True)

getattr({y}, 'requires_grad_')()

def {r}_h(k):
    k.t_()
{r}_h({y})

def {r}_h(k):
    k += {w}
{r}_h({y})

def {r}_h(k, j):
    k.mul_(j)
{r}_h({y}, {w})

def {r}_h():
    {y}.unsqueeze_(0)
{r}_h()

({y}).requires_grad_().mul(2).sum().backward()

{y}.apply_(lambda k: k + 1)

nn.init.uniform_({y})

[k.t_() for k in [{y}]]

list(map(lambda k: k.requires_grad_(), [{y}]))

{r}_m = {y}.requires_grad_
{r}_m()

torch.optim.SGD([{y}], lr=0.1).zero_grad()

nn.utils.parameters_to_vector([{y}]).sum()

{y}.sub_(({w} * 2).sum())

{y}.masked_fill_({y} > 0, {w}.sum())

{y}.index_fill_(0, torch.tensor([0]), {w}.sum())

{y}[{y} > 0] = {w}.sum()

{y}.fill_({w}.sum())

{y}.zero_()

{y}.lerp_({w}, 0.5)

{y}.addmm_({w}, {w})

F.relu({y}.add_({w}), inplace=True)

nn.ReLU(inplace=True)({y}.mul_({w}))

with torch.no_grad():
    {y}.add_({w})

with torch.no_grad():
    {y}.requires_grad_()

if {y}.dim() < 9:
    {y}.t_()

try:
    {y}.requires_grad_()
finally:
    pass

{r}_x = {y}.requires_grad_()

{r}_x = {y}.add_({w})
""".split("\n\n")
    if text.strip()
]

LOOKS = """
{y} is {z}
{y} is not {z}
id({y}) == id({z})
{y} in [{z}] if {y}.numel() == 1 else 0
{y} in {{{z}: 1}}
len({{{y}, {z}}})
len({{{y}: 1, {z}: 2}})
hash({y}) == hash({z})
any({y} is k for k in [{z}])
[{y}] == [{z}]
[{y}].count({z}) if {y} is {z} else -1
({y}, 1) == ({z}, 1) if {y} is {z} else -1
operator.is_({y}, {z})
{y}._base is {z}
{y}._base is None
{y}.grad is None
getattr({z}, 'tag', 0)
copy.deepcopy([{y}, {z}])
[k is j for k, j in zip([{y}], [{z}])]
{y}.is_set_to({z})
{y}.data_ptr() == {z}.data_ptr()
""".strip().split("\n")

MODULES = (
    "collections contextlib copy dataclasses functools io itertools operator pickle types"
).split()
"""Modules of the standard library that routes, harms and looks name."""

_X = "x = torch.ones(2, 2)\n"
_SIDES = {
    "a second name of the source": (_X, "x", "w = Variable(x)\n", "{p}"),
    "a later name of the source": (_X + "w = Variable(x)\n", "x", "", "{p}"),
    "a second name of the result": (_X + "w = Variable(x)\n", "w", "", "{p}"),
    "the result of a second name": (_X, "x", "w = Variable({p})\n", "w"),
    "the source of a second name": (_X, "x", "w = Variable({p})\n", "x"),
    "a second name that is wrapped": (_X, "x", "w = Variable({p})\n", "{p}"),
    "what the wrapper is handed to": (_X, "Variable(x)", "w = x\n", "{p}"),
}
"""What is before the route, where it starts, what is after it, and what the harm is done to."""

_CROSSED_HARMS = (
    "k.t_()\nk.unsqueeze_(0)\n",
    "k.requires_grad_()\n",
    "k.mul_(leaf)\n",
    "k *= leaf\n",
    "see('is', [k is x, k is w])\n",
)


def crossed() -> Iterator[str]:
    """Every route with every kind of harm on every side of a wrapper, each a program."""
    for routes in ROUTES:
        for statements, expression in routes:
            for before, start, after, target in _SIDES.values():
                place = expression.format(y=start, r="r")
                route = statements.format(y=start, r="r")
                for harm in _CROSSED_HARMS:
                    body = [before, "leaf = torch.ones(2, 2, requires_grad=True)\n"]
                    body += [f"{route}\n" if route else "", after.format(p=place)]
                    body += [f"k = {target.format(p=place)}\n", harm]
                    body += ["for k in (x, w):\n    see('k', [k.tolist(), k.requires_grad])\n"]
                    yield _in_function("".join(body))


def _in_function(body: str) -> str:
    """A program that runs the statements in a function of its own."""
    imports = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
    imports += "import torch.utils.data\nfrom torch.autograd import Variable\n"
    imports += "".join(f"import {module}\n" for module in MODULES if f"{module}." in body)
    return f"{imports}def main():\n{textwrap.indent(body, '    ')}main()\n"
