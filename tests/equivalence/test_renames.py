"""Old names: the rewritten program does the same, and no longer warns or raises."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path

import cases_renames
import pytest
import torch
from cases_renames import BROKEN, NOT_SELECTED, REWRITTEN, UNTOUCHED, Broken, Renamed, Untouched
from harness import MAIN, assert_equivalent, observe

from varmigrate.run.engine import RunOptions, run

_DEPRECATED = ("deprecated", "Implicit dimension", "size_average and reduce")


# Functions that are imported are looked through: that one came is no difference.
_SEEN = (
    "    kinds = (type(lambda: 0), type(torch), type)\n"
    "    see('all', {k: v for k, v in locals().items() if not isinstance(v, kinds)})\n"
)


def fix_project(
    files: Mapping[str, str], select: tuple[str, ...] = (), unsafe: bool = False
) -> dict[str, str]:
    """What the tool makes of the files; that it fails on one, or drops its fixes, is a failure."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            (Path(folder) / path).write_text(text)
        options = RunOptions(fix=True, unsafe=unsafe, jobs=1, select=select)
        report = run([folder], options)
        assert not list(report.errors())
        assert "VM009" not in [finding.code for finding in report.findings()]
        fixed = dict(files)
        for result in report.results:
            if result.after is not None:
                fixed[Path(result.path).name] = result.after
        return fixed


class _Warned(warnings.catch_warnings):
    """Collects the warnings a program gives, those too that are given once in a process."""

    def __init__(self) -> None:
        super().__init__(record=True)
        self.messages: list[warnings.WarningMessage] = []

    def __enter__(self) -> None:
        found = super().__enter__()
        assert found is not None
        self.messages = found
        warnings.simplefilter("always")
        torch.set_warn_always(True)

    def __exit__(self, *error: object) -> None:
        torch.set_warn_always(False)
        super().__exit__(*error)

    @property
    def deprecated(self) -> list[str]:
        texts = [str(message.message) for message in self.messages]
        return [text for text in texts if any(word in text for word in _DEPRECATED)]


@pytest.mark.parametrize("case", REWRITTEN, ids=lambda case: case.name)
def test_the_new_name_does_the_same(case: Renamed) -> None:
    warned, silent = _Warned(), _Warned()
    before = observe(case.source, case.files, during=warned)
    assert before.raised is None
    assert bool(warned.deprecated) is not case.quiet
    fixed = fix_project({MAIN: case.source, **case.files}, case.select)
    assert fix_project(fixed, case.select) == fixed
    main = fixed.pop(MAIN)
    for text in case.contains:
        assert text in main, main
    for text in case.lacks:
        assert text not in main, main
    assert_equivalent(before, observe(main, fixed, during=silent))
    assert silent.deprecated == []


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_what_raises_does_what_it_did(case: Broken) -> None:
    before = observe(case.source)
    assert before.raised in ("TypeError", "RuntimeError", "AttributeError")
    fixed = fix_project({MAIN: case.source}, case.select)
    assert fix_project(fixed, case.select) == fixed
    for text in case.contains:
        assert text in fixed[MAIN], fixed[MAIN]
    after = observe(fixed[MAIN])
    assert after.raised is None
    assert after.stdout == case.prints


@pytest.mark.parametrize("case", UNTOUCHED, ids=lambda case: case.because)
def test_nothing_changes(case: Untouched) -> None:
    assert observe(case.source, case.files).raised == case.raises
    files = {MAIN: case.source, **case.files}
    assert fix_project(files) == files
    assert fix_project(files, ("renames",)) == files


@pytest.mark.parametrize("case", NOT_SELECTED, ids=lambda case: case.because)
def test_nothing_changes_unless_it_is_asked_for(case: Untouched) -> None:
    files = {MAIN: case.source, **case.files}
    assert fix_project(files) == files
    fixed = fix_project(files, ("renames",))
    assert fixed != files
    assert_equivalent(observe(case.source), observe(fixed[MAIN]))


def test_all_together() -> None:
    """Every program that can share a file with others is fixed in one run, whatever the order."""
    cases = [c for c in REWRITTEN if not c.files and c.source.startswith("import torch\nimport")]
    for ordered in (cases, cases[::-1]):
        bodies = []
        for number, case in enumerate(ordered):
            lines = "".join(f"    {line}\n" for line in case.source.splitlines())
            bodies.append(f"def program_{number}():\n{lines}{_SEEN}")
        calls = "".join(f"program_{number}()\n" for number in range(len(ordered)))
        source = "\n\n".join(bodies) + calls
        before = observe(source)
        for select in ((), ("renames",), ("all",)):
            fixed = fix_project({MAIN: source}, select)
            assert fix_project(fixed, select) == fixed
            assert_equivalent(before, observe(fixed[MAIN]))


def test_more_stay_than_change() -> None:
    assert len(UNTOUCHED) > len(REWRITTEN) + len(BROKEN)
    names = [c.name for c in (*REWRITTEN, *BROKEN)] + [c.because for c in UNTOUCHED]
    assert len(set(names)) == len(names)
    assert len(names) >= 80
    assert cases_renames.NOT_SELECTED
