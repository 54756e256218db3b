"""What the rules of profiles can ask for: each measure by its name, with words for people.

A measure is None where the file does not say, or where it was not measured.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bozzetto.qa.file_facts import FileFacts
from bozzetto.qa.model_facts import ModelFacts

Value = float | int | bool | str | tuple[str, ...] | None

BROKEN_TEXTURES = "broken_textures"
"""The measure that every profile asks for."""
_SAFE_NAME = re.compile(r"[a-z][a-z0-9_-]*\.[a-z0-9]+")
_ORIGIN_TOLERANCE = 0.01  # Of the longest side.


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One thing that can be measured on a file."""

    what: str
    """A few words, with the unit."""
    of: Callable[[ModelFacts, FileFacts], Value]


def _measure(what: str, of: Callable[[ModelFacts, FileFacts], Value]) -> Measure:
    """Build a measure."""
    return Measure(what=what, of=of)


def _broken_textures(model: ModelFacts, file: FileFacts) -> Value:
    """Count the pictures that cannot be decoded."""
    return sum(1 for picture in model.pictures if picture.is_broken)


def _longest_px(model: ModelFacts, file: FileFacts) -> Value:
    """Return the longest side of any picture."""
    return max((picture.longest_px for picture in model.pictures), default=0)


def _shortest_px(model: ModelFacts, file: FileFacts) -> Value:
    """Return the shortest longest side of any picture; None without pictures."""
    return min((picture.longest_px for picture in model.pictures), default=None)


def _pow2(model: ModelFacts, file: FileFacts) -> Value:
    """Tell whether every side of every picture is a power of two."""
    return all(picture.power_of_two for picture in model.pictures)


def _picture_kinds(model: ModelFacts, file: FileFacts) -> Value:
    """List the kinds of pictures."""
    return tuple(sorted({picture.media_type for picture in model.pictures}))


def _texture_sets(model: ModelFacts, file: FileFacts) -> Value:
    """Count the materials that have pictures."""
    return sum(1 for material in model.materials if material.maps)


def _missing_maps(model: ModelFacts, file: FileFacts) -> Value:
    """List what the materials lack of base colour, normal and metal and roughness."""
    wanted = ("base_color", "metallic_roughness", "normal")
    return all(set(wanted) <= set(material.maps) for material in model.materials)


def _darkest(model: ModelFacts, file: FileFacts) -> Value:
    """Return the lowest luminance of base colours."""
    ranges = [p.luminance_range for p in model.pictures if p.luminance_range]
    return min((low for low, _ in ranges), default=None)


def _brightest(model: ModelFacts, file: FileFacts) -> Value:
    """Return the highest luminance of base colours."""
    ranges = [p.luminance_range for p in model.pictures if p.luminance_range]
    return max((high for _, high in ranges), default=None)


def _grey_metal(model: ModelFacts, file: FileFacts) -> Value:
    """Return the largest share of texels between metal and not."""
    shares = [p.grey_metal_share for p in model.pictures if p.grey_metal_share is not None]
    return max(shares, default=None)


def _worst_overlap(model: ModelFacts, file: FileFacts) -> Value:
    """Return the largest overlap of a layout."""
    return max((m.uv.overlap_share for m in model.materials if m.uv), default=None)


def _worst_mirrored(model: ModelFacts, file: FileFacts) -> Value:
    """Return the largest share of a surface whose texture reads mirrored."""
    return max((m.uv.mirrored_share for m in model.materials if m.uv), default=None)


def _padding(model: ModelFacts, file: FileFacts) -> Value:
    """Return the smallest gap between charts as a share of the texture: 1 is 8 px at 1024."""
    gaps = [
        m.uv.padding_px / (m.texture_px or 1024) * 128
        for m in model.materials
        if m.uv and m.uv.padding_px is not None
    ]
    return min((round(gap, 3) for gap in gaps), default=None)


def _densities(model: ModelFacts) -> list[float]:
    """List the texel densities of materials with pictures."""
    return [
        round(m.uv.texel_density_px_per_m, 1) for m in model.materials if m.uv and m.texture_px > 0
    ]


def _max_of(values: Iterable[float]) -> float | None:
    """Return the largest value, or None."""
    return max(values, default=None)


def _influences(model: ModelFacts, file: FileFacts) -> Value:
    """Return the most joints per vertex that the file names."""
    if model.skin is None:
        return 0
    return model.skin.max_influences if file.influences is None else file.influences


def _part_triangles(model: ModelFacts, file: FileFacts) -> Value:
    """Return the triangles of the largest part."""
    return max(part.triangles for part in model.parts)


def _closed(model: ModelFacts, file: FileFacts) -> Value:
    """Tell whether the whole is watertight."""
    return None if model.topology is None else model.topology.watertight


def _manifold(model: ModelFacts, file: FileFacts) -> Value:
    """Tell whether the whole is manifold."""
    return None if model.topology is None else model.topology.manifold


def _degenerate(model: ModelFacts, file: FileFacts) -> Value:
    """Count triangles without area."""
    return None if model.topology is None else model.topology.degenerate_triangles


def _inverted(model: ModelFacts, file: FileFacts) -> Value:
    """Count pieces that are inside out."""
    return None if model.topology is None else model.topology.inverted_pieces


def _bottom_centred(model: ModelFacts, file: FileFacts) -> Value:
    """Tell whether the origin is at the bottom centre."""
    tolerance = _ORIGIN_TOLERANCE * max(model.size_m)
    (x0, y0, z0), (x1, _, z1) = model.low, model.high
    return max(abs(x0 + x1) / 2, abs(y0), abs(z0 + z1) / 2) <= tolerance


def _faces_front(model: ModelFacts, file: FileFacts) -> Value:
    """Tell whether +y is up and +z the front; None where the shape alone casts doubt on it."""
    orientation = model.orientation
    if orientation.left_axis not in (None, "+x"):
        return False
    return None if orientation.doubts else True


def _safe_name(model: ModelFacts, file: FileFacts) -> Value:
    """Tell whether the file's name is one that every system takes."""
    return _SAFE_NAME.fullmatch(file.name) is not None


def _compressed(model: ModelFacts, file: FileFacts) -> Value:
    """List the extensions that a viewer must know."""
    return None if file.extensions_required is None else len(file.extensions_required)


MEASURES = {
    "format": _measure("format", lambda m, f: f.format),
    BROKEN_TEXTURES: _measure("textures that cannot be decoded", _broken_textures),
    "file_kb": _measure("file size, KiB", lambda m, f: f.num_bytes / 1024),
    "file_name_safe": _measure("file name of a-z 0-9 _ -", _safe_name),
    "triangles": _measure("triangles", lambda m, f: m.triangles),
    "vertices": _measure("vertices", lambda m, f: m.vertices),
    "part_triangles": _measure("triangles of the largest part", _part_triangles),
    "parts": _measure("parts", lambda m, f: m.num_parts),
    "draws": _measure("draw calls", lambda m, f: m.num_parts),
    "materials": _measure("materials", lambda m, f: len(m.materials)),
    "texture_sets": _measure("sets of textures", _texture_sets),
    "texture_maps_complete": _measure("base colour, normal, metal and roughness", _missing_maps),
    "texture_px_longest": _measure("largest texture side, px", _longest_px),
    "texture_px_shortest": _measure("smallest texture, px", _shortest_px),
    "textures_power_of_two": _measure("texture sides are powers of two", _pow2),
    "texture_kinds": _measure("kinds of textures", _picture_kinds),
    "base_luminance_darkest": _measure("darkest percent of base colour, 0-255", _darkest),
    "base_luminance_brightest": _measure("brightest percent of base colour, 0-255", _brightest),
    "grey_metal_share": _measure("texels neither metal nor not, share", _grey_metal),
    "uv_sets": _measure("sets of texture coordinates", lambda m, f: f.uv_sets),
    "uv_overlap_share": _measure("overlapping texels, share", _worst_overlap),
    "uv_mirrored_share": _measure("mirrored texture, share of surface", _worst_mirrored),
    "uv_padding": _measure("gap between charts (1 is 8 px at 1024)", _padding),
    "texel_density_max": _measure(
        "highest texel density, px/m", lambda m, f: _max_of(_densities(m))
    ),
    "joints": _measure("joints", lambda m, f: 0 if m.skin is None else m.skin.joints),
    "influences": _measure("joints per vertex", _influences),
    "clip_seconds": _measure(
        "longest clip, seconds", lambda m, f: max((c.seconds for c in m.clips), default=0.0)
    ),
    "clips": _measure("clips", lambda m, f: len(m.clips)),
    "morph_targets": _measure("morph targets", lambda m, f: f.morph_targets),
    "extensions_required": _measure("extensions that a viewer must know", _compressed),
    "watertight": _measure("watertight", _closed),
    "manifold": _measure("manifold", _manifold),
    "degenerate_triangles": _measure("triangles without area", _degenerate),
    "inverted_pieces": _measure("pieces inside out", _inverted),
    "vertex_colors": _measure("vertex colours", lambda m, f: any(p.has_colors for p in m.parts)),
    "alpha_modes": _measure(
        "alpha modes", lambda m, f: tuple(sorted({x.alpha_mode for x in m.materials}))
    ),
    "longest_side_m": _measure("longest side, m", lambda m, f: round(max(m.size_m), 6)),
    "metric_format": _measure("format with a unit", lambda m, f: f.is_metric),
    "size_is_measured": _measure("size set to a measured one", lambda m, f: f.stated_size),
    "origin_bottom_centre": _measure("origin at the bottom centre", _bottom_centred),
    "up_y_front_z": _measure("+y up, +z front", _faces_front),
}
"""All measures by name."""
