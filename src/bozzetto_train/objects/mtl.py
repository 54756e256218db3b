"""Read Wavefront MTL materials: colour, picture, and a roughness from the highlight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image

from bozzetto.imaging.color import linear_from_srgb
from bozzetto_train.objects.material_guess import guess_finish
from bozzetto_train.objects.model import Material
from bozzetto_train.objects.texture_size import limited

_BLENDER_DEFAULT_NS = 96.078431  # Written for every material that nobody touched.


@dataclass(frozen=True, kw_only=True, eq=False)
class MtlMaterial:
    """A material and where its picture has holes."""

    material: Material
    holes: Bool[np.ndarray, "h w"] | None = None
    """True where the picture is transparent, in its original size; None where it has no alpha."""


def read_materials(
    folder: Path, libraries: Sequence[str], *, owner: str
) -> Mapping[str, MtlMaterial]:
    """Read the MTL files of one OBJ; files that are missing give no materials."""
    materials: dict[str, MtlMaterial] = {}
    for library in libraries:
        path = folder / library
        if path.exists():
            for block in _blocks(path.read_text(encoding="latin-1")):
                materials[block.name] = _material(folder, block, owner=owner)
    return materials


@dataclass(kw_only=True)
class _Block:
    """One `newmtl`."""

    name: str
    values: dict[str, str] = field(default_factory=dict[str, str])


def _blocks(text: str) -> list[_Block]:
    blocks: list[_Block] = []
    for line in text.splitlines():
        key, _, rest = line.strip().partition(" ")
        if key == "newmtl":
            blocks.append(_Block(name=rest.strip()))
        elif blocks and key:
            blocks[-1].values[key] = rest.strip()
    return blocks


def _material(folder: Path, block: _Block, *, owner: str) -> MtlMaterial:
    """Turn one block into a material; its colour multiplies only where there is no picture."""
    texture, holes = _picture(folder, block.values.get("map_Kd", ""))
    diffuse = _colour(block.values.get("Kd", "0.6 0.6 0.6"))
    glow = _colour(block.values.get("Ke", "0 0 0"))
    plain = linear_from_srgb(np.clip(np.maximum(diffuse, glow), 0, 1))
    finish = guess_finish(block.name, owner=owner)
    material = Material(
        base_color=plain if texture is None else np.ones(3, np.float32),
        texture=texture,
        roughness=_roughness(block, fallback=finish.roughness),
        metallic=finish.metallic,
    )
    return MtlMaterial(material=material, holes=holes)


def _colour(text: str) -> np.ndarray:
    numbers = [float(word) for word in text.split()[:3]]
    return np.array((numbers * 3)[:3], np.float32)


def _roughness(block: _Block, *, fallback: float) -> float:
    """Derive roughness from the Phong exponent where somebody set a highlight.

    GGX alpha = sqrt(2 / (n + 2)) fits a Phong lobe (Walter et al., 2007); roughness is its root.
    """
    exponent = float(block.values.get("Ns", "0").split()[0])
    highlight = float(_colour(block.values.get("Ks", "0 0 0")).max())
    if exponent <= 1 or highlight < 0.1 or abs(exponent - _BLENDER_DEFAULT_NS) < 0.01:
        return fallback
    return float(np.clip((2 / (exponent + 2)) ** 0.25, 0.1, 1.0))


def _picture(
    folder: Path, words: str
) -> tuple[UInt8[np.ndarray, "h w 3"] | None, Bool[np.ndarray, "h2 w2"] | None]:
    """Read a picture and its holes; options before its name are skipped, missing gives None."""
    candidates = [words, words.split()[-1] if words else ""]
    path = next((folder / name for name in candidates if name and (folder / name).is_file()), None)
    if path is None:
        return None, None
    with Image.open(path) as picture:
        picture.load()
        texels = limited(np.asarray(picture.convert("RGB"), np.uint8))
        if "A" not in picture.getbands() and "transparency" not in picture.info:
            return texels, None
        alpha = np.asarray(picture.convert("RGBA"), np.uint8)[..., 3]
        return texels, alpha < 128
