"""What gives a value its role: losses, recurrent modules, optimisers."""

from __future__ import annotations

LOSS_FUNCTIONS: dict[str, int] = {
    "torch.nn.functional.binary_cross_entropy": 1,
    "torch.nn.functional.binary_cross_entropy_with_logits": 1,
    "torch.nn.functional.cosine_embedding_loss": 2,
    "torch.nn.functional.cross_entropy": 1,
    "torch.nn.functional.ctc_loss": 1,
    "torch.nn.functional.gaussian_nll_loss": 1,
    "torch.nn.functional.hinge_embedding_loss": 1,
    "torch.nn.functional.huber_loss": 1,
    "torch.nn.functional.kl_div": 1,
    "torch.nn.functional.l1_loss": 1,
    "torch.nn.functional.linear_cross_entropy": 2,
    "torch.nn.functional.margin_ranking_loss": 2,
    "torch.nn.functional.mse_loss": 1,
    "torch.nn.functional.multi_margin_loss": 1,
    "torch.nn.functional.multilabel_margin_loss": 1,
    "torch.nn.functional.multilabel_soft_margin_loss": 1,
    "torch.nn.functional.nll_loss": 1,
    "torch.nn.functional.poisson_nll_loss": 1,
    "torch.nn.functional.smooth_l1_loss": 1,
    "torch.nn.functional.soft_margin_loss": 1,
}
"""Dotted name -> 0-based position of the target among the arguments."""

LOSS_MODULES: dict[str, int] = {
    "torch.nn.AdaptiveLogSoftmaxWithLoss": 1,
    "torch.nn.BCELoss": 1,
    "torch.nn.BCEWithLogitsLoss": 1,
    "torch.nn.CTCLoss": 1,
    "torch.nn.CosineEmbeddingLoss": 2,
    "torch.nn.CrossEntropyLoss": 1,
    "torch.nn.GaussianNLLLoss": 1,
    "torch.nn.HingeEmbeddingLoss": 1,
    "torch.nn.HuberLoss": 1,
    "torch.nn.KLDivLoss": 1,
    "torch.nn.L1Loss": 1,
    "torch.nn.LinearCrossEntropyLoss": 1,
    "torch.nn.MSELoss": 1,
    "torch.nn.MarginRankingLoss": 2,
    "torch.nn.MultiLabelMarginLoss": 1,
    "torch.nn.MultiLabelSoftMarginLoss": 1,
    "torch.nn.MultiMarginLoss": 1,
    "torch.nn.NLLLoss": 1,
    "torch.nn.NLLLoss2d": 1,
    "torch.nn.PoissonNLLLoss": 1,
    "torch.nn.SmoothL1Loss": 1,
    "torch.nn.SoftMarginLoss": 1,
}
"""Dotted name of a module class -> 0-based position of the target in the call of an instance.

`NLLLoss2d` is deprecated, but still there; no loss of the old releases is gone."""

LOSS_TARGET_KEYWORDS: frozenset[str] = frozenset({"target", "target_", "targets"})
"""The names under which the losses above take their target."""

LOSSES_WITHOUT_TARGET: frozenset[str] = frozenset(
    {
        "torch.nn.TripletMarginLoss",
        "torch.nn.TripletMarginWithDistanceLoss",
        "torch.nn.functional.triplet_margin_loss",
        "torch.nn.functional.triplet_margin_with_distance_loss",
    }
)
"""They compare inputs with each other."""

RNN_MODULES: frozenset[str] = frozenset(
    {
        "torch.nn.GRU",
        "torch.nn.GRUCell",
        "torch.nn.LSTM",
        "torch.nn.LSTMCell",
        "torch.nn.RNN",
        "torch.nn.RNNCell",
    }
)
"""Modules whose call takes the start state as second argument (`hx`; a pair for the LSTMs)."""

OPTIMIZERS: frozenset[str] = frozenset(
    {
        "torch.optim.ASGD",
        "torch.optim.Adadelta",
        "torch.optim.Adafactor",
        "torch.optim.Adagrad",
        "torch.optim.Adam",
        "torch.optim.AdamW",
        "torch.optim.Adamax",
        "torch.optim.LBFGS",
        "torch.optim.Muon",
        "torch.optim.NAdam",
        "torch.optim.Optimizer",
        "torch.optim.RAdam",
        "torch.optim.RMSprop",
        "torch.optim.Rprop",
        "torch.optim.SGD",
        "torch.optim.SparseAdam",
    }
)
"""The first argument of each is the parameters, or groups of them."""
