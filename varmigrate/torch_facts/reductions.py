"""How many dimensions a result has: none, those of the receiver, or some."""

from __future__ import annotations

LOSS_REDUCTIONS: dict[str, tuple[int, int, int]] = {
    "torch.nn.functional.binary_cross_entropy": (3, 4, 5),
    "torch.nn.functional.binary_cross_entropy_with_logits": (3, 4, 5),
    "torch.nn.functional.cosine_embedding_loss": (4, 5, 6),
    "torch.nn.functional.cross_entropy": (3, 5, 6),
    "torch.nn.functional.ctc_loss": (-1, -1, 5),
    "torch.nn.functional.gaussian_nll_loss": (-1, -1, 5),
    "torch.nn.functional.hinge_embedding_loss": (3, 4, 5),
    "torch.nn.functional.huber_loss": (-1, -1, 2),
    "torch.nn.functional.kl_div": (2, 3, 4),
    "torch.nn.functional.l1_loss": (2, 3, 4),
    "torch.nn.functional.margin_ranking_loss": (4, 5, 6),
    "torch.nn.functional.mse_loss": (2, 3, 4),
    "torch.nn.functional.multi_margin_loss": (5, 6, 7),
    "torch.nn.functional.multilabel_margin_loss": (2, 3, 4),
    "torch.nn.functional.multilabel_soft_margin_loss": (3, 4, 5),
    "torch.nn.functional.nll_loss": (3, 5, 6),
    "torch.nn.functional.poisson_nll_loss": (4, 6, 7),
    "torch.nn.functional.smooth_l1_loss": (2, 3, 4),
    "torch.nn.functional.soft_margin_loss": (2, 3, 4),
    "torch.nn.functional.triplet_margin_loss": (7, 8, 9),
    "torch.nn.BCELoss": (1, 2, 3),
    "torch.nn.BCEWithLogitsLoss": (1, 2, 3),
    "torch.nn.CTCLoss": (-1, -1, 1),
    "torch.nn.CosineEmbeddingLoss": (1, 2, 3),
    "torch.nn.CrossEntropyLoss": (1, 3, 4),
    "torch.nn.GaussianNLLLoss": (-1, -1, 2),
    "torch.nn.HingeEmbeddingLoss": (1, 2, 3),
    "torch.nn.HuberLoss": (-1, -1, 0),
    "torch.nn.KLDivLoss": (0, 1, 2),
    "torch.nn.L1Loss": (0, 1, 2),
    "torch.nn.MSELoss": (0, 1, 2),
    "torch.nn.MarginRankingLoss": (1, 2, 3),
    "torch.nn.MultiLabelMarginLoss": (0, 1, 2),
    "torch.nn.MultiLabelSoftMarginLoss": (1, 2, 3),
    "torch.nn.MultiMarginLoss": (3, 4, 5),
    "torch.nn.NLLLoss": (1, 3, 4),
    "torch.nn.NLLLoss2d": (1, 3, 4),
    "torch.nn.PoissonNLLLoss": (2, 4, 5),
    "torch.nn.SmoothL1Loss": (0, 1, 2),
    "torch.nn.SoftMarginLoss": (0, 1, 2),
    "torch.nn.TripletMarginLoss": (4, 5, 6),
}
"""Losses that give one number: the 0-based places of `size_average`, `reduce` and `reduction` among
the parameters of the function, or of the module's constructor (-1: it has no such parameter). With
`reduce` false or `reduction` "none" the result has dimensions."""

REDUCED: frozenset[str] = frozenset({"mean", "sum", "elementwise_mean", "batchmean"})
"""The values of `reduction` that give one number."""

REDUCING: frozenset[str] = frozenset(
    {
        "all",
        "amax",
        "amin",
        "any",
        "argmax",
        "argmin",
        "count_nonzero",
        "max",
        "mean",
        "median",
        "min",
        "nanmean",
        "nanmedian",
        "nansum",
        "norm",
        "prod",
        "std",
        "sum",
        "var",
    }
)
"""Methods of a tensor and functions of `torch` that give a tensor without dimensions where no
dimension is given. `norm` may be given the order in front of it."""

PAIRWISE: frozenset[str] = frozenset({"dist", "dot", "vdot"})
"""The same for two tensors."""

REDUCING_KEYWORDS: frozenset[str] = frozenset({"correction", "dtype", "p", "unbiased"})
"""Keywords of REDUCING that change nothing about that."""

KEEPING: frozenset[str] = frozenset(
    {
        "abs",
        "ceil",
        "clone",
        "contiguous",
        "cos",
        "cpu",
        "cuda",
        "detach",
        "double",
        "exp",
        "expm1",
        "float",
        "floor",
        "half",
        "int",
        "log",
        "log10",
        "log1p",
        "log2",
        "long",
        "neg",
        "reciprocal",
        "relu",
        "requires_grad_",
        "round",
        "rsqrt",
        "sigmoid",
        "sign",
        "sin",
        "sqrt",
        "square",
        "tan",
        "tanh",
        "to",
        "trunc",
    }
)
"""Methods whose result has the dimensions of the receiver, whatever else they are given."""

KEEPING_IN_PLACE: frozenset[str] = frozenset(
    {"add_", "clamp_", "div_", "fill_", "mul_", "neg_", "pow_", "sqrt_", "sub_", "zero_"}
)
"""The same in place: what they are given cannot widen the receiver."""

BROADCASTING: frozenset[str] = frozenset({"add", "clamp", "div", "mul", "pow", "sub"})
"""Methods whose result has the dimensions of the receiver and of the arguments."""

SHAPED_FACTORIES: frozenset[str] = frozenset(
    {"torch.ones", "torch.rand", "torch.randn", "torch.zeros"}
)
"""Factories that give dimensions for sizes that are numbers."""
