"""Put drafts into a project's folder, where a person finds them and chooses."""

from bozzetto.formats.gltf.glb import write_white_glb
from bozzetto.pipeline.approval import DraftEntry, DraftList, write_drafts
from bozzetto.pipeline.options import MakeOptions
from bozzetto.pipeline.photo_to_asset import Drafts, Looks
from bozzetto.pipeline.project import Project
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
