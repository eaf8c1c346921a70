"""Sample calls for every row. The names of operands in them are explained in `measure.py`.

The tables named `..._ARGUMENTS` hold what goes between the parentheses, after `x.name(` for
methods and after `name(` for functions; those named `..._CALLS` hold the whole call.
"""

from __future__ import annotations

import ast
import types

import torch


def _alike(names: str, alternatives: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The same arguments for several names."""
    return dict.fromkeys(names.split(), alternatives)


NO_ARGUMENTS = """
    abs absolute acos acosh angle arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan
    atanh ceil conj_physical cos cosh deg2rad digamma erf erfc erfinv exp exp2 expm1 fix floor
    frac i0 lgamma log log10 log1p log2 logit neg negative rad2deg reciprocal relu round rsqrt
    sgn sigmoid sign sin sinc sinh sqrt square tan tanh trunc nan_to_num hardshrink

    abs_ absolute_ acos_ acosh_ arccos_ arccosh_ arcsin_ arcsinh_ arctan_ arctanh_ asin_ asinh_
    atan_ atanh_ ceil_ conj_physical_ cos_ cosh_ deg2rad_ digamma_ erf_ erfc_ erfinv_ exp_ exp2_
    expm1_ fix_ floor_ frac_ i0_ lgamma_ log_ log10_ log1p_ log2_ logit_ neg_ negative_ rad2deg_
    reciprocal_ relu_ round_ rsqrt_ sgn_ sigmoid_ sign_ sin_ sinc_ sinh_ sqrt_ square_ tan_ tanh_
    trunc_ nan_to_num_ bitwise_not_ logical_not_

    bitwise_not logical_not signbit isfinite isinf isnan isneginf isposinf isreal argwhere

    bfloat16 bool byte cdouble cfloat chalf char cpu double float half int long short
    clone contiguous conj positive resolve_conj resolve_neg to_dense detach coalesce
    adjoint t matrix_exp pinverse corrcoef fliplr flipud trace logdet
    zero_ detach_ t_ share_memory_ retain_grad numel nelement dim ndimension
    element_size data_ptr const_data_ptr get_device is_coalesced is_complex is_conj
    is_contiguous is_distributed is_floating_point is_inference is_neg is_pinned is_shared
    is_signed item tolist numpy storage untyped_storage storage_offset storage_type
    sparse_dim dense_dim is_nonzero dim_order indices values
"""

_BINARY = ("p", "2", "1", "s")
_BINARY_TENSOR = ("p", "s")

METHOD_ARGUMENTS: dict[str, tuple[str, ...]] = {
    **_alike(NO_ARGUMENTS, ("",)),
    # arithmetic
    **_alike(
        (
            "add sub subtract mul multiply div divide true_divide pow float_power remainder fmod "
            "floor_divide copysign xlogy "
            "add_ sub_ subtract_ mul_ multiply_ div_ divide_ true_divide_ pow_ remainder_ fmod_ "
            "floor_divide_ copysign_ xlogy_ "
            "eq ne gt lt ge le greater less greater_equal less_equal not_equal "
            "eq_ ne_ gt_ lt_ ge_ le_ greater_ less_ greater_equal_ less_equal_ not_equal_"
        ),
        _BINARY,
    ),
    **_alike(
        (
            "arctan2 atan2 fmax fmin hypot ldexp logaddexp logaddexp2 maximum minimum nextafter "
            "heaviside igamma igammac arctan2_ atan2_ hypot_ ldexp_ nextafter_ heaviside_ "
            "igamma_ igammac_ isclose logical_and logical_or logical_xor logical_and_ logical_or_ "
            "logical_xor_ dist"
        ),
        _BINARY_TENSOR,
    ),
    "float_power_": ("p", "2", "s"),
    **_alike(
        (
            "bitwise_and bitwise_or bitwise_xor bitwise_and_ bitwise_or_ bitwise_xor_ "
            "bitwise_left_shift bitwise_right_shift bitwise_left_shift_ bitwise_right_shift_ "
        ),
        ("p", "1"),
    ),
    **_alike("gcd lcm gcd_ lcm_", ("p",)),
    **_alike("lerp lerp_", ("p, 0.5", "p, q", "p, s")),
    **_alike("addcmul addcdiv addcmul_ addcdiv_", ("p, q", "p, q, value=2")),
    **_alike("addmm addmm_", ("p, q", "w, z", "w, z, beta=2, alpha=3")),
    **_alike("addmv addmv_", ("w, v",)),
    **_alike("addr addr_", ("v, u",)),
    **_alike("addbmm addbmm_", ("b, b",)),
    **_alike("baddbmm baddbmm_", ("p, q", "b, b")),
    "smm": ("w",),
    **_alike("clamp clip clamp_ clip_", ("0.2, 0.5", "min=p", "max=q", "p, q", "max=1")),
    **_alike("clamp_min clamp_max clamp_min_ clamp_max_", ("0.5", "p", "s")),
    **_alike("mvlgamma mvlgamma_", ("1",)),
    **_alike("renorm renorm_", ("2, 0, 1.0", "1, 0, 100.0")),
    **_alike("polygamma polygamma_", ("1",)),
    "prelu": ("s", "torch.ones(1)", "v"),
    # products
    "matmul": ("p", "w", "v", "b"),
    "mm": ("p", "w"),
    "bmm": ("p", "b"),
    "mv": ("v",),
    "dot": ("p", "v"),
    "vdot": ("p", "v"),
    "inner": ("p", "v", "s"),
    "outer": ("v", "p"),
    "ger": ("v", "p"),
    "kron": ("p", "w"),
    "matrix_power": ("0", "1", "2"),
    # reductions
    **_alike(
        "sum mean nansum nanmean prod",
        ("", "0", "-1, True", "dim=0, keepdim=True", "dtype=torch.float64"),
    ),
    **_alike("std var", ("", "0", "0, True", "(0, 1)", "False")),
    **_alike("amax amin", ("", "0", "dim=0, keepdim=True")),
    **_alike("max min", ("", "p", "s")),
    **_alike("median nanmedian", ("",)),
    **_alike("argmax argmin", ("", "0", "dim=-1, keepdim=True")),
    **_alike("all any", ("", "0", "dim=0, keepdim=True")),
    "argsort": ("", "0", "-1, True", "dim=0, descending=True"),
    "count_nonzero": ("", "0"),
    "nonzero": ("", "as_tuple=True"),
    "nonzero_static": ("size=2",),
    "norm": ("", "1", "2, 0", "2, 0, True", "p=2, dim=0", "p='fro'"),
    "logsumexp": ("0", "0, True", "dim=0"),
    **_alike("quantile nanquantile", ("0.5", "0.5, 0", "s", "v, 0", "0.5, dim=0, keepdim=True")),
    "softmax": ("0", "dim=-1", "0, dtype=torch.float64"),
    "log_softmax": ("0", "dim=-1", "0, dtype=torch.float64"),
    **_alike("cumsum cumprod cumsum_ cumprod_", ("0", "dim=-1")),
    "logcumsumexp": ("0",),
    "msort": ("",),
    "diff": ("", "dim=0", "n=0", "prepend=p"),
    "histc": ("", "2, 0, 1"),
    "bincount": ("", "minlength=3", "weights=v"),
    "allclose": ("p",),
    "equal": ("p",),
    "cov": ("", "aweights=v"),
    # choosing elements
    "gather": ("0, i",),
    "index_select": ("0, first", "0, labels"),
    "masked_select": ("m", "x > 0.5"),
    "masked_fill": ("m, 0", "m, s", "m, float('nan')"),
    "masked_fill_": ("m, 0", "m, s", "m, float('nan')"),
    "masked_scatter": ("m, p",),
    "masked_scatter_": ("m, p",),
    "take": ("i", "first"),
    "take_along_dim": ("i, 0", "i"),
    "where": ("m, p", "m, 0", "m, s"),
    "scatter": ("0, i, p", "0, i, 1.0", "0, i, 1.0, reduce='add'"),
    "scatter_": ("0, i, p", "0, i, 1.0", "0, i, 1.0, reduce='add'"),
    "scatter_add": ("0, i, p",),
    "scatter_add_": ("0, i, p",),
    "scatter_reduce": ("0, i, p, 'sum'",),
    "scatter_reduce_": ("0, i, p, 'sum'",),
    "index_add": ("0, labels, p", "0, labels, p, alpha=2"),
    "index_add_": ("0, labels, p", "0, labels, p, alpha=2"),
    "index_copy": ("0, labels, p",),
    "index_copy_": ("0, labels, p",),
    "index_fill": ("0, first, 1", "0, first, s"),
    "index_fill_": ("0, first, 1", "0, first, s"),
    "index_put": ("(first,), s", "(first,), s, accumulate=True"),
    "index_put_": ("(first,), s", "(first,), s, accumulate=True"),
    "index_reduce": ("0, labels, p, 'prod'",),
    "index_reduce_": ("0, labels, p, 'prod'",),
    "put": ("i, p",),
    "put_": ("i, p",),
    "diagonal_scatter": ("v",),
    "select_scatter": ("v, 0, 0", "s, 0, 0"),
    "slice_scatter": ("p",),
    "as_strided_scatter": ("p, x.size(), x.stride()",),
    "fill_diagonal_": ("0", "1, True"),
    "unique": ("", "True"),
    "unique_consecutive": ("",),
    "tril": ("", "1"),
    "triu": ("", "1"),
    "tril_": ("", "1"),
    "triu_": ("", "1"),
    "diag": ("", "1"),
    "diagflat": ("", "1"),
    "diag_embed": ("", "1"),
    "flip": ("0", "(0,)", "dims=[0]", "()"),
    "roll": ("1", "0", "1, 0", "0, 0"),
    "rot90": ("", "0", "1, (0, 1)", "4"),
    "repeat": ("()", "1", "2", "1, 1", "(1, 1)", "2, 2", "1, 1, 1"),
    "repeat_interleave": ("1", "2", "1, 0", "torch.ones(2, dtype=torch.long), 0"),
    "tile": ("1", "2", "1, 1", "(2, 2)", "()"),
    "narrow_copy": ("0, 0, 1",),
    "unfold": ("0, 1, 1",),
    "cummax": ("0",),
    # new shapes
    "view": ("2, 2", "-1", "(2, 2)", "x.size()", "torch.float32", "torch.int32"),
    "view_as": ("p",),
    "reshape": ("2, 2", "-1", "(2, 2)", "x.size()", "x.shape", "-1, 1"),
    "reshape_as": ("p",),
    "ravel": ("",),
    "flatten": ("", "0", "1", "start_dim=1", "0, 1"),
    "unflatten": ("0, (1, -1)", "0, (-1,)"),
    "expand": ("2, 2", "-1", "-1, -1", "(2, 2)", "2, 2, 2", "x.size()"),
    "expand_as": ("p", "w"),
    "broadcast_to": ("(2, 2)", "x.size()"),
    "squeeze": ("", "0", "dim=-1", "(0,)"),
    "unsqueeze": ("0", "-1", "dim=0"),
    "transpose": ("0, 1", "0, 0", "-1, -2", "dim0=0, dim1=1"),
    "swapaxes": ("0, 1", "0, 0"),
    "swapdims": ("0, 1", "0, 0"),
    "permute": ("0, 1", "1, 0", "(0,)", "dims=(0, 1)"),
    "movedim": ("0, 1", "0, 0"),
    "moveaxis": ("0, 1", "0, 0"),
    "narrow": ("0, 0, 1", "0, 0, 2", "0, 0, x.size(0)"),
    "select": ("0, 0", "0, -1"),
    "diagonal": ("", "1", "dim1=0, dim2=1"),
    "as_strided": ("(1,), (1,)", "x.size(), x.stride()"),
    "sum_to_size": ("2, 2", "1", "x.size()", "2"),
    "as_subclass": ("torch.Tensor",),
    # casts and moves
    **_alike(
        "bfloat16 bool byte char cpu double float half int long short",
        ("", "memory_format=torch.preserve_format"),
    ),
    "to": (
        "torch.float32",
        "torch.float64",
        "torch.int64",
        "'cpu'",
        "p",
        "w",
        "device='cpu'",
        "dtype=torch.float32",
        "torch.device('cpu'), torch.float32",
        "torch.float32, copy=True",
    ),
    "type": (
        "",
        "torch.FloatTensor",
        "torch.LongTensor",
        "'torch.FloatTensor'",
        "torch.float32",
        "torch.float64",
        "dtype=torch.float32",
    ),
    "type_as": ("p", "w"),
    "clone": ("", "memory_format=torch.contiguous_format"),
    "contiguous": ("", "memory_format=torch.contiguous_format"),
    "to_sparse": ("", "1"),
    "to_sparse_coo": ("",),
    "to_sparse_csr": ("",),
    "bernoulli": ("", "0.5", "p=0.5", "p"),
    "multinomial": ("1", "2, True", "num_samples=1"),
    # in place
    "fill_": ("0", "s", "float('nan')"),
    "normal_": ("", "0, 1", "mean=0, std=1", "0.0"),
    "uniform_": ("", "-1, 1", "0, 1"),
    "random_": ("", "2", "0, 2"),
    "bernoulli_": ("", "0.5", "p", "p=0.5"),
    "exponential_": ("", "1"),
    "log_normal_": ("", "0, 1"),
    "cauchy_": ("", "0, 1"),
    "geometric_": ("0.5",),
    "copy_": ("p", "s", "p, True"),
    "set_": ("p", "", "p.detach()"),
    "unsqueeze_": ("0", "-1"),
    "squeeze_": ("", "0"),
    "transpose_": ("0, 1", "0, 0"),
    "swapaxes_": ("0, 1",),
    "swapdims_": ("0, 1",),
    "as_strided_": ("(1,), (1,)",),
    "resize_": ("2, 2", "(1,)", "x.size()"),
    "resize_as_": ("p", "v"),
    "requires_grad_": ("", "True", "False", "requires_grad=False"),
    "apply_": ("abs",),
    "map_": ("p, max",),
    "map2_": ("p, q, max",),
    "pin_memory": ("",),
    "cuda": ("", "0", "non_blocking=True"),
    # new tensors
    "new": ("", "2", "2, 3", "x.size()", "[1, 2]", "p", "w", "p.size()"),
    "new_zeros": ("2", "2, 3", "(2, 3)", "x.size()", "2, dtype=torch.float64"),
    "new_ones": ("2", "2, 3", "(2, 3)", "x.size()", "2, dtype=torch.float64"),
    "new_empty": ("2", "2, 3", "(2, 3)", "x.size()", "2, dtype=torch.float64"),
    "new_full": ("(2, 3), 1", "x.size(), 1.5", "(2,), s"),
    "new_empty_strided": ("(2, 3), (3, 1)",),
    "new_tensor": ("1.5", "[1, 2]", "p", "x", "s"),
    # several results
    "sort": ("", "0", "-1, True", "dim=0"),
    "topk": ("1", "1, 0", "k=1"),
    "kthvalue": ("1", "1, 0"),
    "mode": ("", "0"),
    "cummin": ("0",),
    "aminmax": ("",),
    "frexp": ("",),
    "chunk": ("2", "1", "2, 0", "1, dim=0"),
    "split": ("1", "2", "1, 0", "[1, 1]", "2, dim=0"),
    "tensor_split": ("1", "2", "(1,)", "2, dim=0"),
    "split_with_sizes": ("[1, 1]", "[2]"),
    "hsplit": ("1", "2"),
    "vsplit": ("1", "2"),
    "dsplit": ("1", "2"),
    "unsafe_chunk": ("2", "1"),
    "unsafe_split": ("1", "2"),
    "unsafe_split_with_sizes": ("[1, 1]", "[2]"),
    "unbind": ("", "0", "dim=-1"),
    "qr": ("",),
    "svd": ("",),
    "slogdet": ("",),
    "geqrf": ("",),
    "histogram": ("2", "2, weight=p"),
    # not tensors
    "size": ("", "0"),
    "stride": ("", "0"),
    "is_set_to": ("p",),
    "is_same_size": ("p",),
    "register_hook": ("abs",),
    "backward": ("", "p"),
}

METHOD_CALLS: dict[str, tuple[str, ...]] = {
    "cross": ("pairs.cross(triples)", "pairs.cross(triples, dim=1)"),
    "inverse": ("definite.inverse()",),
    "det": ("definite.det()",),
    "cholesky": ("definite.cholesky()",),
    "cholesky_inverse": ("definite.cholesky_inverse()",),
    "cholesky_solve": ("w.cholesky_solve(definite)",),
    "ormqr": ("w.ormqr(v, z)",),
    "orgqr": ("w.orgqr(v)",),
    "lu": ("definite.lu()", "definite.lu(get_infos=True)"),
    "triangular_solve": ("w.triangular_solve(definite)",),
    "register_post_accumulate_grad_hook": (
        "torch.ones(2, requires_grad=True).register_post_accumulate_grad_hook(abs)",
    ),
    "stft": (
        "wave.stft(4, return_complex=True)",
        "wave.stft(4, window=b.flatten()[:4], return_complex=True)",
    ),
}


OPERATOR_ARGUMENTS: dict[str, tuple[str, ...]] = {
    **_alike("__pos__ __neg__ __abs__ __invert__", ("",)),
    **_alike(
        (
            "__add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ "
            "__floordiv__ __rfloordiv__ __mod__ __rmod__ __pow__ __rpow__ __eq__ __ne__ __lt__ "
            "__le__ __gt__ __ge__ __iadd__ __isub__ __imul__ __itruediv__ __ifloordiv__ __imod__ "
            "__ipow__"
        ),
        ("p", "2", "s"),
    ),
    **_alike("__matmul__ __rmatmul__", ("p", "w", "v", "b")),
    **_alike(
        (
            "__and__ __or__ __xor__ __rand__ __ror__ __rxor__ __lshift__ __rshift__ "
            "__iand__ __ior__ __ixor__ __ilshift__ __irshift__"
        ),
        ("p", "1"),
    ),
    "__getitem__": (
        "0",
        "-1",
        "slice(None)",
        "slice(0, 1)",
        "None",
        "...",
        "()",
        "(0, 0)",
        "(slice(None), 0)",
        "m",
        "first",
        "[0]",
        "(first, 0)",
    ),
}


FUNCTION_ARGUMENTS: dict[str, tuple[str, ...]] = {
    # joining
    **_alike(
        "cat concat concatenate",
        ("[x, p]", "(x,)", "[x, p, q], 0", "[x, p], dim=-1", "[x]"),
    ),
    "stack": ("[x, p]", "(x,)", "[x, p], 1", "[x, p], dim=-1"),
    **_alike("hstack vstack dstack column_stack row_stack", ("[x, p]", "(x,)")),
    "block_diag": ("x, p", "x"),
    "cartesian_prod": ("v, u", "v"),
    "combinations": ("v", "v, 2", "v, 1"),
    "flip": ("x, (0,)", "x, dims=[0]", "x, ()"),
    "tile": ("x, (1,)", "x, (2, 2)", "x, ()"),
    "reshape": ("x, (2, 2)", "x, (-1,)", "x, x.shape", "x, (-1, 1)"),
    "permute": ("x, (0, 1)", "x, (1, 0)", "x, (0,)"),
    # shapes
    **_alike("atleast_1d atleast_2d atleast_3d", ("x", "x, p")),
    "broadcast_tensors": ("x, p", "x, w", "x"),
    "meshgrid": ("v, u", "[v, u]", "v, u, indexing='ij'"),
    "einsum": (
        "'...->...', x",
        "'ij->ji', x",
        "'ij,jk->ik', x, w",
        "'ij,jk', x, w",
        "'i,i', v, u",
        "'ij->', x",
    ),
    "tensordot": ("x, w, 1", "x, w, dims=1", "v, u, 0", "w, z, 2"),
    "chain_matmul": ("w, z", "w"),
    "view_as_real": ("x",),
    "real": ("x",),
    "imag": ("x",),
    "rsub": ("x, p", "x, 2"),
    "complex": ("x, p",),
    "polar": ("x, p",),
    "where": ("m, x, p", "m, x, 0.0", "m, 0.0, x", "m, x, s", "m", "x"),
    "cdist": ("x, p", "w, z", "w, z, 1"),
    "pdist": ("w",),
    "vander": ("v", "v, 2"),
    "trapz": ("x", "x, p", "x, dx=2"),
    "trapezoid": ("x", "x, p", "x, dx=2"),
    "cumulative_trapezoid": ("x", "x, p"),
    "gradient": ("v", "w", "v, spacing=(u,)"),
    "isin": ("x, p", "x, s"),
    "searchsorted": ("v, p", "v, 0.5"),
    "bucketize": ("x, u", "0.5, u"),
    "spmm": ("sparse, w",),
    "hspmm": ("sparse, w",),
    "dsmm": ("w, z",),
    "polygamma": ("1, x",),
    "std_mean": ("x", "x, 0"),
    "var_mean": ("x", "x, 0"),
    # activations, pooling and layers that torch itself has
    "selu": ("x",),
    "selu_": ("x",),
    "celu": ("x", "x, 0.5"),
    "celu_": ("x",),
    "rrelu": ("x", "x, 0.1, 0.2, True"),
    "rrelu_": ("x",),
    "threshold": ("x, 0.5, 0",),
    "threshold_": ("x, 0.5, 0",),
    "dropout": ("x, 0.5, True", "x, 0.5, False", "x, 0.0, True"),
    "dropout_": ("x, 0.5, True", "x, 0.5, False"),
    "alpha_dropout": ("x, 0.5, True", "x, 0.5, False"),
    "feature_dropout": ("image, 0.5, True", "image, 0.5, False"),
    "conv1d": ("signal, kernel1", "signal, kernel1, v"),
    "conv2d": ("image, kernel2", "image, kernel2, v"),
    "conv3d": ("volume, kernel3", "volume, kernel3, v"),
    "conv_transpose1d": ("signal, kernel1", "signal, kernel1, v"),
    "conv_transpose2d": ("image, kernel2", "image, kernel2, v"),
    "conv_transpose3d": ("volume, kernel3", "volume, kernel3, v"),
    "avg_pool1d": ("signal, 2", "signal, 1"),
    "max_pool1d": ("signal, 2", "signal, 1"),
    "max_pool2d": ("image, 2", "image, 1"),
    "max_pool3d": ("volume, 2", "volume, 1"),
    "adaptive_avg_pool1d": ("signal, 2", "signal, 4", "signal, 1"),
    "pixel_shuffle": ("deep, 2", "image, 1"),
    "pixel_unshuffle": ("image, 2", "image, 1"),
    "channel_shuffle": ("image, 2", "image, 1"),
    "batch_norm": ("signal, u, v, None, None, True, 0.1, 1e-5, False",),
    "layer_norm": ("x, (2,)", "x, (2,), v, u"),
    "group_norm": ("signal, 2", "signal, 2, v, u"),
    "instance_norm": ("signal, v, u, None, None, True, 0.1, 1e-5, False",),
    "bilinear": ("w, z, kernel1", "w, z, kernel1, v"),
    "cosine_similarity": ("x, p", "w, z, 0"),
    "pairwise_distance": ("x, p", "w, z"),
    "constant_pad_nd": ("x, (0, 0)", "x, (1, 1)", "x, (0, 0), 1.0"),
    "norm_except_dim": ("x",),
    "pca_lowrank": ("w, 1",),
}
FUNCTION_CALLS: dict[str, tuple[str, ...]] = {
    "view_as_complex": ("torch.view_as_complex(w)",),
}


FUNCTIONAL_ARGUMENTS: dict[str, tuple[str, ...]] = {
    **_alike(
        "relu relu6 elu selu celu hardtanh leaky_relu hardsigmoid hardswish silu mish",
        ("x", "x, inplace=True"),
    ),
    "rrelu": ("x", "x, 0.1, 0.2, True", "x, inplace=True"),
    "threshold": ("x, 0.5, 0", "x, 0.5, 0, True"),
    **_alike("relu_ elu_ selu_ celu_ hardtanh_ leaky_relu_ rrelu_", ("x",)),
    "threshold_": ("x, 0.5, 0",),
    **_alike(
        "gelu logsigmoid softplus softsign tanhshrink tanh sigmoid hardshrink softshrink",
        ("x",),
    ),
    "softmax": ("x, 0", "x, dim=-1", "x", "x, 0, dtype=torch.float64"),
    "log_softmax": ("x, 0", "x, dim=-1", "x"),
    "softmin": ("x, 0", "x"),
    "gumbel_softmax": ("x", "x, hard=True", "x, tau=s"),
    "glu": ("x", "x, 0"),
    "prelu": ("x, s", "x, v"),
    **_alike(
        "dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout",
        ("x", "x, 0.5, True", "x, 0.5, False", "x, p=0.0", "x, inplace=True"),
    ),
    "linear": ("x, w", "x, w, u", "v, w"),
    "bilinear": ("w, z, kernel1", "w, z, kernel1, v"),
    "conv1d": ("signal, kernel1", "signal, kernel1, v"),
    "conv2d": ("image, kernel2", "image, kernel2, v", "image, kernel2, padding=1"),
    "conv3d": ("volume, kernel3", "volume, kernel3, v"),
    "conv_transpose1d": ("signal, kernel1", "signal, kernel1, v"),
    "conv_transpose2d": ("image, kernel2", "image, kernel2, v"),
    "conv_transpose3d": ("volume, kernel3", "volume, kernel3, v"),
    "unfold": ("image, 2", "image, 1"),
    "fold": ("signal, (2, 3), (1, 2)", "signal, (2, 2), 1"),
    "avg_pool1d": ("signal, 2", "signal, 1"),
    "avg_pool2d": ("image, 2", "image, 1"),
    "avg_pool3d": ("volume, 2", "volume, 1"),
    "max_pool1d": ("signal, 2", "signal, 1"),
    "max_pool2d": ("image, 2", "image, 1", "image, 2, return_indices=True"),
    "max_pool3d": ("volume, 2", "volume, 1"),
    "adaptive_avg_pool1d": ("signal, 2", "signal, 4", "signal, 1"),
    "adaptive_avg_pool2d": ("image, 2", "image, 4", "image, 1"),
    "adaptive_avg_pool3d": ("volume, 2", "volume, 4", "volume, 1"),
    "adaptive_max_pool1d": ("signal, 2", "signal, 4"),
    "adaptive_max_pool2d": ("image, 2", "image, 4"),
    "adaptive_max_pool3d": ("volume, 2", "volume, 4"),
    "lp_pool1d": ("signal, 2, 2", "signal, s, 2"),
    "lp_pool2d": ("image, 2, 2", "image, s, 2"),
    "batch_norm": ("signal, None, None, v, u, True", "signal, u, v"),
    "layer_norm": ("x, (2,)", "x, (2,), v, u"),
    "group_norm": ("signal, 2", "signal, 2, v, u"),
    "instance_norm": ("signal", "signal, None, None, v, u"),
    "local_response_norm": ("signal, 2", "signal, 2, s"),
    "normalize": ("x", "x, 1, 0", "x, 1, 0, s"),
    "embedding": ("ids, w", "ids, w, 0"),
    "embedding_bag": ("ids, w", "ids, w, per_sample_weights=z, mode='sum'"),
    "one_hot": ("labels", "labels, 3"),
    "pad": (
        "x, (0, 0)",
        "x, (1, 1)",
        "x, (0, 0), 'constant', 1.0",
        "x, (0, 0), 'replicate'",
        "x, (0, 0), 'circular'",
        "signal, (1, 1), 'reflect'",
        "x, ()",
    ),
    "interpolate": (
        "image, 2",
        "image, 4",
        "image, scale_factor=2",
        "image, size=4, mode='bilinear'",
    ),
    "upsample": ("image, 2", "image, 4", "image, scale_factor=2"),
    "upsample_nearest": ("image, 2", "image, 4"),
    "upsample_bilinear": ("image, 2", "image, 4"),
    "grid_sample": ("image, grid",),
    "affine_grid": ("theta, (1, 1, 2, 2)",),
    "pixel_shuffle": ("deep, 2", "image, 1"),
    "pixel_unshuffle": ("image, 2", "image, 1"),
    "channel_shuffle": ("image, 2", "image, 1"),
    "cosine_similarity": ("x, p", "w, z, 0"),
    "pairwise_distance": ("x, p", "w, z"),
    "pdist": ("w",),
    # losses
    "cross_entropy": ("w, labels", "w, labels, v", "w, z", "w, labels, reduction='none'"),
    "nll_loss": ("w, labels", "w, labels, v", "w, labels, reduction='none'"),
    **_alike(
        "mse_loss l1_loss smooth_l1_loss huber_loss",
        ("x, p", "x, p, reduction='none'", "x, p, reduction='sum'"),
    ),
    "binary_cross_entropy": ("x, p", "x, p, q", "x, p, reduction='none'"),
    "binary_cross_entropy_with_logits": (
        "x, p",
        "x, p, q",
        "x, p, pos_weight=q",
        "x, p, reduction='none'",
    ),
    "kl_div": ("x, p", "x, p, reduction='none'", "x, p, reduction='batchmean'"),
    "poisson_nll_loss": ("x, p", "x, p, reduction='none'"),
    "gaussian_nll_loss": ("x, p, q", "x, p, q, reduction='none'"),
    "soft_margin_loss": ("x, p", "x, p, reduction='none'"),
    "hinge_embedding_loss": ("x, p", "x, p, reduction='none'"),
    "margin_ranking_loss": ("x, p, q", "x, p, q, reduction='none'"),
    "cosine_embedding_loss": ("w, z, v", "w, z, v, reduction='none'"),
    "triplet_margin_loss": ("x, p, q", "x, p, q, reduction='none'"),
    "triplet_margin_with_distance_loss": ("x, p, q",),
    "multi_margin_loss": ("w, labels", "w, labels, weight=v", "w, labels, reduction='none'"),
    "multilabel_margin_loss": ("w, ids", "w, ids, reduction='none'"),
    "multilabel_soft_margin_loss": ("w, z", "w, z, u", "w, z, reduction='none'"),
    "ctc_loss": ("log_probs, torch.tensor([[1]]), torch.tensor([2]), torch.tensor([1])",),
    "scaled_dot_product_attention": ("x, p, q", "x, p, q, None, 0.5"),
}

FACTORY_CALLS: dict[str, tuple[str, ...]] = {
    **{
        f"torch.{name}": (
            f"torch.{name}(2)",
            f"torch.{name}(2, 3)",
            f"torch.{name}((2, 3))",
            f"torch.{name}(x.size())",
            f"torch.{name}(2, dtype=torch.float64)",
            f"torch.{name}(())",
        )
        for name in ("zeros", "ones", "empty", "rand", "randn")
    },
    "torch.full": ("torch.full((2, 3), 1.5)", "torch.full((2,), 1.0)", "torch.full((), 0.5)"),
    "torch.eye": ("torch.eye(2)", "torch.eye(2, 3)", "torch.eye(1, dtype=torch.float64)"),
    "torch.empty_strided": ("torch.empty_strided((2, 3), (3, 1))",),
    "torch.empty_permuted": ("torch.empty_permuted((2, 3), (0, 1))",),
    "torch.linspace": (
        "torch.linspace(0, 1, 3)",
        "torch.linspace(s, 1, 3)",
        "torch.linspace(0, s, 3)",
    ),
    "torch.logspace": ("torch.logspace(0, 1, 3)", "torch.logspace(s, 1, 3)"),
    **{
        f"torch.{name}_window": (f"torch.{name}_window(3)", f"torch.{name}_window(1, False)")
        for name in ("bartlett", "blackman", "hamming", "hann", "kaiser")
    },
    "torch.scalar_tensor": ("torch.scalar_tensor(2)", "torch.scalar_tensor(2.5)"),
    "torch.arange": ("torch.arange(1.0)", "torch.arange(0, 2, 0.5)"),
    "torch.range": ("torch.range(0, 2)", "torch.range(0, 1, 0.5)"),
    "torch.randint": (
        "torch.randint(2, (2,), dtype=torch.float32)",
        "torch.randint(0, 2, (2,), dtype=torch.float32)",
    ),
    "torch.randperm": ("torch.randperm(3, dtype=torch.float32)",),
    "torch.tril_indices": ("torch.tril_indices(2, 2)",),
    "torch.triu_indices": ("torch.triu_indices(2, 2)",),
    "torch.tensor": (
        "torch.tensor([1.0, 2.0])",
        "torch.tensor(1.5)",
        "torch.tensor(x)",
        "torch.tensor([s, 1.0])",
        "torch.tensor(x, dtype=torch.float64)",
        "torch.tensor(np.zeros(2))",
    ),
    "torch.as_tensor": (
        "torch.as_tensor(x)",
        "torch.as_tensor(x, dtype=torch.float64)",
        "torch.as_tensor([1.0])",
        "torch.as_tensor(np.zeros(2))",
    ),
    "torch.asarray": (
        "torch.asarray(x)",
        "torch.asarray(x, dtype=torch.float64)",
        "torch.asarray(x, copy=True)",
        "torch.asarray([1.0])",
        "torch.asarray(np.zeros(2))",
    ),
    "torch.from_numpy": (
        "torch.from_numpy(np.zeros(2))",
        "torch.from_numpy(np.zeros((2, 2), dtype=np.float32))",
        "torch.from_numpy(np.arange(3))",
    ),
    "torch.frombuffer": ("torch.frombuffer(bytearray(8), dtype=torch.float32)",),
    "torch.from_dlpack": ("torch.from_dlpack(x)", "torch.from_dlpack(np.zeros(2))"),
    **{
        f"torch.{name}_like": (
            f"torch.{name}_like(x)",
            f"torch.{name}_like(x, dtype=torch.float32)",
            f"torch.{name}_like(w)",
        )
        for name in ("zeros", "ones", "empty", "rand", "randn")
    },
    "torch.full_like": ("torch.full_like(x, 1)", "torch.full_like(w, 1.5)"),
    "torch.randint_like": (
        "torch.randint_like(x, 2)",
        "torch.randint_like(x, 0, 2)",
        "torch.randint_like(w, 2)",
    ),
    "torch.normal": (
        "torch.normal(x)",
        "torch.normal(x, 1.0)",
        "torch.normal(0.0, x)",
        "torch.normal(x, p)",
        "torch.normal(0.0, 1.0, (2, 3))",
        "torch.normal(mean=x, std=p)",
        "torch.normal(0.0, 1.0, size=(2,))",
    ),
    "torch.bernoulli": ("torch.bernoulli(x)", "torch.bernoulli(x, 0.5)", "torch.bernoulli(x, p)"),
    "torch.poisson": ("torch.poisson(x)",),
    "torch.binomial": ("torch.binomial(x, p)", "torch.binomial(x.round(), p)"),
    "torch.multinomial": (
        "torch.multinomial(x, 1)",
        "torch.multinomial(w, 2)",
        "torch.multinomial(x, 2, True)",
    ),
    "torch.sparse_coo_tensor": (
        "torch.sparse_coo_tensor(ids, v)",
        "torch.sparse_coo_tensor(ids, v, (2, 2))",
        "torch.sparse_coo_tensor([[0, 1], [1, 0]], [1.0, 2.0])",
    ),
    "torch.sparse_csr_tensor": ("torch.sparse_csr_tensor([0, 1, 2], [0, 1], v)",),
}

KEYWORD_CALLS: dict[str, tuple[str, ...]] = {
    "torch.tensor": ("torch.tensor([1.0, 2.0])", "torch.tensor(w)"),
    "torch.sparse_coo_tensor": (
        "torch.sparse_coo_tensor(ids, [1.0, 2.0])",
        "torch.sparse_coo_tensor(ids, v)",
    ),
    "torch.sparse_csr_tensor": (
        "torch.sparse_csr_tensor([0, 1, 2], [0, 1], [1.0, 2.0])",
        "torch.sparse_csr_tensor([0, 1, 2], [0, 1], v)",
    ),
}


def method_recipes() -> dict[str, list[str]]:
    """Method name -> calls."""
    recipes = {
        name: [f"x.{name}({arguments})" for arguments in alternatives]
        for name, alternatives in METHOD_ARGUMENTS.items()
    }
    for name, calls in METHOD_CALLS.items():
        recipes.setdefault(name, []).extend(calls)
    return recipes


def operator_recipes() -> dict[str, list[str]]:
    """Name of the special method -> calls."""
    return {
        name: [f"x.{name}({arguments})" for arguments in alternatives]
        for name, alternatives in OPERATOR_ARGUMENTS.items()
    }


def function_recipes() -> dict[str, list[str]]:
    """Dotted function name -> calls; a function that is a method too is called like it."""
    recipes = {
        f"torch.{name}": [f"torch.{name}({arguments})" for arguments in alternatives]
        for name, alternatives in FUNCTION_ARGUMENTS.items()
    }
    for name, alternatives in FUNCTIONAL_ARGUMENTS.items():
        calls = [f"F.{name}({arguments})" for arguments in alternatives]
        recipes[f"torch.nn.functional.{name}"] = calls
    for name, alternatives in FUNCTION_CALLS.items():
        recipes.setdefault(f"torch.{name}", []).extend(alternatives)
    for name, calls in method_recipes().items():
        if is_torch_function(name) and f"torch.{name}" not in recipes:
            recipes[f"torch.{name}"] = [_as_function(name, call) for call in calls]
    return recipes


def is_torch_function(name: str) -> bool:
    """Is there a function of that name in `torch` (and not a dtype, a module, ...)?"""
    found = getattr(torch, name, None)
    return callable(found) and not isinstance(found, (type, types.ModuleType))


def _as_function(name: str, call: str) -> str:
    """`x.name(...)` as `torch.name(x, ...)`."""
    node = ast.parse(call, mode="eval").body
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Attribute)
    parts = [ast.unparse(part) for part in (node.func.value, *node.args, *node.keywords)]
    return f"torch.{name}({', '.join(parts)})"
