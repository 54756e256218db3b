"""Pictures of models in several formats, joined to one: a row for each model."""

from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw

from bozzetto.asset.model import Model
from bozzetto.delivery.open_model import open_model
from tools.formats_check.subjects import a_biped, a_cube

SIDE = 320
_TITLE = 18


def models_of(paths: list[Path]) -> list[Model]:
    """Return the check's own two models, then those of files."""
    return [a_cube(), a_biped(), *(replace(open_model(p).model, name=p.stem) for p in paths)]


def joined(
    models: list[Model], formats: tuple[str, ...], pictures: list[list[Image.Image | None]]
) -> Image.Image:
    """Join the pictures; a place stays white where there is none."""
    sheet = Image.new("RGB", (SIDE * len(formats), (SIDE + _TITLE) * len(models)), "white")
    pen = ImageDraw.Draw(sheet)
    for row, (model, line) in enumerate(zip(models, pictures, strict=True)):
        top = row * (SIDE + _TITLE)
        for column, (name, picture) in enumerate(zip(formats, line, strict=True)):
            pen.text((column * SIDE + 4, top + 3), f"{name}: {model.name}", "black")
            if picture is not None:
                sheet.paste(picture, (column * SIDE, top + _TITLE))
    return sheet
