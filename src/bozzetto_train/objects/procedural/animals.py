"""Cartoon animals: four legs, birds, fish, dinosaurs on two legs. Front +z."""

import numpy as np

from bozzetto_train.objects.assembly import Part
from bozzetto_train.objects.palette import Palette, make_material, make_palette, plain
from bozzetto_train.objects.procedural.blobs import Ball, Blob, Capsule, Vector, melt
from bozzetto_train.objects.procedural.shapes import ball, lathe, placed
from bozzetto_train.objects.textures import Colour


def make_quadruped(rng: np.random.Generator) -> list[Part]:
    """Make a horse, dog, cat, cow, pig, elephant, turtle, or something between them."""
    palette = make_palette(rng)
    coat, second, dark = palette.colour(rng), palette.colour(rng), palette.colour(rng)
    long, girth = rng.uniform(0.4, 1.1), rng.uniform(0.22, 0.5)
    leg, thick = rng.uniform(0.12, 0.6), rng.uniform(0.03, 0.1)
    middle = leg + girth * 0.4
    blobs: list[Blob] = [
        Ball(
            middle=(0, middle, 0), size=(girth, girth * rng.uniform(0.85, 1.15), long), colour=coat
        ),
        Ball(
            middle=(0, middle - girth * 0.18, 0.02),
            size=(girth * 0.8, girth * 0.7, long * 0.8),
            colour=second,
        ),
    ]
    walk = rng.uniform(-0.12, 0.12)
    for side in (-1.0, 1.0):
        for end in (-1.0, 1.0):
            swing = walk * side * end
            top = (side * girth * 0.28, middle - girth * 0.1, end * long * 0.32)
            low = (side * girth * 0.3, thick, end * long * 0.34 + swing)
            blobs.append(
                Capsule(start=top, end=low, radius=thick * 1.3, end_radius=thick, colour=coat)
            )
            paw = (low[0], thick * 0.6, low[2] + thick * 0.4)
            blobs.append(
                Ball(middle=paw, size=(thick * 2.3, thick * 1.5, thick * 2.8), colour=dark)
            )
    rise = rng.uniform(0.0, 0.75)
    neck_end = (0.0, middle + girth * 0.3 + rise * 0.6, long * 0.45 + 0.12 * (1 - rise) + 0.08)
    blobs.append(
        Capsule(
            start=(0, middle + girth * 0.1, long * 0.35),
            end=neck_end,
            radius=girth * 0.32,
            end_radius=girth * 0.22,
            colour=coat,
        )
    )
    head = rng.uniform(0.2, 0.48)
    blobs += _head(rng, neck_end, head, colours=(coat, second, dark))
    tail = (
        rng.uniform(-0.1, 0.1),
        middle + rng.uniform(-0.3, 0.4),
        -long * 0.5 - rng.uniform(0.1, 0.4),
    )
    blobs.append(
        Capsule(
            start=(0, middle + girth * 0.2, -long * 0.42),
            end=tail,
            radius=rng.uniform(0.02, 0.06),
            end_radius=rng.uniform(0.01, 0.1),
            colour=dark,
        )
    )
    if rng.random() < 0.25:
        blobs += [
            Ball(
                middle=(0, neck_end[1] - t * rise * 0.4 + 0.05, neck_end[2] - 0.08 - 0.1 * t),
                size=(0.07, 0.16, 0.14),
                colour=dark,
            )
            for t in (0.0, 0.5, 1.0)
        ]
    parts = [melt(blobs, softness=rng.uniform(0.02, 0.07), roughness=rng.uniform(0.4, 0.95))]
    parts += _eyes(rng, neck_end, head)
    return parts + _horns(rng, neck_end, head, palette=palette)


def make_bird(rng: np.random.Generator) -> list[Part]:
    """Make a chick, duck, penguin, flamingo or owl."""
    palette = make_palette(rng)
    coat, second, beak = (
        palette.colour(rng),
        palette.colour(rng),
        (0.95, rng.uniform(0.4, 0.7), 0.1),
    )
    leg, size = rng.uniform(0.05, 0.5), rng.uniform(0.3, 0.6)
    lean = rng.uniform(-70, 0)
    middle = leg + size * 0.45
    blobs: list[Blob] = [
        Ball(
            middle=(0, middle, 0),
            size=(size * 0.75, size * 1.1, size * 0.7),
            colour=coat,
            turn_deg=(lean, 0, 0),
        ),
        Ball(
            middle=(0, middle - size * 0.05, size * 0.12),
            size=(size * 0.55, size * 0.75, size * 0.5),
            colour=second,
        ),
    ]
    neck, head = rng.uniform(0.02, 0.5), rng.uniform(0.16, 0.4)
    at: Vector = (0.0, middle + size * 0.35 + neck + head * 0.3, size * 0.25)
    blobs.append(
        Capsule(
            start=(0, middle + size * 0.15, size * 0.12),
            end=at,
            radius=size * 0.16,
            end_radius=size * 0.1,
            colour=coat,
        )
    )
    blobs.append(Ball(middle=at, size=(head, head, head), colour=coat))
    for side in (-1.0, 1.0):
        open_ = rng.uniform(0.05, 0.55)
        wing = (side * (size * 0.35 + open_ * 0.4), middle + open_ * 0.2, -size * 0.1)
        blobs.append(
            Ball(
                middle=wing,
                size=(size * 0.15 + open_, size * 0.3 + 0.1 * open_, size * 0.75),
                colour=second,
                turn_deg=(20, 0, side * (60 - 80 * open_)),
            )
        )
    tail = (0.0, middle - size * 0.1 * rng.random(), -size * rng.uniform(0.5, 0.8))
    blobs.append(
        Capsule(
            start=(0, middle, -size * 0.2),
            end=tail,
            radius=size * 0.14,
            end_radius=size * 0.04,
            colour=second,
        )
    )
    for side in (-1.0, 1.0):
        x, thin = side * size * 0.17, rng.uniform(0.02, 0.045)
        blobs.append(
            Capsule(
                start=(x, middle - size * 0.3, 0),
                end=(x, 0.02, 0),
                radius=thin,
                end_radius=thin,
                colour=beak,
            )
        )
        blobs.append(Ball(middle=(x, 0.015, 0.06), size=(0.12, 0.035, 0.2), colour=beak))
    parts = [melt(blobs, softness=rng.uniform(0.015, 0.05), cells=70)]
    long = head * rng.uniform(0.25, 0.8)
    cone = lathe(
        np.array([[head * 0.17, 0.0], [head * 0.1, long * 0.6], [0.004, long]]),
        plain(beak, roughness=0.4),
        segments=16,
    )
    parts.append(
        placed(
            cone,
            at=(0, at[1] - head * 0.05, at[2] + head * 0.42),
            turn_deg=(90 + rng.uniform(-10, 25), 0, 0),
            scale=(1.0, 1.0, rng.uniform(0.5, 1)),
        )
    )
    return parts + _eyes(rng, at, head * 0.85)


def make_fish(rng: np.random.Generator) -> list[Part]:
    """Make a fish or whale with fins; it lies along z."""
    palette = make_palette(rng)
    coat, belly, fin = palette.colour(rng), palette.colour(rng), palette.colour(rng)
    tall, wide = rng.uniform(0.25, 0.75), rng.uniform(0.15, 0.5)
    blobs: list[Blob] = [
        Ball(middle=(0, 0, 0.05), size=(wide, tall, 1.0), colour=coat),
        Ball(middle=(0, -tall * 0.12, 0.08), size=(wide * 0.93, tall * 0.8, 0.9), colour=belly),
        Capsule(
            start=(0, 0, -0.3),
            end=(0, 0, -0.62),
            radius=0.1 * wide / 0.3,
            end_radius=0.03,
            colour=coat,
        ),
        Ball(middle=(0, 0, -0.72), size=(0.05, rng.uniform(0.25, 0.6), 0.25), colour=fin),
        Ball(
            middle=(0, tall * 0.5, 0.0),
            size=(0.045, rng.uniform(0.15, 0.4), rng.uniform(0.2, 0.5)),
            colour=fin,
            turn_deg=(-20, 0, 0),
        ),
    ]
    for side in (-1.0, 1.0):
        blobs.append(
            Ball(
                middle=(side * wide * 0.55, -tall * 0.15, 0.1),
                size=(rng.uniform(0.15, 0.4), 0.04, 0.2),
                colour=fin,
                turn_deg=(0, side * 30, -side * 35),
            )
        )
    parts = [
        melt(blobs, softness=rng.uniform(0.01, 0.04), cells=70, roughness=rng.uniform(0.15, 0.6))
    ]
    return parts + _eyes(rng, (0.0, tall * 0.02, 0.3), min(wide * 0.8, 0.4), outward=True)


def _head(
    rng: np.random.Generator, at: Vector, head: float, *, colours: tuple[Colour, Colour, Colour]
) -> list[Blob]:
    """Make a head with snout and ears."""
    coat, second, dark = colours
    x, y, z = at
    snout, droop = head * rng.uniform(0.25, 0.85), rng.uniform(0.0, 0.25)
    blobs: list[Blob] = [
        Ball(middle=at, size=(head * 0.95, head * 0.95, head), colour=coat),
        Capsule(
            start=(x, y - head * 0.08, z + head * 0.25),
            end=(x, y - head * (0.12 + droop), z + head * 0.3 + snout),
            radius=head * 0.3,
            end_radius=head * rng.uniform(0.12, 0.24),
            colour=second,
        ),
        Ball(
            middle=(x, y - head * (0.06 + droop), z + head * 0.42 + snout),
            size=(head * 0.16, head * 0.16, head * 0.16),
            colour=dark,
        ),
    ]
    long, wide = head * rng.uniform(0.12, 0.75), head * rng.uniform(0.07, 0.22)
    spread = rng.uniform(-0.2, 0.9)
    for side in (-1.0, 1.0):
        root = (x + side * head * 0.32, y + head * 0.33, z - head * 0.08)
        tip = (root[0] + side * long * spread, root[1] + long * (1 - 0.9 * abs(spread)), root[2])
        blobs.append(
            Capsule(
                start=root,
                end=tip,
                radius=wide,
                end_radius=wide * rng.uniform(0.2, 1.1),
                colour=coat,
            )
        )
    return blobs


def _eyes(
    rng: np.random.Generator, at: Vector, head: float, *, outward: bool = False
) -> list[Part]:
    """Put two eyes on a head."""
    x, y, z = at
    size = head * rng.uniform(0.1, 0.24)
    side_way, forth = (0.5, 0.1) if outward else (0.27, 0.36)
    white, black = (
        plain((0.95, 0.95, 0.93), roughness=0.2),
        plain((0.03, 0.03, 0.03), roughness=0.12),
    )
    parts: list[Part] = []
    for side in (-1.0, 1.0):
        eye = (x + side * head * side_way, y + head * 0.14, z + head * forth)
        if rng.random() < 0.5:
            parts.append(placed(ball(size * 1.25, white, steps=8), at=eye))
        front = (eye[0] + side * size * 0.2, eye[1], eye[2] + size * 0.3)
        parts.append(placed(ball(size * 0.9, black, steps=8), at=front))
    return parts


def _horns(rng: np.random.Generator, at: Vector, head: float, *, palette: Palette) -> list[Part]:
    """Sometimes add one horn (unicorn) or two."""
    drawn = rng.random()
    if drawn > 0.3:
        return []
    x, y, z = at
    long, bone = head * rng.uniform(0.3, 0.9), make_material(rng, "ceramic", palette=palette)
    cone = lathe(
        np.array([[head * 0.09, 0.0], [head * 0.05, long * 0.5], [0.003, long]]), bone, segments=14
    )
    if drawn < 0.1:
        return [placed(cone, at=(x, y + head * 0.4, z + head * 0.2), turn_deg=(30, 0, 0))]
    return [
        placed(cone, at=(x + side * head * 0.22, y + head * 0.4, z), turn_deg=(-10, 0, -side * 25))
        for side in (-1.0, 1.0)
    ]
