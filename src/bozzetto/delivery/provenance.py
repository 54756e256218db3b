"""Where a file comes from: photos, masks, options, versions, seeds, weights, licences, approval.

One record, twice: beside the file as JSON, and inside it as metadata (XMP in glTF, customLayerData
in USD) with the prefixes `dc`, `xmp` and `bozzetto`.
"""

import json
from dataclasses import dataclass, replace
from importlib.metadata import version

from bozzetto.asset.model import Model
from bozzetto.asset.shares import SurfaceShares
from bozzetto.delivery.open_model import SIZE_KEY
from bozzetto.delivery.project.files import FinishedProject
from bozzetto.delivery.sizing import MeasuredScale
from bozzetto.engines.base import EngineFacts
from bozzetto.errors import BozzettoError
from bozzetto.matting.models.registry import model_card
from bozzetto.pipeline.approval import Approval
from bozzetto.records import json_from

PROVENANCE_KEY = "bozzetto:provenance"
"""In a model's metadata: the whole record as JSON."""


@dataclass(frozen=True, kw_only=True)
class SourcePhoto:
    """One photograph that an asset was made from."""

    name: str
    sha256: str
    mask_source: str
    mask_sha256: str
    """Of the mask's PNG; empty where it is gone."""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A network that took part."""

    name: str
    licence: str
    sha256: str
    """Empty for what has no weights."""


@dataclass(frozen=True, kw_only=True)
class Making:
    """How an asset was made from photographs."""

    photos: tuple[SourcePhoto, ...]
    options: str
    """All settings, as JSON."""
    bozzetto: str
    """Version that made it."""
    seed: int
    """Of the approved draft."""
    engine: EngineFacts
    weights: tuple[Weights, ...]
    surface: SurfaceShares
    percent_inferred: float
    """Of the surface, 0 to 100: what no photo shows and no mirroring explains."""
    approval: Approval
    libraries: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a file comes from."""

    generator: str
    name: str
    source: str
    """The project's asset or the file that it was made from."""
    source_sha256: str
    size: str
    """How its size came about."""
    rights: str
    """As the source states them; empty where it states none."""
    changes: tuple[str, ...]
    """What was changed on the way to this file."""
    making: Making | None
    """None for files that did not come out of a project."""


def provenance_of_project(finished: FinishedProject) -> Provenance:
    """Record where a project's asset comes from."""
    report = finished.report
    masks = (*finished.mask_sha256, *[""] * len(report.inputs))
    seeds = [draft.seed for draft in report.drafts if draft.key == report.approval.key]
    making = Making(
        photos=tuple(
            SourcePhoto(
                name=photo.name,
                sha256=photo.sha256,
                mask_source=photo.mask_source,
                mask_sha256=mask,
            )
            for photo, mask in zip(report.inputs, masks, strict=False)
        ),
        options=finished.options,
        bozzetto=report.bozzetto,
        seed=seeds[0] if seeds else 0,
        engine=report.engine,
        weights=_weights(report.options.mask.model, report.engine),
        surface=report.surface,
        percent_inferred=round(100 * report.surface.inferred, 2),
        approval=report.approval,
        libraries=report.libraries,
    )
    return Provenance(
        generator=f"bozzetto {version('bozzetto')}",
        name=report.name,
        source=report.files[0].path if report.files else report.name,
        source_sha256=report.files[0].sha256 if report.files else "",
        size=report.scale,
        rights="",
        changes=(),
        making=making,
    )


def provenance_of_file(model: Model, *, file_name: str, sha256: str) -> Provenance:
    """Record where a file of somebody else comes from, with what it says of itself."""
    said = dict(model.metadata)
    return Provenance(
        generator=f"bozzetto {version('bozzetto')}",
        name=model.name,
        source=file_name,
        source_sha256=sha256,
        size=said.get(SIZE_KEY, "as in the source"),
        rights=said.get("dc:rights", ""),
        changes=(),
        making=None,
    )


def with_provenance(
    model: Model, provenance: Provenance, *, scale: MeasuredScale | None = None
) -> Model:
    """Write provenance into a model's metadata; what the source said of itself stays.

    Args:
        model: Any.
        provenance: Its record.
        scale: How it got its real size; None where nobody gave one.
    """
    pairs = dict(model.metadata)
    pairs |= {
        "dc:title": provenance.name,
        "dc:source": f"{provenance.source} sha256:{provenance.source_sha256}",
        "xmp:CreatorTool": provenance.generator,
        PROVENANCE_KEY: json.dumps(
            json_from(provenance), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ),
    }
    if scale is not None:
        pairs[SIZE_KEY] = scale.text
    making = provenance.making
    if making is not None:
        pairs["bozzetto:percent_inferred"] = f"{making.percent_inferred:g}"
        pairs["bozzetto:approved_by"] = making.approval.approved_by
    return replace(model, metadata=tuple(sorted(pairs.items())))


def _weights(matting: str, engine: EngineFacts) -> tuple[Weights, ...]:
    """List the networks that took part, with their licences."""
    mine = Weights(name=engine.name, licence=engine.licence, sha256=engine.weights_sha256)
    try:
        card = model_card(matting)
    except BozzettoError:  # The package that brought the network is not installed any more.
        return (mine,)
    return mine, Weights(name=card.name, licence=card.licence, sha256=card.sha256)
