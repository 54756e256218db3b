"""Turned things: vases, bottles, bowls, cups with handles, teapots, lamps, cans, barrels."""

import numpy as np
from jaxtyping import Float64

from bozzetto_train.objects.assembly import Part
from bozzetto_train.objects.model import Material
from bozzetto_train.objects.palette import Palette, any_material, make_material, make_palette
from bozzetto_train.objects.procedural.shapes import ball, ellipsoid, lathe, placed, spline, tube

Profile = Float64[np.ndarray, "n 2"]


def make_vase(rng: np.random.Generator) -> list[Part]:
    """Make a vase or jar with a free profile, hollow, sometimes with two handles."""
    palette = make_palette(rng)
    clay = make_material(rng, "ceramic" if rng.random() < 0.8 else "stone", palette=palette)
    tall = rng.uniform(0.4, 2.2)
    radii = rng.uniform(0.12, 0.6, int(rng.integers(3, 6)))
    outer = _smooth(radii, tall)
    parts = [lathe(_hollow(outer, rng.uniform(0.02, 0.06)), clay, repeat=float(rng.integers(1, 4)))]
    if rng.random() < 0.3:
        parts += _handles(rng, outer, clay, sides=(0.0, 180.0))
    if rng.random() < 0.2:
        parts += _stems(rng, palette, (outer[-1, 0] * 0.6, tall))
    return parts


def make_bottle(rng: np.random.Generator) -> list[Part]:
    """Make a bottle with shoulder, neck, cap and a printed label."""
    palette = make_palette(rng)
    wide, body = rng.uniform(0.18, 0.4), rng.uniform(0.5, 1.1)
    neck, long = wide * rng.uniform(0.2, 0.6), rng.uniform(0.1, 0.5)
    shoulder = rng.uniform(0.05, 0.3)
    bend = np.linspace(0, np.pi / 2, 8)
    curve = np.stack(
        [
            neck + (wide - neck) * np.cos(bend) ** rng.uniform(0.7, 1.6),
            body + shoulder * np.sin(bend),
        ],
        axis=-1,
    )
    profile = np.concatenate(
        [[[wide * 0.9, 0.0], [wide, 0.03]], curve, [[neck, body + shoulder + long]]]
    )
    look = "glass" if rng.random() < 0.5 else "plastic"
    parts = [lathe(profile, make_material(rng, look, palette=palette))]
    top = body + shoulder + long
    cap = np.array([[neck * 1.15, top - 0.06], [neck * 1.15, top + 0.03], [neck, top + 0.05]])
    parts.append(
        lathe(
            cap,
            make_material(rng, "metal" if rng.random() < 0.4 else "plastic", palette=palette),
            segments=24,
        )
    )
    low, high = sorted(rng.uniform(0.08, 0.95, 2) * body)
    if high - low > 0.1:
        band = np.array([[wide * 1.01, low], [wide * 1.01, high]])
        parts.append(lathe(band, make_material(rng, "print", palette=palette)))
    if rng.random() < 0.15:
        parts += _handles(rng, profile[:-1], parts[0].material, sides=(90.0,))
    return parts


def make_cup(rng: np.random.Generator) -> list[Part]:
    """Make a mug, glass or bowl, often with handle, saucer and what is in it."""
    palette = make_palette(rng)
    clay = make_material(rng, "ceramic", palette=palette)
    tall, foot, rim = rng.uniform(0.25, 0.9), rng.uniform(0.15, 0.4), rng.uniform(0.25, 0.6)
    middle = (foot + rim) / 2 * rng.uniform(0.85, 1.25)
    outer = _smooth(np.array([foot, middle, rim]), tall)
    parts = [lathe(_hollow(outer, 0.03), clay)]
    if rng.random() < 0.6:
        parts += _handles(rng, outer, clay, sides=(90.0,))
    if rng.random() < 0.35:
        wide = rim * rng.uniform(1.3, 1.9)
        saucer = np.array([[wide * 0.5, -0.05], [wide, 0.03], [wide, 0.05], [wide * 0.5, -0.01]])
        parts.append(lathe(saucer, clay))
    if rng.random() < 0.5:
        level = tall * rng.uniform(0.6, 0.9)
        inside = float(np.interp(level, outer[:, 1], outer[:, 0])) - 0.02
        fluid = np.array([[inside, level - 0.02], [inside, level]])
        parts.append(lathe(fluid, make_material(rng, "glass", palette=palette), segments=32))
    return parts


def make_teapot(rng: np.random.Generator) -> list[Part]:
    """Make a teapot, kettle or watering can: belly, lid, spout, handle at the back or on top."""
    palette = make_palette(rng)
    clay = make_material(rng, ("ceramic", "metal", "paint")[int(rng.integers(3))], palette=palette)
    tall, wide = rng.uniform(0.45, 0.9), rng.uniform(0.4, 0.6)
    outer = _smooth(np.array([wide * 0.6, wide, wide * rng.uniform(0.8, 1.0), wide * 0.45]), tall)
    parts = [lathe(outer, clay)]
    lid = np.array([[wide * 0.5, tall - 0.03], [wide * 0.42, tall + 0.04], [0.03, tall + 0.12]])
    parts.append(lathe(lid, clay))
    parts.append(
        placed(
            ball(0.12, make_material(rng, "wood", palette=palette)),
            at=(0, tall + 0.15, 0),
        )
    )
    out = wide + rng.uniform(0.15, 0.4)
    path = np.array(
        [
            [wide * 0.8, tall * 0.35, 0],
            [wide + 0.1, tall * 0.45, 0],
            [out, tall * rng.uniform(0.8, 1.1), 0],
        ]
    )
    parts.append(tube(spline(path, count=14), np.linspace(0.11, 0.05, 14), clay, sides=14))
    if rng.random() < 0.35:
        arc = np.radians(np.linspace(0, 180, 12))
        over = np.stack(
            [wide * 0.7 * np.cos(arc), tall * 0.75 + wide * 0.95 * np.sin(arc), 0 * arc], axis=-1
        )
        return [*parts, tube(over, 0.035, make_material(rng, "wood", palette=palette))]
    return parts + _handles(rng, outer, clay, sides=(-90.0,))


def make_lamp(rng: np.random.Generator) -> list[Part]:
    """Make a table or floor lamp, a candlestick, or a lantern on a turned foot."""
    palette = make_palette(rng)
    metal = make_material(rng, "metal" if rng.random() < 0.6 else "wood", palette=palette)
    tall, foot = rng.uniform(0.5, 1.8), rng.uniform(0.15, 0.35)
    knots = np.concatenate([[foot, foot], rng.uniform(0.02, 0.12, int(rng.integers(2, 7)))])
    heights = np.concatenate([[0, 0.04], np.sort(rng.uniform(0.06, tall, len(knots) - 2))])
    parts = [lathe(np.stack([knots, heights], axis=-1), metal, segments=28)]
    top = float(heights[-1])
    parts.append(tube(np.array([[0, top - 0.05, 0], [0, tall, 0]]), 0.02, metal))
    low, high, deep = rng.uniform(0.2, 0.5), rng.uniform(0.05, 0.35), rng.uniform(0.2, 0.5)
    shade = np.array([[low, tall - deep * 0.6], [high, tall + deep * 0.4]])
    cloth = make_material(rng, "cloth" if rng.random() < 0.7 else "glass", palette=palette)
    return [*parts, lathe(_hollow(shade, 0.015), cloth, segments=36)]


def make_can(rng: np.random.Generator) -> list[Part]:
    """Make a can, drum, barrel or candle: a cylinder with rims, printed or not."""
    palette = make_palette(rng)
    wide, tall = rng.uniform(0.25, 0.5), rng.uniform(0.25, 1.4)
    belly = wide * rng.choice([1.0, 1.0, 1.08, 1.2])
    skin = make_material(
        rng, ("print", "metal", "paint", "wood")[int(rng.integers(4))], palette=palette
    )
    side = _smooth(np.array([wide, belly, wide]), tall)
    parts = [lathe(side, skin, segments=48)]
    rim = make_material(rng, "metal", palette=palette)
    for height in (0.0, tall, *(tall * rng.uniform(0.2, 0.8, int(rng.integers(0, 3)))).tolist()):
        reach = float(np.interp(height, side[:, 1], side[:, 0])) * 1.03
        ring = np.array(
            [
                [reach * 0.96, height - 0.02],
                [reach, height - 0.01],
                [reach, height + 0.01],
                [reach * 0.96, height + 0.02],
            ]
        )
        parts.append(lathe(ring, rim, segments=48))
    return parts


def make_turned(rng: np.random.Generator) -> list[Part]:
    """Make any turned solid: chessmen, tops, bells, mushrooms, trophies."""
    palette = make_palette(rng)
    count = int(rng.integers(4, 12))
    heights = np.cumsum(rng.uniform(0.02, 0.35, count))
    profile = np.stack([rng.uniform(0.04, 0.5, count), heights], axis=-1)
    if rng.random() < 0.5:
        profile = spline(np.column_stack([profile, np.zeros(count)]), count=4 * count)[:, :2]
        profile[:, 0] = np.maximum(profile[:, 0], 0.01)
        profile[:, 1] = np.maximum.accumulate(profile[:, 1])
    return [lathe(profile, any_material(rng, palette=palette), repeat=float(rng.integers(1, 5)))]


def _smooth(radii: Float64[np.ndarray, " n"], tall: float) -> Profile:
    """Run a smooth profile through radii at equal heights."""
    knots = np.stack([radii, np.linspace(0, tall, len(radii)), 0 * radii], axis=-1)
    profile = spline(knots, count=24)[:, :2]
    profile[:, 0] = np.maximum(profile[:, 0], 0.04)
    return profile


def _hollow(outer: Profile, wall: float) -> Profile:
    """Add the inside of a vessel, from the rim down to its floor."""
    inner = outer[::-1] * 1.0
    inner[:, 0] = np.maximum(inner[:, 0] - wall, 0.01)
    inner[-1, 1] += min(wall, 0.5 * float(np.ptp(outer[:, 1])))
    return np.concatenate([outer, inner])


def _handles(
    rng: np.random.Generator, outer: Profile, material: Material, *, sides: tuple[float, ...]
) -> list[Part]:
    """Make ear-shaped handles at the given sides (degrees about y; 90 is +x)."""
    tall = float(outer[:, 1].max())
    low, high = sorted((rng.uniform(0.1, 0.4) * tall, rng.uniform(0.6, 0.92) * tall))
    inner = [float(np.interp(level, outer[:, 1], outer[:, 0])) * 0.97 for level in (low, high)]
    out = max(inner) + rng.uniform(0.12, 0.35) * max(tall, 0.4)
    path = np.array(
        [
            [inner[0], low, 0],
            [out * 0.9, low, 0],
            [out, (low + high) / 2, 0],
            [out * 0.9, high, 0],
            [inner[1], high, 0],
        ]
    )
    thick = rng.uniform(0.02, 0.05)
    ear = tube(spline(path, count=20), thick, material, sides=10)
    return [placed(ear, turn_deg=(0.0, side - 90.0, 0.0)) for side in sides]


def _stems(rng: np.random.Generator, palette: Palette, mouth: tuple[float, float]) -> list[Part]:
    """Put flowers into a vase."""
    radius, tall = mouth
    green = make_material(rng, "plant", palette=palette)
    parts: list[Part] = []
    for _ in range(int(rng.integers(1, 6))):
        lean = rng.normal(0, 0.35, 2)
        top = np.array([lean[0], tall + rng.uniform(0.2, 0.8), lean[1]])
        root = np.array([lean[0] * 0.2 * radius, tall * 0.3, lean[1] * 0.2 * radius])
        bent = (top + root) / 2 + np.array([-lean[0] * 0.2, 0.1, 0])
        parts.append(tube(spline(np.stack([root, bent, top]), count=10), 0.014, green, sides=6))
        size = rng.uniform(0.1, 0.24)
        petals = make_material(rng, "plastic", palette=palette)
        parts.append(
            placed(
                ellipsoid((size, size * 0.7, size), petals, steps=8),
                at=(float(top[0]), float(top[1]), float(top[2])),
            )
        )
    return parts
