"""All makers by name, and the one function that turns a name's number into an object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from bozzetto_train.objects.assembly import Part, assemble
from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.model import ObjectModel
from bozzetto_train.objects.procedural import (
    animals,
    edibles,
    figures,
    furniture,
    outdoors,
    solids,
    vessels,
    wires,
)


@dataclass(frozen=True, kw_only=True)
class Maker:
    """A kind of object."""

    make: Callable[[np.random.Generator], list[Part]]
    share: float
    """How many of a hundred objects should be of this kind."""


MAKERS: Mapping[str, Maker] = {
    "animal": Maker(make=animals.make_quadruped, share=9),
    "bed": Maker(make=furniture.make_bed, share=1.5),
    "bicycle": Maker(make=wires.make_bicycle, share=2),
    "bird": Maker(make=animals.make_bird, share=4),
    "bottle": Maker(make=vessels.make_bottle, share=3),
    "box": Maker(make=solids.make_box, share=4),
    "can": Maker(make=vessels.make_can, share=2),
    "cup": Maker(make=vessels.make_cup, share=3),
    "extrusion": Maker(make=solids.make_extrusion, share=3),
    "figure": Maker(make=figures.make_figure, share=17),
    "fish": Maker(make=animals.make_fish, share=2),
    "fruit": Maker(make=edibles.make_fruit, share=3),
    "house": Maker(make=outdoors.make_house, share=3),
    "joint-lamp": Maker(make=wires.make_arm_lamp, share=2),
    "knot": Maker(make=wires.make_knot, share=1.5),
    "lamp": Maker(make=vessels.make_lamp, share=2),
    "machined": Maker(make=solids.make_machined, share=4),
    "plant": Maker(make=outdoors.make_plant, share=4),
    "rack": Maker(make=wires.make_rack, share=2),
    "seat": Maker(make=furniture.make_seat, share=6),
    "shelf": Maker(make=furniture.make_shelf, share=2),
    "shoe": Maker(make=edibles.make_shoe, share=2),
    "sofa": Maker(make=furniture.make_sofa, share=2),
    "stack": Maker(make=edibles.make_stack, share=3),
    "superquadric": Maker(make=solids.make_superquadric, share=3),
    "sweet": Maker(make=edibles.make_sweet, share=2),
    "table": Maker(make=furniture.make_table, share=3),
    "teapot": Maker(make=vessels.make_teapot, share=3),
    "tool": Maker(make=wires.make_tool, share=3),
    "turned": Maker(make=vessels.make_turned, share=2),
    "vase": Maker(make=vessels.make_vase, share=3),
    "vehicle": Maker(make=outdoors.make_vehicle, share=5),
}
"""All kinds, by the name that stands in `procedural/<kind>/<number>`."""


def make_procedural(name: str, *, seed: int) -> ObjectModel:
    """Make the object of a name such as `procedural/vase/000123`.

    Args:
        name: Its second part chooses the maker.
        seed: Same seed, same object.

    Raises:
        ObjectError: There is no such kind, or what was made has no surface.
    """
    kind = [*name.split("/"), "", ""][1]
    maker = MAKERS.get(kind)
    if maker is None:
        raise ObjectError(f"{name}: there is no kind {kind!r}.", advice=f"Known: {list(MAKERS)}.")
    return assemble(name, maker.make(np.random.default_rng(seed)))


def kinds_in_proportion(count: int) -> tuple[str, ...]:
    """Return `count` kinds as their shares ask, each kind's objects together."""
    total = sum(maker.share for maker in MAKERS.values())
    edges = [round(share / total * count) for share in accumulate(m.share for m in MAKERS.values())]
    pairs = zip(MAKERS, [0, *edges[:-1]], edges, strict=True)
    return tuple(kind for kind, start, stop in pairs for _ in range(start, stop))
