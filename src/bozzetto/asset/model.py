"""What a 3D file holds, in general: parts with materials, perhaps a skeleton and motion.

Readers of all formats return it and writers of all formats take it; our own assets are models of
one part (`formats.asset_model`). Frame: right-handed, +y up, front +z, metres; readers convert.
Pictures stay encoded as they came, so that passing a file on loses nothing. Letters: n uvs.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float32

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.skeleton import Clip, Skeleton, Skin


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """An encoded picture."""

    name: str
    """Without a suffix; unique within a model."""
    media_type: str
    """`image/png`, `image/jpeg`, `image/webp` or `image/ktx2`."""
    data: bytes


class AlphaMode(StrEnum):
    """How a material's alpha is used; glTF's words."""

    OPAQUE = "OPAQUE"
    MASK = "MASK"
    BLEND = "BLEND"


class Wrap(StrEnum):
    """What a texture shows where uvs leave 0 to 1; glTF's words."""

    REPEAT = "REPEAT"
    MIRRORED_REPEAT = "MIRRORED_REPEAT"
    CLAMP_TO_EDGE = "CLAMP_TO_EDGE"


@dataclass(frozen=True, kw_only=True)
class Sampler:
    """How the pictures of a material are looked up."""

    wrap_u: Wrap = Wrap.REPEAT
    wrap_v: Wrap = Wrap.REPEAT
    nearest: bool = False
    """Whether texels stay squares with hard edges, as in pixel art; otherwise they blend."""

    def folded(self, uvs: Float32[np.ndarray, "n 2"]) -> Float32[np.ndarray, "n 2"]:
        """Return the place within 0 to 1 that any uvs show."""
        columns = [_folded(uvs[:, k], wrap) for k, wrap in enumerate((self.wrap_u, self.wrap_v))]
        return np.stack(columns, axis=1)


REPEATING = Sampler()
CLAMPED = Sampler(wrap_u=Wrap.CLAMP_TO_EDGE, wrap_v=Wrap.CLAMP_TO_EDGE)


def _folded(values: Float32[np.ndarray, " n"], wrap: Wrap) -> Float32[np.ndarray, " n"]:
    """Bring one coordinate to 0..1."""
    if wrap is Wrap.CLAMP_TO_EDGE:
        return np.clip(values, 0, 1).astype(np.float32)
    if wrap is Wrap.MIRRORED_REPEAT:
        return (1 - np.abs(np.mod(values, 2) - 1)).astype(np.float32)
    return (values - np.floor(values)).astype(np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class Transmission:
    """Light that passes through a surface, as through glass (KHR_materials_transmission, _volume).

    Formats without it get alpha instead.
    """

    factor: float = 1.0
    """0 to 1."""
    picture: Picture | None = None
    """Linear, red; times the factor."""
    ior: float = 1.5
    """Index of refraction, 1 or more."""
    thickness: float = 0.0
    """Of the volume below the surface, metres; 0 for a thin wall."""
    thickness_picture: Picture | None = None
    """Linear, green; times the thickness."""
    attenuation_distance: float | None = None
    """Metres after which light has `attenuation_color`; None where nothing is lost on its way."""
    attenuation_color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Linear."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Surface:
    """A metallic-roughness material in glTF's words: each map is multiplied by its factor."""

    name: str
    base_color: Picture | None = None
    """sRGB, perhaps with alpha."""
    base_color_factor: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    """Linear red, green, blue, and alpha."""
    metallic_roughness: Picture | None = None
    """Linear: green is roughness, blue metallic."""
    metallic_factor: float = 1.0
    roughness_factor: float = 1.0
    normal: Picture | None = None
    """Tangent space, OpenGL convention."""
    normal_scale: float = 1.0
    occlusion: Picture | None = None
    """Linear, red; often the same picture as `metallic_roughness`."""
    occlusion_strength: float = 1.0
    emissive: Picture | None = None
    """sRGB."""
    emissive_factor: tuple[float, float, float] = (0.0, 0.0, 0.0)
    alpha_mode: AlphaMode = AlphaMode.OPAQUE
    alpha_cutoff: float = 0.5
    double_sided: bool = False
    sampler: Sampler = REPEATING
    transmission: Transmission | None = None
    """None for what no light passes through."""

    @property
    def is_opaque(self) -> bool:
        """Whether nothing is seen through it."""
        return self.alpha_mode is AlphaMode.OPAQUE and self.transmission is None

    @property
    def tiled(self) -> bool:
        """Whether pictures go on where uvs leave 0 to 1; otherwise their edges do."""
        return {self.sampler.wrap_u, self.sampler.wrap_v} != {Wrap.CLAMP_TO_EDGE}

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures, each once."""
        maps = (
            self.base_color,
            self.metallic_roughness,
            self.normal,
            self.occlusion,
            self.emissive,
            None if self.transmission is None else self.transmission.picture,
            None if self.transmission is None else self.transmission.thickness_picture,
        )
        return tuple({id(picture): picture for picture in maps if picture is not None}.values())


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """A mesh with one material, in the model's frame."""

    name: str
    mesh: Mesh
    surface: Surface
    skin: Skin | None = None
    """Into the model's skeleton; None for what does not bend."""

    def __post_init__(self) -> None:
        """Check that the skin fits the mesh."""
        if self.skin is not None and len(self.skin.joints) != self.mesh.num_vertices:
            raise ValueError(f"{self.name}: the skin must have a row for every vertex.")


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """Everything in one 3D file that Bozzetto understands."""

    name: str
    parts: tuple[Part, ...]
    skeleton: Skeleton | None = None
    clips: tuple[Clip, ...] = ()
    """Of the skeleton."""
    metadata: tuple[tuple[str, str], ...] = ()
    """What the file says of itself, such as `("dc:rights", "CC0-1.0")`: pairs of a key with the
    prefix `dc`, `xmp` or `bozzetto`, and a text."""

    def __post_init__(self) -> None:
        """Check that skins and clips fit the skeleton."""
        num_joints = 0 if self.skeleton is None else self.skeleton.num_joints
        for part in self.parts:
            if part.skin is not None and part.skin.joints.max(initial=0) >= num_joints:
                raise ValueError(f"{part.name}: the skin names a joint that does not exist.")
        for clip in self.clips:
            if clip.rotations.shape[1] != num_joints:
                raise ValueError(f"The clip {clip.name} must move every joint of the skeleton.")

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures of all parts, each once."""
        every = (picture for part in self.parts for picture in part.surface.pictures)
        return tuple({id(picture): picture for picture in every}.values())
