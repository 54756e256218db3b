"""Names of parts, materials, textures and files as a target wants them.

3D Commerce: a-z, 0-9, `_` and `-`, a letter first. Unreal: prefixes SM_, SK_, M_ and T_.
"""

import re
from dataclasses import dataclass, replace

from bozzetto.asset.model import Model, Picture, Surface
from bozzetto.delivery.pictures import map_pictures
from bozzetto.formats.names import slug, unique_names


@dataclass(frozen=True, kw_only=True)
class Naming:
    """How a target names things; `{}` stands for the object's name."""

    static_file: str = "{}"
    skinned_file: str = "{}"
    material: str = "{}"
    texture: str = "{}"
    """The map's suffix follows."""
    level: str = "_lod"
    """Before the number of a level of detail."""
    maps: tuple[tuple[str, str], ...] = (
        ("base_color", "_basecolor"),
        ("metallic_roughness", "_orm"),
        ("normal", "_normal"),
        ("occlusion", "_occlusion"),
        ("emissive", "_emissive"),
    )
    """Suffixes by the fields of `Surface`."""


def safe_stem(name: str) -> str:
    """Return a file's stem that every system takes: a letter first."""
    stem = slug(name)
    return stem if re.match("[a-z]", stem) else f"a_{stem}"


def file_stem(model: Model, *, name: str, naming: Naming, level: int) -> str:
    """Return the name of a level's file, without its suffix."""
    pattern = naming.static_file if model.skeleton is None else naming.skinned_file
    stem = pattern.format(safe_stem(name))
    return f"{stem}{naming.level}{level}" if level else stem


def rename_model(model: Model, *, name: str, naming: Naming) -> Model:
    """Name the parts, materials and textures of a model after the object."""
    stem = safe_stem(name)
    model = _rename_surfaces(model, stem, naming)
    model = _rename_pictures(model, naming)
    if len(model.parts) == 1:
        parts = (replace(model.parts[0], name=stem),)
    else:
        names = unique_names(slug(part.name) for part in model.parts)
        parts = tuple(
            replace(part, name=label) for part, label in zip(model.parts, names, strict=True)
        )
    return replace(model, name=stem, parts=parts)


def _rename_surfaces(model: Model, stem: str, naming: Naming) -> Model:
    """Name materials: after the object where there is one, else after themselves."""
    surfaces = {id(part.surface): part.surface for part in model.parts}
    single = len(surfaces) == 1
    labels = unique_names(
        naming.material.format(stem if single else f"{stem}_{slug(surface.name)}")
        for surface in surfaces.values()
    )
    renamed = {
        key: replace(surface, name=label)
        for (key, surface), label in zip(surfaces.items(), labels, strict=True)
    }
    return replace(
        model,
        parts=tuple(replace(part, surface=renamed[id(part.surface)]) for part in model.parts),
    )


def _rename_pictures(model: Model, naming: Naming) -> Model:
    """Name textures after their material and what they hold."""
    suffixes = dict(naming.maps)
    done: dict[int, Picture] = {}
    taken: set[str] = set()

    def rename(picture: Picture, role: str, surface: Surface) -> Picture:
        if id(picture) not in done:
            shared = surface.metallic_roughness is surface.occlusion
            suffix = suffixes[role]
            if role == "metallic_roughness" and not shared and surface.occlusion is not None:
                suffix = "_roughmetal"
            base = _without_prefix(surface.name, naming)
            label = naming.texture.format(base) + suffix
            while label in taken:
                label += "_2"
            taken.add(label)
            done[id(picture)] = replace(picture, name=label)
        return done[id(picture)]

    return map_pictures(model, rename)


def _without_prefix(label: str, naming: Naming) -> str:
    """Take a material's prefix off, so that a texture's does not stand before it."""
    return label.removeprefix(naming.material.split("{}")[0])
