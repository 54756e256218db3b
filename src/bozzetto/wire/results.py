"""What jobs make: masks, drafts, refinements, rigs and exports; and what people decide."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue

from bozzetto.asset.reconstruction import Reason
from bozzetto.asset.shares import PhotoAgreement, SurfaceShares
from bozzetto.findings import Finding
from bozzetto.formats.pictures.texture_images import ImageFormat
from bozzetto.pipeline.options import Detail, Symmetry, Topology
from bozzetto.progress import StageFinished
from bozzetto.views.camera_record import CameraRecord
from bozzetto.wire.base import File, LongText, Message, Request, Sha256, ShortText
from bozzetto.wire.findings import ShownFinding


class Result(Message):
    """What every result says of itself."""

    id: str
    project_id: str
    job_id: str
    created_at: datetime


class MaskResult(Result):
    """What belongs to the object in one photograph, and the advice on it."""

    photo_id: str
    mask: File | None
    """Grey PNG at the photo's size, white is object; null where no object was found."""
    source: str
    """`user`, `alpha-channel` or the network's name; empty without a mask."""
    confidence: float = Field(ge=0, le=1)
    findings: tuple[ShownFinding, ...]
    """Advice, with overlays, and what was noticed about the mask."""


class DraftResult(Result):
    """A white model to judge."""

    rank: int
    """1 is the best of its job."""
    variant: str
    seed: int
    engine: str
    score: float = Field(ge=0, le=1)
    reasons: tuple[Reason, ...]
    key: str
    """Digest of all that it depends on."""
    sha256: Sha256
    """Of its arrays: an approval names it."""
    model: File
    """GLB with vertex colours."""
    sheet: File
    """Picture of all drafts of the job."""
    cameras: tuple[CameraRecord, ...]
    """One per photo that was used, in their order."""
    findings: tuple[Finding, ...]


class Decision(StrEnum):
    """What a person says of a draft."""

    APPROVED = "approved"
    REJECTED = "rejected"


class NewJudgement(Request):
    """A judgement to put on record."""

    draft_id: ShortText
    decision: Decision = Decision.APPROVED
    reason: LongText = ""
    """Wanted for a rejection."""
    sha256: Sha256 | None = None
    """The draft's, as the person saw it; a draft with another one is not judged."""


class Judgement(Message):
    """A judgement on record: who, when, which draft, why."""

    id: str
    project_id: str
    draft_id: str
    sha256: Sha256
    decision: Decision
    reason: str
    decided_by: str
    decided_at: datetime
    current: bool
    """Whether it is the approval that refine goes by."""


class LevelOfDetail(Message):
    """One level of detail, measured on its file."""

    level: int
    model: File
    triangles: int
    quads: int
    vertices: int
    watertight: bool
    manifold: bool
    genus: int | None
    pieces: int
    self_intersections: int | None
    hausdorff_mm: float | None
    """Largest distance to the draft, both ways."""


class RefinementResult(Result):
    """A finished asset."""

    draft_id: str
    name: str
    options: dict[str, JsonValue]
    levels: tuple[LevelOfDetail, ...]
    """Finest first; the first one is the asset itself."""
    sheet: File
    report: File
    """All that is known of it, as JSON; also at `.../report`."""
    origin: File
    """Per texel: 1 observed, 2 mirrored, 3 inferred, 0 outside the charts; grey PNG."""
    confidence: File
    """Per texel: 0 (invented) to 255 (seen head-on); grey PNG."""
    surface: SurfaceShares
    agreement: tuple[PhotoAgreement, ...]
    texture_size: int
    cameras: tuple[CameraRecord, ...]
    findings: tuple[Finding, ...]
    seconds: tuple[StageFinished, ...]


class Check(Message):
    """One thing that was looked at before something is handed over."""

    name: str
    passed: bool
    message: str
    """What was measured against what is wanted."""


class RigJoint(Message):
    """One joint of a skeleton."""

    role: str
    name: str
    confidence: float = Field(ge=0, le=1)
    passed: bool | None
    """Whether all stress poses that turn it passed; null where none does."""


class RigResult(Result):
    """A skeleton for a finished asset, or the reasons why there is none."""

    refinement_id: str
    rigged: bool
    reasons: tuple[str, ...]
    """Why it was not rigged, and what would help; empty where it was."""
    skeleton: str
    """Names and axes of the joints, as in `mixamo`; empty where it was not rigged."""
    joints: tuple[RigJoint, ...]
    clips: tuple[str, ...]
    model: File | None
    """GLB with skeleton, skin and clips."""
    sheet: File | None
    """Rest and stress poses."""
    positions: File | None
    """JSON of the joints' places, to be changed and given back as `joints`."""
    passed: bool
    """Whether every stress pose passed."""
    checks: tuple[Check, ...]
    """The stress poses."""
    findings: tuple[Finding, ...]


class RuleVerdict(Message):
    """How a file stands against one rule of a profile."""

    what: str
    hard: bool
    """A file that breaks it is refused there; else it is advice."""
    passed: bool | None
    """Null where it could not be measured."""
    measured: str
    wanted: str
    source: str
    """Where the rule is written."""


class ProfileVerdict(Message):
    """How a file stands against what a shop or an engine takes."""

    name: str
    title: str
    accepted: bool
    """No hard rule is broken."""
    rules: tuple[RuleVerdict, ...]


class ExportResult(Result):
    """Files for one target."""

    refinement_id: str
    target: str
    """Name of a format, or of a target with a profile."""
    passed: bool
    """Whether every file read back is what was written, and no hard rule of a profile is broken."""
    files: tuple[File, ...]
    bundle: File | None
    """All files in one archive; null where there is one file only."""
    checks: tuple[Check, ...]
    """Of what was written against what was read back."""
    profile: ProfileVerdict | None = None
    """How the file stands against the target's or the wanted profile; null without one."""
    fitted: bool = False
    """Whether the file was changed to pass that profile."""
    changes: tuple[str, ...] = ()
    """What was changed to pass the profile."""
    findings: tuple[Finding, ...]


_Metres = Annotated[float, Field(ge=-1000, le=1000)]


class MaskRequest(Request):
    """Cut the object out of every photo, and say what is wrong with them."""

    model: ShortText = "u2netp"
    """Matting network."""


class DraftRequest(Request):
    """Make white models to choose from."""

    engine: ShortText | None = None
    """Null for the recommended one."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    variants: Annotated[int, Field(ge=1, le=16)] = 3
    mask_model: ShortText = "u2netp"


class RefinementRequest(Request):
    """Turn the approved draft into a finished asset."""

    topology: Topology = Topology.TRI
    budget: Annotated[int, Field(ge=50, le=500_000)] | None = None
    """Triangles (tri 100 to 500,000, lowpoly 50 to 5,000) or quads (quad 100 to 50,000)."""
    symmetry: Symmetry = Symmetry.AUTO
    texture_size: Annotated[int, Field(ge=512, le=4096)] = 2048
    """512, 1024, 2048 or 4096."""
    lods: Annotated[int, Field(ge=1, le=4)] = 1
    """Levels of detail, the asset itself counted; each has half the faces of the one before."""
    lod_budgets: Annotated[
        tuple[Annotated[int, Field(ge=50, le=500_000)], ...], Field(max_length=3)
    ] = ()
    """Faces of the levels after the first, where halves will not do."""
    detail: Detail = Detail.AUTO
    """Fine relief from the photos' shading: where it cannot be a print, or never."""
    delight: Annotated[float, Field(ge=0, le=1)] = 0.7
    """How much of the photos' light is taken out of the base colour."""
    image_format: ImageFormat = ImageFormat.PNG
    """Of base colour and occlusion-roughness-metallic; the normal map is always PNG."""
    provenance_attributes: bool = False
    """Write `_CONFIDENCE` and `_ORIGIN` for each vertex into the GLB; some viewers refuse it."""
    lock: Sha256 | None = None
    """A picture sent to `.../locks`: white texels of the newest asset stay bit for bit."""


class JointPlace(Request):
    """Where a person put a joint."""

    role: ShortText
    position: tuple[_Metres, _Metres, _Metres]
    """In the asset's frame."""


class RigRequest(Request):
    """Put a skeleton into a finished asset, where one fits."""

    refinement_id: ShortText | None = None
    """Null for the newest."""
    skeleton: ShortText = "mixamo"
    """Names, hierarchy and axes of the joints; `/v1/capabilities` lists them."""
    clips: Annotated[tuple[ShortText, ...], Field(max_length=20)] = ()
    """Built-in motions to add; `/v1/capabilities` lists them."""
    joints: Annotated[tuple[JointPlace, ...], Field(max_length=200)] = ()
    """Joints that a person moved; the others are found."""


class ExportRequest(Request):
    """Write a finished asset for a target."""

    refinement_id: ShortText | None = None
    """Null for the newest."""
    rig_id: ShortText | None = None
    """Export that rig rather than the asset without one."""
    target: ShortText = "glb"
    """A format, a program, or `bundle` for everything; `/v1/capabilities` lists them."""
    size: ShortText | None = None
    """As in `height=42cm`; null keeps the size."""
    profile: ShortText | None = None
    """Make a variant that passes this profile of a shop or engine, whatever the target is;
    `/v1/capabilities` lists them. Null: the target's own profile is looked at, nothing fitted."""
