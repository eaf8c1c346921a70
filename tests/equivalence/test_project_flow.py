"""Proofs that go through functions of other files keep programs the same; none of it is idle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from cases_project_flow import CALLED, CLEAN, KEPT, STAYS
from harness import MAIN, Case, assert_equivalent, differences, fix_project, observe

from varmigrate.analysis import bodies, called, evaluation, operations, summaries, terms
from varmigrate.analysis.terms import TermKind
from varmigrate.run import index

Patch = Callable[[pytest.MonkeyPatch], None]


def fixed(case: Case) -> dict[str, str]:
    return dict(fix_project({MAIN: case.source, **case.files}))


def same(case: Case, after: dict[str, str]) -> None:
    before = observe(case.source, case.files)
    assert before.raised is None, before.raised
    rest = {path: text for path, text in after.items() if path != MAIN}
    assert_equivalent(before, observe(after[MAIN], rest))


@pytest.mark.parametrize(("text", "case"), CLEAN, ids=[case.name for _, case in CLEAN])
def test_what_is_proved_goes(text: str, case: Case) -> None:
    after = fixed(case)
    assert text in after[MAIN], after[MAIN]
    same(case, after)


@pytest.mark.parametrize(("text", "case"), CLEAN, ids=[case.name for _, case in CLEAN])
def test_the_order_of_fixes_plays_no_part(text: str, case: Case) -> None:
    together = fixed(case)
    # The functions have been fixed before the file that uses them is.
    first = dict(fix_project(case.files))
    later = fixed(replace(case, files=first))
    assert later == together
    assert fixed(replace(case, source=together.pop(MAIN), files=together)) == later


@pytest.mark.parametrize("case", [*(case for _, case in KEPT), *STAYS], ids=lambda case: case.name)
def test_what_is_not_proved_stays(case: Case) -> None:
    after = fixed(case)
    assert ".detach()" in after[MAIN], after[MAIN]
    same(case, after)


def _flag(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(evaluation._Evaluated, "flag", lambda self, term: False)


def _either(patch: pytest.MonkeyPatch) -> None:
    real = evaluation._Evaluated.at

    def at(self, term, path):  # type: ignore[no-untyped-def]
        if term.kind is not TermKind.EITHER:
            return real(self, term, path)
        facts = [real(self, part, path) for part in term.parts]
        return next((fact for fact in facts if fact.free), facts[0])

    patch.setattr(evaluation._Evaluated, "at", at)
    patch.setattr(bodies._Reader, "anything", staticmethod(lambda uses, roots: terms.NUMBER))


def _spread(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(bodies._Reader, "written", lambda self, before, values: before)


def _write(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(bodies._Reader, "write", lambda self, target, values, env: None)


def _unknown(patch: pytest.MonkeyPatch) -> None:
    def unknown(parts):  # type: ignore[no-untyped-def]
        return terms.UNSEEN

    patch.setattr(summaries, "unknown", unknown)
    patch.setattr(operations, "unknown", unknown)
    patch.setattr(bodies._Reader, "write", lambda self, target, values, env: None)


def _keep(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(bodies._Reader, "keep", staticmethod(lambda owner, value: None))


def _widen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(bodies._Reader, "widened", lambda self, before, after: before)


def _shares(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(called.Called, "shared", property(lambda self: []))


def _replaced(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(index, "replaced_names", lambda raw: set())


MUTATIONS: dict[str, Patch] = {
    "flag": _flag,
    "either": _either,
    "spread": _spread,
    "write": _write,
    "unknown": _unknown,
    "keep": _keep,
    "widen": _widen,
    "shares": _shares,
    "replaced": _replaced,
}


@pytest.mark.parametrize(
    ("obligation", "case"), KEPT, ids=[f"{name}: {case.name}" for name, case in KEPT]
)
def test_every_obligation_is_needed(
    obligation: str, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = observe(case.source, case.files)
    MUTATIONS[obligation](monkeypatch)
    after = fixed(case)
    assert differences(before, observe(after.pop(MAIN), after)), after


def test_every_mutation_has_a_case() -> None:
    assert {name for name, _ in KEPT} == MUTATIONS.keys()
    assert len(KEPT) + len(STAYS) > 2 * len(CLEAN)


@pytest.mark.parametrize("case", CALLED, ids=lambda case: case.name)
def test_callers_count_wherever_they_are(case: Case) -> None:
    after = fixed(case)
    assert "y = x.detach()" in after["script.py"], after["script.py"]
    same(case, after)


def test_without_such_a_caller_it_goes() -> None:
    case = CALLED[0]
    files = {path: text for path, text in case.files.items() if path != "other.py"}
    assert "y = x\n" in fix_project(files)["script.py"]


_SPLIT = {
    "scripts/main.py": "from lib import tools\n\nv = Variable(tools.cut(torch.ones(2)))\n",
    "lib/tools.py": "def cut(x):\n    return Variable(x)\n",
}


def test_folders_without_an_init_file_are_packages() -> None:
    head = "import torch\nfrom torch.autograd import Variable\n"
    files = {path: head + text for path, text in _SPLIT.items()}
    files["setup.py"] = ""
    assert "v = tools.cut(torch.ones(2))\n" in fix_project(files)["scripts/main.py"]
