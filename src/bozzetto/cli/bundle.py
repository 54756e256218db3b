"""`bozzetto bundle`: everything about an asset in one folder."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

import tyro

from bozzetto.cli.console import Reporting, Terminal
from bozzetto.cli.shared import SourceChoice

UNSOUND = 1
"""Exit code when a file, read back, is not what was written."""


@dataclass(frozen=True, kw_only=True)
class BundleCommand:
    """Write every format, levels of detail, pictures, README and hashes of an asset to a folder."""

    source: Annotated[Path, tyro.conf.Positional]
    """A finished project's folder, or a model file."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="DIR")]
    """Folder for the bundle."""
    size: Annotated[str, tyro.conf.arg(metavar="SIDE=LENGTH")] = ""
    """The real size, as in height=42cm; see `bozzetto export`."""
    pivot: Literal["bottom", "centre", "keep"] = "keep"
    """Which point becomes the origin."""
    stated: SourceChoice = field(default_factory=SourceChoice)
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        # Imported when run, so that `bozzetto --help` answers at once.
        from bozzetto.delivery.bundle.bundling import bundle
        from bozzetto.delivery.export.exporting import Placing, load_deliverable
        from bozzetto.delivery.placing import Pivot
        from bozzetto.delivery.sizing import parse_size

        terminal = Terminal(self.reporting)
        size = parse_size(self.size) if self.size else None
        deliverable, findings = load_deliverable(self.source, frame=self.stated.frame)
        made = bundle(
            deliverable, folder=self.output, placing=Placing(size=size, pivot=Pivot(self.pivot))
        )
        made = replace(made, findings=(*findings, *made.findings))
        terminal.findings(made.findings)
        for file in made.files:
            state = "read back the same" if file.comparison.passed else "READ BACK DIFFERENT"
            terminal.say(
                f"{made.folder / file.path}: {file.num_bytes / 1024:,.0f} KiB,"
                f" {file.triangles:,} triangles, {state}"
            )
            for check in file.comparison.failures:
                terminal.say(f"  {check.name}: wanted {check.wanted}, got {check.got}")
        for name in (*made.pictures, *made.records):
            terminal.say(f"{made.folder / name}")
        terminal.result(made)
        if not made.passed:
            return UNSOUND
        return terminal.exit_code(made.findings)
