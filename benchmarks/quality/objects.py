"""Which objects are measured, and photographs of them. Everything follows from names by hash."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.quality.scene import InputView, TrueObject
from benchmarks.quality.toys import TOYS, make_toy
from bozzetto.asset.mesh import Mesh
from bozzetto.views.foreground import Foreground, Side
from bozzetto_train.objects.entry import ObjectEntry, ObjectKind
from bozzetto_train.objects.families import Split
from bozzetto_train.objects.load import load_object
from bozzetto_train.objects.manifest import list_objects, read_manifest
from bozzetto_train.objects.model import ObjectModel, look_up
from bozzetto_train.scenes.gbuffer import Scene
from bozzetto_train.scenes.lighting import random_light
from bozzetto_train.scenes.photograph import photograph
from bozzetto_train.scenes.viewpoint import Viewpoint, look_at_object, random_viewpoint

CATEGORIES = ("furniture", "character", "prop")
"""Reported on their own; everything else is `other`."""
PHOTO_PX = 320
_MADE_UP = (
    ObjectKind.RETEXTURED,
    ObjectKind.COMPOSITION,
    ObjectKind.RESHAPED,
    ObjectKind.PROCEDURAL,
)
"""Objects that only training should see."""
_SIDE_AZIMUTH_DEG = {Side.FRONT: 0, Side.LEFT: 90, Side.BACK: 180, Side.RIGHT: 270}


@dataclass(frozen=True, kw_only=True)
class ObjectRef:
    """An object that can be loaded; small, for sending to other processes."""

    name: str
    category: str
    entry: ObjectEntry | None = None
    """None for toys."""


def choose_objects(manifest: Path | None, *, count: int) -> tuple[ObjectRef, ...]:
    """Choose test objects: a third of each category where there are so many, then any.

    Args:
        manifest: As written by `python -m bozzetto_train.objects.build`; None takes the toys.
        count: How many at most.
    """
    if manifest is None:
        return tuple(ObjectRef(name=f"toy/{name}", category=TOYS[name]) for name in TOYS)[:count]
    entries = [
        ObjectRef(name=entry.name, category=str(entry.category), entry=entry)
        for entry in list_objects(read_manifest(manifest), split=Split.TEST)
        if entry.kind not in _MADE_UP or str(entry.category) == "character"
    ]
    return choose_evenly(entries, count=count)


def choose_evenly(refs: Sequence[ObjectRef], *, count: int) -> tuple[ObjectRef, ...]:
    """Take the categories in turn, each in the order of its names' hashes; others come last."""
    ordered = sorted(refs, key=lambda ref: _digest(ref.name))
    ranks: dict[str, tuple[int, int]] = {}
    for category in (*CATEGORIES, None):
        inside = [
            ref
            for ref in ordered
            if (ref.category == category if category else ref.category not in CATEGORIES)
        ]
        for rank, ref in enumerate(inside):
            # The first third of the places is a category's own; later ones are for what is left.
            own = category is not None and rank < -(-count // 3)
            ranks[ref.name] = (0 if own else 1, rank)
    return tuple(sorted(ordered, key=lambda ref: ranks[ref.name])[:count])


def load_model(ref: ObjectRef) -> ObjectModel:
    """Load an object, or build a toy.

    Raises:
        ObjectError: It cannot be loaded.
    """
    return make_toy(ref.name.partition("/")[2]) if ref.entry is None else load_object(ref.entry)


def true_object(scene: Scene, *, category: str) -> TrueObject:
    """Take over what is known of an object."""
    model = scene.model
    return TrueObject(
        name=model.name,
        category=category,
        mesh=Mesh(positions=np.array(model.positions), triangles=np.array(model.triangles)),
        caster=scene.caster,
        colors_of=lambda triangle, barycentric: look_up(model, triangle, barycentric).albedo,
        contains=lambda points: scene.distance.at(points.astype(np.float32)) < 0,
    )


def random_views(scene: Scene, thing: TrueObject, *, count: int) -> tuple[InputView, ...]:
    """Photograph an object as people would, from places and in light that its name decides.

    Raises:
        ObjectError: The object hardly shows.
    """
    views: list[InputView] = []
    for number in range(count):
        rng = _rng(thing.name, f"view {number}")
        viewpoint = random_viewpoint(rng, scene.model.positions)
        views.append(_view(scene, thing, viewpoint, number=number))
    return tuple(views)


def side_views(scene: Scene, thing: TrueObject) -> tuple[InputView, ...]:
    """Photograph front, left, back and right of an object, by one hand with one lens."""
    rng = _rng(thing.name, "sides")
    fov, elevation = rng.uniform(25, 50), rng.uniform(3, 20)
    views: list[InputView] = []
    for number, (side, azimuth) in enumerate(_SIDE_AZIMUTH_DEG.items()):
        viewpoint = look_at_object(
            azimuth=float(np.radians(azimuth + rng.normal(0, 4))),
            elevation=float(np.radians(elevation + rng.normal(0, 2))),
            roll=0.0,
            fov=float(np.radians(fov)),
            fill=0.8,
            offset=(0.0, 0.0),
            positions=scene.model.positions,
        )
        view = _view(scene, thing, viewpoint, number=number)
        views.append(replace(view, foreground=replace(view.foreground, side=side)))
    return tuple(views)


def _view(scene: Scene, thing: TrueObject, viewpoint: Viewpoint, *, number: int) -> InputView:
    """Take one photograph."""
    light = random_light(_rng(thing.name, f"light {number}"))
    picture = photograph(scene, viewpoint, light, size=PHOTO_PX, seed=number)
    name = f"{thing.name} {number}"
    return InputView(
        thing=thing,
        number=number,
        foreground=Foreground(
            name=name,
            sha256=_digest(name),
            linear_rgb=np.clip(picture.linear_rgb, 0, 1),
            alpha=picture.alpha,
        ),
        camera=picture.camera,
    )


@cache
def _digest(text: str) -> str:
    """Return a hash that is the same everywhere."""
    return hashlib.sha256(text.encode()).hexdigest()


def _rng(name: str, purpose: str) -> np.random.Generator:
    """Return the random numbers of one purpose."""
    return np.random.default_rng(int(_digest(f"{name}/{purpose}")[:16], 16))
