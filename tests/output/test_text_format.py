"""The text form: what people see."""

from __future__ import annotations

import re

import pytest
from output_samples import ESC, UNSAFE, finding, manual, report, shown

from varmigrate.model import FileResult, Finding, Fix, Intent, Report, Safety
from varmigrate.output import get
from varmigrate.output.options import Options

HEADLINE = re.compile(r"^(.+):(\d+):(\d+): (VM\d{3})( \[[a-z-]+\])? (.+)$")
COLOR = re.compile(r"\x1b\[[0-9;]*m")


def test_a_finding_in_full() -> None:
    assert shown(report(finding("    x = Variable(data)  # keep"))) == (
        "src/train.py:12:9: VM105 [batch] a batch needs no Variable\n"
        "  12 | x = Variable(data)  # keep\n"
        "     |     ^^^^^^^^^^^^^^\n"
        "     = safe fix: drop the Variable call\n"
        "\n"
        "Checked 7 files: 1 finding in 1 file\n"
        "  1 can be fixed safely\n"
    )


def test_an_unsafe_fix_names_its_price() -> None:
    line = "= unsafe fix (--unsafe-fixes): use x itself, assuming x is not used again\n"
    assert line in shown(report(finding(fix=UNSAFE)))


def test_an_unsafe_fix_without_a_stated_price() -> None:
    fix = Fix(Safety.UNSAFE, "use x itself", ())
    assert "= unsafe fix (--unsafe-fixes): use x itself\n" in shown(report(finding(fix=fix)))


def test_advice_stands_where_there_is_no_fix() -> None:
    output = shown(report(manual()))
    assert ":5: VM206 leftover import\n" in output
    assert "= advice: remove it\n" in output
    assert "safe fix:" not in output


def test_nothing_to_advise() -> None:
    assert " = " not in shown(report(manual(advice=None, source="import Variable(data)")))


def test_evidence_only_under_verbose() -> None:
    made = report(finding(evidence=("loop variable of a DataLoader",)))
    line = "= evidence: loop variable of a DataLoader\n"
    assert line in shown(made, verbose=True)
    assert "evidence" not in shown(made)


def test_quiet_is_a_line_per_finding() -> None:
    made = report(*(finding(line=line) for line in range(1, 101)), manual(path="z.py"))
    lines = shown(made, quiet=True).splitlines()
    assert len(lines) == 101
    assert all(HEADLINE.match(line) for line in lines)


def test_quiet_says_nothing_about_nothing() -> None:
    assert shown(Report(checked=3), quiet=True) == ""
    assert shown(report(fixed=(finding(),)), quiet=True, command="fix") == ""


def test_gutters_of_a_file_agree() -> None:
    output = shown(report(finding(line=3), finding(line=1234)))
    assert "     3 | x = " in output
    assert "  1234 | x = " in output


def test_a_range_over_lines_is_marked_to_the_end_of_the_first() -> None:
    output = shown(report(finding("    h = f(Variable(", "Variable(", end_line=15, end_column=2)))
    assert "h = f(Variable(\n     |       ^^^^^^^^^\n" in output


def test_no_source_no_marks() -> None:
    output = shown(report(finding(source_line="")))
    assert "|" not in output
    assert "^" not in output


def test_a_notebook_cell_is_named() -> None:
    output = shown(report(finding(path="nb.ipynb", cell=4)))
    assert output.startswith("nb.ipynb:cell 4:12:5: VM105 ")


# Text of others


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("text", ["[red]x[/red]", "[/]", "[link=http://e.org]x[/link]", ":smile:"])
def test_markup_is_shown_as_it_stands(text: str, color: bool) -> None:
    source = f"'{text}'; Variable(data)"
    one = finding(
        source, path=f"src/{text}.py", message=f"m {text}", evidence=(f"e {text}",), fix=UNSAFE
    )
    two = manual(path=f"src/{text}.py", line=13, source=source, advice=f"a {text}")
    output = shown(report(one, two), color=color, verbose=True)
    plain = COLOR.sub("", output)
    assert f"src/{text}.py:12:" in plain
    assert f"| {source}\n" in plain
    for start in "mea":
        assert f"{start} {text}\n" in plain


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize(
    "bad", ["\x1b]0;t\x07", "\x9b2J", "\u202e", "\u2066", "a\nb", "\r", "\x08"]
)
def test_nothing_of_others_reaches_the_terminal_as_a_code(bad: str, color: bool) -> None:
    one = finding(
        f"'{bad}'; Variable(data)",
        path=f"src/{bad}.py",
        message=f"m {bad}",
        evidence=(f"e {bad}",),
        fix=Fix(Safety.UNSAFE, f"t {bad}", (), f"s {bad}"),
    )
    two = manual(path=f"src/{bad}.py", line=13, advice=f"a {bad}")
    for quiet in (False, True):
        made = report(one, two, fixed=(one,))
        output = shown(made, color=color, verbose=True, quiet=quiet, command="fix")
        plain = COLOR.sub("", output)
        assert bad not in plain
        assert all(line.isprintable() for line in plain.split("\n"))
        assert "\\" in plain


def test_a_lone_surrogate_can_be_written() -> None:
    shown(report(finding(path="a\udcff.py"))).encode("utf-8")


# Colour and width


def test_colour_only_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made = report(finding(), manual(line=20))
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert ESC not in shown(made)
    for variable in ("NO_COLOR", "TERM"):
        monkeypatch.setenv(variable, "dumb")
    colored = shown(made, color=True)
    assert f"{ESC}[32msafe fix: " in colored
    assert COLOR.sub("", colored) == shown(made)


def test_lines_are_not_broken_off_a_terminal() -> None:
    words = "word " * 200 + "end"
    output = shown(report(finding(message=words, fix=None, advice=words)))
    assert f"[batch] {words}\n" in output
    assert f"= advice: {words}\n" in output


@pytest.mark.parametrize("color", [False, True])
def test_on_a_terminal_details_are_broken_at_spaces(color: bool) -> None:
    words = "word " * 40 + "end"
    output = shown(report(finding(message=words, fix=None, advice=words)), width=60, color=color)
    headline, *rest = COLOR.sub("", output).splitlines()
    assert headline.endswith(words)
    assert all(len(line) <= 60 for line in rest)
    details = [line for line in rest if "word" in line]
    assert all(line.startswith("       ") for line in details[1:])
    assert " ".join(details).split()[2:] == words.split()


def test_source_fits_the_terminal() -> None:
    source = "a + " * 500 + "Variable(data)" + " + b" * 500
    lines = shown(report(finding(source)), width=70).splitlines()
    assert len(lines[1]) <= 70
    assert lines[1][lines[2].index("^") : lines[2].rindex("^") + 1] == "Variable(data)"


# Calm


def _five_hundred() -> Report:
    return report(
        *(
            finding(path=f"m{number % 5}.py", line=number // 5 + 1, end_line=number // 5 + 1)
            for number in range(500)
        )
    )


def test_five_hundred_findings_are_calm() -> None:
    lines = shown(_five_hundred()).splitlines()
    assert sum(bool(HEADLINE.match(line)) for line in lines) == 5
    assert len(lines) < 40
    also = [line for line in lines if "also at" in line]
    named = ", ".join(map(str, range(2, 14)))
    assert also == [f"      = also at lines {named} ... (87 more)"] * 5
    assert "Checked 7 files: 500 findings in 5 files" in lines
    assert "Findings that say the same are shown once per file; --quiet lists each." in lines


@pytest.mark.parametrize("quiet", [False, True])
def test_nothing_is_gathered_when_all_is_asked_for(quiet: bool) -> None:
    output = shown(_five_hundred(), quiet=quiet, verbose=not quiet)
    assert sum(bool(HEADLINE.match(line)) for line in output.splitlines()) == 500
    assert "also at" not in output
    assert "shown once" not in output


def test_a_few_findings_are_each_shown() -> None:
    output = shown(report(*(finding(line=line) for line in range(1, 11))))
    assert output.count("VM105") == 10
    assert "also at" not in output


def test_only_findings_that_say_the_same_are_gathered() -> None:
    others = [
        finding(line=50, message="something else"),
        finding(line=51, code="VM112"),
        finding(line=52, fix=UNSAFE),
        finding(line=53, fix=None, advice="this"),
        finding(line=54, fix=None, advice="that"),
        finding(line=55, intent=Intent.TARGET),
    ]
    same = [finding(line=line) for line in range(1, 41)]
    output = shown(report(*same, *others))
    assert output.count("also at") == 1
    assert [line for line in range(50, 56) if f"py:{line}:" in output] == list(range(50, 56))


def test_one_other_place_and_places_on_one_line() -> None:
    many = [manual(line=line, message=f"m{line}") for line in range(100, 140)]
    twice = [finding(line=7), finding(line=9), finding(line=9, column=30)]
    assert "= also at line 9\n" in shown(report(*twice, *many))
    on_one_line = [finding(line=7), finding(line=7, column=30)]
    assert "= also further on in this line\n" in shown(report(*on_one_line, *many))


# Summary and statistics


def test_nothing_found_is_one_line() -> None:
    assert shown(Report(checked=1)) == "Checked 1 file: nothing found\n"
    assert shown(Report(checked=12), statistics=True) == "Checked 12 files: nothing found\n"
    assert shown(Report(checked=2), command="fix") == "Checked 2 files: nothing found\n"


def test_the_summary_of_check() -> None:
    findings = [finding(line=line) for line in range(1, 12)]
    made = report(*findings, finding(path="b.py", fix=UNSAFE), manual(), manual(path="b.py"))
    assert shown(made).endswith(
        "Checked 7 files: 14 findings in 2 files\n"
        "  11 can be fixed safely\n"
        "   1 can be fixed with --unsafe-fixes\n"
        "   2 need a hand\n"
    )


def test_the_summary_of_fix_says_what_is_left_and_why() -> None:
    left = [
        finding(line=1, fix=UNSAFE),
        finding(line=2, fix=UNSAFE),
        finding(line=3),
        manual(line=4, code="VM110"),
        manual(line=5),
        manual(line=6),
    ]
    made = report(*left, fixed=(finding(path="b.py"), finding(path="c.py"), finding(line=9)))
    assert shown(made, command="fix").endswith(
        "Checked 7 files: fixed 3 findings in 3 files, 6 left\n"
        "  2 have an unsafe fix, which was not asked for (--unsafe-fixes)\n"
        "  1 could be fixed, but the fix was not applied\n"
        "  3 need a hand: 2 VM206, 1 VM110\n"
    )
    asked = shown(made, command="fix", unsafe_fixes=True)
    assert "not asked for" not in asked
    assert "  3 could be fixed, but the fix was not applied\n" in asked


def test_everything_fixed() -> None:
    made = report(fixed=(finding(),))
    assert (
        shown(made, command="fix") == "Checked 7 files: fixed 1 finding in 1 file, nothing left\n"
    )


def test_nothing_fixed() -> None:
    output = shown(report(manual()), command="fix")
    assert "Checked 7 files: fixed nothing, 1 left\n  1 needs a hand: 1 VM206\n" in output


def test_verbose_fix_lists_what_was_fixed() -> None:
    made = report(manual(line=20), fixed=(finding(),))
    line = "src/train.py:12:5: VM105 [batch] fixed: drop the Variable call\n"
    assert shown(made, command="fix", verbose=True).startswith(line + "\nsrc/train.py:20:5: VM206")
    assert line not in shown(made, command="fix")


def test_under_diff_only_the_summary() -> None:
    made = report(manual(), fixed=(finding(),))
    assert shown(made, command="fix", diff=True) == (
        "Checked 7 files: would fix 1 finding in 1 file, 1 left\n  1 needs a hand: 1 VM206\n"
    )
    assert shown(made, command="fix", diff=True, quiet=True) == ""


def test_failed_files_are_counted() -> None:
    made = Report((FileResult("a.py", errors=("a.py: denied",)),), 3)
    assert shown(made) == (
        "Checked 3 files: nothing found in the others\n1 path could not be finished, see the errors\n"
    )


def test_paths_that_could_not_be_looked_at_are_counted() -> None:
    made = Report((FileResult("a.py", errors=("a.py: denied",)),), 3, problems=("b: denied",))
    assert "2 paths could not be finished" in shown(made)


def test_statistics_of_check() -> None:
    made = report(finding(line=1), finding(line=2), manual(line=3), finding(line=4, fix=UNSAFE))
    output = shown(made, statistics=True)
    assert (
        " found  by code\n"
        "     3  VM105\n"
        "     1  VM206\n"
        "\n"
        " found  by intent\n"
        "     3  batch\n"
        "     1  none\n"
        "\n"
        " found  by safety\n"
        "     2  safe\n"
        "     1  manual\n"
        "     1  unsafe\n"
        "\n"
        "Checked 7 files"
    ) in output
    assert "by code" not in shown(made)


def test_statistics_of_fix_count_both() -> None:
    made = report(manual(line=1), fixed=(finding(line=2), finding(line=3)))
    output = shown(made, statistics=True, command="fix")
    assert " fixed   left  by code\n     2      0  VM105\n     0      1  VM206\n" in output
    assert "     2      0  safe\n     0      1  manual\n" in output


def test_advice_is_shown_beside_a_fix() -> None:
    fix = Fix(Safety.SAFE, "set the keyword", ())
    finding = Finding("a.py", 1, 1, 1, 2, "VM101", "m", fix=fix, advice="make it a Parameter")
    report = Report((FileResult("a.py", (finding,)),), 1)
    text = "".join(get("text")(report, Options(version="1")))
    assert "safe fix: set the keyword" in text
    assert "advice: make it a Parameter" in text


# What another fix takes care of


def _following() -> Report:
    return report(
        finding(line=1),
        manual(line=2, follows=True, advice="nothing to change here"),
        manual(line=3, follows=True, advice="nothing to change here"),
        manual(line=4, follows_unsafe=True, advice="settled with it"),
        manual(line=5),
    )


def test_what_follows_is_one_line_of_the_summary() -> None:
    output = shown(_following())
    assert [line.split(":")[1] for line in output.splitlines() if HEADLINE.match(line)] == [
        "1",
        "4",
        "5",
    ]
    assert output.endswith(
        "Checked 7 files: 5 findings in 1 file\n"
        "  1 can be fixed safely\n"
        "  2 follow from another fix (--verbose shows them)\n"
        "  1 follows from an unsafe fix\n"
        "  1 needs a hand\n"
    )


def test_what_follows_is_noted_under_verbose() -> None:
    output = shown(_following(), verbose=True)
    assert output.count("= note: nothing to change here\n") == 2
    assert output.count("= advice: ") == 2
    assert "  2 follow from another fix\n" in output


def test_quiet_passes_over_what_follows() -> None:
    assert len(shown(_following(), quiet=True).splitlines()) == 3


def test_what_follows_does_not_count_as_many() -> None:
    few = [finding(line=line) for line in range(1, 11)]
    calm = [manual(line=line, follows=True) for line in range(11, 60)]
    assert "also at" not in shown(report(*few, *calm))


def test_fix_tells_what_follows_apart() -> None:
    output = shown(_following(), command="fix", unsafe_fixes=True)
    assert "  2 follow from another fix (--verbose shows them)\n" in output
    assert "  1 needs a hand: 1 VM206\n" in output
