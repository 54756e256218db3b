"""`bozzetto inspect`: the facts about any mesh file."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from bozzetto.cli.console import Reporting, Terminal

if TYPE_CHECKING:
    from bozzetto.qa.inspect import Inspection


@dataclass(frozen=True, kw_only=True)
class Inspect:
    """Show topology, UVs, textures and size of a GLB, glTF, OBJ, PLY or STL file."""

    asset: Annotated[Path, tyro.conf.Positional]
    """The file."""
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        # Imported when run, so that `bozzetto --help` answers at once.
        from bozzetto.qa.inspect import inspect_file

        terminal = Terminal(self.reporting)
        inspection = inspect_file(self.asset)
        _say(terminal, inspection)
        terminal.result(inspection)
        return terminal.exit_code(inspection.findings)


def _say(terminal: Terminal, found: "Inspection") -> None:
    """Print an inspection for a person."""
    topology, uv = found.topology, found.uv
    x, y, z = topology.size_m
    terminal.say(f"{found.file_name}: {found.file_bytes / 1e6:.2f} MB, {found.unit_note}")
    terminal.say(f"Size      {x:.4g} x {y:.4g} x {z:.4g}, lowest point at y = {found.lowest_y:.4g}")
    terminal.say(
        f"Mesh      {topology.triangles} triangles, {topology.vertices} vertices"
        f" ({topology.welded_vertices} welded), {topology.pieces} pieces"
    )
    genus = "" if topology.genus is None else f", genus {topology.genus}"
    terminal.say(
        f"Surface   watertight: {_yes(topology.watertight)}, manifold: {_yes(topology.manifold)}"
        f"{genus}, {topology.degenerate_triangles} degenerate triangles"
    )
    if uv is not None:
        terminal.say(
            f"UV        {uv.charts} charts, {uv.utilization:.0%} used, {uv.overlap_share:.1%}"
            f" overlap, stretch {uv.stretch_mean:.2f} mean / {uv.stretch_p99:.2f} p99"
        )
    terminal.say(f"Materials {len(found.materials)}: {', '.join(found.materials) or 'none'}")
    for texture in found.textures:
        terminal.say(
            f"Texture   {texture.material} {texture.role}: {texture.width} x {texture.height}"
        )
    terminal.findings(found.findings)


def _yes(value: bool) -> str:
    """Say a truth in a word."""
    return "yes" if value else "no"
