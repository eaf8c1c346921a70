"""Suppression comments: which findings a file's own comments silence, and which are unused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.tree import statement_of
from varmigrate.model import Finding, Intent
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.base import Proposal
from varmigrate.run.selection import exactness

_IGNORE = re.compile(r"#\s*varmigrate:\s*(ignore-file|ignore)\b\s*(?:\[([^\]]*))?", re.I)
_NOQA = re.compile(
    r"#\s*noqa\b(?P<codes>\s*:\s*(?P<list>[A-Za-z]+[0-9]*(?:[\s,]+[A-Z]+[0-9]+)*))?", re.I
)
_LEFT_OUT = re.compile(r"^[ \t]*(#\s*varmigrate:\s*ignore-file\b.*)", re.I | re.M)
_CODE = re.compile(r"[A-Za-z]+[0-9]+")
_ITEM = re.compile(r"[\w-]+")


@dataclass(slots=True)
class _Comment:
    """One suppression: where it stands, and what it names as a selection does (None: all)."""

    offset: int
    line: int
    text: str
    items: frozenset[str] | None
    whole_file: bool = False
    bare_noqa: bool = False
    used: set[str] = field(default_factory=set)

    def covers(self, code: str, intent: Intent | None) -> bool:
        """Whether a finding is silenced; remembers what the comment was of use for."""
        if self.bare_noqa:
            # Without codes, or for F401, a noqa speaks of other linters; but it keeps an import.
            return code == "VM206"
        if self.items is None:
            self.used.add(code)
            return True
        names = {item for item in self.items if exactness(item, code, intent)}
        self.used |= names
        return bool(names)


class Suppressions:
    """The suppression comments of one file."""

    def __init__(self, analysis: FileAnalysis) -> None:
        self.analysis = analysis
        self.comments = list(_read(analysis))
        self._whole = [comment for comment in self.comments if comment.whole_file]
        self._by_line: dict[int, list[_Comment]] = {}
        for comment in self.comments:
            self._by_line.setdefault(comment.line, []).append(comment)

    def silences(self, proposal: Proposal) -> bool:
        """Whether a comment silences the proposal; remembers that the comment was of use."""
        if not self.comments:
            return False
        tree = self.analysis.tree
        statement = statement_of(tree, proposal.node)
        first = tree.line(statement)
        start, end = proposal.span or (tree.start(proposal.node), tree.end(proposal.node))
        if isinstance(statement, cst.BaseSmallStatement):
            last = tree.place(tree.end(statement))[0]
        else:
            # For a compound statement only the lines of its header count.
            body = getattr(statement, "body", None)
            last = tree.place(end)[0]
            if isinstance(body, cst.BaseSuite):
                last = max(tree.place(start)[0], _header_end(self.analysis, body))
                if isinstance(statement, cst.FunctionDef | cst.ClassDef):
                    first = tree.line(statement.name)
        silenced = False
        on_lines = [c for line in range(first, last + 1) for c in self._by_line.get(line, ())]
        for comment in {id(c): c for c in (*self._whole, *on_lines)}.values():
            if comment.covers(proposal.code, proposal.intent):
                silenced = True
        return silenced

    def unused(self, wanted: Callable[[str], bool]) -> Iterator[Finding]:
        """VM008 for every comment, or item in one, that silenced nothing.

        wanted: whether a code is reported at all in this run; others cannot be judged.
        """
        for comment in self.comments:
            if comment.bare_noqa:
                continue
            what = "suppresses nothing"
            if comment.items:
                idle = sorted(item for item in comment.items - comment.used if wanted(item))
                if not idle:
                    continue
                what = f"suppresses nothing for {', '.join(idle)}"
            elif comment.used:
                continue
            tree = self.analysis.tree
            line, column = tree.place(comment.offset)
            yield Finding(
                path=self.analysis.path,
                line=line,
                column=column,
                end_line=line,
                end_column=column + len(comment.text),
                code="VM008",
                message=f"`{comment.text.strip()}` {what}",
                advice="delete the comment, or the code in it",
                source_line=tree.line_text(line),
            )


def _header_end(analysis: FileAnalysis, body: cst.BaseSuite) -> int:
    """The line on which the header of a compound statement ends."""
    tree = analysis.tree
    return tree.place(max(0, tree.start(body)))[0]


def _read(analysis: FileAnalysis) -> Iterator[_Comment]:
    text = analysis.text
    if "varmigrate:" not in text and "noqa" not in text.lower():
        return
    for offset, comment in comments(text):
        line = analysis.tree.place(offset)[0]
        match = _IGNORE.search(comment)
        if match:
            whole = match.group(1).lower() == "ignore-file"
            start = offset + match.start()
            yield _Comment(start, line, comment[match.start() :], _items(match), whole_file=whole)
            continue
        noqa = _NOQA.search(comment)
        if noqa is None:
            continue
        codes = frozenset(code.upper() for code in _CODE.findall(noqa.group("list") or ""))
        ours = frozenset(code for code in codes if code.startswith("VM"))
        start = offset + noqa.start()
        if ours:
            yield _Comment(start, line, comment[noqa.start() :], ours)
        elif not codes or "F401" in codes:
            yield _Comment(start, line, comment[noqa.start() :], None, bare_noqa=True)


def _items(ignore: re.Match[str]) -> frozenset[str] | None:
    """What a comment names in its brackets, codes in capitals; None without brackets."""
    if ignore[2] is None:
        return None
    found = _ITEM.findall(ignore[2])
    return frozenset(item.upper() if _CODE.match(item) else item.lower() for item in found)


def leaves_out(text: str, code: str) -> bool:
    """Whether a text asks to be left alone: a finding about the file itself is not reported then.

    code: of the finding.
    """
    found = _LEFT_OUT.search(text)
    ignore = _IGNORE.match(found[1]) if found else None
    if ignore is None:
        return False
    items = _items(ignore)
    return items is None or any(exactness(item, code, None) for item in items)
