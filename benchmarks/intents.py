"""How often the intent of a call is right, held against labels that people gave by reading.

usage: python -m benchmarks.intents DEST [--labels FILE] [--part tune|held] [--misses] [--markdown]

DEST holds one folder per release, NAME-VERSION. FILE is a table with one call a line: release, path
inside it, line, column, the intent, other intents that are a fair reading, and the part: evidence
is tuned on `tune` alone, `held` is measured when that is done.
Said: findings with that intent. Right: those whose intent is the label or a fair reading of it.
Recall: of the calls labelled so, the share that got the label or a fair reading of it.
Nothing of a release is run.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.corpus import CALL_CODES, grid
from varmigrate.run.engine import RunOptions, run

LABELS = Path(__file__).parent.parent / "tests" / "corpus_labels.tsv"
COLUMNS = ("release", "path", "line", "column", "intent", "accepted", "part")


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader of the code said of one call."""

    release: str
    path: str
    line: int
    column: int
    intent: str
    accepted: tuple[str, ...]
    part: str

    @property
    def place(self) -> tuple[str, str, int, int]:
        """Where the call is."""
        return self.release, self.path, self.line, self.column

    def fits(self, intent: str) -> bool:
        """Whether an intent is the label or a fair reading."""
        return intent == self.intent or intent in self.accepted


def read_labels(text: str) -> list[Label]:
    """The rows of a table of labels; raises ValueError for a head or a row of another shape."""
    head, *rows = text.splitlines()
    if tuple(head.split("\t")) != COLUMNS:
        raise ValueError(f"the columns are not {', '.join(COLUMNS)}")
    found: list[Label] = []
    for number, row in enumerate(rows, start=2):
        cells = row.split("\t")
        if len(cells) != len(COLUMNS):
            raise ValueError(f"line {number} has {len(cells)} cells")
        release, path, line, column, intent, accepted, part = cells
        others = tuple(accepted.split(",")) if accepted else ()
        found.append(Label(release, path, int(line), int(column), intent, others, part))
    return found


@dataclass
class Score:
    """The counts of one part."""

    labelled: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def add(self, label: Label, said: str | None, why: Iterable[str]) -> None:
        """Count one call; `said` is None when it was not found."""
        self.labelled[label.intent] += 1
        fits = said is not None and label.fits(said)
        self.met[label.intent] += fits
        if said is not None:
            self.said[said] += 1
            self.right[said] += fits
        if not fits:
            place = f"{label.release}/{label.path}:{label.line}:{label.column}"
            self.misses.append(f"{place}: {label.intent}, not {said} ({'; '.join(why)})")

    def table(self) -> list[list[str]]:
        """Rows of text: intent, labelled, recall, said, right, precision; the sum at the end."""
        rows = [["intent", "labelled", "recall", "said", "right", "precision"]]
        counters = (self.labelled, self.met, self.said, self.right)
        names = sorted({*self.labelled, *self.said}, key=lambda i: (-self.labelled[i], i))
        rows += [self._row(name, *(c[name] for c in counters)) for name in names]
        rows.append(self._row("all", *(c.total() for c in counters)))
        return rows

    @staticmethod
    def _row(name: str, labelled: int, met: int, said: int, right: int) -> list[str]:
        shares = _share(met, labelled), _share(right, said)
        return [name, str(labelled), shares[0], str(said), str(right), shares[1]]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def measure(folder: Path, labels: list[Label]) -> dict[str, Score]:
    """Part -> what `check` makes of the labelled calls of the releases in a folder."""
    findings = {}
    for finding in run([str(folder)], RunOptions()).findings():
        if CALL_CODES.match(finding.code):
            release, path = Path(finding.path).relative_to(folder).as_posix().split("/", 1)
            findings[release, path, finding.line, finding.column] = finding
    scores: dict[str, Score] = {}
    for label in labels:
        found = findings.get(label.place)
        score = scores.setdefault(label.part, Score())
        if found is None:
            score.add(label, None, ("no finding there",))
        else:
            score.add(label, str(found.intent), found.evidence)
    return scores


def main() -> int:
    """Print a table per part; exit with 1 when a labelled call was not found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("dest", type=Path)
    parser.add_argument("--labels", type=Path, default=LABELS)
    parser.add_argument("--part", choices=("tune", "held"))
    parser.add_argument("--misses", action="store_true", help="list every call that is wrong")
    parser.add_argument("--markdown", action="store_true")
    arguments = parser.parse_args()
    labels = read_labels(arguments.labels.read_text(encoding="utf-8"))
    if arguments.part:
        labels = [label for label in labels if label.part == arguments.part]
    lost = 0
    for part, score in sorted(measure(arguments.dest, labels).items(), reverse=True):
        table = "\n".join(grid(score.table(), arguments.markdown))
        print(f"part: {part}\n\n{table}\n")
        lost += score.labelled.total() - score.said.total()
        if arguments.misses:
            print("\n".join([*score.misses, ""]))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
