"""Light that passes through surfaces, for formats that know no more than alpha."""

from dataclasses import replace

from bozzetto.asset.model import AlphaMode, Model, Surface
from bozzetto.formats.checks import surfaces_of
from bozzetto.formats.notes import Notes

_LEAST_ALPHA = 0.1
"""Of the clearest glass: with none it could not be seen at all."""


def with_alpha_for_transmission(model: Model, *, notes: Notes) -> Model:
    """Return a model whose glass is see-through by alpha, which is nearer to it than opaque white.

    The look of refraction, colour in depth, and pictures of transmission are lost, and noted.
    """
    passing = [surface for surface in surfaces_of(model) if surface.transmission is not None]
    if not passing:
        return model
    for surface in passing:
        notes.warn(
            "material.transmission",
            f"The material {surface.name} lets light through; the format holds alpha in its place.",
        )
    blended = {id(surface): _blended(surface) for surface in passing}
    parts = tuple(
        replace(part, surface=blended.get(id(part.surface), part.surface)) for part in model.parts
    )
    return replace(model, parts=parts)


def _blended(surface: Surface) -> Surface:
    """Replace transmission by alpha."""
    passing = surface.transmission
    share = 0.0 if passing is None else passing.factor
    r, g, b, a = surface.base_color_factor
    return replace(
        surface,
        transmission=None,
        alpha_mode=AlphaMode.BLEND,
        base_color_factor=(r, g, b, a * max(1 - share, _LEAST_ALPHA)),
    )
