"""Values of the pipeline as messages: the same fields, checked against the schema."""

from bozzetto.findings import Finding as FindingValue
from bozzetto.records import json_from
from bozzetto.wire.base import File
from bozzetto.wire.findings import Finding


def finding_from(value: FindingValue, *, overlay: File | None = None) -> Finding:
    """Write a finding as a message."""
    finding = Finding.model_validate(json_from(value))
    return finding.model_copy(update={"overlay": overlay})
