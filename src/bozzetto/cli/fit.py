"""`bozzetto fit`: a variant of a file that a shop, viewer or engine accepts."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from bozzetto.cli.console import Reporting, Terminal
from bozzetto.cli.inspect import REFUSED
from bozzetto.cli.shared import SourceChoice


@dataclass(frozen=True, kw_only=True)
class FitCommand:
    """Make a variant of a file that passes a profile, and list what was changed."""

    asset: Annotated[Path, tyro.conf.Positional]
    """The file: GLB, glTF, OBJ, FBX, USD, STL, PLY or 3MF."""
    profile: Annotated[str, tyro.conf.arg(metavar="NAME")]
    """What it shall pass; `bozzetto inspect --profile NAME` shows the rules."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="DIR")] = Path()
    """Folder for the variant; the current one unless given."""
    size: Annotated[str, tyro.conf.arg(metavar="SIDE=LENGTH")] = ""
    """The real size, as in height=42cm."""
    stated: SourceChoice = field(default_factory=SourceChoice)
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code; 1 when a hard rule is still broken."""
        # Imported when run, so that `bozzetto --help` answers at once.
        from bozzetto.delivery.fit.fitting import fit_file
        from bozzetto.delivery.sizing import parse_size
        from bozzetto.formats.storing import store

        terminal = Terminal(self.reporting)
        size = parse_size(self.size) if self.size else None
        fitted = fit_file(self.asset, profile=self.profile, size=size, frame=self.stated.frame)
        path = store(fitted.written, folder=self.output)
        fit = fitted.fit
        terminal.findings(fit.findings)
        for change in fit.changes:
            terminal.say(f"changed   {change.what}: {change.before} -> {change.after}")
        for left in fit.unfixed:
            terminal.say(
                f"unchanged {left.what} ({left.level}): {left.measured}, wanted {left.wanted}."
                f" {left.reason}"
            )
        verdict = "passes" if fit.accepted else "still breaks a hard rule of"
        terminal.say(f"{path} {verdict} {fit.profile}")
        terminal.result(fit)
        return terminal.exit_code(fit.findings) if fit.accepted else REFUSED
