"""Findings of the pipeline as the service shows them."""

import dataclasses

from bozzetto.findings import Finding
from bozzetto.wire.base import File
from bozzetto.wire.findings import ShownFinding


def shown(finding: Finding, *, overlay: File | None = None) -> ShownFinding:
    """Add what HTTP needs to a finding; what a plug-in's own kind of finding adds is left out."""
    fields = {field.name: getattr(finding, field.name) for field in dataclasses.fields(Finding)}
    return ShownFinding(**fields, overlay=overlay)
