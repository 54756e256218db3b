"""Chairs, tables, shelves, sofas, beds with thin legs and bars. Front +z, feet at y = 0."""

import numpy as np

from bozzetto_train.objects.assembly import Part
from bozzetto_train.objects.model import Material
from bozzetto_train.objects.palette import make_material, make_palette
from bozzetto_train.objects.procedural.shapes import (
    lathe,
    placed,
    rounded_box,
    spline,
    superellipsoid,
    tube,
)

Size = tuple[float, float, float]


def make_seat(rng: np.random.Generator) -> list[Part]:
    """Make a chair, armchair or stool."""
    palette = make_palette(rng)
    frame = make_material(rng, "wood" if rng.random() < 0.6 else "metal", palette=palette)
    cover = make_material(rng, ("cloth", "leather", "wood")[int(rng.integers(3))], palette=palette)
    wide, deep, high = rng.uniform(0.4, 0.65), rng.uniform(0.38, 0.6), rng.uniform(0.3, 0.75)
    thick = rng.uniform(0.02, 0.14)
    round_ = rng.random() < 0.25
    parts = _legs(rng, (wide, high, deep), frame)
    if round_:
        half = min(wide, deep) / 2
        profile = np.array(
            [[half * 0.95, 0.0], [half, thick * 0.3], [half, thick * 0.8], [half * 0.9, thick]]
        )
        parts.append(placed(lathe(profile, cover), at=(0, high, 0)))
    else:
        parts.append(
            _slab(
                (wide, thick, deep),
                cover,
                at=(0, high + thick / 2, 0),
                radius=thick * rng.uniform(0, 0.5),
            )
        )
    if rng.random() < 0.8:
        parts += _back(rng, (wide, high + thick, deep), (frame, cover))
    if rng.random() < 0.35:
        parts += _arms(rng, (wide, high + thick, deep), frame)
    return parts


def make_table(rng: np.random.Generator) -> list[Part]:
    """Make a table or desk: legs or one foot, drawers, things on it."""
    palette = make_palette(rng)
    wood = make_material(
        rng, ("wood", "wood", "stone", "paint", "glass")[int(rng.integers(5))], palette=palette
    )
    frame = make_material(rng, "metal" if rng.random() < 0.5 else "wood", palette=palette)
    wide, deep, high = rng.uniform(0.5, 1.8), rng.uniform(0.45, 0.9), rng.uniform(0.3, 0.9)
    thick = rng.uniform(0.02, 0.07)
    if rng.random() < 0.3:
        half = deep * rng.uniform(0.6, 1.0)
        top = lathe(np.array([[half, 0.0], [half, thick]]), wood, segments=48)
        parts = [placed(top, at=(0, high, 0))]
        wide = deep = half * 1.3
    else:
        parts = [
            _slab(
                (wide, thick, deep),
                wood,
                at=(0, high + thick / 2, 0),
                radius=0.4 * thick * rng.random(),
            )
        ]
    if rng.random() < 0.25:
        foot, stem = deep * 0.4, rng.uniform(0.03, 0.09)
        profile = np.array(
            [[foot, 0], [foot, 0.03], [stem, 0.08], [stem, high - 0.03], [stem * 2, high]]
        )
        parts.append(lathe(profile, frame))
    else:
        parts += _legs(rng, (wide * 0.94, high, deep * 0.92), frame)
    if rng.random() < 0.35:
        drawer = (wide * rng.uniform(0.25, 0.9), high * rng.uniform(0.15, 0.5), deep * 0.85)
        side = rng.choice([-0.5, 0.0, 0.5]) * (wide - drawer[0]) * 0.9
        parts += _drawers(rng, drawer, (side, high - drawer[1] / 2, 0.0), wood=wood)
    return parts


def make_shelf(rng: np.random.Generator) -> list[Part]:
    """Make a shelf, rack or cupboard, often with books and boxes in it."""
    palette = make_palette(rng)
    wood = make_material(rng, "wood" if rng.random() < 0.6 else "paint", palette=palette)
    wide, deep, high = rng.uniform(0.4, 1.4), rng.uniform(0.2, 0.5), rng.uniform(0.6, 2.0)
    board = rng.uniform(0.015, 0.05)
    boards = int(rng.integers(2, 7))
    open_frame = rng.random() < 0.35
    parts: list[Part] = []
    for x in (-wide / 2, wide / 2):
        if open_frame:
            for z in (-deep / 2, deep / 2):
                post = (board, high, board)
                parts.append(_slab(post, wood, at=(x, high / 2, z * 0.94)))
        else:
            parts.append(_slab((board, high, deep), wood, at=(x, high / 2, 0)))
    for level in np.linspace(0.06, high - board, boards).tolist():
        parts.append(_slab((wide, board, deep), wood, at=(0, level, 0)))
    if rng.random() < 0.6 and not open_frame:
        parts.append(_slab((wide, high, board * 0.6), wood, at=(0, high / 2, -deep / 2)))
    gap = (high - 0.06 - board) / (boards - 1) - board
    for level in np.linspace(0.06, high - board, boards)[:-1].tolist():
        if rng.random() < 0.5:
            parts += _books(rng, (wide * 0.9, gap, deep * 0.8), level + board / 2)
    return parts


def make_sofa(rng: np.random.Generator) -> list[Part]:
    """Make a sofa or upholstered armchair of soft boxes with cushions."""
    palette = make_palette(rng)
    cover = make_material(rng, "cloth" if rng.random() < 0.7 else "leather", palette=palette)
    wide, deep, seat = rng.uniform(0.7, 2.2), rng.uniform(0.7, 1.0), rng.uniform(0.25, 0.45)
    arm, back = rng.uniform(0.1, 0.28), rng.uniform(0.35, 0.8)
    soft = rng.uniform(0.03, 0.1)
    foot = rng.uniform(0.03, 0.14)
    parts = [_slab((wide, seat * 0.6, deep), cover, at=(0, foot + seat * 0.3, 0), radius=soft)]
    parts.append(
        _slab(
            (wide, seat + back, deep * 0.28),
            cover,
            at=(0, foot + (seat + back) / 2, -deep * 0.4),
            radius=soft,
        )
    )
    for side in (-1.0, 1.0):
        rise = seat + back * rng.uniform(0.2, 0.6)
        parts.append(
            _slab(
                (arm, rise, deep),
                cover,
                at=(side * (wide + arm * 0.7) / 2, foot + rise / 2, 0),
                radius=min(soft, arm * 0.45),
            )
        )
    count = max(1, round(wide / 0.7))
    for index in range(count):
        x = (index + 0.5) / count * wide - wide / 2
        parts.append(
            _slab(
                (wide / count * 0.97, seat * 0.45, deep * 0.72),
                cover,
                at=(x, foot + seat * 0.78, deep * 0.12),
                radius=soft,
            )
        )
        if rng.random() < 0.5:
            pillow = superellipsoid(
                (0.4, 0.36, 0.14),
                make_material(rng, "cloth", palette=palette),
                powers=(0.6, 0.6),
                steps=10,
            )
            parts.append(
                placed(
                    pillow,
                    at=(x, foot + seat + 0.18, -deep * 0.14),
                    turn_deg=(-15, 0, rng.uniform(-20, 20)),
                )
            )
    return parts + _legs(rng, (wide, foot, deep * 0.9), make_material(rng, "wood", palette=palette))


def make_bed(rng: np.random.Generator) -> list[Part]:
    """Make a bed with head board, mattress, blanket and pillows."""
    palette = make_palette(rng)
    wood = make_material(rng, "wood", palette=palette)
    sheet = make_material(rng, "cloth", palette=palette, colour=(0.92, 0.92, 0.9))
    wide, long, high = rng.uniform(0.7, 1.8), rng.uniform(1.8, 2.1), rng.uniform(0.2, 0.4)
    head = high + rng.uniform(0.2, 0.9)
    parts = [_slab((wide, 0.12, long), wood, at=(0, high, 0))]
    parts.append(_slab((wide * 0.96, 0.2, long * 0.97), sheet, at=(0, high + 0.15, 0), radius=0.06))
    blanket = make_material(rng, "cloth", palette=palette)
    share = rng.uniform(0.5, 0.8)
    parts.append(
        _slab(
            (wide, 0.2, long * share),
            blanket,
            at=(0, high + 0.17, long * (0.5 - share / 2)),
            radius=0.07,
        )
    )
    parts.append(_slab((wide, head, 0.06), wood, at=(0, head / 2, -long / 2)))
    if rng.random() < 0.5:
        parts.append(_slab((wide, high + 0.2, 0.05), wood, at=(0, (high + 0.2) / 2, long / 2)))
    for index in range(1 if wide < 1.1 else 2):
        x = 0.0 if wide < 1.1 else (index - 0.5) * wide * 0.5
        pillow = superellipsoid((0.55, 0.16, 0.38), sheet, powers=(0.7, 0.5), steps=10)
        parts.append(placed(pillow, at=(x, high + 0.3, -long * 0.38)))
    return parts + _legs(rng, (wide, high, long), wood)


def _slab(size: Size, material: Material, *, at: Size, radius: float = 0.0) -> Part:
    return placed(rounded_box(size, material, radius=radius), at=at)


def _legs(rng: np.random.Generator, size: Size, material: Material) -> list[Part]:
    """Make four legs, straight or splayed, round or square, often joined by bars."""
    wide, high, deep = size
    thick, splay = rng.uniform(0.012, 0.04), rng.uniform(0, 0.25) if rng.random() < 0.4 else 0.0
    square = rng.random() < 0.4 and splay == 0
    taper = rng.uniform(0.5, 1.0)
    feet: list[tuple[float, float]] = []
    parts: list[Part] = []
    for x, z in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        top = np.array([x * (wide / 2 - thick * 1.5), high + 0.005, z * (deep / 2 - thick * 1.5)])
        low = top * np.array([1 + splay, 0, 1 + splay])
        feet.append((float(low[0]), float(low[2])))
        if square:
            parts.append(
                _slab(
                    (thick * 2, high, thick * 2),
                    material,
                    at=(float(top[0]), high / 2, float(top[2])),
                )
            )
        else:
            parts.append(
                tube(np.stack([low, top]), np.array([thick * taper, thick]), material, sides=12)
            )
    if rng.random() < 0.4 and high > 0.2:
        share = rng.uniform(0.15, 0.6)
        shrink = 1 - (1 - 1 / (1 + splay)) * share
        bars = [(0, 1), (1, 2), (2, 3), (3, 0)] if rng.random() < 0.5 else [(0, 3), (1, 2)]
        for first, second in bars:
            ends = [
                np.array([feet[k][0] * shrink, high * share, feet[k][1] * shrink])
                for k in (first, second)
            ]
            parts.append(tube(np.stack(ends), thick * 0.6, material, sides=8))
    return parts


def _back(rng: np.random.Generator, size: Size, materials: tuple[Material, Material]) -> list[Part]:
    """Make the back of a chair: a board, slats, bars or a hoop."""
    wide, seat, deep = size
    frame, cover = materials
    tall, lean, thick = rng.uniform(0.3, 0.75), rng.uniform(0, 0.18), rng.uniform(0.014, 0.03)
    z = -deep / 2 + thick
    style = int(rng.integers(4))
    if style == 0:
        board = rounded_box((wide, tall, thick * rng.uniform(1, 4)), cover, radius=thick * 0.4)
        return [
            placed(
                board,
                at=(0, seat + tall * 0.55, z - lean * 0.4),
                turn_deg=(-np.degrees(lean), 0, 0),
            )
        ]
    posts = [
        np.array([[x, seat - 0.05, z], [x, seat + tall, z - lean * tall]])
        for x in (-wide * 0.46, wide * 0.46)
    ]
    if style == 1:
        arch = np.array(
            [
                posts[0][0],
                posts[0][1],
                [0, seat + tall * 1.2, z - lean * tall],
                posts[1][1],
                posts[1][0],
            ]
        )
        parts = [tube(spline(arch, count=30), thick, frame, sides=10)]
    else:
        parts = [tube(post, thick, frame, sides=10) for post in posts]
    if style == 2:
        for share in np.linspace(0.35, 0.95, int(rng.integers(2, 5))).tolist():
            bar = rounded_box((wide * 0.92, tall * 0.13, thick), frame)
            parts.append(placed(bar, at=(0, seat + tall * share, z - lean * tall * share)))
        return parts
    top = tube(np.array([posts[0][1], posts[1][1]]), thick, frame, sides=10)
    count = int(rng.integers(2, 8))
    for x in np.linspace(-wide * 0.4, wide * 0.4, count).tolist():
        bar = np.array([[x, seat - 0.02, z], [x, seat + tall, z - lean * tall]])
        parts.append(tube(bar, thick * 0.6, frame, sides=8))
    return [*parts, top]


def _arms(rng: np.random.Generator, size: Size, frame: Material) -> list[Part]:
    """Make two arm rests."""
    wide, seat, deep = size
    high, thick = rng.uniform(0.16, 0.28), rng.uniform(0.015, 0.03)
    parts: list[Part] = []
    for side in (-1.0, 1.0):
        x = side * (wide / 2 - thick)
        path = np.array(
            [
                [x, seat - 0.05, deep * 0.42],
                [x, seat + high, deep * 0.4],
                [x, seat + high, -deep * 0.45],
            ]
        )
        parts.append(tube(path, thick, frame, sides=10))
    return parts


def _drawers(rng: np.random.Generator, size: Size, at: Size, *, wood: Material) -> list[Part]:
    """Make a box with fronts and knobs."""
    parts = [_slab(size, wood, at=at)]
    rows = int(rng.integers(1, 4))
    for row in range(rows):
        y = at[1] - size[1] / 2 + (row + 0.5) * size[1] / rows
        front = (size[0] * 0.94, size[1] / rows * 0.86, 0.02)
        parts.append(_slab(front, wood, at=(at[0], y, at[2] + size[2] / 2 + 0.01), radius=0.004))
        parts.append(
            _slab((0.05, 0.025, 0.03), wood, at=(at[0], y, at[2] + size[2] / 2 + 0.03), radius=0.01)
        )
    return parts


def _books(rng: np.random.Generator, room: Size, floor: float) -> list[Part]:
    """Fill a board with books and boxes."""
    palette = make_palette(rng)
    wide, high, deep = room
    x = -wide / 2
    parts: list[Part] = []
    while x < wide / 2 and len(parts) < 14:
        own = (rng.uniform(0.02, 0.12), high * rng.uniform(0.4, 0.9), deep * rng.uniform(0.5, 0.95))
        if rng.random() < 0.75:
            cover = make_material(rng, "print" if rng.random() < 0.4 else "paint", palette=palette)
            parts.append(_slab(own, cover, at=(x + own[0] / 2, floor + own[1] / 2, 0)))
        x += own[0] + 0.005 + 0.05 * (rng.random() < 0.1)
    return parts
