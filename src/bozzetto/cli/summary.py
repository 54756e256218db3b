"""The few lines that sum up a finished asset."""

from bozzetto.cli.console import Terminal
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
    terminal.say(f"Asset:   {delivery.asset}")
    terminal.say(f"Picture: {delivery.sheet}")
    terminal.say(f"Report:  {delivery.report_path}   ({report.total_seconds:.1f} s of work)")
    terminal.result(delivery)
    return terminal.exit_code(report.findings)
