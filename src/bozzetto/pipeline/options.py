"""The settings of each step, with the recommended values as defaults."""

from dataclasses import dataclass, field

from bozzetto.engines.registry import DEFAULT_ENGINE, engine_names
from bozzetto.errors import InputError, UnknownNameError
from bozzetto.matting.models.registry import DEFAULT_MODEL, model_names
from bozzetto.views.foreground import Side

TEXTURE_SIZES = (512, 1024, 2048, 4096)


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

    target_triangles: int = 20_000
    """Exact budget, 100 to 500,000; a closed surface has an even number of triangles."""
    texture_size: int = 2048
    """Texels along a side: 512, 1024, 2048 or 4096."""

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        if not 100 <= self.target_triangles <= 500_000:
            raise InputError(
                f"The triangle budget should be 100 to 500000, got {self.target_triangles}.",
                advice="Choose another --target-triangles.",
            )
        if self.texture_size not in TEXTURE_SIZES:
            raise InputError(
                f"The texture size should be 512, 1024, 2048 or 4096, got {self.texture_size}.",
                advice="Choose another --texture-size.",
            )


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
