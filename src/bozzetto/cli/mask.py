"""`bozzetto mask`: cut the object out, and correct the cut by strokes."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from bozzetto.cli.console import Reporting, Terminal
from bozzetto.cli.shared import MattingChoice, Output, Photos, UserMasks, project_folder
from bozzetto.errors import InputError
from bozzetto.pipeline.options import MaskOptions
from bozzetto.views.mask import Stroke


@dataclass(frozen=True, kw_only=True)
class MaskCommand:
    """Cut the object out of its photo; a person's strokes are kept and applied again later."""

    photos: Photos
    """Photos of one object."""
    output: Output = None
    """Project folder; PHOTO.bozzetto unless given."""
    masks: UserMasks = ()
    """Your own mask for a photo, white on black, same size; once per photo."""
    strokes: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """JSON file of strokes that correct the first photo's mask; replaces earlier ones."""
    matting: MattingChoice = field(default_factory=MattingChoice)
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        # Imported when run, so that `bozzetto --help` answers at once.
        from bozzetto.pipeline import steps

        terminal = Terminal(self.reporting)
        strokes = None if self.strokes is None else _read_strokes(self.strokes)
        masked = steps.mask(
            self.photos,
            output=project_folder(self.output, self.photos),
            masks=self.masks,
            strokes=strokes,
            options=MaskOptions(model=self.matting.matting),
            progress=terminal.progress,
        )
        terminal.findings(masked.findings)
        for path in masked.masks:
            terminal.say(f"Mask: {path}")
        terminal.result(masked)
        return terminal.exit_code(masked.findings)


def _read_strokes(path: Path) -> tuple[Stroke, ...]:
    """Read a file of strokes."""
    from bozzetto.capture.load import read_bytes
    from bozzetto.matting.strokes_json import strokes_from_json

    try:
        text = read_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(
            f"{path} should hold strokes as JSON text, but is not text.",
            advice="See docs/matting.md for the format.",
        ) from None
    return strokes_from_json(text)
