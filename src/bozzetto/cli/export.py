"""`bozzetto export`: a finished asset, or any file, as a program wants it."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from bozzetto.cli.console import Reporting, Terminal
from bozzetto.cli.shared import SourceChoice
from bozzetto.errors import InputError

if TYPE_CHECKING:
    from bozzetto.delivery.export.exporting import Exported

UNSOUND = 1
"""Exit code when a file, read back, is not what was written."""


@dataclass(frozen=True, kw_only=True)
class ExportCommand:
    """Write a project's asset, or any file, for a program: format, axes, size, textures, names."""

    source: Annotated[Path, tyro.conf.Positional]
    """A finished project's folder, or a model file."""
    target: Annotated[str, tyro.conf.arg(name="for", metavar="TARGET")] = ""
    """blender, unity, unreal, godot, web, ar, print or roblox."""
    format: Annotated[str, tyro.conf.arg(metavar="NAME")] = ""
    """Only choose a format, and leave names and textures as they are."""
    size: Annotated[str, tyro.conf.arg(metavar="SIDE=LENGTH")] = ""
    """The real size: height=42cm, width=, depth=, longest=, or two points on the photo and the
    length between them, points=812,340:812,1210=30cm."""
    pivot: Literal["bottom", "centre", "keep"] = "keep"
    """Which point becomes the origin."""
    front: Literal["+z", "-z", "+x", "-x", "target"] = "target"
    """Where what faces +z shall face in the file; the target's own unless given."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="DIR")] = Path()
    """Folder for the files; the current one unless given."""
    stated: SourceChoice = field(default_factory=SourceChoice)
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        # Imported when run, so that `bozzetto --help` answers at once.
        from bozzetto.delivery.export.exporting import (
            Placing,
            export,
            load_deliverable,
            plain_target,
        )
        from bozzetto.delivery.export.targets import load_target
        from bozzetto.delivery.placing import Front, Pivot
        from bozzetto.delivery.sizing import parse_size

        if bool(self.target) == bool(self.format):
            raise InputError(
                "Either --for or --format was wanted.",
                advice="Say --for unreal for a program, or --format fbx for a format alone.",
            )
        target = load_target(self.target) if self.target else plain_target(self.format)
        terminal = Terminal(self.reporting)
        placing = Placing(
            size=parse_size(self.size) if self.size else None,
            pivot=Pivot(self.pivot),
            front=None if self.front == "target" else Front(self.front),
        )
        deliverable, findings = load_deliverable(self.source, frame=self.stated.frame)
        exported = export(deliverable, target, placing=placing, folder=self.output)
        exported = replace(exported, findings=(*findings, *exported.findings))
        terminal.findings(exported.findings)
        say_exported(terminal, exported)
        terminal.result(exported)
        if not exported.passed:
            return UNSOUND
        return terminal.exit_code(exported.findings)


def say_exported(terminal: Terminal, exported: "Exported") -> None:
    """Print what was written, and how it stands."""
    for file in exported.files:
        x, y, z = file.size_m
        state = "read back the same" if file.comparison.passed else "READ BACK DIFFERENT"
        terminal.say(
            f"{exported.folder / file.path}: {file.num_bytes / 1024:,.0f} KiB,"
            f" {file.triangles:,} triangles, {x:.4g} x {y:.4g} x {z:.4g} m, {state}"
        )
        for check in file.comparison.failures:
            terminal.say(f"  {check.name}: wanted {check.wanted}, got {check.got}")
    for name in exported.beside:
        terminal.say(f"{exported.folder / name}")
    if exported.scale is not None:
        terminal.say(f"Size: {exported.scale.text}")
    for hint in exported.hints:
        terminal.say(f"Import: {hint}")
