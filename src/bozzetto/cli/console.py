"""What a person sees while a command runs, and what a machine reads afterwards.

Progress and messages go to the error stream; results go to the output stream.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import tyro
from rich.console import Console
from rich.text import Text

from bozzetto.cli.interrupts import stop_if_asked
from bozzetto.errors import BozzettoError
from bozzetto.findings import Finding, Severity
from bozzetto.progress import Event, StageStarted, StageStep
from bozzetto.records import text_from


class FailOn(StrEnum):
    """From which severity on a finished run counts as failed (exit code 1)."""

    NEVER = "never"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Reporting:
    """How a command reports."""

    json: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Print the result as JSON on the output stream, and no progress."""
    verbose: Annotated[bool, tyro.conf.FlagCreatePairsOff, tyro.conf.arg(aliases=["-v"])] = False
    """Say on the error stream what is done, step by step; PROJECT/logs has the same of each run."""
    fail_on: Annotated[FailOn, tyro.conf.EnumChoicesFromValues] = FailOn.NEVER
    """Exit with 1 when a finding is at least this severe."""


_STYLES = {Severity.INFO: "dim", Severity.WARNING: "yellow", Severity.ERROR: "red"}


class Terminal:
    """Writes for a person, or JSON for a machine."""

    def __init__(self, reporting: Reporting) -> None:
        self._json = reporting.json
        self._fail_on = reporting.fail_on
        self._verbose = reporting.verbose
        self._err = Console(stderr=True, quiet=reporting.json, highlight=False, soft_wrap=True)
        self._out = Console(quiet=reporting.json, highlight=False, soft_wrap=True)

    def progress(self, event: Event) -> None:
        """Show that a stage begins, goes on or has ended.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed and got lost on its way.
        """
        stop_if_asked()
        if self._verbose:
            return  # The log has it.
        if isinstance(event, StageStep):
            if self._err.is_terminal:
                self._err.print(Text(f"  {event.stage:<28}{event.step:<24}", "dim"), end="\r")
            return
        if isinstance(event, StageStarted):
            expected = event.expected_seconds
            hint = "" if expected is None else f"  about {expected:.1f} s"
            if self._err.is_terminal:
                self._err.print(Text(f"  {event.stage:<28}{hint}", "dim"), end="\r")
            return
        spent = "kept from before" if event.reused else f"{event.seconds:.1f} s"
        mark = Text("- " if event.reused else "✓ ", "green")
        self._err.print(mark + Text(f"{event.stage:<28}{spent:<24}"))

    def say(self, line: str) -> None:
        """Print a result line for a person."""
        self._out.print(Text(line))

    def findings(self, findings: Sequence[Finding]) -> None:
        """List findings, the severe ones first."""
        order = list(Severity)
        for finding in sorted(findings, key=lambda f: -order.index(f.severity)):
            subject = f"{finding.subject}: " if finding.subject else ""
            line = Text(f"{finding.severity:<8}", _STYLES[finding.severity])
            line += Text(f"{finding.code:<28} ", "bold")
            self._out.print(line + Text(f"{subject}{finding.message} {finding.fix}".rstrip()))

    def result(self, value: object) -> None:
        """Print the result for a machine, when one is listening."""
        if self._json:
            sys.stdout.write(text_from(value))
            sys.stdout.flush()

    def exit_code(self, findings: Sequence[Finding]) -> int:
        """Return 0, or 1 when the user asked to fail on what was found."""
        if self._fail_on is FailOn.NEVER:
            return 0
        order = list(Severity)
        limit = order.index(Severity(self._fail_on.value))
        return int(any(order.index(finding.severity) >= limit for finding in findings))


@dataclass(frozen=True, kw_only=True)
class ErrorJson:
    """An error as JSON."""

    error: str
    message: str
    advice: str


def report_error(error: BozzettoError, *, as_json: bool) -> None:
    """Say what went wrong in one sentence, and what to do."""
    if as_json:
        failure = ErrorJson(error=type(error).__name__, message=error.message, advice=error.advice)
        sys.stdout.write(text_from(failure))
    sys.stderr.write(f"bozzetto: {error}\n")
