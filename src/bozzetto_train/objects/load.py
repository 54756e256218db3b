"""Load or make the object that a manifest entry describes."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from bozzetto_train.objects.entry import ObjectEntry, ObjectKind
from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.furniture_source import read_furniture
from bozzetto_train.objects.gltf_source import read_gltf_object
from bozzetto_train.objects.mix import compose, retexture
from bozzetto_train.objects.model import ObjectModel
from bozzetto_train.objects.procedural.catalogue import make_procedural
from bozzetto_train.objects.reshape import reshape
from bozzetto_train.objects.stored import read_stored


def load_object(entry: ObjectEntry) -> ObjectModel:
    """Load or make one object; the same entry always gives the same arrays.

    Raises:
        ObjectError: It cannot be loaded; the message says why.
    """
    loader = _LOADERS.get(entry.kind)
    if loader is None:
        raise ObjectError(f"{entry.name}: objects of kind {entry.kind} cannot be loaded.")
    return loader(entry)


def _load_glb(entry: ObjectEntry) -> ObjectModel:
    turn = np.array(entry.turn).reshape(3, 3) if entry.turn else None
    return read_gltf_object(_path(entry), name=entry.name, turn=turn)


def _load_furniture(entry: ObjectEntry) -> ObjectModel:
    return read_furniture(_path(entry), name=entry.name, size=entry.size, turn=entry.turn)


def _load_stored(entry: ObjectEntry) -> ObjectModel:
    return read_stored(_path(entry), name=entry.name)


def _make_procedural(entry: ObjectEntry) -> ObjectModel:
    return make_procedural(entry.name, seed=entry.seed)


def _retexture(entry: ObjectEntry) -> ObjectModel:
    return retexture(_only_base(entry), name=entry.name, seed=entry.seed)


def _reshape(entry: ObjectEntry) -> ObjectModel:
    return reshape(_only_base(entry), name=entry.name, seed=entry.seed)


def _only_base(entry: ObjectEntry) -> ObjectModel:
    if len(entry.bases) != 1:
        raise ObjectError(f"{entry.name} needs one base, got {len(entry.bases)}.")
    return load_object(entry.bases[0])


def _compose(entry: ObjectEntry) -> ObjectModel:
    models = [load_object(base) for base in entry.bases]
    return compose(models, name=entry.name, seed=entry.seed)


def _path(entry: ObjectEntry) -> Path:
    if entry.path is None:
        raise ObjectError(f"{entry.name} names no file.")
    return entry.path


_LOADERS: Mapping[ObjectKind, Callable[[ObjectEntry], ObjectModel]] = {
    ObjectKind.GLB: _load_glb,
    ObjectKind.FURNITURE: _load_furniture,
    ObjectKind.STORED: _load_stored,
    ObjectKind.PROCEDURAL: _make_procedural,
    ObjectKind.RETEXTURED: _retexture,
    ObjectKind.COMPOSITION: _compose,
    ObjectKind.RESHAPED: _reshape,
}
