"""Levels of detail: refine each, and certify each as its GLB holds it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.pipeline.draft_to_asset import Sculpted, Shaped, sculpt_draft
from bozzetto.pipeline.locking import StoredLock
from bozzetto.pipeline.options import RefineOptions
from bozzetto.pipeline.photo_to_asset import level_name
from bozzetto.pipeline.records import read_record
from bozzetto.pipeline.retopology import level_options
from bozzetto.pipeline.shape_stage import shape_stage
from bozzetto.pipeline.stage import Codec, Outcome, Session, StageKey, Timing, run_stage
from bozzetto.pipeline.stored import StoredAsset, asset_stage
from bozzetto.progress import Step
from bozzetto.qa.certificate import Certificate, certify
from bozzetto.qa.topology import TopologyFacts, measure_topology
from bozzetto.records import text_from
from bozzetto.views.foreground import Foreground

CERTIFICATE_VERSION = 2


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
    draft: Reconstruction,
    foregrounds: Callable[[], tuple[Foreground, ...]],
    *,
    name: str,
    inputs: tuple[str, ...],
    options: RefineOptions,
    lock: StoredLock | None = None,
) -> Levels:
    """Refine the approved draft into every level asked for, and certify them.

    Raises:
        InputError: A budget cannot be met.
    """
    sculpted: list[Sculpted] = []

    def sculpture(step: Step) -> Sculpted:
        """Make it once, whichever level is the first to miss it."""
        if not sculpted:
            made = sculpt_draft(draft, foregrounds(), detail=options.detail, step=step)
            sculpted.append(made)
        return sculpted[0]

    shapes: list[Outcome[Shaped]] = []
    assets: list[Outcome[StoredAsset]] = []
    for level, settings in enumerate(level_options(options)):
        what = f" level {level}" if level else ""
        shapes.append(
            shape_stage(
                session,
                draft,
                sculpture,
                inputs=inputs,
                options=settings,
                label=f"shape{what}",
            )
        )
        assets.append(
            asset_stage(
                session,
                draft,
                foregrounds,
                shaped=shapes[-1],
                name=level_name(name, level),
                options=settings,
                label=f"refine{what}",
                lock=(lock.lock, lock.digests) if lock and not level else None,
            )
        )
    facts = _certificate_stage(session, shapes, assets)
    timings = (*(outcome.timing for outcome in (*shapes, *assets)), facts.timing)
    return Levels(assets=tuple(assets), facts=facts.value, timings=timings)


def _certificate_stage(
    session: Session, shapes: Sequence[Outcome[Shaped]], assets: Sequence[Outcome[StoredAsset]]
) -> Outcome[tuple[LevelFacts, ...]]:
    """Hold every level against the high-poly that it was made from."""
    key = StageKey(
        stage="certificates",
        version=CERTIFICATE_VERSION,
        inputs=tuple(asset.digest for asset in assets),
        options=None,
    )

    def make() -> tuple[LevelFacts, ...]:
        meshes = [asset.value.asset.mesh for asset in assets]
        return tuple(
            LevelFacts(
                level=level,
                topology=measure_topology(mesh),
                certificate=certify(mesh, reference=shape.value.dense),
            )
            for level, (mesh, shape) in enumerate(zip(meshes, shapes, strict=True))
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
