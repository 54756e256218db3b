"""Colours that go together, and materials of a given look."""

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bozzetto.imaging.color import linear_from_srgb
from bozzetto_train.objects.model import Material
from bozzetto_train.objects.textures import Colour, make_texture, random_texture


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a kind of material may look like."""

    roughness: tuple[float, float]
    metallic: float = 0.0
    textures: tuple[str, ...] = ()
    """Kinds that suit it; empty for plain colour only."""
    textured: float = 0.0
    """Share of materials that get a texture."""


LOOKS: Mapping[str, Look] = {
    "ceramic": Look(
        roughness=(0.08, 0.4),
        textures=("stripes", "dots", "gradient", "marble", "clouds", "photograph"),
        textured=0.35,
    ),
    "cloth": Look(
        roughness=(0.8, 1.0),
        textures=("weave", "tartan", "stripes", "checks", "dots", "clouds", "camouflage"),
        textured=0.6,
    ),
    "glass": Look(roughness=(0.03, 0.15)),
    "leather": Look(roughness=(0.35, 0.7), textures=("clouds", "weave"), textured=0.3),
    "metal": Look(roughness=(0.15, 0.55), metallic=1.0, textures=("clouds",), textured=0.15),
    "paint": Look(roughness=(0.15, 0.6), textures=("gradient", "clouds", "label"), textured=0.12),
    "plant": Look(roughness=(0.5, 0.9), textures=("clouds", "gradient"), textured=0.4),
    "plastic": Look(roughness=(0.2, 0.7), textures=("gradient", "checks", "dots"), textured=0.1),
    "print": Look(roughness=(0.3, 0.8), textures=("label", "photograph", "stripes"), textured=1.0),
    "skin": Look(roughness=(0.5, 0.9)),
    "stone": Look(
        roughness=(0.6, 1.0), textures=("marble", "clouds", "bricks", "photograph"), textured=0.7
    ),
    "wood": Look(roughness=(0.4, 0.85), textures=("wood",), textured=0.75),
}
"""All looks, by name."""

_METALS: tuple[Colour, ...] = (
    (0.77, 0.78, 0.78),
    (0.56, 0.57, 0.58),
    (1.0, 0.77, 0.34),
    (0.95, 0.64, 0.54),
    (0.35, 0.34, 0.33),
)
_SKINS: tuple[Colour, ...] = (
    (0.98, 0.84, 0.74),
    (0.92, 0.73, 0.6),
    (0.78, 0.57, 0.43),
    (0.6, 0.41, 0.29),
    (0.4, 0.26, 0.18),
    (0.27, 0.18, 0.13),
)


@dataclass(frozen=True, kw_only=True)
class Palette:
    """A few sRGB colours that one object uses."""

    colours: tuple[Colour, ...]

    def colour(self, rng: np.random.Generator) -> Colour:
        """Pick one."""
        return self.colours[int(rng.integers(len(self.colours)))]


def make_palette(rng: np.random.Generator, *, count: int = 5) -> Palette:
    """Choose colours around one to three hues, a light and sometimes a dark one among them."""
    hue, spread = rng.random(), (0.04, 0.12, 1 / 3, 0.5)[int(rng.integers(4))]
    vivid = rng.uniform(0.15, 1.0)
    colours: list[Colour] = []
    for index in range(count):
        own = (hue + spread * (index % 3) + rng.normal(0, 0.02)) % 1
        colours.append(colorsys.hsv_to_rgb(own, vivid * rng.uniform(0.5, 1), rng.uniform(0.25, 1)))
    light, dark = rng.uniform(0.75, 0.97), rng.uniform(0.05, 0.25)
    colours[int(rng.integers(count))] = (light, light, light * rng.uniform(0.9, 1))
    if rng.random() < 0.5:
        colours[int(rng.integers(count))] = (dark, dark, dark)
    return Palette(colours=tuple(colours))


def make_material(
    rng: np.random.Generator, look: str, *, palette: Palette, colour: Colour | None = None
) -> Material:
    """Make a material of a look.

    Args:
        rng: Source of all chances.
        look: A key of `LOOKS`.
        palette: Where colours come from.
        colour: The main colour, sRGB; None picks one that suits the look.
    """
    kind = LOOKS[look]
    main = colour or _main_colour(rng, look, palette)
    roughness = float(rng.uniform(*kind.roughness))
    if kind.textures and rng.random() < kind.textured:
        name = kind.textures[int(rng.integers(len(kind.textures)))]
        picture = make_texture(rng, name, colours=(main, *palette.colours))
        return Material(
            base_color=np.ones(3, np.float32),
            texture=picture,
            roughness=roughness,
            metallic=kind.metallic,
        )
    return plain(main, roughness=roughness, metallic=kind.metallic)


def any_material(rng: np.random.Generator, *, palette: Palette) -> Material:
    """Make a material of any look, textured or not, for surfaces that may be anything."""
    if rng.random() < 0.6:
        picture = random_texture(rng, colours=palette.colours)
        metallic = 1.0 if rng.random() < 0.1 else 0.0
        return Material(
            base_color=np.ones(3, np.float32),
            texture=picture,
            roughness=float(rng.uniform(0.1, 1)),
            metallic=metallic,
        )
    looks = sorted(LOOKS)
    return make_material(rng, looks[int(rng.integers(len(looks)))], palette=palette)


def plain(colour: Colour, *, roughness: float = 0.7, metallic: float = 0.0) -> Material:
    """Make a material of one sRGB colour."""
    return Material(
        base_color=linear_from_srgb(np.array(colour, np.float32)),
        roughness=roughness,
        metallic=metallic,
    )


def _main_colour(rng: np.random.Generator, look: str, palette: Palette) -> Colour:
    if look == "metal":
        return _METALS[int(rng.integers(len(_METALS)))]
    if look == "skin":
        return skin_colour(rng)
    if look == "plant":
        return colorsys.hsv_to_rgb(
            rng.uniform(0.2, 0.42), rng.uniform(0.3, 0.9), rng.uniform(0.2, 0.8)
        )
    if look == "wood":
        tone = rng.uniform(0.4, 1)
        return (0.75 * tone, 0.54 * tone, 0.35 * tone)
    return palette.colour(rng)


def skin_colour(rng: np.random.Generator) -> Colour:
    """Pick a human skin colour, sRGB, between two neighbours of a scale."""
    at = rng.uniform(0, len(_SKINS) - 1)
    low = int(at)
    first, second = np.array(_SKINS[low]), np.array(_SKINS[min(low + 1, len(_SKINS) - 1)])
    red, green, blue = (first + (at - low) * (second - first)).tolist()
    return (red, green, blue)
