"""`bozzetto advise`: what is wrong with these photos, and how to fix it."""

from dataclasses import dataclass, field

from bozzetto.cli.console import Reporting, Terminal
from bozzetto.cli.shared import MattingChoice, Output, Photos
from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.pipeline.options import MaskOptions


@dataclass(frozen=True, kw_only=True)
class AdviseCommand:
    """Judge photos before any work is done: what is wrong, where, and how to fix it."""

    photos: Photos
    """Photos to judge, each on its own."""
    output: Output = None
    """Folder for overlay pictures; none are drawn unless given."""
    matting: MattingChoice = field(default_factory=MattingChoice)
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        # Imported when run, so that `bozzetto --help` answers at once.
        from bozzetto.pipeline import photo_advice

        if not self.photos:
            raise InputError("At least one photo is needed, got none.", advice="Name a photo file.")
        terminal = Terminal(self.reporting)
        judged: list[photo_advice.PhotoAdvice] = []
        findings: list[Finding] = []
        for path in self.photos:
            advice = photo_advice.advise_file(
                path, overlays=self.output, options=MaskOptions(model=self.matting.matting)
            )
            terminal.say(f"{path}: {_verdict(advice.worst)}")
            terminal.findings(advice.findings)
            judged.append(advice)
            findings.extend(advice.findings)
        if self.output is not None:
            terminal.say(f"Overlay pictures: {self.output}")
        terminal.result(judged)
        return terminal.exit_code(findings)


def _verdict(worst: Severity | None) -> str:
    """Sum a photo up in a word or two."""
    if worst is None:
        return "good, nothing found"
    return {"info": "good", "warning": "usable, could be better", "error": "not usable"}[worst]
