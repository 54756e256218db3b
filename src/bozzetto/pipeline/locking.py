"""Find what a texture lock refers to: its picture, and the texture of the newest asset."""

from pathlib import Path

from bozzetto.errors import InputError
from bozzetto.pipeline.codecs import picture_from
from bozzetto.pipeline.photo_to_asset import TextureHold
from bozzetto.pipeline.project import Project, read_record
from bozzetto.pipeline.report import ReportedKeys
from bozzetto.pipeline.stages import TEXTURE_STAGE
from bozzetto.plans.plan import InputFile, KeptResult


def texture_hold(project: Project, picture: Path) -> TextureHold:
    """Read a mask picture over the texture of the asset delivered last.

    Raises:
        InputError: The picture cannot be read, or there is no asset yet.
    """
    try:
        data = picture.read_bytes()
        picture_from(data, grey=True)
    except (OSError, ValueError) as error:
        raise InputError(
            f"The texture lock {picture.name} cannot be read as a picture.",
            advice="Save it as a PNG, white where the texture is to stay.",
        ) from error
    path = project.path("report.json")
    if not path.exists():
        raise InputError(
            "A texture lock keeps texels of the delivered asset, and the project has none yet.",
            advice="Refine once without the lock, then draw the mask over its base colour map.",
        )
    keys = read_record(ReportedKeys, path).keys
    return TextureHold(
        picture=InputFile(sha256=project.store.put(data), name=picture.name),
        previous=KeptResult(stage=TEXTURE_STAGE, key=keys.textures[0]),
    )
