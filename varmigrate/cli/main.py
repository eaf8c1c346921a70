"""The commands `check`, `fix`, `explain` and `rules`.

Exit codes: 0 nothing left to do; 1 findings remain, or `--diff` would change something; 2 wrong
usage or settings, or a file could not be read, written or finished; 130 the run was interrupted.
Findings that another fix takes care of ask for nothing: alone they are no reason for a 1.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import click

from varmigrate import __version__
from varmigrate.model import FileResult, Report
from varmigrate.output import formats
from varmigrate.run.engine import RunOptions, run, run_text
from varmigrate.run.settings import (
    Settings,
    SettingsError,
    check_items,
    find_settings,
    load_settings,
)

# Fewer files are done before anybody could read a count.
_WORTH_SHOWING = 20
Command = TypeVar("Command", bound=Callable[..., Any])


class _Program(click.Group):
    """The commands, whatever the standard streams are and do."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run a command, as click does; output that cannot be written is an error of its own."""
        _ready_streams()
        try:
            return super().main(*arguments, **options)
        except OSError as error:
            _drop_output()
            _end(f"the output cannot be written: {error.strerror or error}")


def _ready_streams() -> None:
    """Give the program an output and an error stream, and let them take any text."""
    # A stream that was closed is None. The lowest free descriptor is its own, and not left to a
    # file that is opened later.
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name the terminal cannot show is no reason to end.
            stream.reconfigure(errors="backslashreplace")


def _end(message: str, code: int = 2) -> NoReturn:
    """End the program with a message, which may hold what files say."""
    from varmigrate.output.visible import visible

    with contextlib.suppress(OSError):
        click.echo(f"Error: {visible(message)}", err=True)
    sys.exit(code)


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="varmigrate")
def main() -> None:
    """Take legacy PyTorch code off torch.autograd.Variable, with a reason for every rewrite."""


def _common(command: Command) -> Command:
    """The options `check` and `fix` share."""
    options = [
        click.argument("paths", nargs=-1, type=click.Path(readable=False)),
        click.option(
            "--select",
            multiple=True,
            metavar="CODE",
            help="Only these: a code, the start of one, or an intent. Repeatable, or separated by "
            "commas; replaces `select` of the settings.",
        ),
        click.option(
            "--ignore",
            multiple=True,
            metavar="CODE",
            help="Not these, on top of `ignore` of the settings. The more exact of --select and "
            "--ignore wins. Repeatable.",
        ),
        click.option(
            "--exclude",
            multiple=True,
            metavar="PATTERN",
            help="Not these paths, as in a .gitignore; files named one by one are always taken. "
            "Repeatable.",
        ),
        click.option(
            "--output-format",
            "output_format",
            type=click.Choice(formats()),
            default="text",
            show_default=True,
        ),
        click.option("--config", metavar="FILE", help="Read the settings from this file."),
        click.option("--isolated", is_flag=True, help="Read no settings file."),
        click.option(
            "--no-cache", is_flag=True, help="Analyse every file anew (nothing is cached so far)."
        ),
        click.option(
            "--jobs",
            "-j",
            type=click.IntRange(min=1),
            metavar="N",
            help="Worker processes (default: the number of cores).",
        ),
        click.option("--stdin-filename", metavar="PATH", help="What `-` stands for."),
        click.option("--quiet", "-q", is_flag=True, help="One line per finding, no summary."),
        click.option("--verbose", "-v", is_flag=True, help="Show everything, with the evidence."),
        click.option("--statistics", is_flag=True, help="Count by code, intent and safety."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@_common
@click.option("--unsafe-fixes", is_flag=True, help="Count unsafe fixes as available.")
def check(**arguments: Any) -> None:
    """Report the uses of Variable, and of other old names, under PATHS.

    Without PATHS the current folder is searched; `-` is standard input.
    """
    _run_safely("check", arguments)


@main.command()
@_common
@click.option("--diff", is_flag=True, help="Show what would change; write nothing.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply fixes that rest on an assumption too.")
@click.option(
    "--inline-wrappers",
    is_flag=True,
    help="Take out helpers of which nothing is left but `return x` or `return x.detach()`.",
)
def fix(**arguments: Any) -> None:
    """Rewrite what can be rewritten under PATHS.

    Without PATHS the current folder is searched; `-` is standard input.
    """
    _run_safely("fix", arguments)


@main.command()
@click.argument("code")
def explain(code: str) -> None:
    """Say what a rule finds, why, and how it is mended."""
    from varmigrate.output.explain import UnknownRule, explanation

    try:
        click.echo(explanation(code))
    except UnknownRule as error:
        raise click.UsageError(str(error)) from None


@main.command(name="rules")
def list_rules() -> None:
    """List all rules."""
    from varmigrate.output.explain import rule_lines

    for line in rule_lines(_width(sys.stdout)):
        click.echo(line)


def _run_safely(command: str, arguments: dict[str, Any]) -> None:
    """Run a command; a reader that has seen enough, or a user who has, ends it quietly."""
    try:
        _run(command, arguments)
    except BrokenPipeError:
        _drop_output()
        sys.exit(1)
    except KeyboardInterrupt:
        _end("interrupted", 130)


def _drop_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(command: str, arguments: dict[str, Any]) -> None:
    fixing = command == "fix"
    diff = bool(arguments.get("diff"))
    try:
        settings = _settings(arguments)
        select, ignore = _items(arguments["select"]), _items(arguments["ignore"])
        check_items([*select, *ignore])
    except SettingsError as error:
        _end(str(error))
    paths = list(arguments["paths"]) or ["."]
    from_stdin = "-" in paths
    if from_stdin and len(paths) > 1:
        raise click.UsageError("`-` (standard input) cannot be combined with other paths")
    unsafe = bool(arguments["unsafe_fixes"]) or settings.unsafe_fixes
    options = RunOptions(
        fix=fixing,
        write=fixing and not diff and not from_stdin,
        unsafe=unsafe,
        inline=bool(arguments.get("inline_wrappers")),
        jobs=arguments["jobs"] or 0,
        select=select,
        ignore=ignore,
        exclude=tuple(arguments["exclude"]),
        settings=settings,
        progress=None if arguments["quiet"] else _progress(),
    )
    raw = b""
    if from_stdin:
        raw = _read_stdin()
        report = run_text(arguments["stdin_filename"] or "<stdin>", raw, options)
    else:
        report = run(paths, options)
    machine = arguments["output_format"] != "text"
    if fixing and (diff or from_stdin) and not machine:
        _show_texts(report, raw, diff)
        _show(report, command, arguments, unsafe, to_stderr=True)
    else:
        _show(report, command, arguments, unsafe, to_stderr=False)
    _flush()
    sys.exit(_exit_code(report, diff))


def _settings(arguments: dict[str, Any]) -> Settings:
    if arguments["isolated"]:
        return Settings()
    path = arguments["config"]
    if path is None:
        try:
            path = find_settings(os.getcwd())
        except OSError as error:
            raise SettingsError(f"the current folder: {error.strerror or error}") from None
    return Settings() if path is None else load_settings(path)


def _read_stdin() -> bytes:
    try:
        if sys.stdin is not None:
            return sys.stdin.buffer.read()
        reason = "it is closed"
    except OSError as error:
        reason = error.strerror or str(error)
    _end(f"standard input cannot be read: {reason}")


def _items(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(item.strip() for value in values for item in value.split(",") if item.strip())


def _show_texts(report: Report, raw: bytes, diff: bool) -> None:
    """Write diffs, or the fixed form of standard input, to stdout: byte for byte unless it is a
    terminal, on which nothing may act that stands in a file."""
    terminal = sys.stdout.isatty()
    if not diff:
        result = next(iter(report.results), FileResult(""))
        data = raw if result.new_bytes is None else result.new_bytes
        if not terminal:
            _write_bytes(data)
            return
        from varmigrate.output.visible import visible_lines

        after = data.decode("utf-8", "backslashreplace") if result.after is None else result.after
        sys.stdout.write(visible_lines(after))
        return
    from varmigrate.output.diff import colored, unified_diff, unified_diff_bytes

    for result in report.results:
        if result.raw is None or result.new_bytes is None:
            continue
        if terminal and result.before is not None and result.after is not None:
            from varmigrate.output.painting import painted

            lines = colored(unified_diff(result.path, result.before, result.after))
            for piece in painted(lines, color=_color(sys.stdout)):
                sys.stdout.write(piece)
        else:
            _write_bytes(unified_diff_bytes(result.path, result.raw, result.new_bytes))


def _show(
    report: Report, command: str, arguments: dict[str, Any], unsafe: bool, to_stderr: bool
) -> None:
    stream = sys.stderr if to_stderr else sys.stdout
    for message in report.errors():
        from varmigrate.output.visible import visible

        click.echo(f"Error: {visible(message)}", err=True)
    machine = arguments["output_format"] != "text"
    if not report.results and not machine and not arguments["statistics"]:
        if not arguments["quiet"] and not report.problems:
            files = "1 file" if report.checked == 1 else f"{report.checked} files"
            found = f"Nothing found in {files}." if report.checked else "No Python files found."
            click.echo(found, file=stream)
        return
    from varmigrate.output import get
    from varmigrate.output.options import Options

    options = Options(
        version=__version__,
        verbose=arguments["verbose"],
        quiet=arguments["quiet"],
        statistics=arguments["statistics"],
        command="fix" if command == "fix" else "check",
        diff=bool(arguments.get("diff")),
        unsafe_fixes=unsafe,
        color=_color(stream),
        width=_width(stream),
    )
    for piece in get(arguments["output_format"])(report, options):
        stream.write(piece)


def _progress() -> Callable[[int, int], None] | None:
    """What shows how far a long run is, on a terminal; it is wiped when the run is over."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        if total < _WORTH_SHOWING:
            return
        text = f"{done} of {total} files" if done < total else " " * 40
        sys.stderr.write(f"\r{text}\r" if done == total else f"\r{text}")
        sys.stderr.flush()

    return show


def _color(stream: Any) -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain


def _width(stream: Any) -> int | None:
    if not stream.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def _write_bytes(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough (`| head`); the exit code still counts.
        _drop_output()


def _exit_code(report: Report, diff: bool) -> int:
    if any(True for _ in report.errors()):
        return 2
    # What another fix takes care of leaves nothing to do.
    if any(not finding.follows for finding in report.findings()):
        return 1
    if diff and any(result.changed for result in report.results):
        return 1
    return 0
