"""The gate between draft and refine: a record of which shape was approved, and by whom."""

import datetime
from dataclasses import dataclass

from bozzetto.asset.reconstruction import Reason, Reconstruction
from bozzetto.errors import ProjectError
from bozzetto.pipeline.options import DraftOptions, MaskOptions
from bozzetto.pipeline.records import digest_of_draft, read_draft, read_record
from bozzetto.pipeline.store import Project, write_file
from bozzetto.records import text_from

APPROVAL = "approval.json"
DRAFTS = "drafts.json"
RULE = "rule: best score"


@dataclass(frozen=True, kw_only=True)
class DraftEntry:
    """One draft that can be chosen."""

    key: str
    """Digest of the stage that made it; its folder's name starts with it."""
    folder: str
    """Inside the project."""
    variant: str
    seed: int
    score: float
    """0 to 1."""
    reasons: tuple[Reason, ...]
    """What the score is made of."""


@dataclass(frozen=True, kw_only=True)
class DraftList:
    """The drafts of the newest run, best first."""

    drafts: tuple[DraftEntry, ...]
    masks: tuple[str, ...]
    """Digests of the masks they were made from."""
    mask: MaskOptions
    draft: DraftOptions


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Who approved which draft, and when."""

    key: str
    folder: str
    variant: str
    draft_sha256: str
    """Of the draft's arrays: refine refuses a draft that has changed since."""
    approved_by: str
    approved_at: str
    """UTC, ISO 8601."""


def write_drafts(project: Project, drafts: DraftList) -> None:
    """Record which drafts there are to choose from."""
    write_file(project.path(DRAFTS), text_from(drafts).encode())


def read_drafts(project: Project) -> DraftList:
    """Read which drafts there are to choose from.

    Raises:
        ProjectError: None have been made yet.
    """
    path = project.path(DRAFTS)
    if not path.exists():
        raise ProjectError(
            f"The project {project.root} has no drafts yet.",
            advice="Make some with `bozzetto draft PHOTO -o DIR`.",
        )
    return read_record(DraftList, path)


def current_approval(project: Project) -> Approval | None:
    """Return the approval on record; None when nobody approved anything yet."""
    path = project.path(APPROVAL)
    return read_record(Approval, path) if path.exists() else None


def approve_entry(project: Project, entry: DraftEntry, *, approved_by: str) -> Approval:
    """Record that one draft may be refined; an earlier approval is replaced.

    Approving the same draft again keeps the first record.
    """
    digest = digest_of_draft(read_draft(project.path(entry.folder)))
    earlier = current_approval(project)
    if earlier and earlier.draft_sha256 == digest and earlier.folder == entry.folder:
        return earlier
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    approval = Approval(
        key=entry.key,
        folder=entry.folder,
        variant=entry.variant,
        draft_sha256=digest,
        approved_by=approved_by,
        approved_at=now.isoformat(),
    )
    record_approval(project, approval)
    return approval


def record_approval(project: Project, approval: Approval) -> None:
    """Put an approval on record, replacing an earlier one; refine checks it against the draft."""
    write_file(project.path(APPROVAL), text_from(approval).encode())


def find_entry(drafts: DraftList, choice: str) -> DraftEntry:
    """Find a draft by its rank (1 is the best), its variant's name or the start of its key.

    Raises:
        ProjectError: Nothing or more than one draft fits.
    """
    if choice.isdecimal() and 1 <= int(choice) <= len(drafts.drafts):
        return drafts.drafts[int(choice) - 1]
    fits = [d for d in drafts.drafts if choice == d.variant]
    fits = fits or [d for d in drafts.drafts if len(choice) >= 4 and d.key.startswith(choice)]
    if len(fits) == 1:
        return fits[0]
    known = ", ".join(f"{i} ({d.variant})" for i, d in enumerate(drafts.drafts, 1))
    raise ProjectError(
        f"{'No draft' if not fits else 'More than one draft'} is called {choice!r}.",
        advice=f"Choose one of: {known}.",
    )


def approved_draft(project: Project) -> tuple[Approval, Reconstruction]:
    """Return the approved draft, checked against what was approved.

    Raises:
        ProjectError: Nobody approved a draft, or it changed afterwards.
    """
    approval = current_approval(project)
    if approval is None:
        raise ProjectError(
            f"No draft of the project {project.root} has been approved.",
            advice=f"Choose one: `bozzetto approve {project.root} VARIANT`.",
        )
    draft = read_draft(project.path(approval.folder))
    if digest_of_draft(draft) != approval.draft_sha256:
        raise ProjectError(
            f"The draft {approval.variant!r} has changed since it was approved.",
            advice=f"Look at it and approve again: `bozzetto approve {project.root} VARIANT`.",
        )
    return approval, draft
