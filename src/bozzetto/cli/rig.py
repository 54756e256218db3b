"""`bozzetto rig`: a character gets a skeleton, a skin and clips, and a certificate."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from bozzetto.cli.console import Reporting, Terminal
from bozzetto.cli.shared import SourceChoice

if TYPE_CHECKING:
    from bozzetto.delivery.rig.rigging import RigReport

ClipFiles = Annotated[
    tuple[Path, ...], tyro.conf.arg(name="clip", metavar="FILE"), tyro.conf.UseAppendAction
]


@dataclass(frozen=True, kw_only=True)
class RigCommand:
    """Rig a standing figure or animal: skeleton, weights, clips, and how it deforms."""

    source: Annotated[Path, tyro.conf.Positional]
    """A finished project's folder, or a model file (GLB, glTF, FBX, OBJ...)."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="FILE")] = None
    """The rigged model; the suffix names the format (.glb, .fbx, .usdz, .vrm...).
    NAME_rigged.glb beside the source unless given."""
    skeleton: Literal["mixamo", "vrm", "unreal", "unity", "godot"] = "mixamo"
    """Names, hierarchy and axes of the joints; animals have generic ones."""
    plan: Literal["auto", "biped", "quadruped"] = "auto"
    """How many legs to look for; auto tries two, then four."""
    pose: Literal["keep", "a", "t"] = "keep"
    """Rest pose of the result."""
    clips: Annotated[str, tyro.conf.arg(metavar="NAME,...")] = "idle,walk"
    """Motions to add: idle, walk, run, and wave for two legs. Walk and run come with and without
    their way."""
    clip_files: ClipFiles = ()
    """Put the motion of a BVH file, or of a model with clips, on the figure; may be repeated."""
    joints: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """Joints that you moved: the NAME.joints.json of an earlier run, changed."""
    stated: SourceChoice = field(default_factory=SourceChoice)
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        # Imported when run, so that `bozzetto --help` answers at once.
        from bozzetto.delivery.rig.rigging import RigOrder, rig_file
        from bozzetto.rigging.canonical import RestPose
        from bozzetto.rigging.rig import BodyPlan, RigOptions

        terminal = Terminal(self.reporting)
        output = self.output or _default_output(self.source)
        names = tuple(name.strip() for name in self.clips.split(",") if name.strip())
        report = rig_file(
            RigOrder(
                source=self.source,
                output=output,
                options=RigOptions(
                    dialect=self.skeleton,
                    pose=RestPose(self.pose),
                    clips=names,
                    plan=BodyPlan(self.plan),
                ),
                joints=self.joints,
                motions=self.clip_files,
                frame=self.stated.frame,
            )
        )
        _say(terminal, report, output)
        terminal.result(report)
        return terminal.exit_code(report.findings)


def _default_output(source: Path) -> Path:
    """Name the result after the source."""
    folder = source if source.is_dir() else source.parent
    return folder / f"{source.stem}_rigged.glb"


def _say(terminal: Terminal, report: "RigReport", output: Path) -> None:
    """Print the result for a person."""
    unsure = [joint.name for joint in report.joints if joint.confidence < 0.6]
    failed = [pose.stress.pose for pose in report.poses if not pose.passed]
    terminal.say(
        f"{output}: {report.vertices:,} vertices, {len(report.joints)} joints ({report.skeleton})"
    )
    terminal.say(f"Clips     {', '.join(report.clips) or 'none'}")
    terminal.say(f"Stress    {len(report.poses) - len(failed)} of {len(report.poses)} poses passed")
    if unsure:
        terminal.say(f"Unsure    {', '.join(unsure)}: see {output.stem}.rig.png, change")
        terminal.say(f"          {output.stem}.joints.json and give it back with --joints")
    terminal.findings(report.findings)
