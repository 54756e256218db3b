"""Write and read MTL, the materials of OBJ, with the PBR keys of Clara.io that tools agreed on.

Colours are sRGB by custom of the tools (Blender writes and reads them linear; the difference only
shows without textures). Values here are linear, as in Blender. Paths are of files beside.
"""

from dataclasses import dataclass, field, replace

from bozzetto.asset.model import AlphaMode, Picture, Surface
from bozzetto.formats.base import Neighbours
from bozzetto.formats.checks import surfaces_of
from bozzetto.formats.notes import Notes
from bozzetto.formats.pictures.grey_maps import Separated, joined
from bozzetto.formats.pictures.picture_files import media_type_of

_OPTIONS_WITH_VALUES = {
    "-bm": 1, "-blendu": 1, "-blendv": 1, "-boost": 1, "-cc": 1, "-clamp": 1, "-imfchan": 1,
    "-mm": 2, "-o": 3, "-s": 3, "-t": 3, "-texres": 1, "-type": 1,
}  # fmt: skip


def mtl_text(split: Separated, *, names: dict[int, str], files: dict[int, str]) -> str:
    """Describe the materials of a model.

    Args:
        split: The model with one channel per map.
        names: Of materials, by the surface's `id`.
        files: Of pictures, by the picture's `id`.
    """
    blocks = [
        "\n".join(_block(surface, split, names[id(surface)], files=files))
        for surface in surfaces_of(split.model)
    ]
    return "\n\n".join(blocks) + "\n"


def _block(surface: Surface, split: Separated, name: str, *, files: dict[int, str]) -> list[str]:
    """Describe one material."""
    r, g, b, a = surface.base_color_factor
    glow = " ".join(f"{x:.6g}" for x in surface.emissive_factor)
    lines = [
        f"newmtl {name}",
        f"Kd {r:.6g} {g:.6g} {b:.6g}",
        f"Ke {glow}",
        f"d {a:.6g}",
        f"Pr {surface.roughness_factor:.6g}",
        f"Pm {surface.metallic_factor:.6g}",
        "illum 2",
    ]
    grey = split.maps[id(surface)]
    maps = (
        ("map_Kd", surface.base_color),
        ("map_Ke", surface.emissive),
        ("map_Pr", grey.roughness),
        ("map_Pm", grey.metallic),
        ("norm", surface.normal),
        ("map_d", surface.base_color if surface.alpha_mode is not AlphaMode.OPAQUE else None),
    )
    return lines + [f"{key} {files[id(map_)]}" for key, map_ in maps if map_ is not None]


@dataclass(kw_only=True, eq=False)
class MtlReader:
    """Reads materials and each picture once; lives only inside one read."""

    neighbours: Neighbours
    notes: Notes
    surfaces: dict[str, Surface] = field(default_factory=dict[str, Surface])
    pictures: dict[str, Picture | None] = field(default_factory=dict[str, Picture | None])

    def read(self, name: str) -> None:
        """Add the materials of a file; a missing one is noted."""
        data = self.neighbours.find(name)
        if data is None:
            self.notes.warn("obj.missing_materials", f"The file {name!r} is not there.")
            return
        block: dict[str, list[str]] = {}
        for line in data.decode("utf-8", "replace").splitlines():
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if words[0] == "newmtl":
                self._finish(block)
                block = {}
            block.setdefault(words[0], words[1:])
        self._finish(block)

    def _finish(self, block: dict[str, list[str]]) -> None:
        """Turn the lines of one material into a surface."""
        name = " ".join(block.get("newmtl", []))
        if not name:
            return
        base = self._map(block, "map_Kd")
        rough, metal = self._map(block, "map_Pr"), self._map(block, "map_Pm")
        r, g, b = _color(block, "Kd", 1.0 if base is not None else 0.8)
        alpha = _number(block, "d", 1 - _number(block, "Tr", 0.0))
        see_through = alpha < 1 or "map_d" in block
        self.surfaces[name] = Surface(
            name=name,
            base_color=base,
            base_color_factor=(r, g, b, alpha),
            metallic_roughness=self._packed(rough, metal, name),
            metallic_factor=_number(block, "Pm", 1.0 if metal is not None else 0.0),
            roughness_factor=_number(block, "Pr", 1.0 if rough is not None else _rough(block)),
            normal=self._map(block, "norm"),
            emissive=self._map(block, "map_Ke"),
            emissive_factor=_color(block, "Ke", 0.0),
            alpha_mode=AlphaMode.BLEND if see_through else AlphaMode.OPAQUE,
        )
        if "norm" not in block and {"map_Bump", "map_bump", "bump"} & set(block):
            self.notes.warn("obj.bump", "Height maps are left out; only normal maps are read.")

    def _packed(self, rough: Picture | None, metal: Picture | None, name: str) -> Picture | None:
        """Pack the two grey maps, once for each pair."""
        if rough is None and metal is None:
            return None
        stem = (rough or metal or Picture(name=name, media_type="", data=b"")).name
        key = f"packed {rough and rough.name} {metal and metal.name}"
        if key not in self.pictures:
            label = stem.removesuffix("_roughness").removesuffix("_metallic")
            self.pictures[key] = joined(rough, metal, name=label)
        return self.pictures[key]

    def _map(self, block: dict[str, list[str]], key: str) -> Picture | None:
        """Read the picture of a map; None where it is absent or missing."""
        words = block.get(key)
        if words is None:
            return None
        file = _file_name(words)
        if file not in self.pictures:
            self.pictures[file] = self._load(file)
        return self.pictures[file]

    def _load(self, file: str) -> Picture | None:
        """Read a picture from beside, with or without its folder."""
        base = file.rpartition("/")[2]
        data = self.neighbours.find(file) or self.neighbours.find(base)
        if data is None:
            self.notes.warn("obj.missing_picture", f"The picture {file!r} is not there.")
            return None
        media_type = media_type_of(data)
        if media_type is None:
            self.notes.warn("obj.picture", f"{file} is of a kind that cannot be read.")
            return None
        taken = {p.name for p in self.pictures.values() if p is not None}
        stem = base.rpartition(".")[0] or base
        name = stem if stem not in taken else f"{stem}_{len(taken)}"
        return Picture(name=name, media_type=media_type, data=data)


def renamed(surface: Surface, name: str) -> Surface:
    """Return a surface under another name."""
    return replace(surface, name=name)


def _file_name(words: list[str]) -> str:
    """Return the path behind a map's options."""
    at = 0
    while at < len(words) - 1 and words[at] in _OPTIONS_WITH_VALUES:
        option = words[at]
        at += 1
        taken = 0
        while taken < _OPTIONS_WITH_VALUES[option] and at < len(words) - 1:
            if taken and not _is_number(words[at]):
                break
            at, taken = at + 1, taken + 1
    return " ".join(words[at:]).replace("\\", "/")


def _is_number(word: str) -> bool:
    """Tell whether a word is a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def _number(block: dict[str, list[str]], key: str, default: float) -> float:
    """Return a value between 0 and 1."""
    words = block.get(key, [])
    value = float(words[0]) if words and _is_number(words[0]) else default
    return min(max(value, 0.0), 1.0)


def _color(block: dict[str, list[str]], key: str, default: float) -> tuple[float, float, float]:
    """Return a colour; one number stands for three."""
    numbers = [float(word) for word in block.get(key, []) if _is_number(word)]
    r, g, b = (numbers * 3)[:3] if len(numbers) in (1, 3) else [default] * 3
    return min(max(r, 0.0), 1.0), min(max(g, 0.0), 1.0), min(max(b, 0.0), 1.0)


def _rough(block: dict[str, list[str]]) -> float:
    """Guess roughness from the shininess of Phong materials, as Blender does."""
    words = block.get("Ns", [])
    shine = float(words[0]) if words and _is_number(words[0]) else 0.0
    return 1 - (min(max(shine, 0.0), 1000.0) / 1000) ** 0.5
