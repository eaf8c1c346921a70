"""Names of torch that were renamed or removed: since when, what they did, what stands for them.

`since` is the release that deprecated the old form, `removed` the one that took it away ("" where
it still runs). `today` is what the old form does on a current release.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Today(enum.Enum):
    """What an old form does today."""

    QUIET = "works and says nothing"
    WARNS = "works and warns that it is deprecated"
    RAISES = "raises"


@dataclass(frozen=True, slots=True)
class Old:
    """One old name.

    now: what stands for it, as a dotted name of torch where it is one. was: what the old form did.
    advice: how to write it now, in words. adds: keywords the new name needs besides, as text.
    """

    since: str
    removed: str
    today: Today
    was: str
    now: str
    advice: str = ""
    adds: str = ""


_CLIP = "scaled the gradients down to a total norm and gave the norm they had"
_FILL = "filled the tensor it was given and gave it back"
_LOSS = "was NLLLoss for images, which NLLLoss takes as well"

RENAMED: dict[str, Old] = {
    "torch.nn.utils.clip_grad_norm": Old(
        "0.4.0", "", Today.WARNS, _CLIP, "torch.nn.utils.clip_grad_norm_"
    ),
    **{
        f"torch.nn.init.{name}": Old("0.4.0", "", Today.WARNS, _FILL, f"torch.nn.init.{name}_")
        for name in (
            "constant",
            "dirac",
            "eye",
            "kaiming_normal",
            "kaiming_uniform",
            "normal",
            "orthogonal",
            "sparse",
            "uniform",
            "xavier_normal",
            "xavier_uniform",
        )
    },
    "torch.nn.functional.sigmoid": Old(
        "0.4.1", "", Today.QUIET, "called `.sigmoid()` of what it was given", "torch.sigmoid"
    ),
    "torch.nn.functional.tanh": Old(
        "0.4.1", "", Today.QUIET, "called `.tanh()` of what it was given", "torch.tanh"
    ),
    "torch.nn.functional.upsample": Old(
        "0.4.1", "", Today.WARNS, "resized an image", "torch.nn.functional.interpolate"
    ),
    "torch.nn.functional.upsample_nearest": Old(
        "0.4.1",
        "",
        Today.WARNS,
        "resized an image, repeating the nearest pixel",
        "torch.nn.functional.interpolate",
        adds="mode='nearest'",
    ),
    "torch.nn.functional.upsample_bilinear": Old(
        "0.4.1",
        "",
        Today.WARNS,
        "resized an image, corner pixels on corner pixels",
        "torch.nn.functional.interpolate",
        adds="mode='bilinear', align_corners=True",
    ),
    "torch.nn.NLLLoss2d": Old("0.4.0", "", Today.WARNS, _LOSS, "torch.nn.NLLLoss"),
}
"""Called with the same arguments (and those of `adds`), the new name does the same."""

RETAIN: dict[str, Old] = {
    name: Old(
        "0.2.0",
        "0.4.0",
        Today.RAISES,
        "kept the buffers of the graph for another backward",
        "retain_graph",
    )
    for name in ("torch.Tensor.backward", "torch.autograd.backward", "torch.autograd.grad")
}
"""Callables that took `retain_variables=`, today `retain_graph=`."""

REDUCTION_FLAGS = Old(
    "0.4.1",
    "",
    Today.WARNS,
    "size_average: the mean (the default) or the sum; reduce=False: one loss per element, whatever "
    "size_average says; None stands for the default",
    "reduction",
)
"""What the flags `size_average` and `reduce` of losses say. They win over `reduction`."""

LOSS_PARAMETERS: dict[str, str] = {
    "torch.nn.functional.binary_cross_entropy": "input target weight size_average reduce reduction",
    "torch.nn.functional.binary_cross_entropy_with_logits": (
        "input target weight size_average reduce reduction pos_weight"
    ),
    "torch.nn.functional.cosine_embedding_loss": (
        "input1 input2 target margin size_average reduce reduction"
    ),
    "torch.nn.functional.cross_entropy": (
        "input target weight size_average ignore_index reduce reduction label_smoothing"
    ),
    "torch.nn.functional.hinge_embedding_loss": (
        "input target margin size_average reduce reduction"
    ),
    "torch.nn.functional.kl_div": "input target size_average reduce reduction log_target",
    "torch.nn.functional.l1_loss": "input target size_average reduce reduction weight",
    "torch.nn.functional.margin_ranking_loss": (
        "input1 input2 target margin size_average reduce reduction"
    ),
    "torch.nn.functional.mse_loss": "input target size_average reduce reduction weight",
    "torch.nn.functional.multi_margin_loss": (
        "input target p margin weight size_average reduce reduction"
    ),
    "torch.nn.functional.multilabel_margin_loss": "input target size_average reduce reduction",
    "torch.nn.functional.multilabel_soft_margin_loss": (
        "input target weight size_average reduce reduction"
    ),
    "torch.nn.functional.nll_loss": (
        "input target weight size_average ignore_index reduce reduction"
    ),
    "torch.nn.functional.poisson_nll_loss": (
        "input target log_input full size_average eps reduce reduction"
    ),
    "torch.nn.functional.smooth_l1_loss": "input target size_average reduce reduction beta",
    "torch.nn.functional.soft_margin_loss": "input target size_average reduce reduction",
    "torch.nn.functional.triplet_margin_loss": (
        "anchor positive negative margin p eps swap size_average reduce reduction"
    ),
    "torch.nn.BCELoss": "weight size_average reduce reduction",
    "torch.nn.BCEWithLogitsLoss": "weight size_average reduce reduction pos_weight",
    "torch.nn.CosineEmbeddingLoss": "margin size_average reduce reduction",
    "torch.nn.CrossEntropyLoss": (
        "weight size_average ignore_index reduce reduction label_smoothing"
    ),
    "torch.nn.HingeEmbeddingLoss": "margin size_average reduce reduction",
    "torch.nn.KLDivLoss": "size_average reduce reduction log_target",
    "torch.nn.L1Loss": "size_average reduce reduction",
    "torch.nn.MSELoss": "size_average reduce reduction",
    "torch.nn.MarginRankingLoss": "margin size_average reduce reduction",
    "torch.nn.MultiLabelMarginLoss": "size_average reduce reduction",
    "torch.nn.MultiLabelSoftMarginLoss": "weight size_average reduce reduction",
    "torch.nn.MultiMarginLoss": "p margin weight size_average reduce reduction",
    "torch.nn.NLLLoss": "weight size_average ignore_index reduce reduction",
    "torch.nn.NLLLoss2d": "weight size_average ignore_index reduce reduction",
    "torch.nn.PoissonNLLLoss": "log_input full size_average eps reduce reduction",
    "torch.nn.SmoothL1Loss": "size_average reduce reduction beta",
    "torch.nn.SoftMarginLoss": "size_average reduce reduction",
    "torch.nn.TripletMarginLoss": "margin p eps swap size_average reduce reduction",
    "torch.nn.modules.loss._Loss": "size_average reduce reduction",
    "torch.nn.modules.loss._WeightedLoss": "weight size_average reduce reduction",
}
"""The parameters of every loss that takes the flags, in their order (`self` not counted)."""

IMPLICIT_DIM = Old(
    "0.3.0",
    "",
    Today.WARNS,
    "took dimension 0 of an input of 0, 1 or 3 dimensions, else dimension 1",
    "dim",
)
"""What a softmax without `dim` does."""

DIM_ZERO_RANKS: frozenset[int] = frozenset({0, 1, 3})
"""Numbers of dimensions for which the implicit dimension is 0."""

SOFTMAX_FUNCTIONS: frozenset[str] = frozenset(
    {
        "torch.nn.functional.softmax",
        "torch.nn.functional.log_softmax",
        "torch.nn.functional.softmin",
    }
)
"""Their parameters begin with `input`, `dim`; without the second the dimension is implicit."""

SOFTMAX_MODULES: frozenset[str] = frozenset(
    {"torch.nn.Softmax", "torch.nn.LogSoftmax", "torch.nn.Softmin"}
)
"""Their first parameter is `dim`; without it an instance chooses at every call."""

RANGE = Old(
    "0.2.0",
    "",
    Today.WARNS,
    "numbers of the default float type from start to end, the end included",
    "torch.arange",
    "`torch.arange` leaves the end out and gives integers for integers: `torch.arange(start, end + "
    "1, dtype=torch.get_default_dtype())` for whole steps",
)
"""`torch.range`."""

_POLICY = (
    "a policy gradient is written with log-probabilities: `d = torch.distributions.Categorical"
    "(probs); action = d.sample(); loss = -d.log_prob(action) * reward; loss.sum().backward()` "
    "(Normal and Bernoulli likewise)"
)

GONE: dict[str, Old] = {
    "torch.autograd.variable": Old(
        "0.4.0",
        "0.4.1",
        Today.RAISES,
        "made a Variable of data",
        "torch.tensor",
        "write `torch.tensor(data)` for numbers, and for a tensor `x.detach()`",
    ),
    "torch.symeig": Old(
        "1.9.0",
        "1.13.0",
        Today.RAISES,
        "eigenvalues in ascending order and, if asked, eigenvectors of a symmetric matrix, from "
        "its upper triangle",
        "torch.linalg.eigh",
        "`torch.linalg.eigh(a, UPLO='U')` with eigenvectors=True, else `torch.linalg.eigvalsh(a, "
        "UPLO='U')` (PyTorch 1.8 and later)",
    ),
    "torch.eig": Old(
        "1.9.0",
        "1.13.0",
        Today.RAISES,
        "eigenvalues as rows of real and imaginary part, and eigenvectors if asked",
        "torch.linalg.eig",
        "`torch.linalg.eig(a)` gives complex numbers: `torch.view_as_real` shows their parts "
        "(PyTorch 1.8 and later)",
    ),
    "torch.lstsq": Old(
        "1.9.0",
        "1.13.0",
        Today.RAISES,
        "lstsq(b, a) solved min |a x - b|, with the residuals below the solution",
        "torch.linalg.lstsq",
        "`torch.linalg.lstsq(a, b).solution`, the arguments the other way round (PyTorch 1.9 and "
        "later)",
    ),
    "torch.gels": Old(
        "1.2.0",
        "1.3.0",
        Today.RAISES,
        "gels(b, a) solved min |a x - b|, with the residuals below the solution",
        "torch.linalg.lstsq",
        "`torch.linalg.lstsq(a, b).solution`, the arguments the other way round (PyTorch 1.9 and "
        "later)",
    ),
    "torch.solve": Old(
        "1.9.0",
        "1.13.0",
        Today.RAISES,
        "solve(b, a) gave the solution of a x = b, and the LU factors of a",
        "torch.linalg.solve",
        "`torch.linalg.solve(a, b)`, the arguments the other way round, gives the solution alone "
        "(PyTorch 1.8 and later)",
    ),
    "torch.gesv": Old(
        "1.1.0",
        "1.2.0",
        Today.RAISES,
        "gesv(b, a) gave the solution of a x = b, and the LU factors of a",
        "torch.linalg.solve",
        "`torch.linalg.solve(a, b)`, the arguments the other way round, gives the solution alone "
        "(PyTorch 1.8 and later)",
    ),
    "torch.matrix_rank": Old(
        "1.9.0",
        "1.13.0",
        Today.RAISES,
        "the rank of a matrix",
        "torch.linalg.matrix_rank",
        "`torch.linalg.matrix_rank(a)` (`symmetric=` is `hermitian=`; PyTorch 1.8 and later)",
    ),
    "torch.trtrs": Old(
        "1.1.0",
        "1.2.0",
        Today.RAISES,
        "trtrs(b, a) solved a x = b for a triangular a, upper unless told otherwise",
        "torch.linalg.solve_triangular",
        "`torch.linalg.solve_triangular(a, b, upper=True)` gives the solution alone (PyTorch 1.11 "
        "and later)",
    ),
    "torch.potri": Old(
        "1.1.0",
        "1.2.0",
        Today.RAISES,
        "the inverse of a matrix from its Cholesky factor, upper unless told otherwise",
        "torch.cholesky_inverse",
        "`torch.cholesky_inverse(u, upper=True)`",
    ),
    "torch.potrs": Old(
        "1.1.0",
        "1.2.0",
        Today.RAISES,
        "potrs(b, u) solved with a Cholesky factor, upper unless told otherwise",
        "torch.cholesky_solve",
        "`torch.cholesky_solve(b, u, upper=True)`",
    ),
    "torch.btrifact": Old(
        "1.1.0",
        "1.2.0",
        Today.RAISES,
        "the LU factors of a batch of matrices and their pivots",
        "torch.linalg.lu_factor",
        "`torch.linalg.lu_factor(a)` (PyTorch 1.11 and later)",
    ),
    "torch.btrisolve": Old(
        "1.1.0",
        "1.2.0",
        Today.RAISES,
        "btrisolve(b, lu, pivots) solved with the factors of btrifact",
        "torch.linalg.lu_solve",
        "`torch.linalg.lu_solve(lu, pivots, b)`, where b has a dimension more (PyTorch 1.13 and "
        "later)",
    ),
    "torch.btriunpack": Old(
        "1.1.0",
        "1.2.0",
        Today.RAISES,
        "the matrices P, L and U from the factors of btrifact",
        "torch.lu_unpack",
        "`torch.lu_unpack(lu, pivots)`",
    ),
    "torch.rfft": Old(
        "1.7.0",
        "1.8.0",
        Today.RAISES,
        "the transform of real input, real and imaginary parts in a last dimension",
        "torch.fft.rfft",
        "`torch.view_as_real(torch.fft.rfft(x))` for `torch.rfft(x, 1)`; `rfft2`, `rfftn` for more "
        "dimensions, `fft.fft` for `onesided=False` (PyTorch 1.7 and later)",
    ),
    "torch.irfft": Old(
        "1.7.0",
        "1.8.0",
        Today.RAISES,
        "the inverse of rfft, real and imaginary parts in a last dimension",
        "torch.fft.irfft",
        "`torch.fft.irfft(torch.view_as_complex(x))` (PyTorch 1.7 and later)",
    ),
    "torch.ifft": Old(
        "1.7.0",
        "1.8.0",
        Today.RAISES,
        "the inverse transform, real and imaginary parts in a last dimension",
        "torch.fft.ifft",
        "`torch.view_as_real(torch.fft.ifft(torch.view_as_complex(x)))` (PyTorch 1.7 and later)",
    ),
    "torch.fft": Old(
        "1.7.0",
        "1.8.0",
        Today.RAISES,
        "the transform, real and imaginary parts in a last dimension",
        "torch.fft.fft",
        "`torch.fft` is a module now: `torch.view_as_real(torch.fft.fft(torch.view_as_complex(x)))`"
        " for `torch.fft(x, 1)` (PyTorch 1.7 and later)",
    ),
}
"""Functions that raise when they are called; the rewrite depends on what is done with the result,
or on a newer release than this tool promises."""

POTRF = Old(
    "1.0.0",
    "1.2.0",
    Today.RAISES,
    "the Cholesky factor of a matrix, upper unless told otherwise",
    "torch.cholesky",
)
"""`torch.potrf(a, upper=True)`, today `torch.cholesky(a, upper=False)` with the flag written."""

FADING: dict[str, Old] = {
    "torch.qr": Old(
        "1.8.0",
        "",
        Today.WARNS,
        "the factors of a matrix, reduced unless some=False",
        "torch.linalg.qr",
        "`torch.linalg.qr(a)` (PyTorch 1.8 and later)",
    ),
    "torch.cholesky": Old(
        "1.8.0",
        "",
        Today.WARNS,
        "the Cholesky factor of a matrix, lower unless told otherwise",
        "torch.linalg.cholesky",
        "`torch.linalg.cholesky(a)`; for upper=True its `.mH` (PyTorch 1.8 and later)",
    ),
    "torch.triangular_solve": Old(
        "1.11.0",
        "",
        Today.WARNS,
        "triangular_solve(b, a) solved a x = b for a triangular a, and gave a copy of a",
        "torch.linalg.solve_triangular",
        "`torch.linalg.solve_triangular(a, b, upper=True)` gives the solution alone (PyTorch 1.11 "
        "and later)",
    ),
    "torch.chain_matmul": Old(
        "1.8.0",
        "",
        Today.WARNS,
        "the product of several matrices",
        "torch.linalg.multi_dot",
        "`torch.linalg.multi_dot([a, b, c])` takes a list (PyTorch 1.8 and later)",
    ),
    "torch.lu": Old(
        "1.11.0",
        "",
        Today.WARNS,
        "the LU factors of a matrix and their pivots",
        "torch.linalg.lu_factor",
        "`torch.linalg.lu_factor(a)` (PyTorch 1.11 and later)",
    ),
}
"""Functions that still run and warn; what replaces them is newer than this tool promises."""

GONE_MODULES: dict[str, Old] = {
    "torch.legacy": Old(
        "0.4.0",
        "1.0.0",
        Today.RAISES,
        "held the modules of Lua Torch",
        "torch.nn",
        "write the modules with torch.nn; a saved model of this kind has to be loaded and exported "
        "with PyTorch 0.4",
    ),
    "torch.utils.ffi": Old(
        "1.0.0",
        "1.0.0",
        Today.RAISES,
        "built C extensions",
        "torch.utils.cpp_extension",
        "build the extension with torch.utils.cpp_extension",
    ),
    "torch.utils.trainer": Old(
        "0.4.0",
        "1.0.0",
        Today.RAISES,
        "held a training loop with plugins",
        "torch.optim",
        "write the training loop in plain Python",
    ),
}
"""Modules that cannot be imported any more."""

GONE_METHODS: dict[str, Old] = {
    "reinforce": Old(
        "0.4.0",
        "0.4.0",
        Today.RAISES,
        "gave a sampled action its reward, from which backward made the gradient",
        "torch.distributions",
        _POLICY,
    ),
    "creator": Old(
        "0.2.0",
        "0.4.0",
        Today.RAISES,
        "the function that made a Variable; None for one that the user made",
        "grad_fn",
    ),
}
"""Methods and attributes of tensors."""

SAMPLERS: frozenset[str] = frozenset({"multinomial", "normal", "bernoulli"})
"""What drew the actions that `reinforce` was called on."""

MASK_METHODS: dict[str, str] = {
    "masked_fill": "mask",
    "masked_fill_": "mask",
    "masked_select": "mask",
    "masked_scatter": "mask",
    "masked_scatter_": "mask",
}
"""Methods whose first argument (the parameter is named here) must be a bool tensor: torch.uint8
raises. Such a mask meant its elements that are not 0."""

MASK_FUNCTIONS: dict[str, int] = {
    "torch.masked_select": 1,
    "torch.masked_fill": 1,
    "torch.masked_scatter": 1,
}
"""The same as functions -> the position of the mask."""

BOOL_METHODS: frozenset[str] = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "isnan"})
"""Methods of tensors (and functions of torch) whose result is bool, and was uint8 before 1.2."""

CASTS: frozenset[str] = frozenset(
    {"float", "double", "half", "long", "int", "short", "byte", "bool", "type_as"}
)
"""Methods that give the same from a bool tensor as from one of uint8 with 0 and 1."""

SAME_OBJECT_MODULES: dict[str, str] = {
    "torch.nn.modules.loss": "torch.nn",
    "torch.nn.modules.activation": "torch.nn",
    "torch.nn.modules.linear": "torch.nn",
    "torch.nn.modules.upsampling": "torch.nn",
    "torch.nn.modules": "torch.nn",
    "torch.nn.utils.clip_grad": "torch.nn.utils",
}
"""Modules whose public classes and functions stand in another one as well."""
