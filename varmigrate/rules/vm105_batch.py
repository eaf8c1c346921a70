"""A batch of a data loader that is wrapped before it goes to the model.

What it does: finds calls on a loop variable of a DataLoader (or of something named like one), or on
data that goes straight into a model.

Why: loaders yield tensors, and models take tensors. The wrapper has done nothing since PyTorch 0.4
unless the tensor was part of a graph.

Example:

    for images, labels in train_loader:
        images, labels = Variable(images), Variable(labels)

Use instead:

    for images, labels in train_loader:
        images, labels = images.detach(), labels.detach()

Fix safety: safe. `.detach()` goes where the loader is seen constructed (its batches are then taken
to be no part of a graph: the setting `loader-batches`) and nobody can tell the two tensors apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid
from varmigrate.rules.view import CallView
from varmigrate.rules.weights import Sign

_WORDS = frozenset(
    "batch batches data input inputs image images img imgs x xs sample samples features obs "
    "observation observations state states action actions reward rewards done dones "
    "sentence sentences src".split()
)


class Batch(IntentRule):
    """Evidence: a loop over a loader, `next(iter(loader))`, a model that gets it, the name."""

    code = "VM105"
    name = "batch"
    intent = Intent.BATCH
    message = "a batch needs no Variable"
    priority = 3
    valid = ("for images, labels in loader:\n    out = model(images)\n",)
    invalid = (
        Invalid(
            "from torch.autograd import Variable\n\n\ndef run(model, loader):\n"
            "    for images in loader:\n        model(Variable(images))\n",
            "def run(model, loader):\n    for images in loader:\n        model(images.detach())\n",
        ),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        if not call.plain_flag or call.shape.data is None or call.of_values:
            return
        fed = call.fed
        loop = call.loop
        loaded = "load" in loop.lower() or "batches" in loop.lower()
        if fed is None and (call.loss_target is not None or call.loop_item[0] > 0):
            if loaded:
                yield Sign.BATCH_LATER.found(name=loop)
        elif loop and self._is_loader(call, loop):
            yield Sign.LOADER.found(name=loop)
        elif loaded:
            yield Sign.LOADER_NAME.found(name=loop)
        elif "next(" in call.text(call.shape.data, 200):
            yield Sign.NEXT_ITEM.found()
        if fed is not None and fed.role is not None:
            sign = Sign.BATCH_FED_NAME if fed.role.by_name else Sign.BATCH_FED
            yield sign.found(name=fed.role.name)
        word = call.named(_WORDS)
        if word:
            yield Sign.BATCH_NAME.found(name=word)

    @staticmethod
    def _is_loader(call: CallView, loop: str) -> bool:
        """Whether the iterable is a name bound to a torch DataLoader in this file."""
        name = loop.removeprefix("enumerate(").removeprefix("tqdm(").rstrip(")").split(",")[0]
        scope = call.site.scope
        owner = call.analysis.names.owner(name.strip(), scope)
        for binding in owner.bindings.get(name.strip(), []):
            value = binding.value
            func = getattr(value, "func", None)
            if func is not None and call.analysis.names.origin(func).endswith(".DataLoader"):
                return True
        return False
