"""Levels of detail: refine each, and certify each as its GLB holds it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bozzetto.asset.draft import Draft
from bozzetto.pipeline.options import RefineOptions
from bozzetto.pipeline.photo_to_asset import level_name
from bozzetto.pipeline.records import read_record
from bozzetto.pipeline.retopology import dense_surface, level_options
from bozzetto.pipeline.serialize import text_from
from bozzetto.pipeline.stage import Codec, Outcome, Session, StageKey, Timing, run_stage
from bozzetto.pipeline.stored import StoredAsset, asset_stage
from bozzetto.qa.certificate import Certificate, certify
from bozzetto.qa.topology import TopologyFacts, measure_topology
from bozzetto.views.foreground import Foreground

CERTIFICATE_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class LevelFacts:
    """One level of detail, measured on its GLB."""

    level: int
    """0 for the asset itself."""
    topology: TopologyFacts
    certificate: Certificate


@dataclass(frozen=True, kw_only=True, eq=False)
class Levels:
    """All levels of detail of one asset, finest first; at least one."""

    assets: tuple[Outcome[StoredAsset], ...]
    facts: tuple[LevelFacts, ...]
    timings: tuple[Timing, ...]


def level_stages(
    session: Session,
    draft: Draft,
    foregrounds: Callable[[], tuple[Foreground, ...]],
    *,
    name: str,
    inputs: tuple[str, ...],
    options: RefineOptions,
) -> Levels:
    """Refine the approved draft into every level asked for, and certify them.

    Raises:
        InputError: A budget cannot be met.
    """
    assets = tuple(
        asset_stage(
            session,
            draft,
            foregrounds,
            name=level_name(name, level),
            inputs=inputs,
            options=settings,
            label=f"refine level {level}" if level else "refine",
        )
        for level, settings in enumerate(level_options(options))
    )
    facts = _certificate_stage(session, draft, assets)
    timings = (*(asset.timing for asset in assets), facts.timing)
    return Levels(assets=assets, facts=facts.value, timings=timings)


def _certificate_stage(
    session: Session, draft: Draft, assets: Sequence[Outcome[StoredAsset]]
) -> Outcome[tuple[LevelFacts, ...]]:
    """Hold every level against the dense surface."""
    key = StageKey(
        stage="certificates",
        version=CERTIFICATE_VERSION,
        inputs=tuple(asset.digest for asset in assets),
        options=None,
    )

    def make() -> tuple[LevelFacts, ...]:
        reference = dense_surface(draft).mesh
        meshes = [asset.value.asset.mesh for asset in assets]
        return tuple(
            LevelFacts(
                level=level,
                topology=measure_topology(mesh),
                certificate=certify(mesh, reference=reference),
            )
            for level, mesh in enumerate(meshes)
        )

    return run_stage(session, key, make, codec=_LEVELS, label="certificate")


@dataclass(frozen=True, kw_only=True)
class _Record:
    """The levels as a file holds them."""

    levels: tuple[LevelFacts, ...]


def _write(levels: tuple[LevelFacts, ...], folder: Path) -> None:
    """Write `levels.json`."""
    (folder / "levels.json").write_text(text_from(_Record(levels=levels)), "utf-8")


def _read(folder: Path) -> tuple[LevelFacts, ...]:
    """Read `levels.json`."""
    return read_record(_Record, folder / "levels.json").levels


_LEVELS = Codec(write=_write, read=_read)
