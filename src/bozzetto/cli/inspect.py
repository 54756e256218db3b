"""`bozzetto inspect`: the facts about any 3D file, and what shops and engines would say of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from bozzetto.cli.console import Reporting, Terminal
from bozzetto.cli.shared import SourceChoice

if TYPE_CHECKING:
    from bozzetto.delivery.inspect.inspection import Inspection
    from bozzetto.qa.profile import ProfileResult

Profiles = Annotated[
    tuple[str, ...], tyro.conf.arg(name="profile", metavar="NAME"), tyro.conf.UseAppendAction
]
REFUSED = 1
"""Exit code for a file that breaks a hard rule."""


@dataclass(frozen=True, kw_only=True)
class InspectCommand:
    """Show what a GLB, glTF, OBJ, FBX, USD, STL, PLY or 3MF file holds, and hold it to profiles."""

    asset: Annotated[Path, tyro.conf.Positional]
    """The file."""
    profiles: Profiles = ()
    """Hold the file against what a shop, viewer or engine asks; may be given several times. The
    exit code is 1 when a hard rule is broken."""
    page: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """Write a page with pictures and all facts, as one HTML file."""
    stated: SourceChoice = field(default_factory=SourceChoice)
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        # Imported when run, so that `bozzetto --help` answers at once.
        from bozzetto.delivery.inspect.inspection import inspect_file
        from bozzetto.delivery.inspect.page import write_page

        terminal = Terminal(self.reporting)
        inspection = inspect_file(self.asset, profiles=self.profiles, frame=self.stated.frame)
        _say(terminal, inspection)
        if self.page is not None:
            write_page(self.asset, inspection, page=self.page, frame=self.stated.frame)
            terminal.say(f"Page: {self.page}")
        terminal.result(inspection)
        if not inspection.accepted:
            return REFUSED
        return terminal.exit_code(inspection.findings)


def say_profile(terminal: Terminal, result: "ProfileResult") -> None:
    """Print how a file stands against a profile, rule by rule."""
    from bozzetto.delivery.inspect.page import say_value, source_of, sources_of

    verdict = "accepted" if result.accepted else "REFUSED"
    sources = sources_of(result)
    terminal.say(f"Profile   {result.profile}: {verdict}")
    for one in result.results:
        note = f" ({one.rule.note})" if one.rule.note else ""
        terminal.say(
            f"  {one.verdict.value:<8}{one.rule.level.value:<5} {one.what}: "
            f"{say_value(one.measured)}, wanted {one.rule.limit}"
            f" [{sources.index(source_of(one)) + 1}]{note}"
        )
    for number, source in enumerate(sources, 1):
        terminal.say(f"  [{number}] {source}")


def _say(terminal: Terminal, found: "Inspection") -> None:
    """Print an inspection for a person."""
    from bozzetto.delivery.inspect.page import shape_facts

    model, file = found.model, found.file
    x, y, z = model.size_m
    terminal.say(f"{file.name}: {file.num_bytes / 1e6:.2f} MB, {file.unit_note}")
    terminal.say(f"Size      {x:.4g} x {y:.4g} x {z:.4g}, lowest point at y = {model.low[1]:.4g}")
    terminal.say(f"Mesh      {model.triangles:,} triangles in {model.num_parts} parts")
    if model.topology is not None:
        for name, value in shape_facts(model.topology):
            terminal.say(f"  {name:<14}{value}")
    for material in model.materials:
        _say_material(terminal, material.name, maps=material.maps)
        if material.uv is not None:
            uv = material.uv
            terminal.say(
                f"  layout        {uv.charts} charts, {uv.utilization:.0%} used,"
                f" {uv.overlap_share:.1%} overlap, stretch {uv.stretch_mean:.2f} mean /"
                f" {uv.stretch_p99:.2f} p99, {uv.texel_density_px_per_m:.0f} px per m"
            )
    for picture in model.pictures:
        terminal.say(
            f"Texture   {picture.name} ({', '.join(picture.roles)}): {picture.width} x"
            f" {picture.height}, {picture.media_type}, {picture.num_bytes / 1024:.0f} KiB"
        )
    if model.skin is not None:
        terminal.say(
            f"Skeleton  {model.skin.joints} joints, {model.skin.skinned_vertices:,} skinned"
            f" vertices, {model.skin.zero_weight_vertices} without weight, clips:"
            f" {', '.join(f'{c.name} {c.seconds:.2f} s' for c in model.clips) or 'none'}"
        )
    terminal.findings(found.findings)
    for result in found.profiles:
        say_profile(terminal, result)


def _say_material(terminal: Terminal, name: str, *, maps: tuple[str, ...]) -> None:
    """Print one material."""
    terminal.say(f"Material  {name}: {', '.join(maps) or 'no textures'}")
