"""Cartoon people and robots: big heads, clothes, hair, faces, poses. Front +z, feet at y = 0."""

from dataclasses import dataclass

import numpy as np

from bozzetto_train.objects.assembly import Part
from bozzetto_train.objects.palette import Palette, make_material, make_palette, plain, skin_colour
from bozzetto_train.objects.procedural.blobs import Ball, Blob, Capsule, melt
from bozzetto_train.objects.procedural.shapes import ellipsoid, lathe, placed, rounded_box, tube
from bozzetto_train.objects.textures import Colour


@dataclass(frozen=True, kw_only=True)
class _Body:
    """Measures of one figure; its height is about 1."""

    legs: float
    torso: float
    head: float
    """Diameter."""
    width: float
    """Of the shoulders."""
    limb: float
    """Radius of the arms."""
    skin: Colour
    shirt: Colour
    trousers: Colour
    shoes: Colour
    hair: Colour

    @property
    def shoulder(self) -> float:
        """Height of the shoulders."""
        return self.legs + self.torso

    @property
    def head_middle(self) -> tuple[float, float, float]:
        """Middle of the head."""
        return (0.0, self.shoulder + self.head * 0.5, 0.01)


def make_figure(rng: np.random.Generator) -> list[Part]:
    """Make a cartoon person, animal-headed or not, with hair, hat, skirt or something in hand."""
    palette = make_palette(rng, count=6)
    body = _measures(rng, palette)
    blobs: list[Blob] = [
        *_trunk(rng, body),
        *_legs(rng, body),
        *_arms(rng, body),
        *_head(rng, body),
    ]
    parts = [melt(blobs, softness=rng.uniform(0.015, 0.05), roughness=rng.uniform(0.4, 0.95))]
    parts += _face(rng, body)
    parts += _wear(rng, body, palette)
    return parts


def _measures(rng: np.random.Generator, palette: Palette) -> _Body:
    head = rng.uniform(0.2, 0.52)
    rest = 1 - head
    legs = rest * rng.uniform(0.3, 0.55)
    human = rng.random() < 0.6
    return _Body(
        legs=legs,
        torso=rest - legs,
        head=head,
        width=rng.uniform(0.16, 0.3) + 0.15 * head,
        limb=rng.uniform(0.028, 0.055),
        skin=skin_colour(rng) if human else palette.colour(rng),
        shirt=palette.colour(rng),
        trousers=palette.colour(rng),
        shoes=palette.colour(rng),
        hair=palette.colour(rng),
    )


def _trunk(rng: np.random.Generator, body: _Body) -> list[Blob]:
    depth = rng.uniform(0.55, 0.9)
    chest = Ball(
        middle=(0.0, body.legs + body.torso * 0.65, 0.0),
        size=(body.width, body.torso * 0.95, body.width * depth),
        colour=body.shirt,
    )
    hips = Ball(
        middle=(0.0, body.legs + body.torso * 0.12, 0.0),
        size=(body.width * rng.uniform(0.75, 1.25), body.torso * 0.6, body.width * depth),
        colour=body.trousers,
    )
    neck = Capsule(
        start=(0.0, body.shoulder - 0.06, 0.0),
        end=body.head_middle,
        radius=body.limb * 1.2,
        end_radius=body.limb,
        colour=body.skin,
    )
    return [hips, neck, chest]


def _legs(rng: np.random.Generator, body: _Body) -> list[Blob]:
    apart, thick = body.width * rng.uniform(0.2, 0.32), body.limb * rng.uniform(1.1, 1.7)
    stride = rng.uniform(-0.5, 0.5) * body.legs if rng.random() < 0.4 else 0.0
    bare = rng.random() < 0.3
    blobs: list[Blob] = []
    for side, step in ((-1.0, stride), (1.0, -stride)):
        hip = (side * apart * 0.8, body.legs, 0.0)
        knee = (side * apart, body.legs * 0.52, step * 0.55 + 0.015)
        ankle = (side * apart, 0.05, step * 0.8 - max(step, 0) * 0.2)
        lower = body.skin if bare else body.trousers
        blobs.append(
            Capsule(
                start=hip, end=knee, radius=thick * 1.15, end_radius=thick, colour=body.trousers
            )
        )
        blobs.append(
            Capsule(start=knee, end=ankle, radius=thick, end_radius=thick * 0.8, colour=lower)
        )
        foot = (ankle[0], thick * 0.75, ankle[2] + thick * 0.8)
        size = (thick * 2.3, thick * 1.7, thick * rng.uniform(3.2, 4.4))
        blobs.append(Ball(middle=foot, size=size, colour=body.shoes))
    return blobs


def _arms(rng: np.random.Generator, body: _Body) -> list[Blob]:
    length = (body.torso + body.legs) * rng.uniform(0.38, 0.52)
    both = rng.uniform(-75, 60)
    blobs: list[Blob] = []
    sleeve = body.skin if rng.random() < 0.5 else body.shirt
    for side in (-1.0, 1.0):
        lift = np.radians(both if rng.random() < 0.6 else rng.uniform(-80, 80))
        shoulder = np.array([side * body.width * 0.42, body.shoulder - body.limb * 1.5, 0.0])
        along = np.array([side * np.cos(lift), np.sin(lift), rng.uniform(-0.2, 0.5)])
        elbow = shoulder + along / np.linalg.norm(along) * length * 0.5
        bend = along + np.array([0, rng.uniform(-0.5, 0.5), rng.uniform(0, 0.9)])
        hand = elbow + bend / np.linalg.norm(bend) * length * 0.5
        joints = [(float(p[0]), float(p[1]), float(p[2])) for p in (shoulder, elbow, hand)]
        blobs.append(
            Capsule(
                start=joints[0],
                end=joints[1],
                radius=body.limb * 1.1,
                end_radius=body.limb,
                colour=body.shirt,
            )
        )
        blobs.append(
            Capsule(
                start=joints[1],
                end=joints[2],
                radius=body.limb,
                end_radius=body.limb * 0.8,
                colour=sleeve,
            )
        )
        grip = body.limb * rng.uniform(2.0, 2.8)
        blobs.append(Ball(middle=joints[2], size=(grip, grip, grip), colour=body.skin))
    return blobs


def _head(rng: np.random.Generator, body: _Body) -> list[Blob]:
    x, y, z = body.head_middle
    head = body.head
    size = (head * rng.uniform(0.8, 1.12), head, head * rng.uniform(0.8, 1.0))
    blobs: list[Blob] = [Ball(middle=(x, y, z), size=size, colour=body.skin)]
    style = rng.random()
    if style < 0.6:  # Hair or fur on top and behind.
        drop = rng.uniform(0.02, 0.22)
        blobs.append(
            Ball(
                middle=(x, y + head * 0.1, z - head * drop),
                size=(size[0] * 1.08, head, size[2] * 1.02),
                colour=body.hair,
            )
        )
    if style < 0.25:  # Tails or long hair.
        for side in (-1.0, 1.0):
            end = (
                side * head * rng.uniform(0.5, 0.8),
                y - head * rng.uniform(0.2, 0.9),
                z - head * 0.2,
            )
            start = (side * head * 0.4, y + head * 0.25, z - head * 0.2)
            blobs.append(
                Capsule(
                    start=start,
                    end=end,
                    radius=head * 0.14,
                    end_radius=head * 0.05,
                    colour=body.hair,
                )
            )
    if style > 0.6:
        blobs += _ears(rng, body)
    return blobs


def _ears(rng: np.random.Generator, body: _Body) -> list[Blob]:
    """Make ears of a bear, cat or rabbit."""
    x, y, z = body.head_middle
    head, long = body.head, rng.uniform(0.15, 0.7)
    spread = rng.uniform(0.25, 0.45)
    blobs: list[Blob] = []
    for side in (-1.0, 1.0):
        root = (x + side * head * spread, y + head * 0.36, z)
        tip = (x + side * head * (spread + rng.uniform(0, 0.2)), y + head * (0.4 + long), z)
        blobs.append(
            Capsule(
                start=root,
                end=tip,
                radius=head * 0.13,
                end_radius=head * rng.uniform(0.03, 0.13),
                colour=body.skin,
            )
        )
    return blobs


def _face(rng: np.random.Generator, body: _Body) -> list[Part]:
    """Put eyes, and sometimes nose and mouth, on the front of the head."""
    x, y, z = body.head_middle
    head = body.head
    front, apart, height = (
        z + head * 0.4,
        head * rng.uniform(0.15, 0.24),
        y - head * rng.uniform(-0.05, 0.1),
    )
    big = head * rng.uniform(0.09, 0.24)
    white, black = (
        plain((0.95, 0.95, 0.95), roughness=0.2),
        plain((0.04, 0.03, 0.03), roughness=0.15),
    )
    parts: list[Part] = []
    ringed = rng.random() < 0.55
    for side in (-1.0, 1.0):
        at = (x + side * apart, height, front - head * 0.02)
        if ringed:
            parts.append(placed(ellipsoid((big, big * 1.2, big * 0.6), white, steps=8), at=at))
        pupil = placed(
            ellipsoid((big * 0.6, big * 0.75, big * 0.45), black, steps=8),
            at=(at[0], at[1], at[2] + (big * 0.17 if ringed else 0.0)),
        )
        parts.append(pupil)
    if rng.random() < 0.6:
        nose = head * rng.uniform(0.06, 0.16)
        tone = plain(body.skin if rng.random() < 0.5 else body.hair, roughness=0.5)
        parts.append(
            placed(
                ellipsoid((nose, nose * 0.8, nose), tone, steps=8),
                at=(x, height - head * 0.13, front + head * 0.06),
            )
        )
    if rng.random() < 0.6:
        mouth = plain((0.45, 0.12, 0.12), roughness=0.4)
        wide = head * rng.uniform(0.12, 0.3)
        parts.append(
            placed(
                ellipsoid((wide, head * 0.05, head * 0.08), mouth, steps=8),
                at=(x, y - head * 0.25, front - head * 0.02),
            )
        )
    return parts


def _wear(rng: np.random.Generator, body: _Body, palette: Palette) -> list[Part]:
    """Add a skirt, a hat, a rucksack, or something in the hand."""
    cloth = make_material(rng, "cloth", palette=palette)
    parts: list[Part] = []
    if rng.random() < 0.3:
        flare = body.width * rng.uniform(0.6, 1.1)
        low = body.legs * rng.uniform(0.15, 0.75)
        top = body.legs + body.torso * 0.35
        profile = np.array([[flare, low], [flare * 0.98, low + 0.015], [body.width * 0.42, top]])
        parts.append(lathe(profile, cloth, segments=28))
    if rng.random() < 0.35:
        parts += _hat(rng, body, palette)
    if rng.random() < 0.15:
        pack = rounded_box(
            (body.width * 0.75, body.torso * 0.7, body.width * 0.4), cloth, radius=0.03
        )
        parts.append(placed(pack, at=(0.0, body.legs + body.torso * 0.6, -body.width * 0.55)))
    if rng.random() < 0.25:
        parts += _staff(rng, body, palette)
    return parts


def _hat(rng: np.random.Generator, body: _Body, palette: Palette) -> list[Part]:
    """Make a hat with or without brim."""
    head = body.head
    base = body.head_middle[1] + head * 0.25
    brim, tall = head * rng.uniform(0.45, 0.85), head * rng.uniform(0.25, 0.9)
    top = head * rng.uniform(0.02, 0.45)
    profile = np.array(
        [
            [brim, base],
            [brim, base + head * 0.04],
            [head * 0.44, base + head * 0.06],
            [top, base + tall],
        ]
    )
    return [lathe(profile, make_material(rng, "cloth", palette=palette), segments=28)]


def _staff(rng: np.random.Generator, body: _Body, palette: Palette) -> list[Part]:
    """Make a stick, sword or lamp that stands beside the figure."""
    x = (1 if rng.random() < 0.5 else -1) * body.width * rng.uniform(0.8, 1.1)
    height = rng.uniform(0.5, 1.1)
    pole = tube(
        np.array([[x, 0.0, 0.12], [x, height, 0.12]]),
        rng.uniform(0.008, 0.02),
        make_material(rng, "wood", palette=palette),
    )
    top = rng.uniform(0.06, 0.14)
    knob = ellipsoid(
        (top, top * rng.uniform(0.6, 1.6), top * rng.uniform(0.4, 1)),
        make_material(rng, "metal", palette=palette),
    )
    return [pole, placed(knob, at=(x, height, 0.12))]
