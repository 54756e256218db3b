"""The single changes that bring a model closer to a profile; each says what it did, with numbers.

Letters: k frames.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from bozzetto.asset.model import AlphaMode, Model, Part, Picture
from bozzetto.asset.skeleton import Clip
from bozzetto.delivery.fit.limits import FitLimits
from bozzetto.delivery.fit.rebaking import RebakeOptions, rebake, rebake_parts
from bozzetto.delivery.pictures import PictureRules, change_pictures
from bozzetto.delivery.placing import Pivot, Placement, bounds_of, place_model
from bozzetto.geometry.join import join_meshes, join_skins
from bozzetto.geometry.submesh import keep_part_triangles
from bozzetto.qa.picture_facts import picture_size

_VERTICES_PER_TRIANGLE = 0.75
"""Of a closed surface with seams; the first guess where vertices are limited."""
_LEAST_ATLAS_PX, _MOST_ATLAS_PX = 256, 4096
_DEGENERATE = 1e-12


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that was changed."""

    what: str
    before: str
    after: str


Changed = tuple[Model, tuple[Change, ...]]


def stand_on_origin(model: Model) -> Changed:
    """Move the bottom centre to the origin."""
    moved = place_model(model, placement=Placement(pivot=Pivot.BOTTOM))
    if moved is model:
        return model, ()
    x, y, z = (bounds_of(model)[0] + bounds_of(model)[1]) / 2
    y = bounds_of(model)[0][1]
    before = f"bottom centre at ({x:.4g}, {y:.4g}, {z:.4g}) m"
    return moved, (Change(what="origin", before=before, after="bottom centre at (0, 0, 0)"),)


def limit_clips(model: Model, limits: FitLimits) -> Changed:
    """Keep the first clips, and cut long ones."""
    changes: list[Change] = []
    clips = model.clips
    if limits.clips is not None and len(clips) > limits.clips:
        kept = clips[: limits.clips]
        dropped = f"{len(clips)}: {', '.join(clip.name for clip in clips)}"
        names = f"{len(kept)}: {', '.join(clip.name for clip in kept)}"
        changes.append(Change(what="clips", before=dropped, after=names))
        clips = kept
    if limits.clip_seconds is not None:
        cut = tuple(_cut_clip(clip, limits.clip_seconds) for clip in clips)
        for old, new in zip(clips, cut, strict=True):
            if new is not old:
                what = f"length of the clip {old.name}"
                after = f"{new.seconds:.2f} s"
                changes.append(Change(what=what, before=f"{old.seconds:.2f} s", after=after))
        clips = cut
    return replace(model, clips=clips), tuple(changes)


def allow_alpha(model: Model, limits: FitLimits) -> Changed:
    """Blend where masked alpha is not shown."""
    if not limits.alpha_modes or "MASK" in limits.alpha_modes:
        return model, ()
    masked = [p.surface for p in model.parts if p.surface.alpha_mode is AlphaMode.MASK]
    if not masked:
        return model, ()
    blended = {id(s): replace(s, alpha_mode=AlphaMode.BLEND) for s in masked}
    parts = tuple(
        replace(part, surface=blended.get(id(part.surface), part.surface)) for part in model.parts
    )
    names = ", ".join(dict.fromkeys(surface.name for surface in masked))
    change = Change(what=f"alpha mode of {names}", before="MASK", after="BLEND")
    return replace(model, parts=parts), (change,)


def drop_vertex_colors(model: Model) -> Changed:
    """Leave vertex colours out."""
    colored = [part.name for part in model.parts if part.mesh.colors is not None]
    if not colored:
        return model, ()
    parts = tuple(replace(p, mesh=replace(p.mesh, colors=None)) for p in model.parts)
    before = f"on {len(colored)} parts"
    return replace(model, parts=parts), (
        Change(what="vertex colours", before=before, after="none"),
    )


def drop_degenerate(model: Model) -> Changed:
    """Leave triangles without area out."""
    low, high = bounds_of(model)
    least = _DEGENERATE * float(((high - low) ** 2).sum())
    parts = tuple(_sound(part, least) for part in model.parts)
    parts = tuple(part for part in parts if part.mesh.num_triangles)
    before, after = _triangles(model.parts), _triangles(parts)
    if after == before or not parts:
        return model, ()
    what = "triangles without area"
    return replace(model, parts=parts), (
        Change(what=what, before=f"{before - after:,}", after="0"),
    )


def join_parts(model: Model) -> Changed:
    """Join parts that share a material, so that each material is one draw call."""
    groups: dict[tuple[int, bool], list[Part]] = {}
    for part in model.parts:
        groups.setdefault((id(part.surface), part.skin is None), []).append(part)
    if len(groups) == len(model.parts):
        return model, ()
    joined = [_joined_part(group) for group in groups.values()]
    change = Change(what="parts", before=f"{len(model.parts)}", after=f"{len(joined)}")
    completed = tuple(dict.fromkeys(change for _, changes in joined for change in changes))
    return replace(model, parts=tuple(part for part, _ in joined)), (change, *completed)


def one_material(
    model: Model, *, target: int | None, texture_px: int | None, least_px: int
) -> Changed:
    """Bake all opaque parts into one with one material, perhaps of fewer triangles."""
    materials = {id(part.surface) for part in model.parts}
    if not any(part.surface.is_opaque for part in model.parts):
        return model, ()  # An atlas of transparent parts would need them sorted by depth.
    size = max(atlas_px(model, texture_px), 1 << max(least_px - 1, 0).bit_length())
    baked = rebake(model, options=RebakeOptions(texture_size=size, target_triangles=target))
    before, after = _triangles(model.parts), _triangles(baked.parts)
    left = len({id(part.surface) for part in baked.parts})
    changes = [
        Change(
            what="materials, baked anew",
            before=f"{len(materials)} on {len(model.parts)} parts",
            after=f"{left} on {len(baked.parts)} parts, {size} px",
        )
    ]
    if after != before:
        changes.append(Change(what="triangles", before=f"{before:,}", after=f"{after:,}"))
    return baked, tuple(changes)


def fewer_triangles(model: Model, *, most_per_part: int, texture_px: int | None) -> Changed:
    """Simplify the parts that are too large, each with a new layout and textures of its own."""
    changes: list[Change] = []
    parts: list[Part] = []
    for part in model.parts:
        if part.mesh.num_triangles <= most_per_part:
            parts.append(part)
            continue
        options = RebakeOptions(
            texture_size=atlas_px(replace(model, parts=(part,)), texture_px),
            target_triangles=most_per_part,
        )
        smaller = rebake_parts([part], name=part.name, options=options)
        surface = replace(
            smaller.surface,
            name=part.surface.name,
        )
        parts.append(replace(smaller, surface=surface))
        before, after = part.mesh.num_triangles, smaller.mesh.num_triangles
        what = f"triangles of {part.name}, details baked at {options.texture_size} px"
        changes.append(Change(what=what, before=f"{before:,}", after=f"{after:,}"))
    return replace(model, parts=tuple(parts)), tuple(changes)


def recode(model: Model, rules: PictureRules) -> Changed:
    """Bring textures to a size and an encoding."""
    changed = change_pictures(model, rules=rules)
    pairs = zip(model.pictures, changed.pictures, strict=True)
    changes = tuple(
        Change(what=f"texture {old.name}", before=_say_picture(old), after=_say_picture(new))
        for old, new in pairs
        if new is not old
    )
    return changed, changes


def drop_map(model: Model, role: str) -> Changed:
    """Leave a kind of map out of all materials."""
    surfaces = {
        id(p.surface): replace(p.surface, normal=None)
        if role == "normal"
        else replace(p.surface, emissive=None, emissive_factor=(0.0, 0.0, 0.0))
        for p in model.parts
        if getattr(p.surface, role) is not None
    }
    if not surfaces:
        return model, ()
    parts = tuple(replace(p, surface=surfaces.get(id(p.surface), p.surface)) for p in model.parts)
    change = Change(what=f"{role} maps", before=f"{len(surfaces)}", after="0")
    return replace(model, parts=parts), (change,)


def triangles_for_vertices(model: Model, most: int) -> int:
    """Return a number of triangles that should need no more than so many vertices."""
    return max(64, int(most * 0.9 / _VERTICES_PER_TRIANGLE))


def atlas_px(model: Model, most: int | None) -> int:
    """Return the side of an atlas that holds what a model's textures hold, within a limit."""
    texels = {picture.name: picture_size(picture.data) for picture in model.pictures}
    largest = max((width * height for width, height in texels.values()), default=1)
    sides = [
        max((max(picture_size(p.data)) ** 2 for p in surface.pictures), default=64 * 64)
        for surface in {id(part.surface): part.surface for part in model.parts}.values()
    ]
    room = 1.15 if len(sides) > 1 else 1.0
    side = int(np.sqrt(max(largest, sum(sides))) * room)
    power = 1 << max(0, side - 1).bit_length()
    power = min(max(power, _LEAST_ATLAS_PX), _MOST_ATLAS_PX)
    return power if most is None else min(power, 1 << (most.bit_length() - 1))


def _cut_clip(clip: Clip, seconds: float) -> Clip:
    """Keep the frames up to a time."""
    last = int(np.floor(seconds * clip.frames_per_second + 1e-6))
    if clip.num_frames <= last + 1:
        return clip
    frames = slice(0, last + 1)
    return replace(
        clip,
        rotations=clip.rotations[frames].copy(),
        translations=clip.translations[frames].copy(),
        loops=False,
    )


def _sound(part: Part, least: float) -> Part:
    """Leave out the triangles of a part that have no area."""
    mesh = part.mesh
    a, b, c = (mesh.positions[mesh.triangles[:, k]].astype(np.float64) for k in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    kept = areas > least
    if kept.all():
        return part
    return keep_part_triangles(part, kept)


def _joined_part(parts: list[Part]) -> tuple[Part, tuple[Change, ...]]:
    """Join parts of one material, and say what some of them lacked."""
    if len(parts) == 1:
        return parts[0], ()
    whole = join_meshes([part.mesh for part in parts])
    name = parts[0].surface.name
    filled = [
        Change(what=f"{attribute} of {name}", before="on some parts", after="neutral on the others")
        for attribute in whole.filled
    ]
    dropped = [
        Change(what=f"{attribute} of {name}", before="on some parts", after="none")
        for attribute in whole.dropped
    ]
    return replace(parts[0], mesh=whole.mesh, skin=join_skins(parts)), (*filled, *dropped)


def _triangles(parts: Iterable[Part]) -> int:
    """Count triangles."""
    return sum(part.mesh.num_triangles for part in parts)


def _say_picture(picture: Picture) -> str:
    """Say what a picture is."""
    width, height = picture_size(picture.data)
    kind = picture.media_type.removeprefix("image/")
    return f"{width} x {height} {kind}, {len(picture.data) / 1024:.0f} KiB"
