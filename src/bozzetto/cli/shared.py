"""Options that several commands have in common, and how they become the pipeline's options."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from bozzetto.errors import InputError
from bozzetto.formats.pictures.texture_images import ImageFormat
from bozzetto.pipeline.names import default_folder
from bozzetto.pipeline.options import (
    Detail,
    DraftOptions,
    MakeOptions,
    MaskOptions,
    RefineOptions,
    Symmetry,
    Topology,
)
from bozzetto.views.foreground import Side

if TYPE_CHECKING:
    from bozzetto.delivery.source_frame import SourceFrame

_GUESS = "auto"

Photos = Annotated[
    tuple[Path, ...],
    tyro.conf.Positional,
    tyro.conf.arg(metavar="PHOTO...", help_behavior_hint="one or more"),
]
Output = Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="DIR")]
UserMasks = Annotated[
    tuple[Path, ...], tyro.conf.arg(name="mask", metavar="FILE"), tyro.conf.UseAppendAction
]


@dataclass(frozen=True, kw_only=True)
class MattingChoice:
    """How the object is cut out."""

    matting: Annotated[str, tyro.conf.arg(metavar="NAME")] = "u2netp"
    """Network that cuts the object out: u2netp (bundled) or u2net (`bozzetto fetch u2net`)."""


@dataclass(frozen=True, kw_only=True)
class DraftChoice:
    """How drafts are made."""

    engine: Annotated[str, tyro.conf.arg(metavar="NAME")] = DraftOptions().engine
    """Engine that predicts the shape."""
    seed: int = 0
    """Seed of the first variant; the same seed gives the same shape."""
    variants: int = 3
    """How many drafts to choose from, 1 to 16."""
    views: Annotated[str, tyro.conf.arg(metavar="SIDE,...")] = ""
    """Which side of the object each photo shows, in their order: front, left, back or right, as the
    object itself would say (left is its own left, seen by a camera to its left), or auto. All are
    guessed unless given."""


@dataclass(frozen=True, kw_only=True)
class RefineChoice:
    """How the approved draft is finished."""

    topology: Annotated[Topology, tyro.conf.EnumChoicesFromValues] = Topology.TRI
    """Triangles, quads, or the few flat facets of a low-poly look."""
    target_triangles: int | None = None
    """Exact budget: 100 to 500000 with tri (20000 unless given), 50 to 5000 with lowpoly (1000)."""
    target_quads: int | None = None
    """Exact budget with quad: 100 to 50000 (5000 unless given)."""
    lods: int = 1
    """Levels of detail, 1 to 4, each its own file with half the faces of the one before."""
    lod_budgets: tuple[int, ...] = ()
    """Exact faces of the levels after the first, where halves will not do."""
    symmetry: Annotated[Symmetry, tyro.conf.EnumChoicesFromValues] = Symmetry.AUTO
    """Make the mesh its own mirror image: where the draft nearly is, always, or never."""
    detail: Annotated[Detail, tyro.conf.EnumChoicesFromValues] = Detail.AUTO
    """Relief from the photo's shading: where it cannot be a print, or never."""
    texture_size: Literal[512, 1024, 2048, 4096] = 2048
    """Texels along a side of each map."""
    delight: float = RefineOptions().delight
    """How much of the photos' light is taken out of the base colour, 0 to 1."""
    image_format: Annotated[ImageFormat, tyro.conf.EnumChoicesFromValues] = ImageFormat.PNG
    """How base colour and occlusion-roughness-metallic are stored; the normal map is always PNG."""
    provenance_attributes: bool = False
    """Write _CONFIDENCE and _ORIGIN for each vertex into the GLB; some viewers then refuse it."""
    confidence_map: bool = False
    """Write a picture of what was observed and what inferred beside the GLB."""


@dataclass(frozen=True, kw_only=True)
class SourceChoice:
    """What a person says about a file that does not say it itself."""

    source_unit: Literal["file", "mm", "cm", "m", "in", "ft"] = "file"
    """What 1 stands for in an OBJ, STL or PLY, which say no unit."""
    source_up: Literal["file", "y", "z"] = "file"
    """Which axis points up in an OBJ, STL or PLY."""

    @property
    def frame(self) -> "SourceFrame":
        """The same for `open_model`."""
        from bozzetto.delivery.source_frame import SourceFrame, Unit, Up

        return SourceFrame(
            unit=None if self.source_unit == "file" else Unit(self.source_unit),
            up=None if self.source_up == "file" else Up(self.source_up),
        )


def make_options(
    matting: MattingChoice, draft: DraftChoice, refine: RefineChoice | None = None
) -> MakeOptions:
    """Collect what the user chose."""
    refine = refine or RefineChoice()
    return MakeOptions(
        mask=MaskOptions(model=matting.matting),
        draft=DraftOptions(
            engine=draft.engine,
            seed=draft.seed,
            variants=draft.variants,
            views=sides_from(draft.views),
        ),
        refine=refine_options(refine),
    )


def sides_from(text: str) -> tuple[Side | None, ...]:
    """Read a list of sides such as `front,left,auto`; an empty text names none.

    Raises:
        InputError: A word is not a side.
    """
    words = [word.strip().lower() for word in text.split(",")] if text.strip() else []
    unknown = [word for word in words if word not in (*Side, _GUESS)]
    if unknown:
        raise InputError(
            f"A view should be one of {', '.join(Side)} or {_GUESS}, got {unknown[0]!r}.",
            advice="Write one word per photo with commas between, as in --views front,back.",
        )
    return tuple(None if word == _GUESS else Side(word) for word in words)


def refine_options(choice: RefineChoice) -> RefineOptions:
    """Collect what the user chose for refine."""
    return RefineOptions(
        topology=choice.topology,
        target_triangles=choice.target_triangles,
        target_quads=choice.target_quads,
        symmetry=choice.symmetry,
        detail=choice.detail,
        texture_size=choice.texture_size,
        delight=choice.delight,
        image_format=choice.image_format,
        provenance_attributes=choice.provenance_attributes,
        confidence_map=choice.confidence_map,
        lods=choice.lods,
        lod_budgets=choice.lod_budgets,
    )


def project_folder(output: Path | None, photos: tuple[Path, ...]) -> Path:
    """Return the project's folder: the one given, or one named after the first photo.

    Raises:
        InputError: No photo was named.
    """
    if not photos:
        raise InputError(
            "At least one photo is needed, got none.", advice="Name a photo: `bozzetto make PHOTO`."
        )
    return output or default_folder(photos)
