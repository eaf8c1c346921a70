"""What speaks for an intent, and how much: the one table the intent rules take evidence from.

Flags come first, then where values flow, then what an argument is, then the surroundings, and
names last. A stronger kind beats any number of weaker ones; among equals the longer list wins.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, Weight


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of evidence: for which intent, its weight, and its words with gaps to fill."""

    intent: Intent
    weight: Weight
    words: str


class Sign(enum.Enum):
    """The table, intent by intent, the strongest evidence first."""

    TRAINABLE_FLAG = Row(Intent.TRAINABLE, Weight.FLAG, "`requires_grad=True`")
    OPTIMIZED = Row(Intent.TRAINABLE, Weight.FLOW, "result is given to the optimizer {name}")
    UPDATED = Row(
        Intent.TRAINABLE, Weight.FLOW, "result is updated in place and its `.grad` is read"
    )
    HELD = Row(Intent.TRAINABLE, Weight.ARGUMENT, "result is held by the module as {name}")
    TRAINS = Row(
        Intent.TRAINABLE, Weight.CONTEXT, "result is computed with and `.backward()` is reached"
    )
    TRAINABLE_LOOP = Row(Intent.TRAINABLE, Weight.NAME, "argument comes from a loop over `{name}`")
    TRAINABLE_NAME = Row(Intent.TRAINABLE, Weight.NAME, "the name says '{name}'")

    INPUT_FLAG = Row(Intent.INPUT_GRADIENT, Weight.FLAG, "`requires_grad=True`")
    DIFFERENTIATED = Row(
        Intent.INPUT_GRADIENT, Weight.FLOW, "result is the input autograd.grad differentiates for"
    )
    GRADIENT_READ = Row(
        Intent.INPUT_GRADIENT, Weight.FLOW, "result goes into {name} and its `.grad` is read"
    )
    INPUT_BACKWARD = Row(
        Intent.INPUT_GRADIENT, Weight.ARGUMENT, "`.backward()` is reached from the result"
    )
    INPUT_FED = Row(Intent.INPUT_GRADIENT, Weight.CONTEXT, "result goes into {name}")
    INPUT_DATA = Row(Intent.INPUT_GRADIENT, Weight.NAME, "argument is data (`{name}`)")
    INPUT_FUNCTION = Row(Intent.INPUT_GRADIENT, Weight.NAME, "the function is named '{name}'")
    INPUT_NAME = Row(Intent.INPUT_GRADIENT, Weight.NAME, "the name says '{name}'")

    PARAMETER_LOOP = Row(Intent.FREEZE, Weight.FLOW, "argument comes from {name}")
    IS_PARAMETER = Row(Intent.FREEZE, Weight.FLOW, "argument is `{name}`, a parameter")
    WITH_TRAINABLE = Row(
        Intent.FREEZE, Weight.FLOW, "result is combined with `{name}`, which is trainable"
    )
    STORED_WEIGHT = Row(Intent.FREEZE, Weight.ARGUMENT, "argument is `{name}`, a stored weight")
    NEAR_TRAINABLE = Row(
        Intent.FREEZE, Weight.HINT, "result is combined with `{name}`, which is trainable"
    )
    FREEZE_WRITTEN = Row(Intent.FREEZE, Weight.CONTEXT, "`requires_grad=False` is written out")
    FREEZE_NAME = Row(Intent.FREEZE, Weight.NAME, "the name says '{name}'")

    COMPUTED_INTO_MODEL = Row(
        Intent.NO_GRAD_PREPROCESSING, Weight.FLOW, "argument is computed (`{name}`)"
    )
    PREPARED = Row(
        Intent.NO_GRAD_PREPROCESSING,
        Weight.FLOW,
        "result is prepared by arithmetic (`{name}`) and then goes into {model}",
    )
    COMPUTED = Row(Intent.NO_GRAD_PREPROCESSING, Weight.ARGUMENT, "argument is computed (`{name}`)")
    PREPARED_FED = Row(Intent.NO_GRAD_PREPROCESSING, Weight.CONTEXT, "result goes into {name}")
    PREPARED_WRITTEN = Row(
        Intent.NO_GRAD_PREPROCESSING, Weight.CONTEXT, "`requires_grad=False` is written out"
    )

    LOADER = Row(Intent.BATCH, Weight.FLOW, "loop variable of a DataLoader (`{name}`)")
    LOADER_NAME = Row(Intent.BATCH, Weight.ARGUMENT, "loop variable of `{name}`")
    NEXT_ITEM = Row(Intent.BATCH, Weight.ARGUMENT, "argument is the next item of an iterator")
    BATCH_FED = Row(Intent.BATCH, Weight.CONTEXT, "result goes into {name}")
    BATCH_LATER = Row(Intent.BATCH, Weight.CONTEXT, "a later item of what `{name}` yields")
    BATCH_FED_NAME = Row(Intent.BATCH, Weight.NAME, "result goes into {name}, a model by its name")
    BATCH_NAME = Row(Intent.BATCH, Weight.NAME, "the name says '{name}'")

    LOSS_TARGET = Row(Intent.TARGET, Weight.FLOW, "result is the {place} argument of {name}")
    LOSS_TARGET_NAME = Row(
        Intent.TARGET, Weight.ARGUMENT, "result is the {place} argument of {name}"
    )
    PAIR = Row(Intent.TARGET, Weight.CONTEXT, "the second of the pairs `{name}` yields")
    COMPARED = Row(Intent.TARGET, Weight.CONTEXT, "result is compared for equality")
    TARGET_SOURCE = Row(Intent.TARGET, Weight.HINT, "argument is made from '{name}'")
    TARGET_NAME = Row(Intent.TARGET, Weight.NAME, "the name says '{name}'")

    CONSTANT_LABEL = Row(Intent.CONSTANT, Weight.FLOW, "a constant label of a loss")
    MADE = Row(Intent.CONSTANT, Weight.ARGUMENT, "argument is {name}")
    WRITTEN = Row(Intent.CONSTANT, Weight.CONTEXT, "argument is a list of values ({name})")
    CONSTANT_NAME = Row(Intent.CONSTANT, Weight.NAME, "the name says '{name}'")

    START_STATE = Row(Intent.STATE, Weight.FLOW, "result is the start state of {name}")
    START_STATE_NAME = Row(Intent.STATE, Weight.ARGUMENT, "result is the start state of {name}")
    NEW_STATE = Row(Intent.STATE, Weight.ARGUMENT, "argument is a new tensor")
    STATE_FUNCTION = Row(Intent.STATE, Weight.NAME, "the function is named '{name}'")
    STATE_NAME = Row(Intent.STATE, Weight.NAME, "the name says '{name}'")

    CARRIED = Row(Intent.HISTORY_CUT, Weight.FLOW, "`{name}` is bound to its own value")
    CUT = Row(Intent.HISTORY_CUT, Weight.ARGUMENT, "argument is `{name}`")
    CUT_INSIDE = Row(
        Intent.HISTORY_CUT, Weight.ARGUMENT, "`{name}` takes `.data` of what it is given"
    )
    COPIED = Row(Intent.HISTORY_CUT, Weight.ARGUMENT, "argument is a copy of `{name}`")

    VOLATILE = Row(Intent.INFERENCE, Weight.CERTAIN, "`volatile={name}`")
    DYNAMIC_FLAG = Row(Intent.DYNAMIC, Weight.CERTAIN, "`requires_grad={name}`")
    NEVER = Row(Intent.PLAIN, Weight.CERTAIN, "{name}")
    NOTHING = Row(Intent.PLAIN, Weight.NONE, "no finer intent can be told from the code")

    def found(self, **gaps: str) -> Evidence:
        """This evidence, with the gaps of its words filled."""
        return Evidence(self.value.weight, self.value.words.format(**gaps))
