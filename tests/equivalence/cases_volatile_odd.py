"""Programs in which a region is easily put wrongly; the tool may decide, what they do must not change.

Each part of a text is a program behind the head of `cases_volatile.py`; `## FILE` begins another
module of it, behind its own imports.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from cases_volatile import HEAD
from harness import Case

_IMPORTS = "import torch\nfrom torch.autograd import Variable\n"


def _cases(group: str, text: str, expect: str = "either") -> Iterator[Case]:
    for part in re.split(r"^#### ", text, flags=re.MULTILINE)[1:]:
        name, _, rest = part.partition("\n")
        main, *others = re.split(r"^## FILE ", rest, flags=re.MULTILINE)
        named = (other.partition("\n") for other in others)
        files = {path: _IMPORTS + content for path, _, content in named}
        yield Case(f"volatile/{group}/{name}", HEAD + main, expect, files=files)


# Values that leave, and what else may be differentiated.
LEAVES = r"""
#### returned through a method, differentiated by caller in other class
class A:
    def out(self, x):
        return net(Variable(x, volatile=True)).sum()
class B:
    def go(self, a, x):
        a.out(x).backward()
B().go(A(), torch.ones(1, 2))
g = net.weight.grad
#### returned in a tuple and differentiated
def f(x):
    o = net(Variable(x, volatile=True)).sum()
    return o, o.item()
loss, n = f(torch.ones(1, 2))
loss.backward()
g = net.weight.grad
#### passed as callback
def f(x, cb):
    o = net(Variable(x, volatile=True)).sum()
    cb(o)
f(torch.ones(1, 2), lambda o: o.backward())
g = net.weight.grad
#### appended to a parameter list
def f(x, outs):
    outs.append(net(Variable(x, volatile=True)).sum())
outs = []
f(torch.ones(1, 2), outs)
outs[0].backward()
g = net.weight.grad
#### put into a global list
STORE = []
def f(x):
    STORE.append(net(Variable(x, volatile=True)).sum())
f(torch.ones(1, 2))
STORE[0].backward()
#### default mutable
def f(x, kept=[]):
    kept.append(net(Variable(x, volatile=True)).sum())
    return kept
sum(f(torch.ones(1, 2))).backward()
#### stored as function attribute
def f(x):
    f.out = net(Variable(x, volatile=True)).sum()
f(torch.ones(1, 2))
f.out.backward()
#### nonlocal
def outer(x):
    out = None
    def inner():
        nonlocal out
        out = net(Variable(x, volatile=True)).sum()
    inner()
    out.backward()
outer(torch.ones(1, 2))
#### module global name read elsewhere by getattr
import sys
def f(x):
    global res
    res = net(Variable(x, volatile=True)).sum()
f(torch.ones(1, 2))
globals()["res"].backward()
#### the model keeps what it computes
class Keeps(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(2, 2)
    def forward(self, x):
        self.last = self.lin(x).sum()
        return self.last
k = Keeps()
def f(x):
    return k(Variable(x, volatile=True)).item()
n = f(torch.ones(1, 2))
k.last.backward()
#### the model keeps a recurrent state
class Rnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(2, 2)
        self.h = torch.zeros(1, 2)
    def forward(self, x):
        self.h = torch.tanh(self.lin(x) + self.h)
        return self.h
r = Rnn()
def f(x):
    return r(Variable(x, volatile=True)).sum().item()
n = f(torch.ones(1, 2))
r(torch.ones(1, 2)).sum().backward()
#### a hook keeps the output
kept = []
net.register_forward_hook(lambda m, i, o: kept.append(o))
def f(x):
    return net(Variable(x, volatile=True)).sum().item()
n = f(torch.ones(1, 2))
kept[0].sum().backward()
#### volatile on some ways, same name
def f(x, test):
    v = Variable(x)
    if test:
        v = Variable(x, volatile=True)
    o = net(v).sum()
    if not test:
        o.backward()
    return o.item()
a = f(torch.ones(1, 2), True)
b = f(torch.ones(1, 2), False)
#### uncontaminated in the same loop used later
def f(src):
    keep = []
    for x, y in src:
        o = net(Variable(x, volatile=True)).sum().item()
        keep.append(net(Variable(y)))
    sum(k.sum() for k in keep).backward()
    return o
f(batches)
#### uncontaminated returned
def f(x):
    o = net(Variable(x, volatile=True)).sum().item()
    w = net.weight * 2
    return o, w
o, w = f(torch.ones(1, 2))
w.sum().backward()
#### uncontaminated set on self
class A:
    def f(self, x):
        o = net(Variable(x, volatile=True)).sum().item()
        self.w = net.weight * 2
        return o
a = A()
a.f(torch.ones(1, 2))
a.w.sum().backward()
#### a helper called in between keeps a graph
cache = {}
def helper():
    cache["w"] = net.weight * 2
def f(x):
    v = Variable(x, volatile=True)
    helper()
    return net(v).sum().item()
f(torch.ones(1, 2))
cache["w"].sum().backward()
#### a helper called within the contaminated expression keeps a graph of weights
cache = {}
def helper(t):
    cache["w"] = net.weight * 2
    return t
def f(x):
    return net(helper(Variable(x, volatile=True))).sum().item()
f(torch.ones(1, 2))
cache["w"].sum().backward()
#### new parameters made in function with volatile
def f(x):
    v = Variable(x, volatile=True)
    m = nn.Linear(2, 2)
    o = m(v).data
    return m, o
m, o = f(torch.ones(1, 2))
m(torch.ones(1, 2)).sum().backward()
#### requires_grad set inside
def f(x):
    v = Variable(x, volatile=True)
    o = net(v).data
    w = o.clone().requires_grad_()
    z = (w * 2).sum()
    return z, w
z, w = f(torch.ones(1, 2))
z.backward()
#### enable_grad in the function
def f(x):
    v = Variable(x, volatile=True)
    o = net(v).sum().item()
    with torch.enable_grad():
        l = net(x).sum()
    l.backward()
    return o
f(torch.ones(1, 2))
#### a parameter shadows net and trains: mode argument called
def f(x, fn):
    v = Variable(x, volatile=True)
    o = net(v).data
    fn()
    return o
f(torch.ones(1, 2), lambda: net(torch.ones(1, 2)).sum().backward())
g = net.weight.grad
#### set_grad_enabled statement inside
def f(x):
    v = Variable(x, volatile=True)
    o = net(v).data
    torch.set_grad_enabled(False)
    p = net(x)
    torch.set_grad_enabled(True)
    return o, net(x)
o, q = f(torch.ones(1, 2))
q.sum().backward()
m = torch.is_grad_enabled()
#### set_grad_enabled leaks out on purpose
def f(x):
    v = Variable(x, volatile=True)
    o = net(v).data
    torch.set_grad_enabled(False)
    return o
f(torch.ones(1, 2))
m = torch.is_grad_enabled()
"""

# Ways a value goes within a function.
WAYS = r"""
#### iterating over a volatile
def f(x):
    v = Variable(x, volatile=True)
    t = 0
    for row in v:
        t += net(row).sum().item()
    return t
a = f(torch.ones(2, 2))
#### zip and enumerate
def f(x):
    vs = [Variable(x, volatile=True), Variable(x * 2, volatile=True)]
    t = 0
    for i, (a, b) in enumerate(zip(vs, [1, 2])):
        t += net(a).sum().item() * b
    return t
a = f(torch.ones(2, 2))
#### nested list
def f(x):
    vs = [[Variable(x, volatile=True)], [1]]
    return net(vs[0][0]).data
a = f(torch.ones(2, 2))
#### dict of lists by setdefault
def f(x):
    d = {}
    d.setdefault("a", []).append(Variable(x, volatile=True))
    return net(d["a"][0]).data
a = f(torch.ones(2, 2))
#### star args to helper
def helper(*ts):
    return [net(t).sum() for t in ts]
def f(x):
    v = Variable(x, volatile=True)
    r = helper(v, v)
    return r[0].item()
a = f(torch.ones(2, 2))
#### kwargs to helper
def helper(**kw):
    return net(kw["t"]).sum()
def f(x):
    r = helper(t=Variable(x, volatile=True))
    return r.item()
a = f(torch.ones(2, 2))
#### functools partial
import functools
def f(x):
    v = Variable(x, volatile=True)
    g = functools.partial(torch.add, v)
    return net(g(1)).data
a = f(torch.ones(2, 2))
#### helper whose body computes only for a number
def helper(t):
    print(round(net(t).sum().item(), 3))
def f(x):
    helper(Variable(x, volatile=True))
f(torch.ones(2, 2))
#### helper keeps in object then method
class M:
    def __init__(self, t):
        self.t = t
    def run(self):
        return net(self.t).sum().item()
def f(x):
    m = M(Variable(x, volatile=True))
    return m.run()
a = f(torch.ones(2, 2))
#### object attribute then method
class M:
    def run(self):
        return net(self.t).sum().item()
def f(x):
    m = M()
    m.t = Variable(x, volatile=True)
    return m.run()
a = f(torch.ones(2, 2))
#### self attribute then other method within
class M:
    def score(self):
        return net(self.t).sum().item()
    def run(self, x):
        self.t = Variable(x, volatile=True)
        return self.score()
a = M().run(torch.ones(2, 2))
#### self attribute list
class M:
    def run(self, x):
        self.ts = []
        self.ts.append(Variable(x, volatile=True))
        return net(self.ts[0]).sum().item()
a = M().run(torch.ones(2, 2))
#### setattr getattr
class M:
    def run(self, x):
        setattr(self, "t", Variable(x, volatile=True))
        return net(getattr(self, "t")).sum().item()
a = M().run(torch.ones(2, 2))
#### vars dict
def f(x):
    d = dict(v=Variable(x, volatile=True))
    return net(**{"input": d["v"]}).sum().item()
a = f(torch.ones(2, 2))
#### locals
def f(x):
    v = Variable(x, volatile=True)
    return net(locals()["v"]).sum().item()
a = f(torch.ones(2, 2))
#### eval
def f(x):
    v = Variable(x, volatile=True)
    return eval("net(v).sum().item()")
a = f(torch.ones(2, 2))
#### a loop target that is volatile in the list of before
def f(x):
    vs = [Variable(x, volatile=True)]
    vs2 = list(reversed(vs))
    vs3 = sorted(vs2, key=lambda t: 1)
    return sum(net(t).sum().item() for t in vs3)
a = f(torch.ones(2, 2))
#### generator sent values
def gen(x):
    v = Variable(x, volatile=True)
    got = yield
    while got is not None:
        got = yield net(v).sum().item() + got
def f(x):
    g = gen(x)
    next(g)
    return g.send(1)
a = f(torch.ones(2, 2))
m = torch.is_grad_enabled()
#### generator closed early
def gen(x):
    v = Variable(x, volatile=True)
    try:
        yield net(v).data
    finally:
        net(x).sum().backward()
for o in gen(torch.ones(2, 2)):
    break
m = torch.is_grad_enabled()
#### yield from
def gen(x):
    v = Variable(x, volatile=True)
    yield from (net(v).data for _ in range(2))
for o in gen(torch.ones(2, 2)):
    head(o).sum().backward()
m = torch.is_grad_enabled()
#### exception in region at module level
try:
    v = Variable(torch.ones(2, 3), volatile=True)
    o = net(v)
except RuntimeError:
    net(torch.ones(2, 2)).sum().backward()
#### with as and volatile
class Ctx:
    def __enter__(self):
        return Variable(torch.ones(2, 2), volatile=True)
    def __exit__(self, *a):
        return None
def f():
    with Ctx() as v:
        return net(v).sum().item()
a = f()
#### sum of volatile and plain stored in self and used in training
class T:
    def step(self, x, y):
        base = net(Variable(x, volatile=True)).mean()
        adv = head(Variable(y)).mean() - base.data
        adv.backward()
        return adv.item()
T().step(*batches[0])
#### sum with item
class T:
    def step(self, x, y):
        base = net(Variable(x, volatile=True)).mean()
        adv = head(Variable(y)).mean() - base.item()
        adv.backward()
        return adv.item()
T().step(*batches[0])
#### indices from volatile
def f(x):
    o = net(Variable(x, volatile=True))
    idx = o.max(1)[1]
    l = head(Variable(x)).gather(1, idx.unsqueeze(1)).sum()
    l.backward()
    return idx
f(torch.ones(2, 2))
#### mask from volatile
def f(x):
    o = net(Variable(x, volatile=True))
    mask = (o > 0).float()
    l = (head(Variable(x)) * mask).sum()
    l.backward()
f(torch.ones(2, 2))
#### loss contaminated by plain volatile target
def f(x, y):
    t = Variable(y, volatile=True)
    l = criterion(net(Variable(x)), t)
    l.backward()
    return l.item()
f(*batches[0])
#### detach of volatile in loss
def f(x, y):
    t = net(Variable(y, volatile=True)).detach()
    l = criterion(net(Variable(x)), t)
    l.backward()
    return l.item()
f(*batches[0])
#### no computation
def f(x):
    v = Variable(x, volatile=True)
    return v.size(), v.data
f(torch.ones(2, 2))
#### numpy only
def f(x):
    v = Variable(x, volatile=True)
    return v.data.numpy() * 2
f(torch.ones(2, 2))
#### unused
def f(x):
    v = Variable(x, volatile=True)
    net(x).sum().backward()
f(torch.ones(2, 2))
#### x also used unwrapped
def f(x):
    v = Variable(x, volatile=True)
    o = net(v).data
    l = net(x).sum()
    l.backward()
    return o
f(torch.ones(2, 2))
#### same line lambda call
def f(x):
    return (lambda t: net(t))(Variable(x, volatile=True)).data
f(torch.ones(2, 2))
#### class body
class K:
    v = Variable(torch.ones(2, 2), volatile=True)
    o = net(v).data
#### cond expr wraps
def f(x, c):
    v = Variable(x, volatile=True) if c else x
    return net(v).data
a = f(torch.ones(2, 2), True)
b = f(torch.ones(2, 2), False)
#### while condition computes
def f(x):
    v = Variable(x, volatile=True)
    n = 0
    while net(v).sum().item() > -100 and n < 3:
        v = v - 1
        n += 1
    return n
f(torch.ones(2, 2))
#### if condition computes, body trains
def f(x):
    v = Variable(x, volatile=True)
    if net(v).sum().item() > -1000:
        net(Variable(x)).sum().backward()
    return 1
f(torch.ones(2, 2))
#### for header computes, body trains
def f(x):
    for o in net(Variable(x, volatile=True)).data:
        head(o).sum().backward()
f(torch.ones(2, 2))
#### with header computes, body trains
import contextlib
def f(x):
    with contextlib.nullcontext(net(Variable(x, volatile=True)).data) as o:
        head(o).sum().backward()
f(torch.ones(2, 2))
#### assert and raise
def f(x):
    v = Variable(x, volatile=True)
    assert net(v).sum().item() < 1000, net(v)
    if False:
        raise ValueError(net(v))
f(torch.ones(2, 2))
#### in string formatting
def f(x):
    v = Variable(x, volatile=True)
    return "%.2f" % net(v).sum().item() + f"{head(v).sum().item():.2f}"
f(torch.ones(2, 2))
#### aug on attribute
class M:
    def run(self, x):
        self.t = 0
        self.t += net(Variable(x, volatile=True)).sum()
        return self.t.item()
M().run(torch.ones(2, 2))
#### subscript store and read
def f(x):
    d = [None] * 2
    d[1] = net(Variable(x, volatile=True))
    return head(d[1]).data
f(torch.ones(2, 2))
#### starred target
def f(x):
    a, *b = net(Variable(x, volatile=True)), 1, 2
    return head(a).data
f(torch.ones(2, 2))
#### starred target holds it
def f(x):
    a, *b = 1, net(Variable(x, volatile=True)), 2
    return head(b[0]).data
f(torch.ones(2, 2))
#### swap
def f(x):
    a, b = Variable(x, volatile=True), Variable(x)
    a, b = b, a
    l = net(a).sum()
    l.backward()
    return net(b).data
f(torch.ones(2, 2))
#### chained assignment
def f(x):
    a = b = Variable(x, volatile=True)
    return net(a).data + net(b).data
f(torch.ones(2, 2))
"""

# The flag as an expression.
FLAGS = r"""
#### not train, backward guarded
def run(x, y, train):
    x = Variable(x, volatile=not train)
    loss = criterion(net(x), Variable(y))
    if train:
        loss.backward()
    return loss.item()
a = run(*batches[0], False)
b = run(*batches[0], True)
#### not train, backward unguarded
def run(x, y, train):
    x = Variable(x, volatile=not train)
    loss = criterion(net(x), Variable(y))
    loss.backward()
    return loss.item()
b = run(*batches[0], True)
c = run(*batches[0], False)
#### not train, train rebound in between
def run(x, y, train):
    x = Variable(x, volatile=not train)
    loss = criterion(net(x), Variable(y))
    train = True
    if train:
        loss.backward()
    return loss.item()
a = run(*batches[0], False)
#### not train, backward under other flag
def run(x, y, train, update):
    x = Variable(x, volatile=not train)
    loss = criterion(net(x), Variable(y))
    if update:
        loss.backward()
    return loss.item()
a = run(*batches[0], False, True)
#### not train, backward under train and more
def run(x, y, train, step):
    x = Variable(x, volatile=not train)
    loss = criterion(net(x), Variable(y))
    if train and step:
        loss.backward()
    return loss.item()
a = run(*batches[0], False, True)
b = run(*batches[0], True, True)
#### not train, backward under train or more
def run(x, y, train, step):
    x = Variable(x, volatile=not train)
    loss = criterion(net(x), Variable(y))
    if train or step:
        loss.backward()
    return loss.item()
a = run(*batches[0], False, True)
b = run(*batches[0], True, True)
#### not train, else branch
def run(x, y, train):
    x = Variable(x, volatile=not train)
    loss = criterion(net(x), Variable(y))
    if not train:
        return loss.item()
    loss.backward()
    return loss.item()
a = run(*batches[0], False)
b = run(*batches[0], True)
#### train is a number
def run(x, y, train):
    x = Variable(x, volatile=not train)
    loss = criterion(net(x), Variable(y))
    if train > 1:
        loss.backward()
    return loss.item()
a = run(*batches[0], 0)
b = run(*batches[0], 2)
#### train falsy list
def run(x, y, opts):
    x = Variable(x, volatile=not opts)
    return criterion(net(x), Variable(y)).item()
a = run(*batches[0], [])
b = run(*batches[0], [1])
#### flag is a tensor
def run(x, y, flag):
    x = Variable(x, volatile=flag)
    return criterion(net(x), Variable(y)).item()
a = run(*batches[0], torch.tensor(1))
b = run(*batches[0], torch.tensor(0))
#### flag property with effect
class M:
    n = 0
    @property
    def testing(self):
        self.n += 1
        return True
    def run(self, x):
        v = Variable(x, volatile=self.testing)
        return net(v).sum().item()
m = M()
a = m.run(torch.ones(2, 2))
n = m.n
#### flag attribute changes between
class M:
    test = True
    def run(self, x):
        v = Variable(x, volatile=self.test)
        self.test = False
        o = net(v).sum().item()
        p = head(v).sum().item()
        return o + p
a = M().run(torch.ones(2, 2))
#### flag attribute is changed by forward
class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(2, 2)
    def forward(self, x):
        self.eval()
        return self.lin(x)
    def run(self, x):
        v = Variable(x, volatile=not self.training)
        o = self(v)
        return self.lin(o).sum().item(), self.lin(v).sum().item()
m = M()
a = m.run(torch.ones(2, 2))
#### two flags different
def run(x, y, a, b):
    v = Variable(x, volatile=a)
    w = Variable(y, volatile=b)
    return net(v).sum().item() + net(w).sum().item() + head(v + w).sum().item()
for a in (True, False):
    for b in (True, False):
        see("r", run(*batches[0], a, b))
#### same flag twice
def run(x, y, a):
    v = Variable(x, volatile=a)
    w = Variable(y, volatile=a)
    return criterion(net(v), w).item()
for a in (True, False):
    see("r", run(*batches[0], a))
#### flag and literal
def run(x, y, a):
    v = Variable(x, volatile=a)
    w = Variable(y, volatile=True)
    return criterion(net(v), w).item() + net(v).sum().item()
for a in (True, False):
    see("r", run(*batches[0], a))
#### dynamic in a generator
def gen(src, test):
    for x, y in src:
        v = Variable(x, volatile=test)
        yield net(v).data
for t in (True, False):
    for o in gen(batches, t):
        head(o).sum().backward()
m = torch.is_grad_enabled()
#### dynamic in async
import asyncio
async def run(x, test):
    v = Variable(x, volatile=test)
    await asyncio.sleep(0)
    return net(v).data
a = asyncio.run(run(torch.ones(2, 2), True))
m = torch.is_grad_enabled()
#### dynamic in the module
test = True
v = Variable(torch.ones(2, 2), volatile=test)
o = net(v).data
#### dynamic under a caller with no_grad in module
def run(x, test):
    v = Variable(x, volatile=test)
    return net(v)
with torch.no_grad():
    o = run(torch.ones(2, 2), False).data
p = o
#### dynamic returns
def run(x, test):
    v = Variable(x, volatile=test)
    return net(v).sum()
a = run(torch.ones(2, 2), True).item()
run(torch.ones(2, 2), False).backward()
#### dynamic in loop with state
def run(x, n, test):
    h = Variable(torch.zeros(2, 2), volatile=test)
    for i in range(n):
        h = net(h + Variable(x))
    if not test:
        h.sum().backward()
    return h.data
a = run(torch.ones(2, 2), 2, True)
b = run(torch.ones(2, 2), 2, False)
#### init hidden
class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(2, 2)
    def init(self):
        return Variable(torch.zeros(2, 2), volatile=not self.training)
    def forward(self, x):
        return self.lin(x) + self.init()
m = M()
m(torch.ones(2, 2)).sum().backward()
m.eval()
a = m(torch.ones(2, 2)).data
#### init hidden inline
class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(2, 2)
    def forward(self, x):
        h = Variable(torch.zeros(2, 2), volatile=not self.training)
        return self.lin(x) + h
m = M()
m(torch.ones(2, 2)).sum().backward()
m.eval()
a = m(torch.ones(2, 2)).data
#### flag through default
def run(x, volatile=True):
    v = Variable(x, volatile=volatile)
    return net(v).sum().item()
a = run(torch.ones(2, 2))
b = run(torch.ones(2, 2), False)
c = run(torch.ones(2, 2), volatile=False)
#### flag evaluated before data fails
def run(x, flags):
    v = Variable(x, volatile=flags.pop())
    return net(v).sum().item()
a = run(torch.ones(2, 2), [True])
#### flag in wrong order with effects
log = []
def d():
    log.append("d")
    return torch.ones(2, 2)
def t():
    log.append("t")
    return True
def run():
    v = Variable(volatile=t(), data=d())
    return net(v).sum().item()
a = run()
#### walrus flag
def run(x, a):
    v = Variable(x, volatile=(b := not a))
    return net(v).sum().item(), b
a = run(torch.ones(2, 2), True)
c = run(torch.ones(2, 2), False)
#### flag is bool call
def run(x, a):
    v = Variable(x, volatile=bool(a))
    return net(v).sum().item()
a = run(torch.ones(2, 2), 3)
c = run(torch.ones(2, 2), 0)
#### flag is not not
def run(x, a):
    v = Variable(x, volatile=not (not a))
    return net(v).sum().item()
a = run(torch.ones(2, 2), 3)
c = run(torch.ones(2, 2), 0)
#### flag is and-not
def run(x, a, b):
    v = Variable(x, volatile=not a and not b)
    return net(v).sum().item()
for a in (True, False):
    for b in (True, False):
        see("r", run(torch.ones(2, 2), a, b))
#### flag is conditional
def run(x, a, b):
    v = Variable(x, volatile=a if b else not a)
    return net(v).sum().item()
for a in (True, False):
    for b in (True, False):
        see("r", run(torch.ones(2, 2), a, b))
#### flag is in
def run(x, a):
    v = Variable(x, volatile=a in ("val", "test"))
    return net(v).sum().item()
for a in ("val", "train"):
    see("r", run(torch.ones(2, 2), a))
#### flag is lambda default
def run(x, a):
    f = lambda t, v=a: net(Variable(t, volatile=v)).sum().item()
    return f(x)
for a in (True, False):
    see("r", run(torch.ones(2, 2), a))
#### del flag after
def run(x, a):
    v = Variable(x, volatile=a)
    del a
    return net(v).sum().item()
for a in (True, False):
    see("r", run(torch.ones(2, 2), a))
#### flag name reused for data
def run(a):
    a = Variable(torch.ones(2, 2), volatile=a)
    return net(a).sum().item()
for a in (True, False):
    see("r", run(a))
"""

# Producers across files.
FILES = r"""
#### parameter in the middle by position
from helper import to_var
def test(x):
    return net(to_var(x, True, 2.0)).data
def train(x):
    net(to_var(x, False, 3.0)).sum().backward()
a = test(torch.ones(2, 2))
train(torch.ones(2, 2))
## FILE helper.py
def to_var(x, volatile=False, scale=1.0):
    return Variable(x * scale, volatile=volatile)
#### partial
import functools
from helper import to_var
eval_var = functools.partial(to_var, volatile=True)
def test(x):
    return net(eval_var(x)).data
a = test(torch.ones(2, 2))
net(to_var(torch.ones(2, 2))).sum().backward()
## FILE helper.py
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
#### the flag is used for more
from helper import to_var
def test(x):
    return net(to_var(x, volatile=True)).data
a = test(torch.ones(2, 2))
net(to_var(torch.ones(2, 2))).sum().backward()
## FILE helper.py
def to_var(x, volatile=False):
    if volatile:
        x = x * 2
    return Variable(x, volatile=volatile)
#### argument with an effect
from helper import to_var
calls = []
def flag():
    calls.append(1)
    return True
def test(x):
    return net(to_var(x, volatile=flag())).data
a = test(torch.ones(2, 2))
net(to_var(torch.ones(2, 2))).sum().backward()
## FILE helper.py
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
#### method overridden
from helper import Base
class Sub(Base):
    def wrap(self, x, volatile=False):
        return super().wrap(x * 2, volatile=volatile)
def test(m, x):
    return net(m.wrap(x, volatile=True)).data
a = test(Sub(), torch.ones(2, 2))
b = test(Base(), torch.ones(2, 2))
net(Base().wrap(torch.ones(2, 2))).sum().backward()
## FILE helper.py
class Base:
    def wrap(self, x, volatile=False):
        return Variable(x, volatile=volatile)
#### inspect signature
import inspect
from helper import to_var
def test(x):
    return net(to_var(x, volatile=True)).data
a = test(torch.ones(2, 2))
n = len(inspect.signature(to_var).parameters)
## FILE helper.py
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
#### module alias
import helper as h
def test(x):
    return net(h.to_var(x, volatile=True)).data
a = test(torch.ones(2, 2))
net(h.to_var(torch.ones(2, 2))).sum().backward()
## FILE helper.py
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
#### star import
from helper import *
def test(x):
    return net(to_var(x, volatile=True)).data
a = test(torch.ones(2, 2))
net(to_var(torch.ones(2, 2))).sum().backward()
## FILE helper.py
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
#### re-export
from middle import to_var
def test(x):
    return net(to_var(x, volatile=True)).data
a = test(torch.ones(2, 2))
net(to_var(torch.ones(2, 2))).sum().backward()
## FILE middle.py
from helper import to_var
## FILE helper.py
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
#### caller that trains with what it asked volatile
from helper import to_var
def step(x, y):
    t = net(to_var(y, volatile=True))
    loss = criterion(head(to_var(x)), t)
    loss.backward()
step(*batches[0])
## FILE helper.py
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
#### caller stores it on self
from helper import to_var
class T:
    def load(self, x):
        self.v = to_var(x, volatile=True)
    def run(self):
        return net(self.v).sum().item()
t = T()
t.load(torch.ones(2, 2))
a = t.run()
## FILE helper.py
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
#### caller returns it onwards
from helper import to_var
def prep(x):
    return to_var(x, volatile=True) * 2
def test(x):
    return net(prep(x)).data
a = test(torch.ones(2, 2))
## FILE helper.py
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
#### caller in a third file
import runner
a = runner.test(net, torch.ones(2, 2))
## FILE runner.py
from helper import to_var
def test(net, x):
    v = to_var(x, volatile=True)
    out = net(v)
    return out.data
## FILE helper.py
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
#### returned from the third file and trained here
import runner
o = runner.infer(net, torch.ones(2, 2))
o.sum().backward()
## FILE runner.py
from helper import to_var
def infer(net, x):
    v = to_var(x, volatile=True)
    out = net(v)
    return out
## FILE helper.py
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
#### batch dictionary across files
from data import get_batch
def evaluate():
    b = get_batch(batches[0], evaluation=True)
    return criterion(net(b["x"]), b["y"]).item()
def train():
    b = get_batch(batches[1])
    criterion(net(b["x"]), b["y"]).backward()
e = evaluate()
train()
## FILE data.py
def get_batch(pair, evaluation=False):
    x, y = pair
    return {"x": Variable(x, volatile=evaluation), "y": Variable(y, volatile=evaluation)}
#### iterator class across files
from data import Loader
def evaluate():
    t = 0
    for x, y in Loader(batches, evaluation=True):
        t += criterion(net(x), y).item()
    return t
def train():
    for x, y in Loader(batches):
        criterion(net(x), y).backward()
e = evaluate()
train()
## FILE data.py
class Loader:
    def __init__(self, pairs, evaluation=False):
        self.pairs, self.evaluation = pairs, evaluation
    def __iter__(self):
        for x, y in self.pairs:
            yield Variable(x, volatile=self.evaluation), Variable(y, volatile=self.evaluation)
#### iterator class where both use one loop
from data import Loader
def run(loader, train):
    t = 0
    for x, y in loader:
        loss = criterion(net(x), y)
        if train:
            loss.backward()
        t += loss.item()
    return t
e = run(Loader(batches, evaluation=True), False)
f = run(Loader(batches), True)
## FILE data.py
class Loader:
    def __init__(self, pairs, evaluation=False):
        self.pairs, self.evaluation = pairs, evaluation
    def __iter__(self):
        for x, y in self.pairs:
            yield Variable(x, volatile=self.evaluation), Variable(y, volatile=self.evaluation)
#### recursive producer
from helper import to_var
def test(x):
    vs = to_var([x, [x]], volatile=True)
    return net(vs[1][0]).data
a = test(torch.ones(2, 2))
net(to_var([torch.ones(2, 2)])[0]).sum().backward()
## FILE helper.py
def to_var(x, volatile=False):
    if isinstance(x, list):
        return [to_var(i, volatile) for i in x]
    return Variable(x, volatile=volatile)
#### wrapper with cuda branch and both branches
from helper import to_var
def test(x):
    v = to_var(x, volatile=True)
    return net(v).data
a = test(torch.ones(2, 2))
net(to_var(torch.ones(2, 2))).sum().backward()
## FILE helper.py
def to_var(x, volatile=False):
    if torch.cuda.is_available():
        return Variable(x.cuda(), volatile=volatile)
    else:
        return Variable(x, volatile=volatile)
#### requires_grad beside volatile
from helper import to_var
def test(x):
    v = to_var(x, volatile=True)
    return net(v).data
a = test(torch.ones(2, 2))
w = to_var(torch.ones(2, 2), requires_grad=True)
net(w).sum().backward()
g = w.grad
## FILE helper.py
def to_var(x, requires_grad=False, volatile=False):
    return Variable(x, requires_grad=requires_grad, volatile=volatile)
"""

# Layout.
LAYOUT = r"""
#### semicolons
def run(x):
    a = 1; x = Variable(x, volatile=True); out = net(x); b = 2
    net.zero_grad(); head(torch.ones(2, 2)).sum().backward(); c = 3
    return out.data
r = run(torch.ones(2, 2))
#### semicolons with training on the line
def run(x):
    v = Variable(x, volatile=True); out = net(v); head(torch.ones(2, 2)).sum().backward()
    return out.data
r = run(torch.ones(2, 2))
#### one line function
def run(x): return net(Variable(x, volatile=True)).data
r = run(torch.ones(2, 2))
#### one line function with training
def run(x): o = net(Variable(x, volatile=True)).data; net(x).sum().backward(); return o
r = run(torch.ones(2, 2))
#### one line if and else
def run(x, t):
    if t: o = net(Variable(x, volatile=True)).data
    else: o = net(Variable(x)); o.sum().backward(); o = o.data
    return o
r = run(torch.ones(2, 2), True)
q = run(torch.ones(2, 2), False)
#### multi line string inside a region
def run(x):
    net(x).sum().backward()
    v = Variable(x, volatile=True)
    o = net(v); s = '''a
  b
    c'''
    t = f'''{o.sum().item():.3f}
  {s}
'''
    return s, t, o.data
r = run(torch.ones(2, 2))
#### docstring and first statement
def run(x):
    '''Doc
    string.'''
    # first
    v = Variable(x, volatile=True)  # second
    # third

    # fourth
    o = net(
        v,  # fifth
    )  # sixth
    # seventh
    net(x).sum().backward()
    return o.data  # eighth
r = run(torch.ones(2, 2))
#### backslash
def run(x):
    net(x).sum().backward()
    o = net(Variable(x, volatile=True)) + \
        1
    assert o.sum().item() > -1000, \
        "no"
    return o \
        .data
r = run(torch.ones(2, 2))
#### deleted alone in a branch in a region
def run(x, t):
    net(x).sum().backward()
    if t:
        x = Variable(x, volatile=True)
    else:
        x = Variable(x, volatile=True)  # other
    return net(x).data
r = run(torch.ones(2, 2), True)
#### deleted first statement with comment
def run(x):
    net(x).sum().backward()
    # evaluate
    x = Variable(x, volatile=True)  # no graph
    # forward
    o = net(x)
    return o.data
r = run(torch.ones(2, 2))
#### deleted in the middle
def run(x, y):
    net(x).sum().backward()
    x = Variable(x, volatile=True)
    o = net(x)
    y = Variable(y, volatile=True)  # the other
    p = net(y)
    return o.data + p.data
r = run(torch.ones(2, 2), torch.ones(2, 2))
#### decorators there already
def deco(f):
    return f
class A:
    @staticmethod
    # a comment
    @deco
    def run(x):
        return net(Variable(x, volatile=True)).data
r = A.run(torch.ones(2, 2))
#### classmethod
class A:
    @classmethod
    def run(cls, x):
        return net(Variable(x, volatile=True)).data
r = A.run(torch.ones(2, 2))
#### import inside function
def run(x):
    from torch.autograd import Variable as V
    v = V(x, volatile=True)
    return net(v).data
r = run(torch.ones(2, 2))
#### conditional import
try:
    from torch.autograd import Variable as W
except ImportError:
    W = None
def run(x):
    v = W(x, volatile=True)
    return net(v).data
r = run(torch.ones(2, 2))
#### nested function definitions in a region
def run(x):
    net(x).sum().backward()
    v = Variable(x, volatile=True)
    def inner(t):
        '''doc
        x'''
        return net(t)
    o = inner(v)
    return o.data
r = run(torch.ones(2, 2))
#### try else finally
def run(x):
    try:
        v = Variable(x, volatile=True)
    except RuntimeError:
        raise
    else:
        o = net(v)
    finally:
        net(x).sum().backward()
    return o.data
r = run(torch.ones(2, 2))
#### while else
def run(x):
    v = Variable(x, volatile=True)
    n = 0
    while n < 2:
        v = net(v)
        n += 1
    else:
        net(x).sum().backward()
    return v.data
r = run(torch.ones(2, 2))
#### with several items
import contextlib
def run(x):
    with contextlib.suppress(KeyError), contextlib.suppress(ValueError):
        v = Variable(x, volatile=True)
        o = net(v)
        net(x).sum().backward()
    return o.data
r = run(torch.ones(2, 2))
#### global statement in region
def run(x):
    net(x).sum().backward()
    v = Variable(x, volatile=True)
    o = net(v)
    global seen
    seen = o.data
    return o.data
r = run(torch.ones(2, 2))
#### continue and break out of regions
def run(src):
    n = 0
    for x, y in src:
        v = Variable(x, volatile=True)
        if net(v).sum().item() > 1000:
            break
        if net(v).sum().item() > 500:
            continue
        net(x).sum().backward()
        n += 1
    return n
r = run(batches)
#### return in region
def run(x, t):
    if t:
        net(x).sum().backward()
    v = Variable(x, volatile=True)
    if t:
        return net(v).data
    return head(v).data
r = run(torch.ones(2, 2), True)
#### type annotations
def run(x: torch.Tensor) -> Variable:
    v: Variable = Variable(x, volatile=True)
    o: Variable = net(v)
    return o.data
r = run(torch.ones(2, 2))
#### elif chain
def run(x, k):
    if k == 0:
        net(x).sum().backward()
    elif k == 1:
        v = Variable(x, volatile=True)
        o = net(v)
        return o.data
    else:
        pass
for k in range(3):
    see("r", run(torch.ones(2, 2), k))
"""

# More roads out, in-place changes, modules with a state.
STATES = r"""
#### self attr read by caller outside
class R:
    def run(self, x):
        self.o = net(Variable(x, volatile=True))
        return self.o.sum().item()
r = R()
a = r.run(torch.ones(2, 2))
r.o.sum().backward()
#### self attr read by subclass
class R:
    def run(self, x):
        self.o = net(Variable(x, volatile=True))
        return self.o.sum().item()
class S(R):
    def train(self):
        self.o.sum().backward()
s = S()
a = s.run(torch.ones(2, 2))
s.train()
#### self attr via vars
class R:
    def run(self, x):
        self.o = net(Variable(x, volatile=True))
        return self.o.sum().item()
    def train(self):
        self.__dict__["o"].sum().backward()
r = R()
a = r.run(torch.ones(2, 2))
r.train()
#### class attr
class R:
    o = None
    @classmethod
    def run(cls, x):
        cls.o = net(Variable(x, volatile=True))
        return cls.o.sum().item()
a = R.run(torch.ones(2, 2))
R.o.sum().backward()
#### returned via self
class R:
    def run(self, x):
        self.o = net(Variable(x, volatile=True))
        return self
r = R().run(torch.ones(2, 2))
r.o.sum().backward()
#### closure kept and differentiated
def make(x):
    o = net(Variable(x, volatile=True))
    def later():
        o.sum().backward()
    return later
make(torch.ones(2, 2))()
#### generator yields contaminated and consumer trains
def gen(src):
    for x, y in src:
        yield net(Variable(x, volatile=True))
for o in gen(batches):
    o.sum().backward()
#### generator yields contaminated, consumer numbers
def gen(src):
    for x, y in src:
        yield net(Variable(x, volatile=True))
t = [o.sum().item() for o in gen(batches)]
#### exception carries it
class E(Exception):
    pass
def f(x):
    o = net(Variable(x, volatile=True))
    raise E(o)
try:
    f(torch.ones(2, 2))
except E as e:
    e.args[0].sum().backward()
#### printed only
def f(x):
    o = net(Variable(x, volatile=True))
    print(o.size())
f(torch.ones(2, 2))
#### passed to unknown function of other file that trains
import helper
def f(x):
    o = net(Variable(x, volatile=True))
    helper.train(o)
f(torch.ones(2, 2))
## FILE helper.py
def train(o):
    o.sum().backward()
#### passed to function of other file as container
import helper
def f(x):
    helper.train([net(Variable(x, volatile=True))])
f(torch.ones(2, 2))
## FILE helper.py
def train(os):
    os[0].sum().backward()
#### put in queue
import collections
q = collections.deque()
def f(x):
    q.append(net(Variable(x, volatile=True)))
f(torch.ones(2, 2))
q.pop().sum().backward()
#### dict param
def f(x, d):
    d["o"] = net(Variable(x, volatile=True))
d = {}
f(torch.ones(2, 2), d)
d["o"].sum().backward()
#### slice param
def f(x, d):
    d[:] = [net(Variable(x, volatile=True))]
d = []
f(torch.ones(2, 2), d)
d[0].sum().backward()
#### object param update
def f(x, d):
    d.update(o=net(Variable(x, volatile=True)))
d = {}
f(torch.ones(2, 2), d)
d["o"].sum().backward()
#### aug param
def f(x, d):
    d += [net(Variable(x, volatile=True))]
d = []
f(torch.ones(2, 2), d)
d[0].sum().backward()
#### in-place into param tensor
def f(x, buf):
    buf += net(Variable(x, volatile=True))
buf = torch.zeros(2, 2)
f(torch.ones(2, 2), buf)
buf.sum().backward()
#### copy into param tensor
def f(x, buf):
    buf.copy_(net(Variable(x, volatile=True)))
buf = torch.zeros(2, 2)
f(torch.ones(2, 2), buf)
buf.sum().backward()
#### item into param tensor
def f(x, buf):
    buf[0] = net(Variable(x, volatile=True))[0]
buf = torch.zeros(2, 2)
f(torch.ones(2, 2), buf)
buf.sum().backward()
#### buffer local then returned as data
def f(x):
    buf = torch.zeros(2, 2)
    buf[0] = net(Variable(x, volatile=True))[0]
    return buf.data
a = f(torch.ones(2, 2))
#### out param
def f(x, buf):
    torch.add(x, net(Variable(x, volatile=True)).data, out=buf)
buf = torch.zeros(2, 2)
f(torch.ones(2, 2), buf)
#### weight changed with volatile result
def f(x):
    o = net(Variable(x, volatile=True))
    net.weight.data.add_(o.data)
f(torch.ones(2, 2))
#### weight grad set
def f(x):
    o = net(Variable(x, volatile=True))
    net.weight.grad = o.data.clone()
f(torch.ones(2, 2))
opt = optim.SGD(net.parameters(), lr=1.0)
opt.step()
#### weight changed under torch no_grad
def f(x):
    o = net(Variable(x, volatile=True))
    with torch.no_grad():
        net.weight.add_(o)
f(torch.ones(2, 2))
#### view of outside changed after
def f(x, w):
    row = w.view(-1)
    o = net(Variable(x, volatile=True)).data
    row.add_(head(o).view(-1))
    return w
w = f(torch.ones(2, 2), torch.zeros(2, 2))
w.sum().backward()
#### module call with state: batchnorm
bn = nn.BatchNorm1d(2)
def f(x):
    return bn(net(Variable(x, volatile=True))).data
a = f(torch.randn(4, 2))
#### dropout rng
dr = nn.Dropout(0.5)
def f(x):
    return dr(net(Variable(x, volatile=True))).data
a = f(torch.randn(4, 2))
#### lstm
lstm = nn.LSTM(2, 2)
def f(x):
    o, (h, c) = lstm(Variable(x, volatile=True))
    return o.data, h.data
a = f(torch.randn(4, 1, 2))
#### checkpoint
from torch.utils.checkpoint import checkpoint
def f(x):
    return checkpoint(net, Variable(x, volatile=True), use_reentrant=False).data
a = f(torch.randn(4, 2))
#### spectral norm has state
sn = nn.utils.spectral_norm(nn.Linear(2, 2))
def f(x):
    return sn(Variable(x, volatile=True)).data
a = f(torch.randn(4, 2))
sn(torch.ones(2, 2)).sum().backward()
#### weight norm recomputes
wn = nn.utils.weight_norm(nn.Linear(2, 2))
def f(x):
    return wn(Variable(x, volatile=True)).data
a = f(torch.randn(4, 2))
wn(torch.ones(2, 2)).sum().backward()
#### lazy module
lz = nn.LazyLinear(2)
def f(x):
    return lz(Variable(x, volatile=True)).data
a = f(torch.randn(4, 2))
lz(torch.ones(2, 2)).sum().backward()
#### hook on module changes
def f(x):
    h = net.register_forward_pre_hook(lambda m, i: (i[0] * 2,))
    o = net(Variable(x, volatile=True)).data
    h.remove()
    return o
a = f(torch.randn(4, 2))
#### retain_grad on volatile
def f(x):
    o = net(Variable(x, volatile=True))
    o.retain_grad()
    return o.data
a = f(torch.randn(4, 2))
#### requires_grad on volatile leaf
def f(x):
    v = Variable(x, volatile=True)
    v.requires_grad = True
    net(v).sum().backward()
    return v.grad
a = f(torch.randn(4, 2))
#### grad read
def f(x):
    v = Variable(x, volatile=True)
    o = net(v).data
    return v.grad
a = f(torch.randn(4, 2))
#### is_leaf read
def f(x):
    o = net(Variable(x, volatile=True))
    return o.is_leaf, o.requires_grad
a = f(torch.randn(4, 2))
#### deepcopy of result
import copy
def f(x):
    o = net(Variable(x, volatile=True))
    try:
        return copy.deepcopy(o)
    except RuntimeError:
        return None
a = f(torch.randn(4, 2))
#### parameter from result
def f(x):
    o = net(Variable(x, volatile=True))
    return nn.Parameter(o.data)
p = f(torch.randn(2, 2))
p.sum().backward()
#### parameter straight from result
def f(x):
    o = net(Variable(x, volatile=True))
    return nn.Parameter(o)
p = f(torch.randn(2, 2))
p.sum().backward()
#### in-place zero of result attached outside
def f(x):
    o = net(Variable(x, volatile=True))
    o.zero_()
    return o.data
p = f(torch.randn(2, 2))
"""

# Whole programs, as people wrote them.
PROGRAMS = r"""
#### gan step complete
netD, netG = head, net
optD = optim.SGD(netD.parameters(), lr=0.1)
optG = optim.SGD(netG.parameters(), lr=0.1)
one = torch.ones(2, 2)
for i in range(2):
    for p in netD.parameters():
        p.requires_grad = True
    for j in range(2):
        netD.zero_grad()
        real = Variable(torch.rand(2, 2))
        errD_real = netD(real)
        errD_real.backward(one)
        noise = torch.rand(2, 2)
        noisev = Variable(noise, volatile=True)
        fake = Variable(netG(noisev).data)
        inputv = fake
        errD_fake = netD(inputv)
        errD_fake.backward(-one)
        optD.step()
    for p in netD.parameters():
        p.requires_grad = False
    netG.zero_grad()
    noisev = Variable(torch.rand(2, 2))
    fake = netG(noisev)
    errG = netD(fake)
    errG.backward(one)
    optG.step()
    if i % 1 == 0:
        fake = netG(Variable(noise, volatile=True))
        see("fake", fake.data)
#### dqn complete
class Agent:
    def __init__(self):
        self.q, self.target = net, head
        self.opt = optim.SGD(net.parameters(), lr=0.1)
        self.memory = [(torch.rand(2), 1, torch.rand(2), 0.5), (torch.rand(2), 0, None, 1.0)]
    def act(self, s):
        if torch.rand(1).item() > -1:
            return self.q(Variable(s.unsqueeze(0), volatile=True)).data.max(1)[1].view(1, 1)
        else:
            return torch.LongTensor([[0]])
    def learn(self):
        mask = torch.tensor([m[2] is not None for m in self.memory])
        following = Variable(torch.stack([m[2] for m in self.memory if m[2] is not None]), volatile=True)
        state = Variable(torch.stack([m[0] for m in self.memory]))
        action = Variable(torch.LongTensor([[m[1]] for m in self.memory]))
        reward = Variable(torch.tensor([m[3] for m in self.memory]))
        values = self.q(state).gather(1, action)
        next_values = Variable(torch.zeros(2))
        next_values[mask] = self.target(following).max(1)[0]
        next_values.volatile = False
        expected = next_values * 0.9 + reward
        loss = F.smooth_l1_loss(values.squeeze(1), expected)
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()
        return loss.item()
a = Agent()
see("act", a.act(torch.rand(2)))
see("learn", a.learn())
#### word language model
def repackage(h):
    return Variable(h.data) if isinstance(h, Variable) else tuple(repackage(v) for v in h)
def get_batch(source, i, evaluation=False):
    data = Variable(source[i:i + 2], volatile=evaluation)
    target = Variable(source[i + 1:i + 3].view(-1))
    return data, target
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(5, 4)
        self.r = nn.GRU(4, 4)
        self.d = nn.Linear(4, 5)
    def forward(self, x, h):
        o, h = self.r(self.e(x), h)
        return self.d(o.view(-1, 4)), h
    def init_hidden(self, n):
        w = next(self.parameters()).data
        return Variable(w.new(1, n, 4).zero_())
model = Model()
ce = nn.CrossEntropyLoss()
text = torch.arange(12).view(6, 2) % 5
def evaluate(source):
    model.eval()
    total = 0
    hidden = model.init_hidden(2)
    for i in range(0, source.size(0) - 2, 2):
        data, targets = get_batch(source, i, evaluation=True)
        output, hidden = model(data, hidden)
        total += len(data) * ce(output, targets).item()
        hidden = repackage(hidden)
    return total
def train():
    model.train()
    hidden = model.init_hidden(2)
    for i in range(0, text.size(0) - 2, 2):
        data, targets = get_batch(text, i)
        hidden = repackage(hidden)
        model.zero_grad()
        output, hidden = model(data, hidden)
        loss = ce(output, targets)
        loss.backward()
        for p in model.parameters():
            p.data.add_(-0.1 * p.grad.data)
train()
see("e", evaluate(text))
#### imagenet validate
class Meter:
    def __init__(self):
        self.sum = self.count = 0
    def update(self, v, n=1):
        self.sum += v * n
        self.count += n
def accuracy(output, target, topk=(1,)):
    maxk = max(topk)
    _, pred = output.topk(maxk, 1, True, True)
    pred = pred.t()
    correct = pred.eq(target.view(1, -1).expand_as(pred))
    return [correct[:k].reshape(-1).float().sum(0) for k in topk]
def validate(loader, model, criterion):
    losses, top1 = Meter(), Meter()
    model.eval()
    for i, (input, target) in enumerate(loader):
        input_var = torch.autograd.Variable(input, volatile=True)
        target_var = torch.autograd.Variable(target, volatile=True)
        output = model(input_var)
        loss = criterion(output, target_var)
        prec1, = accuracy(output.data, target, topk=(1,))
        losses.update(loss.item(), input.size(0))
        top1.update(prec1.item(), input.size(0))
        if i % 10 == 0:
            print("Test: [{0}/{1}]".format(i, len(loader)), losses.sum)
    return top1.sum
see("v", validate([(torch.rand(3, 2), torch.LongTensor([0, 1, 0]))], net, nn.CrossEntropyLoss()))
#### phases loop
def train_model(model, loaders, epochs=1):
    opt = optim.SGD(model.parameters(), lr=0.1)
    best = 0.0
    for epoch in range(epochs):
        for phase in ["train", "val"]:
            if phase == "train":
                model.train(True)
            else:
                model.train(False)
            running = 0.0
            for inputs, labels in loaders[phase]:
                if phase == "train":
                    inputs, labels = Variable(inputs), Variable(labels)
                else:
                    inputs, labels = Variable(inputs, volatile=True), Variable(labels, volatile=True)
                opt.zero_grad()
                outputs = model(inputs)
                loss = criterion(outputs, labels)
                if phase == "train":
                    loss.backward()
                    opt.step()
                running += loss.item()
            if phase == "val":
                best = max(best, running)
    return best
see("b", train_model(net, {"train": batches, "val": batches}))
#### phases loop with volatile expression
def train_model(model, loaders):
    opt = optim.SGD(model.parameters(), lr=0.1)
    running = 0
    for phase in ["train", "val"]:
        for x, y in loaders[phase]:
            x = Variable(x, volatile=(phase == "val"))
            y = Variable(y, volatile=(phase == "val"))
            opt.zero_grad()
            loss = criterion(model(x), y)
            if phase == "train":
                loss.backward()
                opt.step()
            running += loss.item()
    return running
see("b", train_model(net, {"train": batches, "val": batches}))
#### style transfer targets
content = torch.rand(2, 2)
style = torch.rand(2, 2)
c_target = net(Variable(content, volatile=True))
s_targets = [layer(Variable(style, volatile=True)) for layer in (net, head)]
c_target = Variable(c_target.data, requires_grad=False)
s_targets = [Variable(s.data, requires_grad=False) for s in s_targets]
img = Variable(content.clone(), requires_grad=True)
opt = optim.SGD([img], lr=0.1)
for i in range(2):
    loss = F.mse_loss(net(img), c_target)
    for layer, s in zip((net, head), s_targets):
        loss = loss + F.mse_loss(layer(img), s)
    opt.zero_grad()
    loss.backward()
    opt.step()
see("img", img.data)
#### greedy decoder
class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(5, 4)
        self.cell = nn.GRUCell(4, 4)
        self.out = nn.Linear(4, 5)
    def forward(self, x, h):
        h = self.cell(self.e(x), h)
        return F.log_softmax(self.out(h), dim=1), h
    def sample(self, start, n):
        prev = Variable(torch.LongTensor([start]), volatile=True)
        h = Variable(torch.zeros(1, 4), volatile=True)
        scores, hyp = 0, []
        for _ in range(n):
            out, h = self(prev, h)
            best, arg = out.max(1)
            scores += best.data[0].item()
            hyp.append(arg.data[0].item())
            prev = arg
            if hyp[-1] == 99:
                break
        return hyp, scores
d = Decoder()
see("s", d.sample(1, 3))
d(torch.LongTensor([1]), torch.zeros(1, 4))[0].sum().backward()
#### sampler with temperature re-wrap
class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(5, 4)
        self.out = nn.Linear(4, 5)
    def sample(self, start, n):
        prev, toks = Variable(torch.LongTensor([start]), volatile=True), []
        for _ in range(n):
            p = F.softmax(self.out(self.e(prev)), dim=1)
            tok = p.data.max(1)[1]
            toks.append(tok.item())
            prev = Variable(tok, volatile=True)
        return toks
d = Decoder()
see("s", d.sample(1, 3))
#### feature extraction to numpy
import numpy as np
class Extractor:
    def __init__(self, model):
        self.model = model.eval()
    def __call__(self, batch):
        x = Variable(batch, volatile=True)
        for name, m in [("a", net), ("b", head)]:
            x = m(x)
            if name == "b":
                return x.data.cpu().numpy()
feats = np.concatenate([Extractor(net)(x) for x, y in batches], 0)
#### a policy gradient actor with volatile values
def returns(rs, values, last):
    R = head(Variable(last, volatile=True)).data.mean()
    out = []
    for r in rs:
        R = r + 0.9 * R
        out.append(R)
    return torch.stack(out)
vals = net(torch.ones(2, 2)).mean(1)
adv = Variable(returns([1.0, 2.0], vals, torch.ones(1, 2))) - vals
adv.pow(2).mean().backward()
#### a3c test worker
import copy
def test(shared, steps):
    model = copy.deepcopy(shared)
    model.eval()
    total, done = 0, True
    h = None
    for _ in range(steps):
        if done:
            model.load_state_dict(shared.state_dict())
            h = Variable(torch.zeros(1, 2), volatile=True)
        else:
            h = Variable(h.data, volatile=True)
        h = model(Variable(torch.ones(1, 2), volatile=True) + h)
        prob = F.softmax(h, dim=1)
        total += prob.max(1)[0].data.item()
        done = False
    return total
see("t", test(net, 3))
#### ensembles with helper list
def predict_all(models, x):
    outs = []
    for m in models:
        m.eval()
        outs.append(F.softmax(m(Variable(x, volatile=True)), dim=1).data)
    return torch.stack(outs).mean(0)
p = predict_all([net, head], torch.ones(2, 2))
#### Lambda transform
class Lambda:
    def __init__(self, f):
        self.f = f
    def __call__(self, x):
        return self.f(x)
t = Lambda(lambda x: net(Variable(x.unsqueeze(0), volatile=True)).data.squeeze(0))
see("t", [t(x[0]) for x, y in batches])
"""

# Magic methods, modes that are there, later calls.
MAGIC = r"""
#### two evaluation functions share a helper that trains under flag
def step(v, y, train):
    loss = criterion(net(v), y)
    if train:
        loss.backward()
    return loss.item()
def ev(x, y):
    return step(Variable(x, volatile=True), Variable(y), False)
def tr(x, y):
    return step(Variable(x), Variable(y), True)
a = ev(*batches[0])
b = tr(*batches[0])
#### caller holds no_grad already
def f(x):
    with torch.no_grad():
        v = Variable(x, volatile=True)
        o = net(v)
    return o.data
a = f(torch.ones(2, 2))
#### caller decorated already
@torch.no_grad()
def f(x):
    v = Variable(x, volatile=True)
    return net(v).data
a = f(torch.ones(2, 2))
#### set_grad_enabled already
def f(x, train):
    with torch.set_grad_enabled(train):
        v = Variable(x, volatile=not train)
        o = net(v).sum()
        if train:
            o.backward()
    return o.item()
a = f(torch.ones(2, 2), True)
b = f(torch.ones(2, 2), False)
#### hand migrated half
def f(x):
    with torch.no_grad():
        v = Variable(x, volatile=True)
    o = net(v)
    return o.data
a = f(torch.ones(2, 2))
#### no_grad around a part
def f(x):
    v = Variable(x, volatile=True)
    with torch.no_grad():
        o = net(v)
    return head(o).data
a = f(torch.ones(2, 2))
#### enable_grad in caller
def f(x):
    v = Variable(x, volatile=True)
    return net(v).sum().item()
with torch.enable_grad():
    a = f(torch.ones(2, 2))
#### called in a closure for an optimizer
def ev(x):
    return net(Variable(x, volatile=True)).sum().item()
def tr(x):
    opt = optim.LBFGS(net.parameters(), max_iter=2)
    def closure():
        opt.zero_grad()
        l = net(x).pow(2).sum() * (1 + 0 * ev(x))
        l.backward()
        return l
    opt.step(closure)
tr(torch.ones(2, 2))
#### custom autograd function
class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
    @staticmethod
    def backward(ctx, g):
        return g * 2
def f(x):
    return Double.apply(net(Variable(x, volatile=True))).data
a = f(torch.ones(2, 2))
#### custom function forward itself uses volatile
class Fn(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        v = Variable(x.data, volatile=True)
        return net(v).data.clone()
    @staticmethod
    def backward(ctx, g):
        return g
w = torch.ones(2, 2, requires_grad=True)
Fn.apply(w).sum().backward()
#### module forward
class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(2, 2)
    def forward(self, x):
        c = self.lin(Variable(x.data, volatile=True)).data
        return self.lin(x) + c
m = M()
m(torch.ones(2, 2)).sum().backward()
#### module forward all volatile but trained outside
class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(2, 2)
    def forward(self, x):
        return self.lin(Variable(x, volatile=True))
m = M()
m(torch.ones(2, 2)).sum().backward()
#### property returning contaminated trained outside
class M:
    def __init__(self, x):
        self.x = x
    @property
    def out(self):
        return net(Variable(self.x, volatile=True))
M(torch.ones(2, 2)).out.sum().backward()
#### dunder call
class M:
    def __call__(self, x):
        return net(Variable(x, volatile=True))
m = M()
m(torch.ones(2, 2)).sum().backward()
#### dunder getitem
class M:
    def __getitem__(self, i):
        return net(Variable(batches[i][0], volatile=True))
m = M()
m[0].sum().backward()
#### dunder getitem numbers
class M:
    def __getitem__(self, i):
        return net(Variable(batches[i][0], volatile=True)).data
m = M()
a = m[0]
#### overloaded add
class M:
    def __add__(self, x):
        return net(Variable(x, volatile=True))
(M() + torch.ones(2, 2)).sum().backward()
#### iter and next
class M:
    def __iter__(self):
        self.i = 0
        return self
    def __next__(self):
        self.i += 1
        if self.i > 2:
            raise StopIteration
        return net(Variable(batches[self.i][0], volatile=True))
for o in M():
    o.sum().backward()
#### context object
class M:
    def __enter__(self):
        self.o = net(Variable(batches[0][0], volatile=True))
        return self.o
    def __exit__(self, *a):
        return None
with M() as o:
    o.sum().backward()
#### init
class M:
    def __init__(self, x):
        self.o = net(Variable(x, volatile=True))
M(torch.ones(2, 2)).o.sum().backward()
#### init numbers
class M:
    def __init__(self, x):
        self.o = net(Variable(x, volatile=True)).data
a = M(torch.ones(2, 2)).o
#### namedtuple
import collections
P = collections.namedtuple("P", "o n")
def f(x):
    return P(net(Variable(x, volatile=True)), 1)
f(torch.ones(2, 2)).o.sum().backward()
#### dataclass
import dataclasses
@dataclasses.dataclass
class P:
    o: object
def f(x):
    return P(net(Variable(x, volatile=True)))
f(torch.ones(2, 2)).o.sum().backward()
#### sorted key
def f(xs):
    return sorted(xs, key=lambda x: net(Variable(x, volatile=True)).sum().item())[0]
a = f([torch.ones(2, 2), torch.zeros(2, 2)])
#### reduce
import functools
def f(xs):
    vs = [Variable(x, volatile=True) for x in xs]
    return functools.reduce(lambda a, b: net(a) + b, vs).data
a = f([torch.ones(2, 2), torch.zeros(2, 2)])
#### filter
def f(xs):
    vs = [Variable(x, volatile=True) for x in xs]
    return len(list(filter(lambda v: net(v).sum().item() > 0, vs)))
a = f([torch.ones(2, 2), torch.zeros(2, 2)])
#### any all
def f(xs):
    vs = [Variable(x, volatile=True) for x in xs]
    return any(net(v).sum().item() > 0 for v in vs), all(net(v).sum().item() > 0 for v in vs)
a = f([torch.ones(2, 2), torch.zeros(2, 2)])
#### nested comprehension
def f(xs):
    return [[net(Variable(x, volatile=True)).sum().item() for x in p] for p in xs]
a = f(batches)
#### dict comprehension later
def f(xs):
    d = {i: net(Variable(x, volatile=True)) for i, (x, y) in enumerate(xs)}
    return head(sum(d.values())).data
a = f(batches)
#### set_default_grad style: global eval flag module
EVAL = True
def f(x):
    v = Variable(x, volatile=EVAL)
    return net(v).sum().item()
a = f(torch.ones(2, 2))
EVAL = False
b = f(torch.ones(2, 2))
#### args namespace flag
class Args:
    test = True
args = Args()
def f(x):
    v = Variable(x, volatile=args.test)
    o = net(v)
    return o.data
a = f(torch.ones(2, 2))
args.test = False
b = f(torch.ones(2, 2))
"""

# What random programs and attacks found.
FOUND = r"""
#### a wrapped tuple is put into a dict, and its consumer cannot be covered
def leave(x, y):
    v, w = (Variable(x, volatile=True), x)
    return {"k": v + torch.ones(2)}
kept = leave(*batches[0])["k"]
see("use", head(kept).sum().item())
net(kept).sum().backward()
#### the same, and nothing is differentiated
def leave(x, y):
    v, w = (Variable(x, volatile=True), x)
    return {"k": v + torch.ones(2)}
kept = leave(*batches[0])["k"]
see("use", head(kept).sum().item())
#### an item of what is volatile from the second round on
def main():
    z = torch.zeros(2)
    leaf = torch.ones(2, requires_grad=True)
    y = z
    for _ in range(2):
        y[0] = leaf.sum()
        y = Variable(z, volatile=True)
main()
#### an item of a volatile value is written
def main():
    leaf = torch.ones(2, requires_grad=True)
    v = Variable(torch.zeros(2), volatile=True)
    v[0] = leaf.sum()
    see("v", v * 1)
main()
#### a slice of a computed volatile value is written
def main(x):
    v = net(Variable(x, volatile=True))
    v[0] = head(x)[0]
    see("v", v * 1)
main(torch.ones(2, 2))
#### a wrapper computes with what it is given besides
import collections
def outer():
    def f(p):
        weight = torch.full((), 2.0, requires_grad=True)
        see("besides", (p * weight).sum().item())
        r = collections.namedtuple("r", "h")(p)
        q = Variable(r.h)
        return q
    f(Variable(torch.ones(2), volatile=True))
outer()
#### a producer computes with what it is given besides
def f(p):
    see("besides", net(p).sum().item())
    q = Variable(p, volatile=True)
    q = q * 2.0
    return q
f(Variable(torch.ones(1, 2), volatile=True))
#### a module goes on with a state that was volatile
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 2)
        self.state = torch.zeros(2, 2)
    def forward(self, t):
        self.state = self.inner(t) + self.state
        return self.state
model = Model()
def evaluate(x):
    v = Variable(x, volatile=True)
    return model(v).sum().item()
evaluate(torch.ones(2, 2))
kept = []
def leave():
    v = Variable(torch.ones(2, 2), volatile=True)
    kept.append(model(v))
leave()
n = model(torch.ones(2, 2)).sum().item()
#### a module keeps what others compute with
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 2)
    def forward(self, t):
        self.attention = self.inner(t)
        return self.attention * 2
model = Model()
def evaluate(x):
    v = Variable(x, volatile=True)
    return model(v).sum().item()
def show():
    return head(model.attention).sum().item()
evaluate(torch.ones(2, 2))
n = show()
#### a function writes into its other argument
def scale(k, j):
    k.mul_(net.weight)
z = torch.ones(2, 2)
scale(z, Variable(z, volatile=True))
see("z", z)
#### a function adds to its other argument
def add(k, j):
    t = k
    t += net.weight
z = torch.ones(2, 2)
add(z, Variable(z, volatile=True))
see("z", z)
#### printing trains
class Report:
    def __str__(self):
        net(batches[0][0]).sum().backward()
        return "report"
def evaluate(x, report):
    print(report)
    return net(Variable(x, volatile=True)).size(0)
n = evaluate(torch.ones(1, 2), Report())
g = net.weight.grad
#### comparing trains
class Score:
    def __lt__(self, other):
        net(batches[0][0]).sum().backward()
        return True
def evaluate(x, a, b):
    best = a < b
    return net(Variable(x, volatile=True)).size(0), best
n = evaluate(torch.ones(1, 2), Score(), Score())
g = net.weight.grad
#### a property that is set trains
class Rate:
    @property
    def rate(self):
        return 1
    @rate.setter
    def rate(self, value):
        net(batches[0][0]).sum().backward()
def evaluate(x, a):
    y = net(Variable(x, volatile=True))
    a.rate = 3
    return y.size(0)
n = evaluate(torch.ones(1, 2), Rate())
g = net.weight.grad
#### an attribute that is looked up trains
class Lazy:
    def __getattr__(self, name):
        net(batches[0][0]).sum().backward()
        return 1
def evaluate(x, k):
    v = k.depth
    return net(Variable(x, volatile=True)).size(0)
n = evaluate(torch.ones(1, 2), Lazy())
g = net.weight.grad
#### a coroutine gives what is differentiated
import asyncio
async def f(x):
    return net(Variable(x, volatile=True)).sum()
async def main():
    (await f(torch.ones(1, 2))).backward()
asyncio.run(main())
g = net.weight.grad
#### a method found by its name is differentiated
class Task:
    def loss(self, x):
        return net(Variable(x, volatile=True)).sum()
getattr(Task(), "loss")(torch.ones(1, 2)).backward()
g = net.weight.grad
#### a method found by a computed name is differentiated
class Task:
    def loss(self, x):
        return net(Variable(x, volatile=True)).sum()
getattr(Task(), "lo" + "ss")(torch.ones(1, 2)).backward()
g = net.weight.grad
#### a forward that asks for the mode
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
    def forward(self, x):
        if torch.is_grad_enabled():
            return self.fc(x)
        return self.fc(x) * 2
model = Model()
def f(x):
    return model(Variable(x, volatile=True)).data
r = f(torch.ones(1, 2))
#### the flag is a property that counts
class A:
    n = 0
    @property
    def test(self):
        self.n += 1
        return True
    def f(self, x):
        v = Variable(x, volatile=self.test)
        return v.size(0)
    def g(self, x):
        y = x * 2
        v = Variable(y, volatile=self.test)
        return net(v).data
a = A()
r = a.f(torch.ones(1, 2)), a.g(torch.ones(1, 2))
print(a.n)
#### the flag is a comparison that prints
class Level:
    def __gt__(self, other):
        print("asked")
        return True
def f(x, level):
    v = Variable(x, volatile=level > 3)
    return v.size(0)
def g(x, level):
    v = Variable(x, volatile=level > 3)
    print("between")
    return net(v).data
r = f(torch.ones(1, 2), Level()), g(torch.ones(1, 2), Level())
#### volatile of an object that is no tensor
class Box:
    volatile = True
    def size(self):
        return 1
    @property
    def data(self):
        return 2
def f(b, x):
    print(b.size(), b.data)
    v = Variable(x, volatile=b.volatile)
    return net(v).size(0)
r = f(Box(), torch.ones(1, 2))
#### volatile is set on a name that may be unbound
def f(t):
    if t:
        x = torch.zeros(3)
    try:
        x.volatile = False
    except NameError:
        print("unbound")
f(False)
#### a flag that may be unbound
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
def evaluate(x, test):
    if test:
        flag = True
    try:
        with torch.no_grad():
            return net(to_var(x, volatile=flag)).data
    except NameError:
        return "name error"
r = evaluate(torch.ones(1, 2), True)
s = evaluate(torch.ones(1, 2), False)
#### a flag that has to be given, and is not
def to_var(x, volatile):
    return Variable(x, volatile=volatile)
@torch.no_grad()
def evaluate(x):
    return net(to_var(x, True))
r = evaluate(torch.ones(1, 2))
try:
    to_var(torch.ones(1, 2))
except TypeError:
    print("missing")
#### an example in a docstring gives the flag
import doctest
import lib
from lib import to_var
@torch.no_grad()
def evaluate(x):
    return net(to_var(x, volatile=True))
r = evaluate(torch.ones(1, 2))
print(doctest.testmod(lib).failed)
## FILE lib.py
def to_var(x, volatile=False):
    '''
    >>> to_var(torch.zeros(1), volatile=True).size(0)
    1
    '''
    return Variable(x, volatile=volatile)
#### a lambda under no_grad that calls a wrapper
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
h = torch.no_grad()(lambda x: net(to_var(x, volatile=True)).data)
r = h(torch.ones(1, 2))
#### a row between two computations is written afterwards
def f(x):
    buf = torch.zeros(2, 2)
    v = Variable(x, volatile=True)
    o = net(v)
    row = buf[0]
    p = head(o).sum().item()
    row += net.weight[0]
    buf.sum().backward()
    return p
p = f(torch.ones(1, 2))
g = net.weight.grad
#### a view between two computations is written afterwards
def f(x):
    buf = torch.zeros(2, 2)
    v = Variable(x, volatile=True)
    o = net(v)
    flat = buf.view(-1)
    p = head(o).sum().item()
    flat.add_(net.weight.view(-1))
    buf.sum().backward()
    return p
p = f(torch.ones(1, 2))
g = net.weight.grad
#### added in place to what was given
def f(x, buf):
    v = Variable(x, volatile=True)
    buf.add_(net(v))
buf = torch.zeros(2, 2)
f(torch.ones(2, 2), buf)
buf.sum().backward()
g = net.weight.grad
#### added in place to a row of what was given
def f(x, buf):
    v = Variable(x, volatile=True)
    row = buf[0]
    row += net(v)[0]
buf = torch.zeros(2, 2)
f(torch.ones(2, 2), buf)
buf.sum().backward()
g = net.weight.grad
#### copied in place into a view of a global tensor
BUFFER = torch.zeros(2, 2)
def f(x):
    v = Variable(x, volatile=True)
    flat = BUFFER.view(-1)
    flat.copy_(net(v).view(-1))
f(torch.ones(2, 2))
BUFFER.sum().backward()
g = net.weight.grad
#### added in place to a tensor of the function's own
def f(x):
    v = Variable(x, volatile=True)
    own = torch.zeros(2, 2)
    own.add_(net(v))
    own += net(v)
    return own.data
a = f(torch.ones(2, 2))
net(torch.ones(2, 2)).sum().backward()
#### a wrapper called from a table
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
@torch.no_grad()
def evaluate(x):
    return net(to_var(x, volatile=True)).data
TABLE = {"v": to_var}
def other(x):
    return net(TABLE["v"](x, volatile=True)).data
a, b = evaluate(torch.ones(1, 2)), other(torch.ones(1, 2))
#### a wrapper called by a parameter
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
@torch.no_grad()
def evaluate(x):
    return net(to_var(x, volatile=True)).data
def other(wrap, x):
    return net(wrap(x, volatile=True)).data
a, b = evaluate(torch.ones(1, 2)), other(to_var, torch.ones(1, 2))
#### a wrapper called as an attribute
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
@torch.no_grad()
def evaluate(x):
    return net(to_var(x, volatile=True)).data
class Holder:
    pass
holder = Holder()
setattr(holder, "to_var", to_var)
def other(x):
    return net(holder.to_var(x, volatile=True)).data
a, b = evaluate(torch.ones(1, 2)), other(torch.ones(1, 2))
#### a wrapper in another file is called by a parameter
from lib import to_var
@torch.no_grad()
def evaluate(x):
    return net(to_var(x, volatile=True)).data
def other(wrap, x):
    return net(wrap(x, volatile=True)).data
a, b = evaluate(torch.ones(1, 2)), other(to_var, torch.ones(1, 2))
## FILE lib.py
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
#### rows of a trainable tensor are kept in a loop
def f(x, w):
    y = net(Variable(x, volatile=True))
    rows = []
    for row in w:
        rows.append(row)
    return y.size(0), rows
w = torch.ones(2, 2, requires_grad=True)
r = f(torch.ones(1, 2), w)
r[1][0].sum().backward()
g = w.grad
#### rows of a trainable tensor are kept in a loop that counts
def f(x, w):
    y = net(Variable(x, volatile=True))
    rows = {}
    for i, row in enumerate(w):
        rows[i] = row
    return y.size(0), rows
w = torch.ones(2, 2, requires_grad=True)
r = f(torch.ones(1, 2), w)
r[1][0].sum().backward()
g = w.grad
#### rows of a trainable tensor in a list
def f(x, w):
    y = net(Variable(x, volatile=True))
    return y.size(0), [row for row in w]
w = torch.ones(2, 2, requires_grad=True)
r = f(torch.ones(1, 2), w)
r[1][0].sum().backward()
g = w.grad
#### the last row of a trainable tensor
def f(x, w):
    y = net(Variable(x, volatile=True))
    for row in w:
        print(row.size(0))
    return y.size(0), row
w = torch.ones(2, 2, requires_grad=True)
r = f(torch.ones(1, 2), w)
r[1].sum().backward()
g = w.grad
#### what is computed from leaves alone is put into a list
def leave(x, out):
    v = Variable(x, volatile=True)
    out.append(torch.cat([v, v]))
kept = []
leave(torch.ones(1, 2), kept)
def use():
    return head(kept[0]).data
use()
#### what is computed from leaves alone is named and returned
import lib
a = head(lib.leave(torch.ones(1, 2))).data
## FILE lib.py
def leave(x):
    y = x.float()
    y = Variable(y * 1, volatile=True)
    z = torch.stack((y, y))
    return z[0]
#### forward puts into a list of the module
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
        self.kept = []
    def forward(self, x):
        y = self.fc(x)
        self.kept.append(y)
        return y
model = Model()
def evaluate(x):
    return model(Variable(x, volatile=True)).data
r = evaluate(torch.ones(1, 2))
model.kept[0].sum().backward()
g = model.fc.weight.grad
#### forward puts into a global list
KEPT = []
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
    def forward(self, x):
        y = self.fc(x)
        KEPT.append(y)
        return y
model = Model()
def evaluate(x):
    return model(Variable(x, volatile=True)).data
r = evaluate(torch.ones(1, 2))
KEPT[0].sum().backward()
g = model.fc.weight.grad
#### forward puts into a global dict
KEPT = {}
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
    def forward(self, x):
        y = self.fc(x)
        KEPT["y"] = y
        return y
model = Model()
def evaluate(x):
    return model(Variable(x, volatile=True)).data
r = evaluate(torch.ones(1, 2))
KEPT["y"].sum().backward()
g = model.fc.weight.grad
#### forward binds a global name
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
    def forward(self, x):
        y = self.fc(x)
        global last
        last = y
        return y
model = Model()
def evaluate(x):
    return model(Variable(x, volatile=True)).data
r = evaluate(torch.ones(1, 2))
last.sum().backward()
g = model.fc.weight.grad
#### forward sets an attribute of something else
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
    def forward(self, x):
        y = self.fc(x)
        torch.kept = y
        return y
model = Model()
def evaluate(x):
    return model(Variable(x, volatile=True)).data
r = evaluate(torch.ones(1, 2))
torch.kept.sum().backward()
g = model.fc.weight.grad
#### a generator of the file records on its way
KEPT = []
def stream():
    for x, y in batches:
        KEPT.append(head(x))
        yield 1
def f(x):
    v = Variable(x, volatile=True)
    n = 0.0
    stored = stream()
    for one in stored:
        n += net(v).sum().item() + one
    return n
n = f(torch.ones(1, 2))
sum(kept.sum() for kept in KEPT).backward()
g = head.weight.grad
#### a generator that is given trains on its way
def stream():
    for x, y in batches:
        head(x).sum().backward()
        yield 1
def f(x, source):
    v = Variable(x, volatile=True)
    n = 0.0
    for one in source:
        n += net(v).sum().item()
    return n
n = f(torch.ones(1, 2), stream())
g = head.weight.grad
#### an iterator that is given trains on its way
class Stream:
    def __iter__(self):
        head(batches[0][0]).sum().backward()
        return iter([1, 2])
def f(x, source):
    v = Variable(x, volatile=True)
    return [net(v).sum().item() for one in source]
n = f(torch.ones(1, 2), Stream())
g = head.weight.grad
#### another file computes with what a producer gives
from lib import get
def f():
    x = get(torch.ones(1, 2))
    return head(x).sum().item()
n = f()
## FILE lib.py
emb = torch.nn.Linear(2, 2)
def get(t):
    v = Variable(t, volatile=True)
    return emb(v)
#### another file computes with what a method gives
from lib import Maker
def f():
    for x in Maker().get(torch.ones(1, 2)):
        see("x", head(x).data)
f()
## FILE lib.py
emb = torch.nn.Linear(2, 2)
class Maker:
    def get(self, t):
        v = Variable(t, volatile=True)
        return emb(v), emb(v * 2)
#### a wrapper found by a computed name
import lib
@torch.no_grad()
def evaluate(x):
    return net(lib.to_var(x, volatile=True))
r = evaluate(torch.ones(1, 2))
q = getattr(lib, "to_" + "var")(torch.ones(1, 2), volatile=False)
## FILE lib.py
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
"""

# Producers whose results other files only look at.
LOOKED_AT = r"""
#### another file asks for numbers of what a producer gives
from lib import get
def f():
    x = get(torch.ones(1, 2))
    print(x.size(0))
    return x.sum(1).item(), x.data, x[0].max(0)[1].item()
n = f()
## FILE lib.py
emb = torch.nn.Linear(2, 2)
def get(t):
    v = Variable(t, volatile=True)
    return emb(v)
#### another file computes with it under no_grad
import lib
def f():
    with torch.no_grad():
        x = lib.get(torch.ones(1, 2))
        return head(x).sum().item()
n = f()
print(lib.get(torch.ones(1, 2)).size(0))
## FILE lib.py
emb = torch.nn.Linear(2, 2)
def get(t):
    v = Variable(t, volatile=True)
    return emb(v)
"""

# Modules that keep nothing.
KEEPING_NOTHING = r"""
#### forward puts into a list of its own
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
    def forward(self, x):
        outs, more = [], []
        for _ in range(2):
            outs.append(self.fc(x))
            more.append(outs[-1])
        return torch.stack(outs + more)
model = Model()
def evaluate(x):
    return model(Variable(x, volatile=True)).data
r = evaluate(torch.ones(1, 2))
model(torch.ones(1, 2)).sum().backward()
g = model.fc.weight.grad
"""

# What is awkward to write a region around; the tool has to do it all the same.
AROUND = r"""
#### the flag on a line of its own
def f(x):
    y = net(Variable(x,
                     volatile=True))
    net(batches[0][0]).sum().backward()
    return y.data
r = f(torch.ones(1, 2))
#### the flag on a line of its own that stands out
def f(x):
    y = net(Variable(x,
  volatile=True))
    net(batches[0][0]).sum().backward()
    z = y + \
  1
    return z.data
r = f(torch.ones(1, 2))
#### flags of two calls on lines of their own
def f(x, y):
    y = criterion(net(Variable(x,
        volatile=True)), Variable(y,
        volatile=True))
    net(batches[0][0]).sum().backward()
    return y.data
r = f(*batches[0])
#### a lambda that calls a wrapper
def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
h = lambda x: net(to_var(x, volatile=True)).data
r = h(torch.ones(1, 2))
q = to_var(torch.ones(1, 2), volatile=False)
"""

_DEEP = "".join(f"{'    ' * depth}for n{depth} in [1]:\n" for depth in range(1, 20))
_INDENT = "    " * 20
FOUND += f"""#### as many blocks as Python allows for
def f(x):
    with torch.enable_grad():
{textwrap.indent(_DEEP, "    ")}{_INDENT} y = net(Variable(x, volatile=True)).data
{_INDENT} net(batches[0][0]).sum().backward()
    return y
r = f(torch.ones(1, 2))
"""

CASES = [
    *_cases("found", FOUND),
    *_cases("around", AROUND, "rewritten"),
    *_cases("keeping nothing", KEEPING_NOTHING, "rewritten"),
    *_cases("looked at", LOOKED_AT, "rewritten"),
    *_cases("leaves", LEAVES),
    *_cases("ways", WAYS),
    *_cases("flags", FLAGS),
    *_cases("files", FILES),
    *_cases("layout", LAYOUT),
    *_cases("states", STATES),
    *_cases("programs", PROGRAMS),
    *_cases("magic", MAGIC),
]
