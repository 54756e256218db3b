"""What a 3D file holds, in general: parts with materials, perhaps a skeleton and motion.

Readers of all formats return it and writers of all formats take it; our own assets are models of
one part (`formats.asset_model`). Frame: right-handed, +y up, front +z, metres; readers convert.
Pictures stay encoded as they came, so that passing a file on loses nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

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
    tiled: bool = True
    """Whether pictures repeat where uvs leave 0 to 1; otherwise their edges go on."""

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures, each once."""
        maps = (
            self.base_color,
            self.metallic_roughness,
            self.normal,
            self.occlusion,
            self.emissive,
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
