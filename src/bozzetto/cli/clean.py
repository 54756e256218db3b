"""`bozzetto clean`: free the space of results that nothing refers to any more."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from bozzetto.cli.console import Reporting, Terminal


@dataclass(frozen=True, kw_only=True)
class CleanCommand:
    """Say how much space old results of a project take, and free it with --yes.

    Photos, drafts, the approval and the newest asset stay. What is removed is made again when it is
    needed.
    """

    project: Annotated[Path, tyro.conf.Positional]
    """The project's folder."""
    yes: bool = False
    """Remove them; without it, nothing is removed."""
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        # Imported when run, so that `bozzetto --help` answers at once.
        from bozzetto.pipeline import steps

        terminal = Terminal(self.reporting)
        cleaning = steps.clean(self.project, remove=self.yes)
        mib = cleaning.num_bytes / 2**20
        if cleaning.removed:
            terminal.say(f"Freed {mib:.1f} MiB: {cleaning.results} results were removed.")
        else:
            terminal.say(f"{cleaning.results} results that nothing refers to take {mib:.1f} MiB.")
            terminal.say(f"Remove them: bozzetto clean {self.project} --yes")
        terminal.result(cleaning)
        return 0
