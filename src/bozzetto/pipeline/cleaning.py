"""Free the space of results that nothing in a project refers to any more."""

from dataclasses import dataclass

from bozzetto.pipeline.approval import APPROVAL, DRAFTS, Approval, DraftList
from bozzetto.pipeline.project import Project, read_manifest, read_record
from bozzetto.pipeline.report import ReportedTimings
from bozzetto.plans.results import find_result


@dataclass(frozen=True, kw_only=True)
class Cleaning:
    """What is, or would be, removed."""

    results: int
    """Stage results."""
    objects: int
    """Pieces of content."""
    num_bytes: int
    removed: bool
    """False where it was only counted."""


def clean_project(project: Project, *, remove: bool) -> Cleaning:
    """Remove the results that neither the report, nor the drafts, nor the approval refers to.

    Photographs, masks and strokes of the manifest always stay. What was removed is made again when
    a run needs it.

    Args:
        project: Held by this run.
        remove: False only counts.
    """
    store, wanted = project.store, _wanted_keys(project)
    kept_objects = _manifest_objects(project)
    stale: list[tuple[str, str]] = []
    for collection, key in store.records():
        record = find_result(store, collection, key) if key in wanted else None
        if record is None:
            stale.append((collection, key))
        else:
            kept_objects |= {file.sha256 for file in record.files.values()}
    objects = [item for item in store.objects() if item.sha256 not in kept_objects]
    if remove:
        for (
            collection,
            key,
        ) in stale:  # Records first: one that is left names content that is there.
            store.remove_record(collection, key)
        for item in objects:
            store.remove(item.sha256)
    return Cleaning(
        results=len(stale),
        objects=len(objects),
        num_bytes=sum(item.num_bytes for item in objects),
        removed=remove,
    )


def _wanted_keys(project: Project) -> set[str]:
    """Collect the keys that the project's records name."""
    keys: set[str] = set()
    report, drafts, approval = (project.path(n) for n in ("report.json", DRAFTS, APPROVAL))
    if report.exists():
        record = read_record(ReportedTimings, report)
        keys |= {timing.key for timing in record.timings}
        keys |= {*record.keys.masks, record.keys.draft}
        keys |= {*record.keys.shapes, *record.keys.textures, *record.keys.assets}
    if drafts.exists():
        listed = read_record(DraftList, drafts)
        keys |= {*listed.masks, *(draft.key for draft in listed.drafts)}
    if approval.exists():
        keys.add(read_record(Approval, approval).key)
    return keys


def _manifest_objects(project: Project) -> set[str]:
    """Collect the content that the manifest names."""
    hashes: set[str] = set()
    for entry in read_manifest(project).photos:
        hashes |= {entry.sha256}
        hashes |= {name for name in (entry.mask_sha256, entry.strokes_sha256) if name}
    return hashes
