"""The settings of each step, with the recommended values as defaults."""

from dataclasses import dataclass, field
from enum import StrEnum

from bozzetto.engines.registry import DEFAULT_ENGINE, engine_names
from bozzetto.errors import InputError, UnknownNameError
from bozzetto.formats.pictures.texture_images import ImageFormat
from bozzetto.matting.models.registry import DEFAULT_MODEL, model_names
from bozzetto.views.foreground import Side

TEXTURE_SIZES = (512, 1024, 2048, 4096)
MAX_LODS = 4


class Topology(StrEnum):
    """What a finished mesh is made of."""

    TRI = "tri"
    """Triangles, small where the form has detail."""
    QUAD = "quad"
    """Quads of like size that follow the form; for sculpting, subdividing and rigging."""
    LOWPOLY = "lowpoly"
    """Few flat facets."""


class Symmetry(StrEnum):
    """Whether a finished mesh is made its own mirror image."""

    AUTO = "auto"
    """Where the draft is so nearly symmetric that nobody sees the difference."""
    ON = "on"
    OFF = "off"


class Detail(StrEnum):
    """Whether the photos' shading becomes relief."""

    AUTO = "auto"
    """Where it cannot be a print."""
    OFF = "off"


_BUDGETS = {
    # Default, least and most faces.
    Topology.TRI: (20_000, 100, 500_000),
    Topology.QUAD: (5_000, 100, 50_000),
    Topology.LOWPOLY: (1_000, 50, 5_000),
}


@dataclass(frozen=True, kw_only=True)
class MaskOptions:
    """How the object is cut out."""

    model: str = DEFAULT_MODEL
    """Matting network for photos that bring neither a mask nor a real alpha channel."""

    def __post_init__(self) -> None:
        """Refuse networks that nobody registered, before any work is done."""
        _check_name(self.model, known=model_names(), what="matting model")


@dataclass(frozen=True, kw_only=True)
class DraftOptions:
    """How drafts are made."""

    engine: str = DEFAULT_ENGINE
    """Name of a registered engine."""
    seed: int = 0
    """Seed of the first variant; the others count up from it."""
    variants: int = 3
    """How many drafts to choose from, 1 to 16."""
    views: tuple[Side | None, ...] = ()
    """Which side of the object each photo shows, None where that is to be guessed; empty to guess
    all."""

    def __post_init__(self) -> None:
        """Refuse unknown engines and values out of range, before any work is done."""
        _check_name(self.engine, known=engine_names(), what="engine")
        if not 1 <= self.variants <= 16:
            raise InputError(
                f"The number of variants should be 1 to 16, got {self.variants}.",
                advice="Choose another --variants.",
            )
        if not 0 <= self.seed < 2**31:
            raise InputError(
                f"The seed should be 0 to 2147483647, got {self.seed}.",
                advice="Choose another --seed.",
            )


@dataclass(frozen=True, kw_only=True)
class RefineOptions:
    """How an approved draft becomes a finished asset."""

    topology: Topology = Topology.TRI
    """Triangles, quads or a low-poly look."""
    target_triangles: int | None = None
    """Exact budget with `tri` (100 to 500,000) and `lowpoly` (50 to 5,000); a closed surface has an
    even number of triangles. None stands for 20,000 and 1,000."""
    target_quads: int | None = None
    """Exact budget with `quad`, 100 to 50,000; None stands for 5,000."""
    symmetry: Symmetry = Symmetry.AUTO
    """Mirror the half that photos show better over the other one: with `tri` and `lowpoly` the
    faces too where they stay sound, with `quad` the shape only."""
    detail: Detail = Detail.AUTO
    """Fine relief from the photos' shading, in the normal map and in the mesh."""
    texture_size: int = 2048
    """Texels along a side: 512, 1024, 2048 or 4096."""
    delight: float = 0.7
    """How much of the photos' light is taken out of the base colour, 0 to 1."""
    image_format: ImageFormat = ImageFormat.PNG
    """Of base colour and ORM inside the GLB; the normal map is always PNG."""
    provenance_attributes: bool = False
    """Write `_CONFIDENCE` and `_ORIGIN` into the GLB; some viewers then refuse the file."""
    confidence_map: bool = False
    """Write a picture of the texels' confidence beside the GLB."""
    lods: int = 1
    """Levels of detail, 1 to 4, the asset itself counted; each has half the faces of the one before
    and half its texture size, but not below 512."""
    lod_budgets: tuple[int, ...] = ()
    """Faces of the levels after the first where halves will not do."""

    @property
    def budget(self) -> int:
        """Faces of the asset: quads with `quad`, else triangles."""
        quads = self.topology is Topology.QUAD
        given = self.target_quads if quads else self.target_triangles
        return _BUDGETS[self.topology][0] if given is None else given

    @property
    def smallest_budget(self) -> int:
        """Fewest faces that can be asked for with this topology."""
        return _BUDGETS[self.topology][1]

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        quads = self.topology is Topology.QUAD
        if (self.target_triangles if quads else self.target_quads) is not None:
            wrong, right = ("triangles", "quads") if quads else ("quads", "triangles")
            raise InputError(
                f"The topology {self.topology} has a budget of {right}, got one of {wrong}.",
                advice=f"Use --target-{right}, or choose another --topology.",
            )
        for budget in (self.budget, *self.lod_budgets):
            self._check_budget(budget)
        if not 1 <= self.lods <= MAX_LODS or len(self.lod_budgets) > self.lods - 1:
            raise InputError(
                f"There can be 1 to {MAX_LODS} levels of detail with a budget for each but the "
                f"first, got {self.lods} levels and {len(self.lod_budgets)} budgets.",
                advice="Choose another --lods or fewer --lod-budgets.",
            )
        if not 0 <= self.delight <= 1:
            raise InputError(
                f"The light can be taken out by a share of 0 to 1, got {self.delight}.",
                advice="Choose another --delight; 0 leaves the photos' colours as they are.",
            )
        if self.texture_size not in TEXTURE_SIZES:
            raise InputError(
                f"The texture size should be 512, 1024, 2048 or 4096, got {self.texture_size}.",
                advice="Choose another --texture-size.",
            )

    def _check_budget(self, budget: int) -> None:
        """Refuse a number of faces out of range."""
        _, least, most = _BUDGETS[self.topology]
        if not least <= budget <= most:
            what = "quads" if self.topology is Topology.QUAD else "triangles"
            raise InputError(
                f"The budget should be {least} to {most} {what} with the topology "
                f"{self.topology}, got {budget}.",
                advice=f"Choose another --target-{what}.",
            )


@dataclass(frozen=True, kw_only=True)
class ShapeSettings:
    """What the finished surface of one level of detail depends on."""

    topology: Topology = Topology.TRI
    budget: int = _BUDGETS[Topology.TRI][0]
    """Faces: quads with `quad`, else triangles."""
    symmetry: Symmetry = Symmetry.AUTO
    texture_size: int = 2048
    """The surface is laid out for textures of that size."""


@dataclass(frozen=True, kw_only=True)
class TextureSettings:
    """What the textures of one level depend on besides its surface."""

    texture_size: int = 2048
    delight: float = 0.7
    relief: bool = True
    """Whether the normal map holds the relief of the dense surface; facets stay flat."""


@dataclass(frozen=True, kw_only=True)
class FileSettings:
    """What a level's file depends on besides its surface and textures."""

    name: str
    image_format: ImageFormat = ImageFormat.PNG
    provenance_attributes: bool = False


@dataclass(frozen=True, kw_only=True)
class LevelSettings:
    """All settings of one level of detail, apart by what depends on them."""

    shape: ShapeSettings
    texture: TextureSettings
    file: FileSettings


def level_name(name: str, level: int) -> str:
    """Return the name of a level of detail; level 0 is the asset itself."""
    return f"{name}_lod{level}" if level else name


def level_settings(options: RefineOptions, *, name: str) -> tuple[LevelSettings, ...]:
    """Return the settings of every level of detail; the first is the asset itself.

    Each level has half the faces of the one before, or as many as `lod_budgets` says, and half the
    texture size down to 512.
    """
    levels: list[LevelSettings] = []
    for level in range(options.lods):
        budget = max(options.budget >> level, options.smallest_budget)
        if 0 < level <= len(options.lod_budgets):
            budget = options.lod_budgets[level - 1]
        if level and options.topology is not Topology.QUAD:
            budget -= budget % 2
        texture_size = max(options.texture_size >> level, TEXTURE_SIZES[0])
        levels.append(
            LevelSettings(
                shape=ShapeSettings(
                    topology=options.topology,
                    budget=budget,
                    symmetry=options.symmetry,
                    texture_size=texture_size,
                ),
                texture=TextureSettings(
                    texture_size=texture_size,
                    delight=options.delight,
                    relief=options.topology is not Topology.LOWPOLY,
                ),
                file=FileSettings(
                    name=level_name(name, level),
                    image_format=options.image_format,
                    provenance_attributes=options.provenance_attributes,
                ),
            )
        )
    return tuple(levels)


@dataclass(frozen=True, kw_only=True)
class MakeOptions:
    """Everything that decides what comes out, besides the photographs themselves."""

    mask: MaskOptions = field(default_factory=MaskOptions)
    draft: DraftOptions = field(default_factory=DraftOptions)
    refine: RefineOptions = field(default_factory=RefineOptions)


def _check_name(name: str, *, known: tuple[str, ...], what: str) -> None:
    """Refuse a name that is not registered."""
    if name not in known:
        raise UnknownNameError(
            f"There is no {what} called {name!r}.", advice=f"Choose one of: {', '.join(known)}."
        )
