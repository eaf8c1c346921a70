"""Programs of several files in which one file computes with what another has made volatile."""

from __future__ import annotations

from cases_volatile import case, either, kept

_BODY = """
import torch
from torch import nn
from torch.autograd import Variable

body = nn.Linear(2, 2)

"""
_FEATS = (
    _BODY
    + """
def features(x):
    v = Variable(x, volatile=True)
    return body(v)
"""
)
_PAIR = (
    _BODY
    + """
def pair(x):
    v = Variable(x, volatile=True)
    return body(v), 3.0
"""
)
_BOTH = ("@torch.no_grad()\ndef features(x):\n", "@torch.no_grad()\ndef score(model, x):\n")

REWRITTEN = [
    case(
        "files/computed with in another file",
        """
        from feats import features

        def score(model, x):
            f = features(x)
            return model(f).sum().item()

        s = score(net, torch.ones(1, 2))
        """,
        files={"feats.py": _FEATS},
        contains=_BOTH,
    ),
    case(
        "files/an attribute of the module",
        """
        import feats

        def score(model, x):
            return model(feats.features(x)).sum().item()

        s = score(net, torch.ones(1, 2))
        """,
        files={"feats.py": _FEATS},
        contains=_BOTH,
    ),
    case(
        "files/imported under another name",
        """
        from feats import features as extract

        def score(model, x):
            return model(extract(x)).sum().item()

        s = score(net, torch.ones(1, 2))
        """,
        files={"feats.py": _FEATS},
        contains=_BOTH,
    ),
    case(
        "files/handed on by a package",
        """
        from pack import features

        def score(model, x):
            return model(features(x)).sum().item()

        s = score(net, torch.ones(1, 2))
        """,
        files={"pack/__init__.py": "from .feats import *\n", "pack/feats.py": _FEATS},
        contains=_BOTH,
    ),
    case(
        "files/a module that its package takes in",
        """
        import pack

        def score(model, x):
            return model(pack.feats.features(x)).sum().item()

        s = score(net, torch.ones(1, 2))
        """,
        files={"pack/__init__.py": "from . import feats\n", "pack/feats.py": _FEATS},
        contains=_BOTH,
    ),
    case(
        "files/one of a pair",
        """
        from feats import pair

        def score(model, x):
            f, factor = pair(x)
            scaled = factor * 2
            return model(f).sum().item() * scaled

        s = score(net, torch.ones(1, 2))
        """,
        files={"feats.py": _PAIR},
        contains=("@torch.no_grad()\ndef score(model, x):\n    f, factor = pair(x)\n",),
    ),
    case(
        "files/through a function between, which no flag is in",
        """
        from middle import embed

        def score(model, x):
            return model(embed(x)).sum().item()

        s = score(net, torch.ones(1, 2))
        """,
        files={
            "feats.py": _FEATS,
            "middle.py": """
            from feats import features


            def embed(x):
                return features(x) * 2
            """,
        },
        contains=(
            *_BOTH,
            "import torch\nfrom feats import features\n",
            "@torch.no_grad()\ndef embed(x):\n",
        ),
    ),
    case(
        "files/computed with under a block already",
        """
        from feats import features

        def score(model, x):
            f = features(x)
            with torch.no_grad():
                return model(f).sum().item()

        s = score(net, torch.ones(1, 2))
        """,
        files={"feats.py": _FEATS},
        contains=(
            "@torch.no_grad()\ndef features(x):\n",
            "\ndef score(model, x):\n    f = features(x)\n    with torch.no_grad():\n        return model(f)",
        ),
    ),
    case(
        "files/a caller that trains besides",
        """
        from feats import features

        def step(model, x):
            f = features(x)
            before = model(f).sum().item()
            loss = model(x).pow(2).sum()
            loss.backward()
            return before

        s = step(net, torch.ones(1, 2))
        """,
        files={"feats.py": _FEATS},
        contains=(
            "    with torch.no_grad():\n        before = model(f).sum().item()\n    loss = ",
        ),
    ),
    case(
        "files/a method that computes with it",
        """
        from feats import features

        class Scorer:
            def __init__(self, model):
                self.model = model

            def score(self, x):
                return self.model(features(x)).sum().item()

        s = Scorer(net).score(torch.ones(1, 2))
        """,
        files={"feats.py": _FEATS},
        contains=("    @torch.no_grad()\n    def score(self, x):\n",),
    ),
    case(
        "files/collected in a list",
        """
        from feats import features

        def score(model, xs):
            found = [features(x) for x in xs]
            return model(torch.cat(found)).sum().item()

        s = score(net, [torch.ones(1, 2), torch.zeros(1, 2)])
        """,
        files={"feats.py": _FEATS},
        contains=("@torch.no_grad()\ndef score(model, xs):\n",),
    ),
    case(
        "files/yielded by a generator",
        """
        from feats import stream

        def score(model, xs):
            total = 0.0
            for f in stream(xs):
                total += model(f).sum().item()
            return total

        s = score(net, [torch.ones(1, 2), torch.zeros(1, 2)])
        """,
        files={
            "feats.py": _BODY
            + """
def stream(xs):
    for x in xs:
        yield body(Variable(x, volatile=True))
"""
        },
        contains=("@torch.no_grad()\ndef stream(xs):\n",),
    ),
    case(
        "files/a function that trains besides",
        """
        from feats import features

        def score(model, x):
            f = features(x)
            return model(f).sum().item()

        s = score(net, torch.ones(1, 2))
        """,
        files={
            "feats.py": _FEATS.replace(
                "    v = ", "    body(x).sum().backward()\n    body.zero_grad()\n    v = "
            )
        },
        contains=("    f = features(x)\n    with torch.no_grad():\n        return model(f)",),
    ),
    case(
        "files/a function that computes besides with what it is given",
        """
        from feats import mixed

        def score(model, x):
            y = Variable(x, volatile=True)
            return mixed(x, y)

        s = score(net, torch.ones(1, 2)).data
        r = float(head(torch.ones(1, 2)).sum())
        """,
        files={
            "feats.py": _BODY
            + """
def mixed(x, y):
    v = Variable(x, volatile=True)
    hidden = body(y)
    return body(v) + hidden
"""
        },
        contains=("@torch.no_grad()\ndef score(model, x):\n",),
        unsafe=True,
    ),
]

REFUSED = [
    kept(
        "files/differentiated in another file",
        """
        from feats import features

        def step(model, x):
            loss = model(features(x)).sum()
            loss.backward()

        step(net, torch.ones(1, 2))
        """,
        files={"feats.py": _FEATS},
        note="today the other file trains through it",
    ),
    kept(
        "files/handed to code that calls it",
        """
        from feats import features

        def train(extract, x):
            net(extract(x)).sum().backward()

        train(features, torch.ones(1, 2))
        """,
        files={"feats.py": _FEATS},
        note="what the other name does with the result is not seen",
    ),
    kept(
        "files/found by a text",
        """
        import feats

        def train(name, x):
            net(getattr(feats, name)(x)).sum().backward()

        train("features", torch.ones(1, 2))
        """,
        files={"feats.py": _FEATS},
        note="the call is not seen",
    ),
    kept(
        "files/replaced from outside",
        """
        import feats

        def other(x):
            return body(x)

        body = nn.Linear(2, 2)
        feats.features = other
        net(feats.features(torch.ones(1, 2))).sum().backward()
        """,
        files={"feats.py": _FEATS},
        note="what is called is another function",
    ),
    kept(
        "files/volatile only sometimes",
        """
        from feats import features

        def step(model, x, cached):
            f = features(x) if cached is None else cached
            loss = model(f).sum()
            loss.backward()

        step(net, torch.ones(1, 2), body(torch.ones(1, 2)))
        """.replace("body(", "head("),
        files={"feats.py": _FEATS},
        note="on the other way it is trained",
    ),
    kept(
        "files/kept and differentiated behind a method",
        """
        from feats import features

        class Trainer:
            def __init__(self, x):
                self.cached = features(x)

            def step(self):
                net(self.cached).sum().backward()

        Trainer(torch.ones(1, 2)).step()
        """,
        files={"feats.py": _FEATS},
        note="another method of the other file trains through it",
    ),
    kept(
        "files/silenced where it is used",
        """
        from feats import features

        def score(model, x):
            return model(features(x)).sum()  # varmigrate: ignore[VM110]

        score(net, torch.ones(1, 2)).backward()
        """,
        files={"feats.py": _FEATS},
        note="whoever silences it wants the graph",
    ),
    either(
        "files/given back to a file that trains",
        """
        from middle import embed

        def step(model, x):
            model(embed(x)).sum().backward()

        step(net, torch.ones(1, 2))
        """,
        files={
            "feats.py": _FEATS,
            "middle.py": """
            from feats import features


            def embed(x):
                return features(x) * 2
            """,
        },
        note="two files away it is trained",
    ),
    either(
        "files/another function of the same name",
        """
        import feats

        def features(x):
            return head(x)

        def step(model, x):
            model(features(x)).sum().backward()
            return feats.features(x).sum().item()

        step(net, torch.ones(1, 2))
        """,
        files={"feats.py": _FEATS},
        note="the call is of the file's own function",
    ),
    either(
        "files/the argument is part of a graph",
        """
        from feats import features

        def step(model, x):
            seen = features(model(x)).sum().item()
            model(x).sum().backward()
            return seen

        step(net, torch.ones(1, 2))
        """,
        files={"feats.py": _FEATS.replace("Variable(x,", "Variable(x.data,")},
    ),
    kept(
        "files/an element of an element",
        """
        from feats import nested

        def score(model, x):
            (f, n), m = nested(x)
            loss = model(x).sum() * n * m
            loss.backward()
            return f

        s = score(net, torch.ones(1, 2)).sum().item()
        """,
        files={
            "feats.py": _BODY
            + """
def nested(x):
    v = Variable(x, volatile=True)
    return (body(v), 2.0), 3.0
"""
        },
        note="what is deeper inside of a result is not told",
    ),
    either(
        "files/a function that trains and computes with what it is given",
        """
        from feats import mixed

        def score(model, x):
            y = Variable(x, volatile=True)
            return mixed(x, y)

        s = score(net, torch.ones(1, 2)).data
        r = float(head(torch.ones(1, 2)).sum())
        """,
        files={
            "feats.py": _BODY
            + """
def mixed(x, y):
    v = Variable(x, volatile=True)
    body(x).sum().backward()
    hidden = body(y)
    return body(v) + hidden
"""
        },
        note="the call computes with a volatile value outside of its own region",
    ),
]

# A file between takes the result, or the function, on; whoever trains names neither of them.
FOLLOWED = [
    either(
        "files/handed on under another name, and trained two files away",
        """
        import mid
        head = nn.Linear(2, 1)
        loss = head(mid.embed(torch.ones(1, 2))).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import features as embed
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "files/a lambda of another file calls it",
        """
        import mid
        head = nn.Linear(2, 1)
        loss = head(mid.embed(torch.ones(1, 2))).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import features
            embed = lambda x: features(x)
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "files/a closure of another file computes with it",
        """
        import mid
        head = nn.Linear(2, 1)
        loss = mid.make(torch.ones(1, 2))(head).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import features
            def make(x):
                f = features(x)
                def go(head):
                    return head(f)
                return go
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "files/a global of another file holds it, and a third trains",
        """
        import data
        head = nn.Linear(2, 1)
        def train():
            loss = head(data.FEATS).sum()
            loss.backward()
            return loss.item()
        r = train()
        """,
        files={
            "data.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import features
            FEATS = features(torch.ones(1, 2))
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "files/given to a function of another file that trains",
        """
        from feats import features
        import lossmod
        head = nn.Linear(2, 1)
        def train(x):
            return lossmod.step(head, features, x)
        r = train(torch.ones(1, 2))
        """,
        files={
            "lossmod.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def step(head, fn, x):
                loss = head(fn(x)).sum()
                loss.backward()
                return loss.item()
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "files/the default of a parameter of another file",
        """
        from feats import features
        head = nn.Linear(2, 1)
        def train(x, f=features(torch.ones(1, 2))):
            loss = head(f).sum()
            loss.backward()
            return loss.item()
        r = train(torch.ones(1, 2))
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "files/the default of a parameter of the same file",
        """
        body = nn.Linear(2, 2)
        def _features(x):
            v = Variable(x, volatile=True)
            return body(v)
        head = nn.Linear(2, 1)
        def train(x, f=_features(torch.ones(1, 2))):
            loss = head(f).sum()
            loss.backward()
            return loss.item()
        r = train(torch.ones(1, 2))
        """,
    ),
    either(
        "files/another file calls the object",
        """
        import mid
        import lossmod
        lossmod.go(mid.make(), torch.ones(1, 2))
        """,
        files={
            "lossmod.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            head = nn.Linear(2, 1)
            def go(e, x):
                head(e(x)).sum().backward()
            """,
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import Ex
            def make():
                return Ex()
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            class Ex(object):
                def __call__(self, x):
                    v = Variable(x, volatile=True)
                    return body(v)
            """,
        },
    ),
    either(
        "files/a lambda of the same file that another calls",
        """
        import mid
        head = nn.Linear(2, 1)
        head(mid.embed(torch.ones(1, 2))).sum().backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            embed = lambda x: features(x)
            """,
        },
    ),
    either(
        "files/a method under another name",
        """
        import mid
        head = nn.Linear(2, 1)
        loss = head(mid.fx(torch.ones(1, 2))).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import Ex
            fx = Ex().features
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            class Ex(object):
                def features(self, x):
                    v = Variable(x, volatile=True)
                    return body(v)
            """,
        },
    ),
    either(
        "files/an attribute that another file reads, and a third trains",
        """
        import mid
        head = nn.Linear(2, 1)
        t = mid.T()
        t.prepare(torch.ones(1, 2))
        loss = head(t.f).sum()
        import bw; bw.go(loss)
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import features
            class T(object):
                def prepare(self, x):
                    self.f = features(x)
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
            "bw.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def go(l):
                l.backward()
            """,
        },
    ),
    either(
        "files/a package has the module as an attribute",
        """
        import pkg
        head = nn.Linear(2, 1)
        def train(x):
            loss = head(pkg.feats.features(x)).sum()
            import bw; bw.go(loss)
            return loss.item()
        r = train(torch.ones(1, 2))
        """,
        files={
            "pkg/__init__.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from . import feats
            """,
            "pkg/feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
            "bw.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def go(l):
                l.backward()
            """,
        },
    ),
    either(
        "files/a static method of another file",
        """
        import mid
        head = nn.Linear(2, 1)
        loss = head(mid.T.embed(torch.ones(1, 2))).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import features
            class T(object):
                embed = staticmethod(features)
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
]

CASES = [*REWRITTEN, *REFUSED, *FOLLOWED]
