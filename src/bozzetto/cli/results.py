"""What each command prints with --json: its type, and the JSON Schema that is published for it.

The schemas stand in `docs/schemas`; `python -m tools.json_schemas` writes them anew.
"""

import importlib
from pathlib import Path
from typing import cast

import msgspec

_STEPS, _DELIVERY = "bozzetto.pipeline.steps", "bozzetto.pipeline.report:Delivery"
RESULTS = {
    "advise": "bozzetto.pipeline.photo_advice:PhotoAdvice",
    "approve": "bozzetto.pipeline.approval:Approval",
    "bundle": "bozzetto.delivery.bundle.bundling:Bundle",
    "clean": "bozzetto.pipeline.cleaning:Cleaning",
    "doctor": "bozzetto.cli.doctor:Diagnosis",
    "draft": f"{_STEPS}:Drafted",
    "error": "bozzetto.cli.console:ErrorJson",
    "export": "bozzetto.delivery.export.exporting:Exported",
    "fetch": "bozzetto.cli.fetch:Fetched",
    "fit": "bozzetto.delivery.fit.fitting:Fit",
    "inspect": "bozzetto.delivery.inspect.inspection:Inspection",
    "make": _DELIVERY,
    "mask": f"{_STEPS}:MaskedPhotos",
    "refine": _DELIVERY,
    "rig": "bozzetto.delivery.rig.rigging:RigReport",
    "studio-token": "bozzetto.cli.studio_token:PrintedToken",
}
"""Type of each command's result, as `module:class`; `error` is that of any command that fails."""
LISTS = ("advise",)
"""Commands whose result is a list of these."""
WITHOUT_RESULT = ("studio",)
"""Commands that run until they are stopped."""


def schema_of(command: str) -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of what a command prints with --json."""
    module, _, name = RESULTS[command].partition(":")
    kind = cast("type", getattr(importlib.import_module(module), name))
    schema = msgspec.json.schema(
        list[kind] if command in LISTS else kind, schema_hook=_plain_schema
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"bozzetto {command} --json",
        **schema,
    }


def _plain_schema(kind: type) -> dict[str, object]:
    """Return the schema of what `records` turns to JSON itself."""
    if issubclass(kind, Path):
        return {"type": "string"}
    raise NotImplementedError(kind.__name__)
