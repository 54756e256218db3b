"""`bozzetto refine`: the approved draft becomes a finished asset."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from bozzetto.cli.console import Reporting, Terminal
from bozzetto.cli.shared import RefineChoice, refine_options


@dataclass(frozen=True, kw_only=True)
class RefineCommand:
    """Turn the approved draft of a project into a finished asset."""

    project: Annotated[Path, tyro.conf.Positional]
    """The project's folder."""
    lock_texture: Annotated[Path | None, tyro.conf.arg(metavar="MASK")] = None
    """A PNG over the textures of the asset there is: white texels stay bit for bit."""
    refine: RefineChoice = field(default_factory=RefineChoice)
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        # Imported when run, so that `bozzetto --help` answers at once.
        from bozzetto.cli.summary import say_delivery
        from bozzetto.pipeline import making

        terminal = Terminal(self.reporting)
        options = refine_options(self.refine)
        delivery = making.refine(
            self.project,
            options=options,
            lock_texture=self.lock_texture,
            progress=terminal.progress,
        )
        return say_delivery(terminal, delivery)
