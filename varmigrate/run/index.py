"""Phase one of a run: what the files of the project give each other."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from varmigrate.analysis.callers import MODES, covered_calls
from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.modules import MODULE_METHODS
from varmigrate.analysis.operations import OPERATORS
from varmigrate.analysis.project import Links, ModuleSummary, Project, guess, summarise
from varmigrate.analysis.results import computed_with, handed_on
from varmigrate.analysis.summaries import Summaries
from varmigrate.analysis.takers import takers
from varmigrate.analysis.volatile_results import VolatileResult
from varmigrate.analysis.wrappers import Key, Ref, WrapperSummary
from varmigrate.files.discovery import Candidate, discover
from varmigrate.files.source import Unreadable, decode, read_bytes
from varmigrate.files.spellings import python_tree
from varmigrate.torch_facts.methods import NON_TENSOR_METHODS, READING_METHODS, SIZE_METHODS
from varmigrate.torch_facts.quiet import (
    ADDING_METHODS,
    QUIET_METHODS,
    QUIET_MODULES,
    TAKING_METHODS,
)

_ROOT_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg", "varmigrate.toml")
_OLD_FLAG = re.compile(rb"\basync[ \t]*=")
_FLAG_WORDS = {b"async", b"non_blocking", b"cuda", b"copy_"}
_IMPORTS = re.compile(
    rb"^[ \t]*(?:from[ \t]+(?P<source>\.*[\w.]*)[ \t]+import\b|import[ \t]+(?P<plain>[\w., \t]+))",
    re.MULTILINE,
)
# An import statement: in parentheses, or with lines that are continued.
_STATEMENTS = re.compile(
    rb"^[ \t]*(?:from|import)[ \t]+(?:[^\n\\(#]|\\\r?\n)+(?:\([^)]*\))?", re.MULTILINE
)
# Ways to import a file by a text.
_IMPORTING = re.compile(rb"\b(?:import_module|__import__|runpy)\b")
_COMMENT = re.compile(rb"#[^\n]*")
_WITHIN = re.compile(rb"\bfrom[ \t]+\.+[ \t]*import\b")
# `module.name = ...`, also annotated, as one of several targets, or as a loop variable.
_STORED = re.compile(rb"(?<!\bself)\.[ \t]*([A-Za-z_]\w*)[ \t]*(?:=(?!=)|:[^=\n]*=(?!=)|\bin\b)")
_STORED_TOGETHER = re.compile(rb"(\.[ \t]*[A-Za-z_]\w*[ \t]*[,)\]][^=\n]*)=(?!=)")
_TAKEN = re.compile(rb"\bas[ \t]+\w[\w.]*\.(\w+)")
_ATTRIBUTE = re.compile(rb"\.[ \t]*([A-Za-z_]\w*)")
_REPLACING = re.compile(rb"setattr|\bpatch\b|__dict__|\bvars\b")
_KEYWORD = re.compile(rb"[(,][ \t\r\n]*(\w+)[ \t]*=(?!=)")
_QUOTED = re.compile(rb"[\"']([\w.]+)[\"']")
_GRAD_MODES = {name.encode() for name in MODES}
_SIZES = frozenset(name.encode() for name in SIZE_METHODS)
_COMPARISONS = frozenset(f"__{name}__" for name in "lt le gt ge eq ne".split())
# What is asked of `self`, and of anything else; the bases of classes; other names for imports.
_TENSOR_NAMES = frozenset(
    name.encode()
    for names in (
        READING_METHODS,
        OPERATORS,
        _COMPARISONS,
        ADDING_METHODS,
        TAKING_METHODS,
        QUIET_METHODS,
        NON_TENSOR_METHODS,
    )
    for name in (*names, "__getitem__")
).union(_SIZES)
_OF_SELF = re.compile(rb"\bself[ \t]*\.[ \t]*([A-Za-z_]\w*)")
_OF_OTHERS = re.compile(rb"(?<!\bself)(?<!\bself )\.[ \t]*([A-Za-z_]\w*)")
_BASES = re.compile(rb"^[ \t]*class[ \t]+\w+[ \t]*\(([^)]*)\)", re.MULTILINE)
_OTHER_NAMES = re.compile(rb"\b(\w+)[ \t]+as[ \t]+\w+")
_HOOKS = re.compile(rb"\bregister_forward|\bMethodType\b|\.[ \t]*forward[ \t]*=(?!=)")
_BY_TEXT = re.compile(
    rb"\bvars[ \t]*\(|\b__dict__\b|\b[gs]etattr[ \t]*\([^,()\n]*,[ \t]*(?![\"'])|\battrgetter\b"
)
_METHODS = re.compile(rb"^[ \t]+def[ \t]+(\w+)", re.MULTILINE)
_PAUSES = re.compile(rb"\b(?:no_grad|set_grad_enabled|inference_mode|volatile)\b")
_HAS_DATA = re.compile(rb"(?<![.\w])data\b|\bself[ \t]*\.[ \t]*data\b[^.=\n]*=(?!=)")
_FUNCTIONS = re.compile(rb"^[ \t]*def[ \t]+", re.MULTILINE)
_ATTACHES = re.compile(
    rb"\.[ \t]*requires_grad[ \t]*=(?!=)(?![ \t]*False\b)|\brequires_grad_\b|[\"']requires_grad\b"
)
_DEFINED = re.compile(rb"\bdef[ \t]+([A-Za-z_]\w*)")
_DETACHES = re.compile(rb"\bdetach_\b")
_WORD = re.compile(rb"[A-Za-z_]\w*")
_RENAMED = re.compile(rb"\bVariable[ \t]+as[ \t]+(\w+)")
_ASSIGNED = re.compile(rb"^(\w+)[ \t]*=[ \t]*(?:[\w.]+\.)?Variable[ \t]*(?:#.*)?\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Look:
    """What the text of a file looks like: its import statements, the names it may replace.

    detaches: it may call `detach_`. attributes: what it uses on anything but `self`; own: on that.
    bases: the words classes derive from, what is imported under another name among them. methods:
    functions defined inside of something. pauses: it may switch recording off. attaches: it has a
    `forward` and makes leaves of something. called: it has objects that are called. by_text: it
    goes over attributes by their names. hooks: it has code run where a module is called.
    """

    imports: bytes
    replaced: frozenset[bytes]
    detaches: bool
    attributes: frozenset[bytes]
    own: frozenset[bytes]
    bases: frozenset[bytes]
    methods: frozenset[bytes]
    pauses: bool
    attaches: bool
    called: bool
    by_text: bool
    hooks: bool


@dataclass
class _Known:
    """What is known of one project.

    paths: the files that were looked into for wrappers. named: those that mention no trigger.
    exports: for every file, what others take from it, and what they replace in it. stale: whether
    more is known of the wrappers by now.
    """

    paths: list[str] = field(default_factory=list)
    named: tuple[str, ...] = ()
    wrappers: dict[Key, WrapperSummary] = field(default_factory=dict)
    exports: dict[str, tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)
    overridden: dict[str, frozenset[str]] = field(default_factory=dict)
    stale: bool = False


class Index:
    """The contexts of the candidate files.

    files: absolute path -> bytes of the files that mention a trigger. dismissed: absolute paths of
    other files of the run, which do not. kept, verdicts: from an earlier index of the same run,
    summaries by path with the bytes they are of, and which wrappers are rewritten.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        dismissed: Iterable[str],
        kept: dict[str, tuple[bytes, ModuleSummary]] | None = None,
        verdicts: Mapping[Key, bool] | None = None,
    ) -> None:
        self._files = dict(files)
        self._kept = {} if kept is None else kept
        self._summaries: dict[str, ModuleSummary | None] = {}
        self._exist: dict[str, bool] = {}
        self._dismissed = set(dismissed)
        self._projects: dict[str, Project] = {}
        self._roots: dict[str, str] = {}
        # Roots that are no project: a folder of scripts, which may lie in a large tree.
        self._loose: set[str] = set()
        self._known: dict[str, _Known] = {}
        self._backwards: dict[str, dict[str, frozenset[str]]] = {}
        self._modes: dict[str, frozenset[str]] = {}
        self._results: dict[str, frozenset[str]] = {}
        self._computed_by: dict[str, frozenset[str]] = {}
        self._taking: dict[str, dict[str, dict[str, bool]]] = {}
        self._verdicts: dict[Key, bool] = dict(verdicts or {})
        # Files that are given volatile values, whether they mention the flag or not.
        self._given: set[str] = set()
        self._looks: dict[str, dict[str, _Look]] = {}
        self._detaches: dict[str, bool] = {}
        self._attach: dict[str, bool] = {}
        self._importing_it: dict[str, set[str]] = {}
        self._computing: dict[str, tuple[Summaries, frozenset[str]]] = {}

    def context(self, path: str) -> ModuleContext:
        """What the project says about one file."""
        root = self._root(os.path.dirname(path))
        project = self._project(root)
        known = self._known_of(root)
        _, patched = known.exports.get(path, (frozenset(), frozenset()))
        context = ModuleContext()
        summary = self._summary(path)
        if self._has_edges(path, project):
            context = project.context(path, known.wrappers, self._summaries_of(root, project))
        reached, namesakes = self._takers(root, path, project, summary)
        subclassed, foreign = self._used_outside(root, path, summary)
        return replace(
            context,
            exported=self._exported(root, path),
            patched=patched,
            overridden=known.overridden.get(path, frozenset()),
            subclassed=subclassed,
            foreign=foreign,
            covered=self._covered(root, path),
            differentiated=self._differentiated(root, path),
            computed=self._computed(root, path),
            detaching=self._detaching(root),
            pausing=self._pausing(root, path),
            methods=self._methods(root, path),
            attaching=self._attaching(root, path),
            hooked=self._hooked(root, path),
            opened=any(
                self._looks_at(root)[other].by_text for other in self._importers(root, path)
            ),
            own_modules=self._namesakes(path, project),
            replaced=self._replaced(root, project, summary),
            takers=reached,
            namesakes=namesakes,
            callables=None if summary is None else (summary.digest, summary.callables),
        )

    def _summaries_of(self, root: str, project: Project) -> Summaries:
        """What the functions of a project make of their arguments."""
        if root not in self._computing:
            replaced = frozenset().union(*(look.replaced for look in self._looks_at(root).values()))
            names = frozenset(name.decode("ascii", "replace") for name in replaced)
            self._computing[root] = Summaries(Links(project, names)), names
        return self._computing[root][0]

    def _exported(self, root: str, path: str) -> frozenset[str]:
        """Names at the top of a file that others import, or may ask for as attributes of it.

        Of the latter those alone that the file defines: `.Variable` is seldom one that it imports.
        """
        looks = self._looks_at(root)
        summary = self._summary(path)
        bound = {} if summary is None else summary.bound
        names = {name.encode() for name, source in bound.items() if source is None}
        found: set[bytes] = set()
        for other in self._importers(root, path):
            found |= looks[other].attributes & names
        exported, _ = self._known_of(root).exports.get(path, (frozenset(), frozenset()))
        return exported | {name.decode() for name in found}

    def _importers(self, root: str, path: str) -> set[str]:
        """The other files of a project that import a file, also through others."""
        if path not in self._importing_it:
            self._importing_it[path] = self._above(root, {path}) - {path}
        return self._importing_it[path]

    def _used_outside(
        self, root: str, path: str, summary: ModuleSummary | None
    ) -> tuple[frozenset[str], frozenset[str]]:
        """The classes of a file others derive from, and the attributes others use, by the looks."""
        if summary is None:
            return frozenset(), frozenset()
        classes = {name.encode() for name in summary.callables.classes if "." not in name}
        words = {name.encode("utf-8", "surrogatepass") for name in summary.words}
        subclassed: set[bytes] = set()
        foreign: set[bytes] = set()
        looks = [look for other, look in self._looks_at(root).items() if other != path]
        for look in looks:
            foreign |= look.attributes & words
            subclassed |= look.bases & classes
        for look in looks:
            # A class may derive from one that derives from one of these, also by another name.
            foreign |= (look.own | look.methods if subclassed else look.own) & words
        return (
            frozenset(name.decode() for name in subclassed),
            frozenset(name.decode("utf-8", "surrogatepass") for name in foreign),
        )

    def _replaced(
        self, root: str, project: Project, summary: ModuleSummary | None
    ) -> frozenset[str]:
        """The functions of a file in whose place another file may put something else."""
        if summary is None or not summary.callables.bodies:
            return frozenset()
        self._summaries_of(root, project)
        return self._computing[root][1] & summary.callables.bodies.keys()

    def _pausing(self, root: str, path: str) -> bool:
        """Whether a file that may call this one may switch the recording of gradients off."""
        looks = self._looks_at(root)
        if not any(look.pauses for other, look in looks.items() if other != path):
            return False
        return any(looks[other].pauses for other in self._importers(root, path))

    def _hooked(self, root: str, path: str) -> bool:
        """Whether a file that calls this one, or is called by it, may hook into modules."""
        looks = self._looks_at(root)
        hooking = {other for other, look in looks.items() if look.hooks and other != path}
        if not hooking:
            return False
        return not hooking.isdisjoint(self._importers(root, path) | self._below(root, path))

    def _below(self, root: str, path: str) -> set[str]:
        """The files of a project that a file imports, also through others."""
        project, found = self._project(root), {path}
        waiting = [path]
        for current in waiting:
            summary = self._summary(current)
            taken = set() if summary is None else {*summary.modules}
            for module, name in () if summary is None else summary.taken:
                taken |= {module, f"{module}{'' if module.endswith('.') else '.'}{name}"}
            for module in taken:
                target = project.find(current, module)
                if target is not None and target not in found:
                    found.add(target)
                    waiting.append(target)
        return found - {path}

    def _attaching(self, root: str, path: str) -> bool:
        """Whether something of another file that passes for a module may make leaves, or keep."""
        for other, look in self._looks_at(root).items():
            if other == path or not (look.attaches or look.called):
                continue
            if other not in self._attach:
                self._attach[other] = look.attaches or self._has_agents(other)
            if self._attach[other]:
                return True
        return False

    def _has_agents(self, path: str) -> bool:
        """Whether a class of a file is called and has methods of modules, but may be none."""
        summary = self._summary(path)
        classes = {} if summary is None else summary.callables.classes
        for item in classes.values():
            if "__call__" not in item.names:
                continue
            found = [item]
            for part in found:
                if part.names & (MODULE_METHODS | {"__getattr__"}):
                    return True
                for base in part.bases:
                    above = None if base is None or base.module else classes.get(base.name)
                    if above is None:
                        return True
                    if above not in found:
                        found.append(above)
        return False

    def _methods(self, root: str, path: str) -> frozenset[str]:
        """Methods of other files that bear the name of one of a tensor or a container."""
        found: set[bytes] = set()
        for other, look in self._looks_at(root).items():
            if other != path:
                found |= look.methods & _TENSOR_NAMES
        return frozenset(name.decode() for name in found)

    def _detaching(self, root: str) -> bool:
        """Whether some file of the project may call `detach_`."""
        if root not in self._detaches:
            self._detaches[root] = any(look.detaches for look in self._looks_at(root).values())
        return self._detaches[root]

    def _has_volatile(self, path: str) -> bool:
        """Whether there may be volatile values in a file: it has the word, or is given some."""
        return path in self._given or b"volatile" in self._files.get(path, b"")

    def _covered(self, root: str, path: str) -> frozenset[str]:
        """What the project calls under a gradient mode, for files that evaluate models."""
        if b".eval()" not in self._files.get(path, b""):
            return frozenset()
        if root not in self._modes:
            found: set[str] = set()
            for _, raw in self._naming_any(root, _GRAD_MODES):
                with suppress(SyntaxError, ValueError, RecursionError, Unreadable):
                    found |= covered_calls(python_tree(decode("", raw).text))
            self._modes[root] = frozenset(found)
        return self._modes[root]

    def _namesakes(self, path: str, project: Project) -> frozenset[str]:
        """Modules of the project that go by the name of a known one."""
        if not self._has_volatile(path):
            return frozenset()
        return frozenset(name for name in QUIET_MODULES if project.find(path, name) is not None)

    def _differentiated(self, root: str, path: str) -> frozenset[str]:
        """The names in files of the project that differentiate, for files with volatile values."""
        if not self._has_volatile(path):
            return frozenset()
        if root not in self._backwards:
            self._backwards[root] = {
                other: frozenset(word.decode("ascii") for word in _WORD.findall(raw))
                for other, raw in self._naming_any(root, {b"backward", b"grad"})
            }
        found = [words for other, words in self._backwards[root].items() if other != path]
        return frozenset().union(*found)

    def _computed(self, root: str, path: str) -> frozenset[str]:
        """The functions whose results other files compute with, for files with volatile values."""
        if path not in self._computed_by:
            self._computed_by[path] = self._computing_with(root, path)
        return self._computed_by[path]

    def _computing_with(self, root: str, path: str) -> frozenset[str]:
        raw = self._files.get(path, b"")
        defined = _DEFINED.findall(raw) if self._has_volatile(path) else ()
        names = {name for name in defined if not name.startswith(b"__")}
        found: set[str] = set()
        for other, text in self._naming_any(root, names) if names else ():
            if other not in self._results:
                self._results[other] = frozenset()
                with suppress(SyntaxError, ValueError, RecursionError, Unreadable):
                    imported = bool(self._importers(root, other))
                    tree = python_tree(decode("", text).text)
                    self._results[other] = computed_with(tree, imported) | handed_on(tree)
            if other != path:
                found |= self._results[other]
        return frozenset(found)

    def _naming_any(self, root: str, words: set[bytes]) -> Iterator[tuple[str, bytes]]:
        """All files of a project in which one of the words occurs, with their bytes."""
        pattern = _pattern(words)
        prefix = root.rstrip(os.sep) + os.sep
        mine = {path for path in self._files if path.startswith(prefix)}
        for path in sorted({*mine, *self._neighbours(root)}):
            try:
                raw = self._files.get(path) or read_bytes(path)
            except OSError:
                continue
            if pattern.search(raw):
                yield path, raw

    def _takers(
        self, root: str, path: str, project: Project, summary: ModuleSummary | None
    ) -> tuple[frozenset[str], frozenset[str]]:
        """What takes the flag `async` was: where the imports of a file lead, and in the project."""
        if summary is None or not _OLD_FLAG.search(self._files.get(path, b"")):
            return frozenset(), frozenset()
        if root not in self._taking:
            found: dict[str, dict[str, bool]] = {}
            for other, raw in self._naming_any(root, _FLAG_WORDS):
                # A file that says nothing of torch keeps its names.
                if b"torch" in raw:
                    with suppress(SyntaxError, ValueError, RecursionError, Unreadable):
                        found[other] = takers(python_tree(decode("", raw).text))
            self._taking[root] = found
        taking = self._taking[root]
        names = {name for found in taking.values() for name in found}
        reached: set[str] = set()
        for name in names:
            modules = [module for module, imported in summary.taken if imported == name]
            for module in [*modules, *(["*"] if summary.stars else [])]:
                place = project.place(path, Ref(module, name))
                if place is not None and taking.get(place[0], {}).get(place[1]):
                    reached.add(name)
        dotted = {f"{module.rstrip('.')}.{name}" for module, name in summary.taken}
        for module in {*summary.modules, *dotted, *(f".{name}" for _, name in summary.taken)}:
            target = project.find(path, module)
            reached.update(n for n, sure in taking.get(target or "", {}).items() if sure)
        return frozenset(reached), frozenset(names)

    def callers(self) -> dict[str, bytes]:
        """Files that were not given but name a wrapper of their project, with their bytes."""
        roots = {self._root(os.path.dirname(path)) for path in list(self._files)}
        named = [path for root in sorted(roots) for path in self._known_of(root).named]
        return {path: self._files[path] for path in (*named, *self._apart(roots))}

    def _apart(self, roots: set[str]) -> list[str]:
        """Files of the run in projects without a trigger that may use a wrapper all the same."""
        words = _wrapper_words(self.wrappers())
        if not words:
            return []
        found: list[str] = []
        for path in sorted(self._dismissed):
            root = self._root(os.path.dirname(path))
            if root in roots or path in self._files:
                continue
            try:
                raw = read_bytes(path)
            except OSError:
                continue
            if _pattern(words).search(raw):
                self._files[path] = raw
                if self._has_edges(path, self._project(root)):
                    found.append(path)
        return found

    def wrappers(self) -> dict[Key, WrapperSummary]:
        """All wrappers that were found so far, by file and name."""
        return {key: w for known in self._known.values() for key, w in known.wrappers.items()}

    def place(self, path: str, ref: Ref) -> Key | None:
        """The file and the name that a reference in a file leads to."""
        return self._project(self._root(os.path.dirname(path))).place(path, ref)

    def find(self, path: str, module: str) -> str | None:
        """The project file that `import module` in a file would bring."""
        return self._project(self._root(os.path.dirname(path))).find(path, module)

    def neighbours(self, path: str) -> list[str]:
        """All files of the project a file belongs to."""
        return list(self._neighbours(self._root(os.path.dirname(path))))

    def notebooks(self, path: str) -> list[str]:
        """The notebooks of the project a file belongs to."""
        root = self._root(os.path.dirname(path))
        pattern = "*.ipynb" if root in self._loose else os.path.join("**", "*.ipynb")
        return sorted(glob.glob(os.path.join(glob.escape(root), pattern), recursive=True))

    def packaged(self, path: str) -> bool:
        """Whether the project of a file is made to be installed, so that others may import it."""
        root = self._root(os.path.dirname(path))
        marks = ("setup.py", "setup.cfg", "pyproject.toml")
        return any(os.path.exists(os.path.join(root, mark)) for mark in marks)

    def hands_out_volatile(self, path: str) -> bool:
        """Whether a file in which values are volatile has functions that other files take."""
        raw = self._files.get(path, b"")
        if b"volatile" not in raw:
            return False
        root = self._root(os.path.dirname(path))
        defined = {name.decode() for name in _DEFINED.findall(raw)}
        return not self._exported(root, path).isdisjoint(defined)

    def include(self, path: str, raw: bytes) -> None:
        """Take a file that mentions no trigger for one that is given volatile values."""
        self._given.add(path)
        self._computed_by.pop(path, None)
        if path not in self._files:
            self._files[path] = raw
            self._known.pop(self._root(os.path.dirname(path)), None)

    def results(
        self, path: str, context: ModuleContext, known: Mapping[Key, VolatileResult]
    ) -> Mapping[str, VolatileResult]:
        """What the functions that a file can reach give back that is volatile, by origin."""
        return self._project(self._root(os.path.dirname(path))).results(path, context, known)

    def look_into(self, path: str, raw: bytes | None) -> None:
        """Take a file for one whose imports matter; raw: its bytes, where they are not known."""
        if raw is not None:
            self._files.setdefault(path, raw)

    @property
    def verdicts(self) -> dict[Key, bool]:
        """What was said so far of the wrappers: whether they are rewritten."""
        return self._verdicts

    def settle(self, path: str, verdicts: Mapping[str, bool]) -> bool:
        """Say which wrappers of a file are rewritten, by name. Returns whether that is new.

        The contexts that are asked for after this know it.
        """
        new = False
        for known in self._known.values():
            mine = {key: verdicts.get(key[1], False) for key in known.wrappers if key[0] == path}
            if any(self._verdicts.get(key) != value for key, value in mine.items()):
                self._verdicts.update(mine)
                known.stale = new = True
        return new

    def _project(self, root: str) -> Project:
        if root not in self._projects:
            self._projects[root] = Project(self._summary, self._is_file, root)
        return self._projects[root]

    def _is_file(self, path: str) -> bool:
        if path not in self._exist:
            self._exist[path] = path in self._files or os.path.isfile(path)
        return self._exist[path]

    def _root(self, folder: str) -> str:
        """The nearest folder that looks like a project, else the folder around the package."""
        if folder in self._roots:
            return self._roots[folder]
        current = folder
        while True:
            if any(os.path.exists(os.path.join(current, mark)) for mark in _ROOT_MARKS):
                break
            parent = os.path.dirname(current)
            if parent == current:
                current = folder
                while os.path.exists(os.path.join(current, "__init__.py")):
                    current = os.path.dirname(current)
                self._loose.add(current)
                break
            current = parent
        self._roots[folder] = current
        return current

    # -- what the files of a project do with each other ----------------------------------------

    def _known_of(self, root: str) -> _Known:
        if root not in self._known:
            self._known[root] = self._read_project(root)
        known = self._known[root]
        if known.stale:
            known.wrappers = self._followed(self._project(root), known)
            known.stale = False
        return known

    def _read_project(self, root: str) -> _Known:
        """Find the users of Variable and of wrappers, round by round: each may wrap as well."""
        project = self._project(root)
        prefix = root.rstrip(os.sep) + os.sep
        mine = sorted(path for path in self._files if path.startswith(prefix))
        words = {b"Variable"}
        for path in mine:
            words.update(_RENAMED.findall(self._files[path]))
            words.update(_ASSIGNED.findall(self._files[path]))
        found = set(mine)
        asked: set[bytes] = set()
        named: set[str] = set()
        known = _Known()
        while True:
            known.paths = sorted(found)
            known.wrappers = project.wrappers(known.paths)
            words |= _wrapper_words(known.wrappers)
            words |= {word for path in found for word in self._renamings(path, words)}
            new = words - asked
            if not new:
                break
            asked |= new
            for path, raw in () if self._alone(mine, project) else self._naming(root, new):
                self._files[path] = raw
                if self._has_edges(path, project):
                    found.add(path)
                    if path not in mine:
                        named.add(path)
        users = [path for path in sorted(found) if self._has_edges(path, project)]
        known.exports = project.exports(users, self._importing(root, found))
        known.overridden = project.overridden(users)
        known.named = tuple(sorted(named))
        known.wrappers = self._followed(project, known)
        return known

    def _looks_at(self, root: str) -> dict[str, _Look]:
        """What the files of a project look like: all of them, where there is more than a text."""
        if root not in self._looks:
            prefix = root.rstrip(os.sep) + os.sep
            mine = {path for path in self._files if path.startswith(prefix)}
            others = () if self._alone(mine, self._project(root)) else self._neighbours(root)
            found = self._looks[root] = {}
            for path in sorted({*mine, *others}):
                with suppress(OSError):
                    raw = self._files.get(path) or read_bytes(path)
                    found[path] = _look(raw)
        return self._looks[root]

    def _importing(self, root: str, files: Iterable[str]) -> dict[str, ModuleSummary]:
        """Other files of a project that may take names from some, also through others.

        Returns what they take by the look of them.
        """
        looks = self._looks_at(root)
        files = set(files)
        found = self._above(root, files)
        words = {name.encode() for path in files for name in self._bound_in(path)}
        guessed = {path: self._guessed(path, looks[path], words) for path in sorted(found - files)}
        return {path: summary for path, summary in guessed.items() if summary is not None}

    def _above(self, root: str, files: Iterable[str]) -> set[str]:
        """The files of a project that import some, also through others, by the look of them."""
        looks = self._looks_at(root)
        found: set[str] = set()
        new = set(files)
        while new:
            # `from . import name` names no file when it is `__init__.py` that has the name.
            within = any(os.path.basename(path) == "__init__.py" for path in new)
            pattern = _pattern({_stem(path) for path in new})
            new = {
                path
                for path, look in looks.items()
                if path not in found
                and (pattern.search(look.imports) or (within and _WITHIN.search(look.imports)))
            }
            found |= new
        return found

    def _bound_in(self, path: str) -> Iterable[str]:
        """The names at the top of a file."""
        summary = self._summary(path)
        return () if summary is None else summary.bound

    def _guessed(self, path: str, look: _Look, words: set[bytes]) -> ModuleSummary | None:
        """What a file takes, if it names one of the words, or hands all on that it imports."""
        try:
            raw = self._files.get(path) or read_bytes(path)
        except OSError:
            return None
        named = frozenset(_WORD.findall(raw))
        if b"*" not in look.imports and named.isdisjoint(words):
            return None
        lines = _COMMENT.sub(b"", look.imports).replace(b"\\\n", b" ").replace(b"\\\r\n", b" ")
        text = lines.replace(b";", b"\n").decode("latin-1")
        return guess(text, frozenset(word.decode("ascii") for word in named))

    def _alone(self, paths: Iterable[str], project: Project) -> bool:
        """Whether files have nothing to do with others: given as text only, and import none."""
        return not any(os.path.lexists(p) or self._has_edges(p, project) for p in paths)

    def _followed(self, project: Project, known: _Known) -> dict[Key, WrapperSummary]:
        """The wrappers of a project, without those that another file may replace."""
        wrappers = project.wrappers(known.paths, self._verdicts)
        nothing: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        return {
            (path, name): wrapper
            for (path, name), wrapper in wrappers.items()
            if wrapper.short not in known.exports.get(path, nothing)[1]
        }

    def _naming(self, root: str, words: set[bytes]) -> Iterator[tuple[str, bytes]]:
        """The other files of a project in which one of the words occurs, with their bytes."""
        skipped = self._dismissed if words == {b"Variable"} else frozenset()
        pattern = _pattern(words)
        for path in self._neighbours(root):
            if path in self._files or path in skipped:
                continue
            try:
                raw = read_bytes(path)
            except OSError:
                continue
            if pattern.search(raw):
                yield path, raw

    def _renamings(self, path: str, words: set[bytes]) -> Iterator[bytes]:
        """Other names that a file gives to imported things that one of the words names."""
        summary = self._summary(path)
        for name, source in (summary.bound if summary is not None else {}).items():
            if source is not None and (source[1] or "").encode() in words:
                yield name.encode()

    def _neighbours(self, root: str) -> Iterator[str]:
        """The files that may take names from each other below a root."""
        folders = [root]
        if root in self._loose:
            # Only what lies beside the scripts, and the packages among it.
            try:
                with os.scandir(root) as entries:
                    beside = sorted(entry.path for entry in entries)
            except OSError:
                return
            yield from (path for path in beside if path.endswith(".py") and os.path.isfile(path))
            folders = [p for p in beside if os.path.isfile(os.path.join(p, "__init__.py"))]
        if folders:
            for item in discover(folders):
                if isinstance(item, Candidate):
                    yield os.path.abspath(item.path)

    def _has_edges(self, path: str, project: Project) -> bool:
        """Whether a file imports another file of its project, by the look of its lines."""
        raw = self._files.get(path)
        if raw is None:
            return False
        for match in _IMPORTS.finditer(raw):
            source = match["source"]
            if source is not None:
                if source.startswith(b"."):
                    return True
                modules = [source]
            else:
                modules = [part.split()[0] for part in match["plain"].split(b",") if part.split()]
            for module in modules:
                name = module.decode("ascii", "replace")
                if project.find(path, name) is not None or project.is_folder(path, name):
                    return True
        return False

    def _summary(self, path: str) -> ModuleSummary | None:
        """The summary of a file of the project, read when it is first asked for."""
        if path not in self._summaries:
            self._summaries[path] = self._read(path)
        return self._summaries[path]

    def _read(self, path: str) -> ModuleSummary | None:
        raw = self._files.get(path)
        if raw is None:
            if not os.path.isfile(path):
                return None
            try:
                raw = read_bytes(path)
            except OSError:
                return None
        before = self._kept.get(path)
        if before is not None and before[0] == raw:
            return before[1]
        try:
            summary = summarise(decode(path, raw).text)
        except Unreadable:
            summary = ModuleSummary(readable=False)
        self._kept[path] = (raw, summary)
        return summary


def _stem(path: str) -> bytes:
    """The name by which a file is imported."""
    folder, name = os.path.split(path)
    stem = os.path.basename(folder) if name == "__init__.py" else name.removesuffix(".py")
    return stem.encode("utf-8", "surrogateescape")


def replaced_names(raw: bytes) -> frozenset[bytes]:
    """The names that a file may give something else to in another, by the look of its text."""
    found = {*_STORED.findall(raw), *_TAKEN.findall(raw)}
    for group in _STORED_TOGETHER.findall(raw):
        found.update(_ATTRIBUTE.findall(group))
    for match in _REPLACING.finditer(raw):
        # `patch.multiple(module, name=...)`, `vars(module).update(name=...)`.
        end = raw.find(b"\n\n", match.end())
        found.update(_KEYWORD.findall(raw, match.end(), len(raw) if end < 0 else end))
    if _REPLACING.search(raw):
        found.update(text.rpartition(b".")[2] for text in _QUOTED.findall(raw))
    return frozenset(found)


def _look(raw: bytes) -> _Look:
    imports = b"\n".join(_STATEMENTS.findall(raw))
    if _IMPORTING.search(raw):
        imports += b"\n" + b" ".join(_QUOTED.findall(raw))
    methods = frozenset(_METHODS.findall(raw))
    if not _HAS_DATA.search(raw):
        methods -= _SIZES
    bases = {word for match in _BASES.findall(raw) for word in _WORD.findall(match)}
    return _Look(
        imports,
        replaced_names(raw),
        _DETACHES.search(raw) is not None,
        frozenset({*_OF_OTHERS.findall(raw), *_QUOTED.findall(raw)}),
        frozenset(_OF_SELF.findall(raw)),
        frozenset({*bases, *_OTHER_NAMES.findall(imports)} if bases else ()),
        methods,
        _PAUSES.search(raw) is not None,
        b"forward" in methods and any(map(_makes_leaves, _FUNCTIONS.split(raw))),
        b"__call__" in methods,
        _BY_TEXT.search(raw) is not None,
        _HOOKS.search(raw) is not None,
    )


def _makes_leaves(text: bytes) -> bool:
    """Whether the text behind a `def` is that of a `forward` that makes leaves of something."""
    return text.startswith(b"forward") and _ATTACHES.search(text) is not None


def _pattern(words: set[bytes]) -> re.Pattern[bytes]:
    return re.compile(rb"\b(?:" + b"|".join(sorted(map(re.escape, words))) + rb")\b")


def _wrapper_words(wrappers: Mapping[Key, WrapperSummary]) -> set[bytes]:
    """What a file has to name to use one of the wrappers: the function, or the class it is in."""
    return {name.partition(".")[0].encode() for _, name in wrappers if "<locals>" not in name}
