"""`bozzetto approve`: choose the draft that refine may work on."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from bozzetto.cli.console import Reporting, Terminal


@dataclass(frozen=True, kw_only=True)
class ApproveCommand:
    """Choose the draft of a project that refine may work on."""

    project: Annotated[Path, tyro.conf.Positional]
    """The project's folder."""
    variant: Annotated[str, tyro.conf.Positional]
    """Rank (1 is the best), name of the variant, or start of the draft's key."""
    approved_by: str | None = None
    """Who approves; your login name unless given."""
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        # Imported when run, so that `bozzetto --help` answers at once.
        from bozzetto.pipeline import steps

        terminal = Terminal(self.reporting)
        approval = steps.approve(self.project, self.variant, approved_by=self.approved_by)
        terminal.say(f"Approved: {approval.variant} by {approval.approved_by}.")
        terminal.say(f"Next: bozzetto refine {self.project}")
        terminal.result(approval)
        return 0
