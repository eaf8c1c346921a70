"""Every way to write the flag, in every place a volatile value can go to."""

from __future__ import annotations

from harness import Case

CALLS = {
    "True": "Variable(x, volatile=True)",
    "third argument": "Variable(x, False, True)",
    "one": "Variable(x, volatile=1)",
    "a name": "Variable(x, volatile=evaluation)",
    "an expression": "Variable(x, volatile=not training)",
    "a call": "Variable(x, volatile=is_evaluation())",
    "with the other flag": "Variable(x, requires_grad=False, volatile=True)",
    "flags by keyword in the other order": "Variable(data=x, volatile=True, requires_grad=False)",
    "third argument, a name": "Variable(x, False, evaluation)",
    "fresh": "Variable(torch.ones(2), volatile=True)",
    "fresh, over lines": (
        "Variable(\n        torch.ones(2),  # numbers\n        volatile=True,\n    )"
    ),
}

CONTEXTS = {
    "assigned": "v = {call}\ny = net(v)",
    "onto itself": "x = {call}\ny = net(x)",
    "returned": "def f():\n    return {call}\n\ny = net(f())",
    "argument": "y = net({call})",
    "comprehension": "y = [net({call}) for n in range(2)]",
    "lambda": "f = lambda: {call}\ny = f() * 2",
    "under no_grad": "with torch.no_grad():\n    y = net({call})",
    "attribute": "net.inputs = {call}\ny = net(net.inputs)",
    "loop": "for n in range(2):\n    v = {call}\n    see('y', net(v))",
}

PROLOGUE = """
import torch
from torch.autograd import Variable

x, net = torch.ones(2), torch.nn.Linear(2, 1)
evaluation, training = True, False

def is_evaluation():
    print("asked")
    return 1
"""

CASES = [
    *(
        Case(
            f"volatile/grid/{name}, {context}",
            f"{PROLOGUE}\n{template.format(call=call)}\n",
            "either",
        )
        for name, call in CALLS.items()
        for context, template in CONTEXTS.items()
    ),
    Case(
        "volatile/grid/beside a branch that does nothing",
        f"{PROLOGUE}\ndef f(train, x):\n    if train:\n        pass\n    else:\n"
        "        x = Variable(x, volatile=True)\n    return net(x)\n\n"
        "f(True, x).sum().backward()\nout = net.weight.grad\n",
        "either",
    ),
    Case(
        "volatile/grid/in a global name",
        f"{PROLOGUE}\ndef f(x):\n    global kept\n    kept = Variable(x, volatile=True)\n\n"
        "def use():\n    return net(kept).data\n\nf(x)\nout = use()\n",
        "either",
    ),
]
