"""The few lines that sum up a finished asset."""

from bozzetto.cli.console import Terminal
from bozzetto.pipeline.previews import LevelFacts
from bozzetto.pipeline.report import Delivery


def say_delivery(terminal: Terminal, delivery: Delivery) -> int:
    """Print a finished run for a person or a machine, and return the exit code."""
    report = delivery.report
    terminal.findings(report.findings)
    topology, surface = report.facts.topology, report.surface
    terminal.say(
        f"{report.name}: {topology.triangles} triangles,"
        f" {'watertight' if topology.watertight else 'NOT watertight'},"
        f" {report.options.refine.texture_size} px textures,"
        f" draft {report.approval.variant!r} approved by {report.approval.approved_by}"
    )
    terminal.say(
        f"Surface: {surface.observed:.0%} seen in the photo, {surface.mirrored:.0%} mirrored,"
        f" {surface.inferred:.0%} inferred; size: {report.scale}"
    )
    for agreement in report.facts.agreement:
        terminal.say(
            f"Agreement with {agreement.photo}: PSNR {agreement.psnr_db:.1f} dB,"
            f" silhouette IoU {agreement.silhouette_iou:.3f}"
        )
    if report.symmetry.score is not None:
        applied = "mirrored" if report.symmetry.applied else "left as it is"
        applied += ", faces and all" if report.symmetry.faces_mirrored else ""
        terminal.say(f"Symmetry: {report.symmetry.score:.0%} of the draft, {applied}")
    for level in report.levels:
        terminal.say(_certificate_line(level))
    terminal.say(f"Asset:   {delivery.asset}")
    for path in delivery.lods:
        terminal.say(f"Level:   {path}")
    terminal.say(f"Picture: {delivery.sheet}")
    terminal.say(f"Report:  {delivery.report_path}   ({report.total_seconds:.1f} s of work)")
    terminal.result(delivery)
    return terminal.exit_code(report.findings)


def _certificate_line(level: LevelFacts) -> str:
    """Sum up the certificate of one level of detail."""
    topology, certificate = level.topology, level.certificate
    faces = f"{topology.triangles} triangles"
    if certificate.quads:
        faces = f"{certificate.quads} quads ({certificate.quads_percent:.0f}% of faces)"
    sound = topology.watertight and topology.manifold
    faults = topology.degenerate_triangles + certificate.inverted_triangles
    return (
        f"LOD{level.level}: {faces}, {'watertight' if sound else 'NOT watertight'},"
        f" genus {'unknown' if topology.genus is None else topology.genus},"
        f" {topology.pieces} pieces, {topology.interior_shells} interior shells,"
        f" {faults} inverted or degenerate, {certificate.self_intersections} self-intersecting,"
        f" {certificate.irregular_vertices_percent:.0f}% irregular vertices,"
        f" within {1000 * certificate.hausdorff_m:.1f} mm ({certificate.hausdorff_percent:.2f}%)"
        " of the draft"
    )
