"""Programs that once refuted a proof do the same before and after the tool went over them."""

from __future__ import annotations

import re

import cases_refuted
import cases_refuted_elsewhere
import cases_refuted_holders
import cases_refuted_loaders
import cases_refuted_modules
import cases_refuted_values
import pytest
from harness import MAIN, assert_equivalent, fix_project, observe

REFUTED = {
    name: program
    for module in (
        cases_refuted,
        cases_refuted_elsewhere,
        cases_refuted_holders,
        cases_refuted_loaders,
        cases_refuted_modules,
        cases_refuted_values,
    )
    for name, program in module.REFUTED.items()
}


@pytest.mark.parametrize("name", REFUTED)
def test_a_refuted_proof_stays_refuted(name: str) -> None:
    source, *rest = re.split(r"(?m)^## file (\S+)\n", REFUTED[name])
    files = dict(zip(rest[::2], rest[1::2], strict=True))
    fixed = dict(fix_project({MAIN: source, **files}))
    assert fix_project(fixed) == fixed
    assert fixed != {MAIN: source, **files}
    main = fixed.pop(MAIN)
    assert_equivalent(observe(source, files), observe(main, fixed))
