"""Which files are worth parsing: a plain search of their bytes."""

from __future__ import annotations

import re

from varmigrate.files.source import mentions

# What can start a finding. A test holds this against the triggers the rules declare; the rules
# themselves are not imported for files that are dismissed.
TRIGGERS = (b"Variable", b"varmigrate:", b"noqa: VM", b"noqa:VM")
# The rules for what else is as old: asked only of files that name torch.
OLD_TRIGGERS = (
    b".data",
    b".numpy()",
    b"volatile",
    b".eval()",
    b".backward(",
    b"async",
    b"retain_variables",
    b"size_average",
    b"reduce=",
    b"Loss",
    b"_loss(",
    b"cross_entropy(",
    b"kl_div(",
    b"clip_grad_norm",
    b"nn.init",
    b"init.",
    b"import init",
    b"constant(",
    b"dirac(",
    b"eye(",
    b"kaiming_normal(",
    b"kaiming_uniform(",
    b"normal(",
    b"orthogonal(",
    b"sparse(",
    b"uniform(",
    b"xavier_normal(",
    b"xavier_uniform(",
    b"sigmoid",
    b"tanh",
    b"softm",
    b"Softm",
    b"Function",
    b".add",
    b".sub",
    b"addbmm",
    b"sspaddmm",
    b"NLLLoss2d",
    b"torch.legacy",
    b"import legacy",
    b"utils.ffi",
    b"utils.trainer",
    b".reinforce(",
    b".multinomial(",
    b".creator",
    b"autograd.variable(",
    b"import variable",
    b".range(",
    b".btrifact(",
    b".btrisolve(",
    b".btriunpack(",
    b".chain_matmul(",
    b".cholesky(",
    b".eig(",
    b".fft(",
    b".gels(",
    b".gesv(",
    b".ifft(",
    b".irfft(",
    b".lstsq(",
    b".lu(",
    b".matrix_rank(",
    b".potrf(",
    b".potri(",
    b".potrs(",
    b".qr(",
    b".rfft(",
    b".solve(",
    b".symeig(",
    b".triangular_solve(",
    b".trtrs(",
    b"psample",
    b"interpolate(",
    b"hasattr(torch",
    b"LongTensor",
    b".int()",
    b".argm",
    b"long()",
    b"IntTensor",
    b"masked_",
    b"byte(",
    b"ByteTensor",
    b"uint8",
    b"__version__",
    b"1 - ",
    b"1-",
)
_FORWARD = re.compile(rb"\bdef\s+forward\b")
_PASSED_ON = re.compile(rb"import\s*\*|import[^\n]*\bVariable\b|\.Variable\b")


def mentions_trigger(raw: bytes) -> bool:
    """Whether a file names anything a rule may report."""
    return mentions(raw, TRIGGERS) or (b"torch" in raw and mentions(raw, OLD_TRIGGERS))


def is_candidate(raw: bytes) -> bool:
    """Whether a file that mentions a trigger may be about torch.

    A file that does not name torch itself can still get Variable from another file of its project.
    """
    return b"torch" in raw or _PASSED_ON.search(raw) is not None


def defines_function(raw: bytes) -> bool:
    """Whether a file may define an old-style Function that other files use."""
    return b"Function" in raw and b"autograd" in raw and _FORWARD.search(raw) is not None
