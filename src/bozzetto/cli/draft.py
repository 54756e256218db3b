"""`bozzetto draft`: white models to choose from."""

from dataclasses import dataclass, field

from bozzetto.cli.console import Reporting, Terminal
from bozzetto.cli.shared import (
    DraftChoice,
    MattingChoice,
    Output,
    Photos,
    UserMasks,
    make_options,
    project_folder,
)


@dataclass(frozen=True, kw_only=True)
class DraftCommand:
    """Make white models of the object to choose from, ranked, with reasons."""

    photos: Photos
    """Photos of one object; the first should show most of it."""
    output: Output = None
    """Project folder; PHOTO.bozzetto unless given."""
    masks: UserMasks = ()
    """Your own mask for a photo, white on black, same size; once per photo."""
    matting: MattingChoice = field(default_factory=MattingChoice)
    draft: DraftChoice = field(default_factory=DraftChoice)
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        # Imported when run, so that `bozzetto --help` answers at once.
        from bozzetto.pipeline import steps

        terminal = Terminal(self.reporting)
        drafted = steps.draft(
            self.photos,
            output=project_folder(self.output, self.photos),
            masks=self.masks,
            options=make_options(self.matting, self.draft),
            progress=terminal.progress,
        )
        terminal.findings(drafted.findings)
        for rank, draft in enumerate(drafted.drafts.drafts, 1):
            terminal.say(f"{rank}  {draft.variant:<12} score {draft.score:.2f}  {draft.model}")
            for reason in draft.reasons:
                terminal.say(f"     {reason.text}")
        terminal.say(f"All side by side: {drafted.sheet}")
        terminal.say(f"Next: bozzetto approve {drafted.project} 1")
        terminal.result(drafted)
        return terminal.exit_code(drafted.findings)
