"""`bozzetto make`: photos in, finished asset out."""

from dataclasses import dataclass, field

from bozzetto.cli.console import Reporting, Terminal
from bozzetto.cli.shared import (
    DraftChoice,
    MattingChoice,
    Output,
    Photos,
    RefineChoice,
    UserMasks,
    make_options,
    project_folder,
)


@dataclass(frozen=True, kw_only=True)
class MakeCommand:
    """Turn photos of one object into a finished asset; the best draft is approved by rule."""

    photos: Photos
    """Photos of one object; the first should show most of it."""
    output: Output = None
    """Project folder; PHOTO.bozzetto unless given. An existing project goes on where it stopped."""
    masks: UserMasks = ()
    """Your own mask for a photo, white on black, same size; once per photo."""
    matting: MattingChoice = field(default_factory=MattingChoice)
    draft: DraftChoice = field(default_factory=DraftChoice)
    refine: RefineChoice = field(default_factory=RefineChoice)
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        # Imported when run, so that `bozzetto --help` answers at once.
        from bozzetto.cli.summary import say_delivery
        from bozzetto.pipeline import making

        terminal = Terminal(self.reporting)
        delivery = making.make(
            self.photos,
            output=project_folder(self.output, self.photos),
            masks=self.masks,
            options=make_options(self.matting, self.draft, self.refine),
            progress=terminal.progress,
        )
        return say_delivery(terminal, delivery)
