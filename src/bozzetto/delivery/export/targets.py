"""Targets: what each program wants of a file, as FIELD conventions and the vendors' pages say.

Formats convert axes and units themselves and say their unit, USD with its metersPerUnit, 3MF with
millimetres and z up. A target says where the front shall be, how things are called, and the unit
where programs do not mind what the file says.
"""

from dataclasses import dataclass, field

from bozzetto.delivery.export.units import Units
from bozzetto.delivery.naming import Naming
from bozzetto.delivery.pictures import JPEG, PNG, PictureRules
from bozzetto.delivery.placing import Front
from bozzetto.errors import UnknownNameError
from bozzetto.formats.fbx.format import FbxOptions
from bozzetto.formats.stl import StlOptions

_UNREAL = Naming(
    static_file="SM_{}",
    skinned_file="SK_{}",
    material="M_{}",
    texture="T_{}",
    level="_LOD",
    maps=(
        ("base_color", "_BC"),
        ("metallic_roughness", "_ORM"),
        ("normal", "_N"),
        ("occlusion", "_AO"),
        ("emissive", "_E"),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a program wants."""

    name: str
    title: str
    format: str
    """Name of the format that is written."""
    also: tuple[str, ...] = ()
    """Further formats beside it."""
    front: Front = Front.PLUS_Z
    """Where the model faces in the file."""
    pictures: PictureRules = field(
        default_factory=lambda: PictureRules(media_types=(PNG, JPEG), power_of_two=True)
    )
    naming: Naming = field(default_factory=Naming)
    units: Units = field(default_factory=Units)
    joined_levels: bool = False
    """Put all levels of detail into one file, as parts `name_LOD0`, `name_LOD1` and so on."""
    smoothness_map: bool = False
    """Write a map of metal (red) and smoothness (alpha) beside, as Unity's Lit shaders read it."""
    dialect: str = ""
    """What joints are called, by `rigging.dialects`; empty keeps their names."""
    profile: str = ""
    """Name of the profile that the file is held against."""
    hints: tuple[str, ...] = ()
    """What to choose when importing."""


_ALL = (
    Target(
        name="blender",
        title="Blender",
        format="glb",
        hints=("File > Import > glTF 2.0; the importer turns +y up to +z up.",),
    ),
    Target(
        name="unity",
        title="Unity",
        format="fbx",
        naming=Naming(level="_LOD"),
        joined_levels=True,
        smoothness_map=True,
        dialect="unity",
        profile="unity_mobile",
        hints=(
            "Model tab: switch Bake Axis Conversion on.",
            "Parts named _LOD0, _LOD1 become a LOD Group by themselves.",
            "Materials tab: extract textures; normal maps are of the OpenGL kind, as Unity wants.",
        ),
    ),
    Target(
        name="unreal",
        title="Unreal Engine",
        format="fbx",
        front=Front.PLUS_X,
        pictures=PictureRules(media_types=(PNG, JPEG), power_of_two=True, flips_green=True),
        naming=_UNREAL,
        units=Units(fbx=FbxOptions(metres_per_unit=0.01)),
        dialect="unreal",
        profile="unreal",
        hints=(
            "Import with Convert Scene on and Force Front X Axis off: the front is +x then.",
            "The file is in centimetres, as Unreal is: leave Import Uniform Scale at 1.",
            "Normal maps are of the DirectX kind already: leave Flip Green Channel off.",
            "Levels of detail are files of their own: import them as LOD 1, 2, 3 of the mesh.",
        ),
    ),
    Target(
        name="godot",
        title="Godot 4",
        format="glb",
        dialect="godot",
        hints=("Put the file into the project; in Godot a model's front is +z as in the file.",),
    ),
    Target(
        name="web",
        title="Web pages",
        format="glb-web",
        also=("glb",),
        pictures=PictureRules(longest_px=2048, media_types=(JPEG, PNG), power_of_two=True),
        profile="web_catalogue_3dc",
        hints=(
            "The -web file needs a viewer with meshopt and WebP, as three.js, Babylon.js and "
            "model-viewer are; the plain one opens everywhere.",
        ),
    ),
    Target(
        name="ar",
        title="Augmented reality",
        format="usdz",
        also=("glb",),
        pictures=PictureRules(longest_px=2048, media_types=(PNG, JPEG), power_of_two=True),
        profile="quick_look",
        hints=("USDZ for iPhone and iPad, GLB for Android.",),
    ),
    Target(
        name="print",
        title="3D printing",
        format="3mf",
        also=("stl",),
        units=Units(stl=StlOptions(for_slicers=True)),
        hints=(
            "Give the size with --size: a print has no other.",
            "Both files are in millimetres with +z up; 3MF says so itself.",
        ),
    ),
    Target(
        name="roblox",
        title="Roblox Studio",
        format="fbx",
        pictures=PictureRules(longest_px=1024, media_types=(PNG, JPEG), power_of_two=True),
        profile="roblox",
        hints=("Studio's importer: one stud is 0.28 m; choose metres as the file's unit.",),
    ),
)
TARGETS = {target.name: target for target in _ALL}


def load_target(name: str) -> Target:
    """Return a target by its name.

    Raises:
        UnknownNameError: There is none of that name.
    """
    if name not in TARGETS:
        raise UnknownNameError(
            f"There is no target called {name!r}.", advice=f"Choose one of: {', '.join(TARGETS)}."
        )
    return TARGETS[name]
