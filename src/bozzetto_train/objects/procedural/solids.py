"""Simple and cut solids: superellipsoids, labelled boxes, extrusions, gears, drilled parts."""

import manifold3d
import numpy as np
from jaxtyping import Float64

from bozzetto_train.objects.assembly import Part
from bozzetto_train.objects.box_uvs import with_box_uvs
from bozzetto_train.objects.model import Material
from bozzetto_train.objects.palette import any_material, make_material, make_palette
from bozzetto_train.objects.procedural.shapes import (
    extrude,
    lathe,
    placed,
    rounded_box,
    superellipsoid,
    tube,
)


def make_superquadric(rng: np.random.Generator) -> list[Part]:
    """Make one to four superellipsoids that overlap."""
    palette = make_palette(rng)
    parts: list[Part] = []
    for index in range(int(rng.integers(1, 5))):
        width, height, depth = rng.uniform(0.25, 1.0, 3).tolist()
        powers = (float(rng.choice([0.2, 0.5, 1.0, 1.6])), float(rng.choice([0.2, 0.5, 1.0, 1.6])))
        solid = superellipsoid(
            (width, height, depth), any_material(rng, palette=palette), powers=powers
        )
        offset = rng.uniform(-0.45, 0.45, 3) * (index > 0)
        at = (float(offset[0]), float(offset[1]), float(offset[2]))
        parts.append(placed(solid, at=at, turn_deg=_any_turn(rng)))
    return parts


def make_box(rng: np.random.Generator) -> list[Part]:
    """Make a printed box, parcel, book or device; sometimes a pile."""
    palette = make_palette(rng)
    floor = 0.0
    parts: list[Part] = []
    for _ in range(int(rng.choice([1, 1, 1, 2, 3, 4]))):
        wide, tall, deep = rng.uniform(0.15, 1.0, 3).tolist()
        cover = make_material(rng, "print" if rng.random() < 0.7 else "paint", palette=palette)
        radius = 0.0 if rng.random() < 0.5 else rng.uniform(0.01, 0.4) * min(wide, tall, deep)
        box = rounded_box((wide, tall, deep), cover, radius=radius)
        at = (rng.uniform(-0.1, 0.1), floor + tall / 2, rng.uniform(-0.1, 0.1))
        parts.append(placed(box, at=at, turn_deg=(0.0, rng.uniform(-40, 40), 0.0)))
        floor += tall
    if rng.random() < 0.3:
        parts += _knobs(rng, parts[0], make_material(rng, "plastic", palette=palette))
    return parts


def make_extrusion(rng: np.random.Generator) -> list[Part]:
    """Make a raised outline: star, gear, cross, arrow, house, blob, sign on a pole."""
    palette = make_palette(rng)
    outline = _OUTLINES[int(rng.integers(len(_OUTLINES)))](rng)
    depth = rng.uniform(0.08, 0.8)
    inset = rng.uniform(0.03, 0.2) if rng.random() < 0.3 else 0.0
    plate = extrude(outline, depth, any_material(rng, palette=palette), inset=inset)
    parts = [placed(plate, turn_deg=(0.0, rng.uniform(-60, 60), 0.0))]
    if rng.random() < 0.2:
        pole = tube(
            np.array([[0, -1.6, 0], [0, 0, 0]]), 0.05, make_material(rng, "metal", palette=palette)
        )
        parts.append(pole)
    return parts


def make_machined(rng: np.random.Generator) -> list[Part]:
    """Make a solid by drilling, cutting and joining boxes, cylinders and balls."""
    palette = make_palette(rng)
    solid = _primitive(rng)
    for _ in range(int(rng.integers(2, 7))):
        tool = _primitive(rng)
        drawn = rng.random()
        changed = solid - tool if drawn < 0.55 else solid + tool if drawn < 0.9 else solid ^ tool
        if not changed.is_empty() and changed.volume() > 0.02:
            solid = changed
    mesh = solid.to_mesh()
    part = Part(
        positions=np.asarray(mesh.vert_properties, np.float32)[:, :3],
        triangles=np.asarray(mesh.tri_verts, np.int32),
        material=any_material(rng, palette=palette),
    )
    return [with_box_uvs(part, repeat=rng.uniform(0.5, 2))]


def _primitive(rng: np.random.Generator) -> manifold3d.Manifold:
    """Make a box, ball, cylinder or prism somewhere near the origin."""
    grey = Material(base_color=np.ones(3, np.float32))
    width, height, depth = rng.uniform(0.2, 1.1, 3).tolist()
    kind = int(rng.integers(4))
    if kind == 0:
        part = rounded_box((width, height, depth), grey)
    elif kind == 1:
        part = superellipsoid((width, height, depth), grey, steps=14)
    elif kind == 2:
        part = lathe(
            np.array([[width / 2, -height / 2], [width / 2, height / 2]]), grey, segments=32
        )
    else:
        part = extrude(_OUTLINES[int(rng.integers(len(_OUTLINES)))](rng) * 0.6, depth, grey)
    offset = rng.uniform(-0.35, 0.35, 3)
    square = rng.random() < 0.6
    turn = (
        (0.0, 90.0 * int(rng.integers(2)), 90.0 * int(rng.integers(2)))
        if square
        else _any_turn(rng)
    )
    at = (float(offset[0]), float(offset[1]), float(offset[2]))
    return solid_of(placed(part, at=at, turn_deg=turn))


def solid_of(part: Part) -> manifold3d.Manifold:
    """Turn a closed part into a solid; vertices at the same place are joined."""
    mesh = manifold3d.Mesh(part.positions, part.triangles.astype(np.uint32))
    mesh.merge()
    return manifold3d.Manifold(mesh)


def _knobs(rng: np.random.Generator, box: Part, material: Material) -> list[Part]:
    """Put buttons on the top of a box."""
    low, high = box.positions.min(axis=0), box.positions.max(axis=0)
    parts: list[Part] = []
    for _ in range(int(rng.integers(1, 8))):
        size = float(rng.uniform(0.03, 0.12))
        at = low + (high - low) * rng.uniform(0.25, 0.75, 3)
        knob = superellipsoid((size, size, size), material, powers=(0.4, 0.6), steps=8)
        parts.append(placed(knob, at=(float(at[0]), float(high[1]), float(at[2]))))
    return parts


def _any_turn(rng: np.random.Generator) -> tuple[float, float, float]:
    about_x, about_y, about_z = rng.uniform(-180, 180, 3).tolist()
    return (about_x, about_y, about_z)


Outline = Float64[np.ndarray, "n 2"]


def _ring(radii: Float64[np.ndarray, " n"]) -> Outline:
    """Return an outline with the given radii at equal angles."""
    angle = np.arange(len(radii)) / len(radii) * 2 * np.pi
    return np.stack([radii * np.cos(angle), radii * np.sin(angle)], axis=-1)


def _star(rng: np.random.Generator) -> Outline:
    points = int(rng.integers(3, 11))
    return _ring(np.tile([0.6, 0.6 * rng.uniform(0.3, 0.85)], points))


def _gear(rng: np.random.Generator) -> Outline:
    teeth, deep = int(rng.integers(6, 22)), rng.uniform(0.75, 0.92)
    return _ring(np.tile([0.6, 0.6, 0.6 * deep, 0.6 * deep], teeth))


def _polygon(rng: np.random.Generator) -> Outline:
    return _ring(np.full(int(rng.integers(3, 9)), 0.6))


def _blob(rng: np.random.Generator) -> Outline:
    angle = np.arange(64) / 64 * 2 * np.pi
    radii = np.full(64, 0.5)
    for wave in range(2, 6):
        radii += rng.normal(0, 0.06) * np.cos(wave * angle + rng.uniform(0, 6.28))
    return _ring(np.maximum(radii, 0.15))


def _cross(rng: np.random.Generator) -> Outline:
    a, b = rng.uniform(0.1, 0.25), rng.uniform(0.45, 0.7)
    return np.array(
        [
            [a, a],
            [a, b],
            [-a, b],
            [-a, a],
            [-b, a],
            [-b, -a],
            [-a, -a],
            [-a, -b],
            [a, -b],
            [a, -a],
            [b, -a],
            [b, a],
        ]
    )


def _arrow(rng: np.random.Generator) -> Outline:
    a, b = rng.uniform(0.08, 0.25), rng.uniform(0.3, 0.5)
    return np.array([[-0.6, -a], [0.1, -a], [0.1, -b], [0.65, 0.0], [0.1, b], [0.1, a], [-0.6, a]])


def _angle(rng: np.random.Generator) -> Outline:
    """Make an L, U or step profile."""
    a, b = rng.uniform(0.12, 0.35), rng.uniform(-0.3, 0.5)
    return np.array(
        [
            [-0.5, -0.5],
            [0.5, -0.5],
            [0.5, b],
            [0.5 - a, b],
            [0.5 - a, -0.5 + a],
            [-0.5 + a, -0.5 + a],
            [-0.5 + a, 0.5],
            [-0.5, 0.5],
        ]
    )


_OUTLINES = (_star, _gear, _polygon, _blob, _cross, _arrow, _angle)
