"""The gate between draft and refine: a record of which shape was approved, and by whom."""

import datetime
from dataclasses import dataclass

from bozzetto.asset.reconstruction import Reason, Reconstruction
from bozzetto.errors import ProjectError
from bozzetto.pipeline.codecs import digest_of_shape
from bozzetto.pipeline.options import DraftOptions, MaskOptions
from bozzetto.pipeline.project import Project, read_record
from bozzetto.records import text_from
from bozzetto.store.disk import write_file

APPROVAL = "approval.json"
DRAFTS = "drafts.json"
RULE = "rule: best score"


@dataclass(frozen=True, kw_only=True)
class DraftEntry:
    """One draft that can be chosen."""

    key: str
    """Of its result in the store."""
    model: str
    """Its white model, a GLB inside the project."""
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
    """Keys of the masks that the photos had then."""
    mask: MaskOptions
    draft: DraftOptions


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Who approved which draft, and when."""

    key: str
    """Of the draft's result in the store."""
    variant: str
    draft_sha256: str
    """Of the draft's mesh: refine refuses a draft that has changed since."""
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
    """Return the approval on record; None where no draft has been approved."""
    path = project.path(APPROVAL)
    return read_record(Approval, path) if path.exists() else None


def approval_of(
    draft: Reconstruction, *, key: str, approved_by: str, at: datetime.datetime | None = None
) -> Approval:
    """Say that a draft may be refined."""
    at = at or datetime.datetime.now(datetime.UTC)
    return Approval(
        key=key,
        variant=draft.variant,
        draft_sha256=digest_of_shape(draft),
        approved_by=approved_by,
        approved_at=at.replace(microsecond=0).isoformat(),
    )


def record_approval(project: Project, approval: Approval) -> None:
    """Put an approval on record, replacing an earlier one; refine checks it against the draft.

    Approving the same draft again keeps the first record.
    """
    earlier = current_approval(project)
    same = earlier and (earlier.key, earlier.draft_sha256) == (approval.key, approval.draft_sha256)
    if not same:
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


def check_approved(draft: Reconstruction, approval: Approval) -> None:
    """Refuse a draft that is not the one that was approved.

    Raises:
        ProjectError: It has changed since.
    """
    if digest_of_shape(draft) != approval.draft_sha256:
        raise ProjectError(
            f"The draft {approval.variant!r} has changed since it was approved.",
            advice="Look at it and approve it again.",
        )
