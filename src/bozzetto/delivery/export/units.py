"""Write a model in a format, in the unit that a target's programs want.

Most formats say their unit and every program converts. STL says none, and Unreal's older importer
takes the numbers of an FBX file for centimetres.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from bozzetto.asset.model import Model
from bozzetto.formats.base import Written
from bozzetto.formats.fbx.format import FbxOptions, write_fbx
from bozzetto.formats.registry import load_format
from bozzetto.formats.stl import StlOptions, write_stl


@dataclass(frozen=True, kw_only=True)
class Units:
    """Options of the formats in which the unit is a choice."""

    fbx: FbxOptions = field(default_factory=FbxOptions)
    stl: StlOptions = field(default_factory=StlOptions)


def write_in(model: Model, format_name: str, *, units: Units) -> Written:
    """Encode a model.

    Raises:
        UnknownNameError: There is no such format.
        FormatError: The model holds something that may not be written.
    """
    chosen: dict[str, Callable[[Model], Written]] = {
        "fbx": lambda model: write_fbx(model, options=units.fbx),
        "stl": lambda model: write_stl(model, options=units.stl),
    }
    write = chosen.get(format_name)
    return load_format(format_name).write(model) if write is None else write(model)
