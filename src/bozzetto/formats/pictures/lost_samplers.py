"""What formats cannot say of how textures are looked up."""

from bozzetto.asset.model import Model, Wrap
from bozzetto.formats.checks import surfaces_of
from bozzetto.formats.notes import Notes


def note_lost_samplers(model: Model, *, keeps_mirrored: bool, notes: Notes) -> None:
    """Say which textures will look different, for formats that know only to repeat or to end.

    Args:
        model: About to be written.
        keeps_mirrored: Whether the format knows textures that repeat as their mirror image.
        notes: Collects the findings.
    """
    for surface in surfaces_of(model):
        sampler = surface.sampler
        if not surface.pictures:
            continue
        if sampler.nearest:
            notes.warn(
                "material.nearest",
                f"The texels of {surface.name} have hard edges, which the format cannot say.",
                fix="Switch filtering of its textures off in the program that opens the file.",
            )
        if Wrap.MIRRORED_REPEAT in (sampler.wrap_u, sampler.wrap_v) and not keeps_mirrored:
            notes.warn(
                "material.mirrored",
                f"The textures of {surface.name} repeat mirrored; in the format they repeat as they"
                " are.",
                fix="Mirror the uvs or the texture itself.",
            )
