"""Food and shoes: fruit, burgers and cakes in layers, ice cream, bread, lofted shoes."""

import numpy as np
from jaxtyping import Float64

from bozzetto_train.objects.assembly import Part
from bozzetto_train.objects.palette import make_material, make_palette, plain
from bozzetto_train.objects.procedural.shapes import (
    ball,
    ellipsoid,
    lathe,
    loft,
    placed,
    rounded_box,
    spline,
    superellipsoid,
    tube,
)
from bozzetto_train.objects.textures import Colour

Points = Float64[np.ndarray, "n 3"]


def make_fruit(rng: np.random.Generator) -> list[Part]:
    """Make a fruit or vegetable with stalk and leaf, alone or several in a bowl."""
    palette = make_palette(rng)
    if rng.random() < 0.3:
        wide = rng.uniform(0.5, 0.7)
        bowl = np.array([[wide * 0.4, 0.0], [wide, 0.3], [wide * 0.95, 0.3], [wide * 0.4, 0.06]])
        parts = [lathe(bowl, make_material(rng, "ceramic", palette=palette))]
        for index in range(int(rng.integers(3, 8))):
            out = wide * 0.5 * (index > 0)
            at = (out * np.sin(2.1 * index), 0.25 + 0.1 * (index == 0), out * np.cos(2.1 * index))
            parts += [placed(part, at=at, scale=(0.38, 0.38, 0.38)) for part in _one_fruit(rng)]
        return parts
    return _one_fruit(rng)


def make_stack(rng: np.random.Generator) -> list[Part]:
    """Make a burger, sandwich, cake or tower of pancakes: layers that overhang."""
    palette = make_palette(rng)
    radius, floor = rng.uniform(0.4, 0.6), 0.0
    square = rng.random() < 0.2
    bread: Colour = (rng.uniform(0.7, 0.9), rng.uniform(0.45, 0.65), rng.uniform(0.2, 0.35))
    fillings: tuple[Colour, ...] = (
        (0.35, 0.18, 0.1),
        (0.95, 0.75, 0.2),
        (0.4, 0.7, 0.2),
        (0.85, 0.2, 0.15),
        (0.95, 0.93, 0.88),
        palette.colour(rng),
    )
    burger = rng.random() < 0.6
    layers = [
        bread,
        *(fillings[int(rng.integers(len(fillings)))] for _ in range(int(rng.integers(1, 6)))),
    ]
    parts: list[Part] = []
    for colour in layers:
        tall, wide = rng.uniform(0.04, 0.2), radius * rng.uniform(0.92, 1.15)
        own = plain(colour, roughness=rng.uniform(0.4, 0.9))
        powers = (rng.uniform(0.3, 0.8), 0.3 if square else 1.0)
        layer = superellipsoid((2 * wide, tall * 1.25, 2 * wide), own, powers=powers, steps=12)
        parts.append(
            placed(
                layer,
                at=(0, floor + tall / 2, 0),
                turn_deg=(0, rng.uniform(0, 45) * (not square), 0),
            )
        )
        floor += tall
    if burger:
        crown = lathe(
            spline(
                np.array(
                    [
                        [radius, 0.0, 0],
                        [radius * 1.02, 0.1, 0],
                        [radius * 0.75, 0.3, 0],
                        [0.02, 0.36, 0],
                    ]
                ),
                count=16,
            )[:, :2],
            plain(bread, roughness=0.4),
        )
        parts.append(placed(crown, at=(0, floor, 0)))
        return parts + _seeds(rng, radius * 0.7, floor + 0.3)
    return parts + _topping(rng, radius, floor)


def make_sweet(rng: np.random.Generator) -> list[Part]:
    """Make ice cream, a cupcake, a doughnut or a lollipop."""
    palette = make_palette(rng)
    cream = plain(palette.colour(rng), roughness=rng.uniform(0.3, 0.8))
    kind = int(rng.integers(3))
    if kind == 0:
        angle = np.arange(48) / 48 * 2 * np.pi
        ring = np.stack(
            [0.4 * np.cos(angle), 0.02 * np.sin(5 * angle), 0.4 * np.sin(angle)], axis=-1
        )
        dough = plain((0.8, 0.55, 0.3), roughness=0.7)
        parts = [tube(ring, rng.uniform(0.16, 0.24), dough, sides=20, closed=True)]
        icing = tube(
            ring + np.array([0, 0.05, 0]), rng.uniform(0.15, 0.22), cream, sides=20, closed=True
        )
        return [*parts, icing]
    if kind == 1:
        stick = tube(
            np.array([[0, 0, 0], [0, 0.8, 0]]), 0.03, make_material(rng, "wood", palette=palette)
        )
        size = rng.uniform(0.4, 0.7)
        head = superellipsoid(
            (size, size * rng.uniform(0.9, 1.6), size * rng.uniform(0.25, 1)),
            make_material(rng, "ceramic", palette=palette),
            powers=(0.6, 0.8),
        )
        return [stick, placed(head, at=(0, 0.85 + size * 0.3, 0))]
    low, wide, tall = rng.uniform(0.05, 0.3), rng.uniform(0.3, 0.4), rng.uniform(0.35, 0.9)
    cone = plain((0.85, 0.6, 0.35), roughness=0.8)
    parts = [lathe(np.array([[low, 0.0], [wide, tall]]), cone, segments=int(rng.choice([10, 32])))]
    for index in range(int(rng.integers(1, 4))):
        scoop = ball(wide * 2 * (1 - 0.12 * index), plain(palette.colour(rng), roughness=0.6))
        parts.append(
            placed(
                scoop,
                at=(rng.normal(0, 0.03), tall + wide * (0.5 + 1.05 * index), rng.normal(0, 0.03)),
            )
        )
    return parts


def make_shoe(rng: np.random.Generator) -> list[Part]:
    """Make a shoe, boot or pair of them: a lofted upper on a sole, toe to +z."""
    palette = make_palette(rng)
    upper = make_material(rng, "leather" if rng.random() < 0.6 else "cloth", palette=palette)
    sole = make_material(rng, "plastic", palette=palette)
    long, wide, tall = 1.0, rng.uniform(0.3, 0.42), rng.uniform(0.3, 0.9)
    thick, heel = rng.uniform(0.04, 0.14), rng.uniform(0.0, 0.35) * (rng.random() < 0.3)
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    body: list[Points] = []
    under: list[Points] = []
    for share in np.linspace(0, 1, 18).tolist():
        width = (
            wide
            / 2
            * (0.75 + 0.3 * np.sin(np.pi * share * 0.9 + 0.4))
            * np.sqrt(max(1 - (2 * share - 1) ** 10, 0.01))
        )
        lift = thick + heel * max(0.0, 1 - share * 1.6)
        high = (
            tall
            * (0.28 + 0.72 / (1 + np.exp((share - 0.42) * 16)))
            * np.sqrt(max(1 - share**9, 0.02))
        )
        z = (share - 0.5) * long
        ring = np.stack(
            [
                width * np.cos(angle),
                lift + high * np.sqrt(np.maximum(np.sin(angle), 0.0)),
                np.full(28, z),
            ],
            axis=-1,
        )
        body.append(ring)
        low = np.maximum(np.sin(angle), 0) * thick - np.maximum(-np.sin(angle), 0) * 0.02
        under.append(
            np.stack(
                [width * 1.08 * np.cos(angle), lift - thick + low, np.full(28, z * 1.03)], axis=-1
            )
        )
    parts = [loft(np.stack(body), upper), loft(np.stack(under), sole)]
    if heel:
        parts.append(placed(rounded_box((wide * 0.5, heel, 0.16), sole), at=(0, heel / 2, -0.4)))
    laces = make_material(rng, "cloth", palette=palette)
    for share in np.linspace(0.5, 0.68, int(rng.integers(0, 5))).tolist():
        height = thick + tall * (0.28 + 0.72 / (1 + np.exp((share - 0.42) * 16)))
        path = np.array(
            [
                [-wide * 0.3, height - 0.06, share - 0.5],
                [0, height + 0.012, share - 0.5],
                [wide * 0.3, height - 0.06, share - 0.5],
            ]
        )
        parts.append(tube(spline(path, count=8), 0.018, laces, sides=6))
    if rng.random() < 0.3:
        return parts + [
            placed(
                part,
                at=(wide * 1.4, 0, rng.uniform(-0.3, 0.3)),
                scale=(-1, 1, 1),
                turn_deg=(0, rng.uniform(-25, 25), 0),
            )
            for part in parts
        ]
    return parts


def _one_fruit(rng: np.random.Generator) -> list[Part]:
    """Make an apple, pear, banana, carrot, melon or berry."""
    palette = make_palette(rng)
    skin = make_material(rng, "ceramic", palette=palette)
    stalk, leaf = plain((0.3, 0.2, 0.1)), make_material(rng, "plant", palette=palette)
    if rng.random() < 0.2:
        arc = np.radians(np.linspace(-70, 70, 16))
        thick = 0.13 * np.sin(np.linspace(0.25, np.pi - 0.25, 16)) ** 0.5
        return [
            tube(
                np.stack([0.7 * np.sin(arc), -0.7 * np.cos(arc), 0 * arc], axis=-1),
                thick,
                skin,
                sides=8,
            )
        ]
    knots = np.array(
        [
            [0.06, 0.05, 0],
            [rng.uniform(0.2, 0.45), rng.uniform(0.1, 0.3), 0],
            [rng.uniform(0.2, 0.5), 0.55, 0],
            [rng.uniform(0.08, 0.4), rng.uniform(0.75, 1.0), 0],
            [0.04, rng.uniform(0.7, 1.1), 0],
        ]
    )
    profile = spline(knots, count=26)[:, :2]
    profile[:, 0] = np.maximum(profile[:, 0], 0.01)
    top = float(profile[-1, 1])
    parts = [
        lathe(profile, skin),
        tube(np.array([[0, top - 0.05, 0], [0.03, top + 0.15, 0]]), 0.02, stalk, sides=8),
    ]
    for index in range(int(rng.integers(0, 6))):
        blade = ellipsoid((0.12, 0.015, 0.34), leaf, steps=8)
        parts.append(
            placed(
                placed(blade, at=(0, 0, 0.17), turn_deg=(-rng.uniform(0, 60), 0, 0)),
                at=(0, top + 0.05, 0),
                turn_deg=(0, 75.0 * index, 0),
            )
        )
    return parts


def _seeds(rng: np.random.Generator, radius: float, height: float) -> list[Part]:
    """Strew seeds over a bun."""
    seed = plain((0.95, 0.88, 0.7))
    parts: list[Part] = []
    for index in range(int(rng.integers(0, 24))):
        out = radius * np.sqrt(rng.random())
        at = (
            out * np.sin(2.4 * index),
            height + 0.06 - 0.28 * (out / (radius / 0.7)) ** 2,
            out * np.cos(2.4 * index),
        )
        parts.append(
            placed(
                ellipsoid((0.035, 0.02, 0.055), seed, steps=5),
                at=at,
                turn_deg=(0, rng.uniform(0, 180), 0),
            )
        )
    return parts


def _topping(rng: np.random.Generator, radius: float, floor: float) -> list[Part]:
    """Put candles, berries or cream on a cake."""
    palette = make_palette(rng)
    parts: list[Part] = []
    count = int(rng.integers(1, 12))
    for index in range(count):
        turn, out = 2 * np.pi * index / count, radius * 0.7 * (count > 1)
        at = (float(out * np.sin(turn)), floor, float(out * np.cos(turn)))
        tone = plain(palette.colour(rng), roughness=0.4)
        if rng.random() < 0.4:
            parts.append(
                placed(tube(np.array([[0, 0, 0], [0, 0.22, 0]]), 0.02, tone, sides=8), at=at)
            )
        else:
            parts.append(
                placed(
                    ellipsoid((0.14, 0.14, 0.14), tone, steps=8), at=(at[0], floor + 0.05, at[2])
                )
            )
    return parts
