"""Plants, houses and vehicles. Front +z, ground at y = 0."""

import numpy as np
from jaxtyping import Float64

from bozzetto_train.objects.assembly import Part
from bozzetto_train.objects.model import Material
from bozzetto_train.objects.palette import make_material, make_palette
from bozzetto_train.objects.procedural.blobs import Ball, Capsule, melt
from bozzetto_train.objects.procedural.shapes import (
    ellipsoid,
    extrude,
    grid,
    lathe,
    loft,
    placed,
    rounded_box,
    spline,
    tube,
)

Points = Float64[np.ndarray, "n 3"]


def make_plant(rng: np.random.Generator) -> list[Part]:
    """Make a pot plant, cactus, tree or bush with thin or fleshy leaves."""
    palette = make_palette(rng)
    green = make_material(rng, "plant", palette=palette)
    bark = make_material(rng, "wood", palette=palette)
    parts: list[Part] = []
    floor = 0.0
    if rng.random() < 0.6:
        floor, wide = rng.uniform(0.25, 0.5), rng.uniform(0.18, 0.35)
        pot = np.array(
            [
                [wide * 0.7, 0.0],
                [wide, floor],
                [wide * 1.1, floor],
                [wide * 1.1, floor + 0.05],
                [wide, floor + 0.05],
                [wide * 0.9, floor - 0.02],
            ]
        )
        parts.append(lathe(pot, make_material(rng, "ceramic", palette=palette)))
    kind = int(rng.integers(3))
    if kind == 0:
        return parts + _rosette(rng, floor, green)
    if kind == 1:
        return parts + _cactus(rng, floor)
    return parts + _tree(rng, floor, (bark, green))


def make_house(rng: np.random.Generator) -> list[Part]:
    """Make a house, tower, hut or castle with roof, door, windows, chimney, porch."""
    palette = make_palette(rng)
    wall = make_material(rng, ("stone", "paint", "wood")[int(rng.integers(3))], palette=palette)
    tiles = make_material(rng, "stone" if rng.random() < 0.5 else "paint", palette=palette)
    frame = make_material(rng, "wood", palette=palette)
    parts: list[Part] = []
    for index in range(int(rng.integers(1, 4))):
        wide, deep, tall = rng.uniform(0.5, 1.2), rng.uniform(0.5, 1.2), rng.uniform(0.4, 1.4)
        shift = rng.uniform(-0.5, 0.5, 2) * (index > 0)
        block = (
            _round_tower(rng, tall, (wall, tiles))
            if rng.random() < 0.2
            else _block(rng, (wide, tall, deep), (wall, tiles, frame))
        )
        parts += [placed(part, at=(float(shift[0]), 0, float(shift[1]))) for part in block]
    if rng.random() < 0.4:
        parts.append(
            placed(
                rounded_box((1.9, 0.08, 1.9), make_material(rng, "plant", palette=palette)),
                at=(0, -0.04, 0),
            )
        )
    return parts


def make_vehicle(rng: np.random.Generator) -> list[Part]:
    """Make a car, lorry, tractor, train engine, boat or aeroplane; it points to +z."""
    kind = int(rng.integers(4))
    if kind == 0:
        return _boat(rng)
    if kind == 1:
        return _plane(rng)
    return _car(rng)


def _rosette(rng: np.random.Generator, floor: float, green: Material) -> list[Part]:
    """Make leaves that rise from one root and bend over."""
    long, wide = rng.uniform(0.4, 1.1), rng.uniform(0.04, 0.16)
    parts: list[Part] = []
    for index in range(int(rng.integers(6, 18))):
        turn, rise = 2.399 * index, rng.uniform(0.2, 1.0)
        out = np.array([np.sin(turn), 0, np.cos(turn)])
        root = np.array([0, floor, 0])
        tip = root + long * (out * (1.1 - rise * 0.8) + np.array([0, rise * 0.8, 0]))
        middle = (root + tip) / 2 + np.array([0, rng.uniform(0.1, 0.35) * long, 0])
        parts.append(
            _leaf(
                spline(np.stack([root, middle, tip]), count=10),
                np.cross(out, [0, 1, 0]),
                width=wide,
                green=green,
            )
        )
    return parts


def _leaf(spine: Points, side: Points, *, width: float, green: Material) -> Part:
    """Make a thin closed leaf along a spine."""
    along = np.linspace(0, 1, len(spine))
    half = (width * np.sin(np.pi * np.clip(along * 0.92 + 0.05, 0, 1)) ** 0.7)[:, None]
    thick = np.array([0, 0.008, 0])
    ring = np.stack(
        [
            spine + side * half,
            spine + thick,
            spine - side * half,
            spine - thick,
            spine + side * half,
        ],
        axis=1,
    )
    return grid(ring, green)


def _cactus(rng: np.random.Generator, floor: float) -> list[Part]:
    tall, thick = rng.uniform(0.5, 1.2), rng.uniform(0.08, 0.2)
    green = (rng.uniform(0.1, 0.4), rng.uniform(0.35, 0.7), rng.uniform(0.15, 0.4))
    pink = (0.9, rng.uniform(0.2, 0.6), 0.5)
    blobs: list[Ball | Capsule] = [
        Capsule(
            start=(0, floor, 0),
            end=(0, floor + tall, 0),
            radius=thick,
            end_radius=thick * 0.85,
            colour=green,
        )
    ]
    for side in (-1.0, 1.0):
        if rng.random() < 0.7:
            level, out = floor + tall * rng.uniform(0.3, 0.7), side * thick * rng.uniform(2, 3)
            elbow, top = (out, level + 0.03, 0.0), (out, level + rng.uniform(0.15, 0.5), 0.0)
            blobs.append(
                Capsule(
                    start=(0, level, 0),
                    end=elbow,
                    radius=thick * 0.6,
                    end_radius=thick * 0.6,
                    colour=green,
                )
            )
            blobs.append(
                Capsule(
                    start=elbow, end=top, radius=thick * 0.6, end_radius=thick * 0.5, colour=green
                )
            )
    blobs.append(
        Ball(
            middle=(0, floor + tall + thick * 0.9, 0), size=(thick, thick * 0.6, thick), colour=pink
        )
    )
    return [melt(blobs, softness=0.05)]


def _tree(
    rng: np.random.Generator, floor: float, materials: tuple[Material, Material]
) -> list[Part]:
    """Make a trunk with crowns: cones of a fir, or clumps at the ends of branches."""
    bark, green = materials
    tall, thick = rng.uniform(0.4, 1.3), rng.uniform(0.03, 0.12)
    top = np.array([rng.normal(0, 0.1), floor + tall, rng.normal(0, 0.1)])
    trunk = spline(
        np.stack([np.array([0, floor - 0.02, 0]), np.array([0, floor + tall / 2, 0]), top]),
        count=10,
    )
    parts = [tube(trunk, np.linspace(thick, thick * 0.5, 10), bark)]
    if rng.random() < 0.3:
        for level in np.linspace(0.35, 1.0, int(rng.integers(2, 6))).tolist():
            wide = 0.55 * (1.25 - level)
            cone = lathe(
                np.array([[wide, 0.0], [0.02, 0.45]]), green, segments=int(rng.choice([7, 24]))
            )
            parts.append(placed(cone, at=(0, floor + tall * level, 0)))
        return parts
    for index in range(int(rng.integers(1, 7))):
        out = rng.normal(0, 0.28, 3) * (index > 0)
        end = top + np.array([out[0], abs(out[1]), out[2]])
        parts.append(
            tube(np.stack([trunk[6], end]), np.array([thick * 0.5, thick * 0.25]), bark, sides=6)
        )
        size = rng.uniform(0.3, 0.7)
        crown = ellipsoid(
            (size, size * rng.uniform(0.6, 1.1), size), green, steps=int(rng.choice([4, 12]))
        )
        parts.append(
            placed(
                crown,
                at=(float(end[0]), float(end[1]), float(end[2])),
                turn_deg=(0, rng.uniform(0, 90), 0),
            )
        )
    return parts


def _block(
    rng: np.random.Generator,
    size: tuple[float, float, float],
    materials: tuple[Material, Material, Material],
) -> list[Part]:
    """Make a block with gabled roof, door and windows."""
    wide, tall, deep = size
    wall, tiles, frame = materials
    parts = [placed(rounded_box(size, wall), at=(0, tall / 2, 0))]
    rise, over = rng.uniform(0.15, 0.7), rng.uniform(1.02, 1.25)
    gable = np.array([[-wide / 2 * over, 0], [wide / 2 * over, 0], [0, rise]])
    if rng.random() < 0.75:
        turn = 0.0 if rng.random() < 0.5 else 90.0
        reach = (deep, wide)[turn > 0] * over
        stretch = (1.0, deep / wide)[turn > 0]
        parts.append(
            placed(
                extrude(gable * np.array([stretch, 1]), reach, tiles),
                at=(0, tall, 0),
                turn_deg=(0, turn, 0),
            )
        )
    else:
        parts.append(
            placed(rounded_box((wide * over, 0.08, deep * over), tiles), at=(0, tall + 0.04, 0))
        )
    door = (rng.uniform(0.12, 0.22), min(tall * 0.6, 0.4), 0.04)
    parts.append(
        placed(
            rounded_box(door, frame), at=(rng.uniform(-0.25, 0.25) * wide, door[1] / 2, deep / 2)
        )
    )
    glass = Material(base_color=np.array([0.05, 0.09, 0.14], np.float32), roughness=0.1)
    for face in (0.0, 90.0, 180.0, 270.0):
        half, span = (deep, wide)[face % 180 > 0] / 2, (wide, deep)[face % 180 > 0]
        for column in np.linspace(-0.3, 0.3, int(rng.integers(1, 4))).tolist():
            pane = placed(
                rounded_box((0.15, 0.17, 0.03), glass), at=(column * span, tall * 0.72, half)
            )
            parts.append(placed(pane, turn_deg=(0, face, 0)))
    if rng.random() < 0.5:
        parts.append(
            placed(
                rounded_box((0.1, rise + 0.3, 0.1), wall),
                at=(wide * 0.28, tall + rise * 0.4, deep * 0.2),
            )
        )
    return parts


def _round_tower(
    rng: np.random.Generator, tall: float, materials: tuple[Material, Material]
) -> list[Part]:
    wall, tiles = materials
    radius, rise = rng.uniform(0.2, 0.4), rng.uniform(0.2, 0.7)
    body = np.array([[radius, 0.0], [radius * rng.uniform(0.8, 1.1), tall * 1.4]])
    roof = np.array([[radius * 1.3, 0.0], [0.01, rise]])
    return [lathe(body, wall, repeat=3.0), placed(lathe(roof, tiles), at=(0, tall * 1.4, 0))]


def _car(rng: np.random.Generator) -> list[Part]:
    palette = make_palette(rng)
    paint = make_material(rng, "paint", palette=palette)
    glass = Material(base_color=np.array([0.04, 0.06, 0.08], np.float32), roughness=0.08)
    tyre = Material(base_color=np.array([0.02, 0.02, 0.02], np.float32), roughness=0.9)
    rim = make_material(rng, "metal", palette=palette)
    long, wide, tall = rng.uniform(1.0, 2.2), rng.uniform(0.6, 0.9), rng.uniform(0.22, 0.5)
    wheel, soft = rng.uniform(0.12, 0.3), rng.uniform(0.01, 0.12)
    floor = wheel * rng.uniform(0.7, 1.1)
    cab, rise = long * rng.uniform(0.25, 0.7), rng.uniform(0.2, 0.6)
    behind = rng.uniform(-0.5, 0.5) * (long - cab)
    top = floor + tall
    parts = [
        placed(rounded_box((wide, tall, long), paint, radius=soft), at=(0, floor + tall / 2, 0))
    ]
    slope = rng.uniform(0, 0.25)
    outline = np.array(
        [[-cab / 2 - slope, 0], [cab / 2 + slope, 0], [cab / 2, rise], [-cab / 2, rise]]
    )
    for stretch, width, lift, material in (
        (1.0, 0.94, 0.0, glass),
        (0.98, 0.9, rise * 0.75, paint),
    ):
        share = np.array([stretch, 1.0 if lift == 0 else 0.3])
        house = placed(extrude(outline * share, wide * width, material), turn_deg=(0, -90, 0))
        parts.append(placed(house, at=(0, top + lift, behind)))
    for z in np.linspace(-0.34, 0.34, int(rng.choice([2, 2, 2, 3]))).tolist():
        for side in (-1.0, 1.0):
            disc = np.array([[wheel, -0.08], [wheel, 0.08]])
            hub = np.array([[wheel * 0.55, -0.085], [wheel * 0.5, 0.09]])
            for profile, material in ((disc, tyre), (hub, rim)):
                turned = placed(lathe(profile, material, segments=28), turn_deg=(0, 0, -side * 90))
                parts.append(placed(turned, at=(side * wide * 0.5, wheel, z * long)))
    for side in (-1.0, 1.0):
        light = ellipsoid(
            (0.12, 0.12, 0.06),
            make_material(rng, "glass", palette=palette, colour=(0.95, 0.95, 0.8)),
            steps=8,
        )
        parts.append(placed(light, at=(side * wide * 0.33, floor + tall * 0.6, long / 2)))
    if rng.random() < 0.35:
        load = rounded_box(
            (wide, rng.uniform(0.2, 0.7), long * 0.45), make_material(rng, "print", palette=palette)
        )
        parts.append(placed(load, at=(0, top + 0.2, -long * 0.26)))
    return parts


def _boat(rng: np.random.Generator) -> list[Part]:
    palette = make_palette(rng)
    hull = make_material(rng, "paint" if rng.random() < 0.5 else "wood", palette=palette)
    long, wide, deep = rng.uniform(1.2, 2.0), rng.uniform(0.4, 0.7), rng.uniform(0.2, 0.5)
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    sections: list[Points] = []
    for share in np.linspace(-1, 1, 14).tolist():
        width = wide / 2 * max(1 - max(share, -0.6 * share) ** 2.2, 0.03)
        keel = deep * (1 - 0.6 * max(share, 0) ** 3)
        low = np.minimum(np.sin(angle), 0.0) * keel
        sections.append(
            np.stack(
                [width * np.cos(angle), low + 0.12 * share**2, np.full(24, share * long / 2)],
                axis=-1,
            )
        )
    parts = [loft(np.stack(sections), hull)]
    if rng.random() < 0.6:
        mast = rng.uniform(0.8, 1.8)
        parts.append(
            tube(
                np.array([[0, 0, 0.1], [0, mast, 0.1]]),
                0.025,
                make_material(rng, "wood", palette=palette),
            )
        )
        sail = np.array([[0, 0.15], [rng.uniform(0.4, 0.8), 0.15], [0, mast * 0.95]])
        parts.append(
            placed(
                extrude(sail, 0.025, make_material(rng, "cloth", palette=palette)),
                at=(0, 0, 0.1),
                turn_deg=(0, 90, 0),
            )
        )
    if rng.random() < 0.6:
        cabin = rounded_box(
            (wide * 0.6, 0.3, long * 0.3), make_material(rng, "paint", palette=palette), radius=0.04
        )
        parts.append(placed(cabin, at=(0, 0.14, -long * 0.15)))
    return parts


def _plane(rng: np.random.Generator) -> list[Part]:
    palette = make_palette(rng)
    skin, accent = (
        make_material(rng, "paint", palette=palette),
        make_material(rng, "paint", palette=palette),
    )
    long, girth, span = rng.uniform(1.2, 2.0), rng.uniform(0.2, 0.45), rng.uniform(1.0, 2.2)
    parts = [ellipsoid((girth, girth, long), skin, steps=20)]
    sweep, chord = rng.uniform(-0.1, 0.5), rng.uniform(0.2, 0.4)
    wing = np.array(
        [
            [0, chord / 2],
            [0, -chord / 2],
            [span / 2, -chord / 2 - sweep],
            [span / 2, -chord * 0.1 - sweep],
        ]
    )
    for side in (1.0, -1.0):
        for outline, z, flip in (
            (wing, 0.1 * long, 0.0),
            (wing * 0.4, -0.42 * long, 0.0),
            (wing * 0.35, -0.42 * long, 90.0),
        ):
            if flip and side < 0:
                continue
            plate = placed(extrude(outline[::-1], 0.04, accent), turn_deg=(90, 0, 0))
            plate = placed(plate, scale=(side, 1, -1), turn_deg=(0, 0, flip))
            parts.append(placed(plate, at=(0, 0, z)))
    cabin = ellipsoid(
        (girth * 0.6, girth * 0.7, long * 0.25),
        make_material(rng, "glass", palette=palette),
        steps=10,
    )
    return [*parts, placed(cabin, at=(0, girth * 0.35, long * 0.18))]
