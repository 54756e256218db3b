"""Thin things: bicycles, desk lamps, glasses, racks, baskets, knots, tools with shafts."""

import numpy as np
from jaxtyping import Float64

from bozzetto_train.objects.assembly import Part
from bozzetto_train.objects.model import Material
from bozzetto_train.objects.palette import any_material, make_material, make_palette
from bozzetto_train.objects.procedural.shapes import (
    ball,
    ellipsoid,
    extrude,
    lathe,
    placed,
    rounded_box,
    spline,
    tube,
)

Points = Float64[np.ndarray, "n 3"]


def make_bicycle(rng: np.random.Generator) -> list[Part]:
    """Make a bicycle, tricycle or scooter from two spoked wheels and a frame; it points to +x."""
    palette = make_palette(rng)
    frame = make_material(rng, "paint", palette=palette)
    rubber = make_material(rng, "leather", palette=palette, colour=(0.08, 0.08, 0.08))
    steel = make_material(rng, "metal", palette=palette)
    back, front = rng.uniform(0.2, 0.36), rng.uniform(0.2, 0.42)
    base, thin = rng.uniform(0.8, 1.2), rng.uniform(0.012, 0.025)
    rear, fore = np.array([-base / 2, back, 0]), np.array([base / 2, front, 0])
    crank = np.array([-0.05, back * 0.9, 0.0])
    seat, head = (
        np.array([-0.2, back + rng.uniform(0.3, 0.5), 0]),
        np.array([base / 2 - 0.17, front + 0.4, 0]),
    )
    parts = [
        *_wheel(rng, rear, back, rubber=rubber, steel=steel),
        *_wheel(rng, fore, front, rubber=rubber, steel=steel),
    ]
    bars = [(rear, seat), (rear, crank), (seat, crank), (crank, head), (head, fore)]
    if rng.random() < 0.7:
        bars.append((seat, head))
    parts += [tube(np.stack(bar), thin, frame, sides=10) for bar in bars]
    top = head + np.array([-0.04, 0.12, 0])
    wide = rng.uniform(0.2, 0.32)
    ends = [
        [-0.12, 0, -wide],
        [0.02, 0, -wide * 0.7],
        [0, 0, 0],
        [0.02, 0, wide * 0.7],
        [-0.12, 0, wide],
    ]
    grip = top + np.array(ends)
    parts += [
        tube(np.stack([head, top]), thin, frame),
        tube(spline(grip, count=20), thin * 0.8, steel),
    ]
    saddle = ellipsoid((0.3, 0.07, 0.15), rubber)
    parts.append(placed(saddle, at=(float(seat[0]), float(seat[1]) + 0.06, 0)))
    turn = rng.uniform(0, 180)
    pedal = 0.16 * np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn)), 0])
    for side in (-1.0, 1.0):
        tip = crank + side * pedal + np.array([0, 0, side * 0.08])
        parts.append(tube(np.stack([crank, tip]), thin * 0.7, steel, sides=6))
        parts.append(
            placed(
                rounded_box((0.1, 0.02, 0.07), rubber),
                at=(float(tip[0]), float(tip[1]), float(tip[2]) + side * 0.03),
            )
        )
    heading = rng.uniform(-90, 90)
    return [placed(part, turn_deg=(0.0, heading, 0.0)) for part in parts]


def make_arm_lamp(rng: np.random.Generator) -> list[Part]:
    """Make a jointed desk lamp, microphone stand, or street lamp."""
    palette = make_palette(rng)
    metal = make_material(rng, "metal" if rng.random() < 0.5 else "paint", palette=palette)
    foot, thin = rng.uniform(0.15, 0.3), rng.uniform(0.01, 0.03)
    base = np.array([[foot, 0.0], [foot, 0.02], [foot * 0.8, 0.05]])
    joints = [np.array([0.0, 0.05, 0.0])]
    lean = rng.uniform(-30, 30)
    for _ in range(int(rng.integers(1, 4))):
        angle = np.radians(lean)
        joints.append(
            joints[-1] + rng.uniform(0.25, 0.6) * np.array([0, np.cos(angle), np.sin(angle)])
        )
        lean += rng.uniform(10, 90)
    path = np.stack(joints)
    if rng.random() < 0.4 and len(path) > 2:
        path = spline(path, count=24)
    parts = [lathe(base, metal), tube(path, thin, metal)]
    parts += [placed(ball(thin * 4, metal, steps=8), at=_at(joint)) for joint in joints[1:-1]]
    wide, deep = rng.uniform(0.1, 0.24), rng.uniform(0.12, 0.3)
    shade = np.array(
        [[wide * 0.25, 0.0], [wide, -deep], [wide * 0.95, -deep], [wide * 0.2, -0.02]]
    )[::-1]
    hood = lathe(shade, make_material(rng, "paint", palette=palette), segments=32)
    return [*parts, placed(hood, at=_at(joints[-1]), turn_deg=(-rng.uniform(-20, 50), 0, 0))]


def make_knot(rng: np.random.Generator) -> list[Part]:
    """Make a closed curve of constant thickness: torus knots, loops, chains of rings."""
    palette = make_palette(rng)
    material = any_material(rng, palette=palette)
    if rng.random() < 0.4:
        links = int(rng.integers(2, 6))
        angle = np.arange(32) / 32 * 2 * np.pi
        ring = np.stack([0.5 * np.cos(angle), 0.35 * np.sin(angle), 0 * angle], axis=-1)
        link = tube(ring, rng.uniform(0.05, 0.11), material, sides=12, closed=True)
        return [
            placed(link, at=(0.72 * k, 0, 0), turn_deg=(90.0 * (k % 2), 0, 0)) for k in range(links)
        ]
    p, q = int(rng.integers(1, 4)), int(rng.choice([2, 3, 5, 7]))
    angle = np.arange(160) / 160 * 2 * np.pi
    out = 1 + rng.uniform(0.2, 0.5) * np.cos(q * angle)
    path = np.stack(
        [
            out * np.cos(p * angle),
            rng.uniform(0.2, 0.5) * np.sin(q * angle),
            out * np.sin(p * angle),
        ],
        axis=-1,
    )
    return [tube(path, rng.uniform(0.05, 0.16), material, sides=12, closed=True)]


def make_rack(rng: np.random.Generator) -> list[Part]:
    """Make a basket, cage, ladder or fence of wires."""
    palette = make_palette(rng)
    wire = make_material(rng, "metal" if rng.random() < 0.6 else "wood", palette=palette)
    thin = rng.uniform(0.01, 0.03)
    if rng.random() < 0.4:
        tall, wide = rng.uniform(0.8, 2.0), rng.uniform(0.3, 0.5)
        lean = rng.uniform(0, 0.4)
        sides = [np.array([[x, 0, 0], [x, tall, -lean]]) for x in (-wide / 2, wide / 2)]
        rungs = [
            np.array([[-wide / 2, tall * s, -lean * s], [wide / 2, tall * s, -lean * s]])
            for s in np.linspace(0.1, 0.95, int(rng.integers(4, 10))).tolist()
        ]
        return [tube(path, thin * 1.3, wire, sides=8) for path in [*sides, *rungs]]
    low, high, tall = rng.uniform(0.2, 0.5), rng.uniform(0.3, 0.6), rng.uniform(0.3, 0.9)
    corners = int(rng.choice([4, 6, 24]))
    around = np.arange(corners) / corners * 2 * np.pi + np.pi / corners
    circle = np.stack([np.sin(around), 0 * around, np.cos(around)], axis=-1)
    parts: list[Part] = []
    for share in np.linspace(0, 1, int(rng.integers(3, 7))).tolist():
        ring = circle * (low + (high - low) * share) + np.array([0, tall * share, 0])
        parts.append(tube(ring, thin, wire, sides=6, closed=True))
    for angle in (np.arange(int(rng.integers(6, 20))) * 2.399).tolist():
        out = np.array([np.sin(angle), 0, np.cos(angle)])
        parts.append(tube(np.stack([out * low, out * high + [0, tall, 0]]), thin, wire, sides=6))
    floor = np.array([[low, -0.01], [low, 0.01]])
    return [*parts, lathe(floor, wire, segments=max(corners, 8))]


def make_tool(rng: np.random.Generator) -> list[Part]:
    """Make a hammer, axe, sword, brush, spoon, key or magnifier standing on its handle."""
    palette = make_palette(rng)
    grip = make_material(rng, "wood" if rng.random() < 0.6 else "plastic", palette=palette)
    steel = make_material(rng, "metal", palette=palette)
    long, thick = rng.uniform(0.5, 1.2), rng.uniform(0.025, 0.06)
    shaft = tube(
        np.array([[0, y, 0] for y in np.linspace(0, long, 5)]),
        thick * rng.uniform(0.7, 1.2, 5),
        grip,
        sides=12,
    )
    parts = [shaft, *_tool_head(rng, long, thick=thick, steel=steel)]
    tilt = (0.0, rng.uniform(-60, 60), rng.uniform(-90, 90) if rng.random() < 0.5 else 0.0)
    return [placed(part, turn_deg=tilt) for part in parts]


def _tool_head(
    rng: np.random.Generator, long: float, *, thick: float, steel: Material
) -> list[Part]:
    """Make what the handle holds."""
    kind = int(rng.integers(6))
    wide = rng.uniform(0.15, 0.35)
    if kind == 0:  # Hammer.
        size = (wide * 1.6, rng.uniform(0.1, 0.2), rng.uniform(0.1, 0.2))
        return [placed(rounded_box(size, steel, radius=0.02), at=(0, long, 0))]
    if kind == 1:  # Axe.
        edge = np.array(
            [[0, -0.06], [wide, -wide * 0.7], [wide * 1.15, 0], [wide, wide * 0.7], [0, 0.06]]
        )
        return [placed(extrude(edge, thick * 1.2, steel, inset=0.1), at=(0, long * 0.93, 0))]
    if kind == 2:  # Sword or knife.
        edge = np.array(
            [
                [-wide * 0.2, 0],
                [wide * 0.2, 0],
                [wide * 0.17, long * 1.3],
                [0, long * 1.6],
                [-wide * 0.17, long * 1.3],
            ]
        )
        guard = rounded_box((wide, 0.05, 0.08), steel, radius=0.015)
        blade = extrude(edge, 0.04, steel, inset=0.05)
        return [placed(part, at=(0, long * 0.35, 0)) for part in (guard, blade)]
    if kind == 3:  # Brush or broom.
        return [placed(rounded_box((wide, 0.2, 0.1), steel, radius=0.03), at=(0, long + 0.08, 0))]
    if kind == 4:  # Spoon or shovel.
        return [placed(ellipsoid((wide, wide * 1.5, 0.07), steel), at=(0, long + wide * 0.6, 0))]
    angle = np.arange(32) / 32 * 2 * np.pi  # Magnifier or racket.
    ring = np.stack([wide * np.sin(angle), long + wide * (1 + np.cos(angle)), 0 * angle], axis=-1)
    return [tube(ring, thick * 0.7, steel, closed=True)]


def _wheel(
    rng: np.random.Generator, at: Points, radius: float, *, rubber: Material, steel: Material
) -> list[Part]:
    """Make a tyre with spokes, standing in the xy plane."""
    angle = np.arange(40) / 40 * 2 * np.pi
    circle = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=-1)
    parts = [
        tube(at + circle * radius * 0.94, radius * rng.uniform(0.05, 0.1), rubber, closed=True)
    ]
    for turn in (np.arange(int(rng.integers(4, 12))) * 2.399).tolist():
        spoke = np.array([np.cos(turn), np.sin(turn), 0.0]) * radius * 0.94
        parts.append(tube(np.stack([at, at + spoke]), 0.006, steel, sides=5))
    return parts


def _at(point: Points) -> tuple[float, float, float]:
    return (float(point[0]), float(point[1]), float(point[2]))
