"""What a project's folder holds for people: drafts to choose from, and where surfaces come from."""

from bozzetto.formats.gltf.glb import write_white_glb
from bozzetto.pipeline.approval import DraftEntry, DraftList, write_drafts
from bozzetto.pipeline.codecs import npz_bytes
from bozzetto.pipeline.options import MakeOptions
from bozzetto.pipeline.photo_to_asset import Drafts, FinishedAsset, Looks, Run
from bozzetto.pipeline.project import Project
from bozzetto.plans.results import result_files
from bozzetto.store.disk import write_file


def publish_drafts(
    project: Project, looks: Looks, drafts: Drafts, *, options: MakeOptions
) -> DraftList:
    """Put the drafts on record, best first, with their white models, for a person to choose."""
    for stale in project.path("drafts").glob("*.glb"):
        stale.unlink(missing_ok=True)
    entries: list[DraftEntry] = []
    for place, one in enumerate(drafts.ranked, 1):
        model = f"drafts/{place}-{one.draft.variant}.glb"
        glb = write_white_glb(one.draft.mesh, name=one.draft.variant)
        write_file(project.path(model), glb)
        entries.append(
            DraftEntry(
                key=one.node.key,
                model=model,
                variant=one.draft.variant,
                seed=one.draft.seed,
                score=round(one.draft.score, 4),
                reasons=one.draft.reasons,
            )
        )
    listed = DraftList(
        drafts=tuple(entries),
        masks=looks.mask_keys,
        mask=options.mask,
        draft=options.draft,
    )
    write_drafts(project, listed)
    return listed


def provenance_files(run: Run, finished: FinishedAsset) -> dict[str, bytes]:
    """Return the files that say where each texel and vertex of the finest level comes from."""
    file = finished.levels[0].file
    kept = result_files(run.store, file.stage, file.key)
    mesh = finished.files[0].refined.asset.mesh
    arrays = {"confidence": mesh.confidence, "origin": mesh.origin, "quads": mesh.quads}
    known = {name: values for name, values in arrays.items() if values is not None}
    return {
        "origin.png": kept["origin.png"],
        "confidence.png": kept["confidence.png"],
        "vertices.npz": npz_bytes(known),
    }
