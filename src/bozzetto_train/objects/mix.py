"""New objects from old ones: other materials, and two or three objects together."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float64

from bozzetto_train.objects.assembly import Part, assemble, moved, parts_of
from bozzetto_train.objects.box_uvs import with_box_uvs
from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.model import ObjectModel
from bozzetto_train.objects.palette import any_material, make_palette

_MAX_TRIANGLES = 150_000


def retexture(model: ObjectModel, *, name: str, seed: int) -> ObjectModel:
    """Give a model's materials new looks: textures, photographs, other colours and finishes.

    About one material in six stays, so that faces and marks survive now and then.
    """
    rng = np.random.default_rng(seed)
    palette = make_palette(rng)
    repeat = float(rng.uniform(0.6, 4))
    parts: list[Part] = []
    for part in parts_of(model):
        if rng.random() < 1 / 6:
            parts.append(part)
            continue
        changed = replace(part, material=any_material(rng, palette=palette), colors=None)
        keeps_uvs = part.uvs is not None and float(np.ptp(part.uvs)) > 0.2 and rng.random() < 0.5
        parts.append(changed if keeps_uvs else with_box_uvs(changed, repeat=repeat))
    return assemble(name, parts)


def compose(models: Sequence[ObjectModel], *, name: str, seed: int) -> ObjectModel:
    """Put two or more models together: on top, beside, or one into another's side.

    Raises:
        ObjectError: There are fewer than two, or too many triangles.
    """
    if len(models) < 2:
        raise ObjectError(f"{name} needs two objects or more, got {len(models)}.")
    if sum(len(model.triangles) for model in models) > _MAX_TRIANGLES:
        raise ObjectError(f"{name} would have more than {_MAX_TRIANGLES} triangles.")
    rng = np.random.default_rng(seed)
    placed = list(parts_of(models[0]))
    for model in models[1:]:
        low, high = _box(placed)
        matrix = _placement(rng, model, low, high=high)
        placed += [moved(part, matrix) for part in parts_of(model)]
    return assemble(name, placed)


def _box(parts: Sequence[Part]) -> tuple[Float64[np.ndarray, " 3"], Float64[np.ndarray, " 3"]]:
    positions = np.concatenate([part.positions for part in parts]).astype(np.float64)
    return positions.min(axis=0), positions.max(axis=0)


def _placement(
    rng: np.random.Generator,
    model: ObjectModel,
    low: Float64[np.ndarray, " 3"],
    *,
    high: Float64[np.ndarray, " 3"],
) -> Float64[np.ndarray, "4 4"]:
    """Choose where the next model goes; it touches or slightly enters what is there."""
    turn = rng.uniform(-np.pi, np.pi)
    scale = float(rng.uniform(0.35, 1.0))
    matrix = np.eye(4)
    cosine, sine = np.cos(turn), np.sin(turn)
    matrix[:3, :3] = scale * np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    own = model.positions @ matrix[:3, :3].T
    own_low, own_high = own.min(axis=0), own.max(axis=0)
    middle, span = (low + high) / 2, high - low
    at = middle + rng.uniform(-0.2, 0.2, 3) * span
    if rng.random() < 0.5:  # On top.
        at[1] = high[1] - own_low[1] - 0.02 * span[1]
    else:  # Beside, on the same floor.
        axis, side = (0, 2)[int(rng.integers(2))], (-1.0, 1.0)[int(rng.integers(2))]
        reach = high[axis] - own_low[axis] if side > 0 else low[axis] - own_high[axis]
        at[axis] = reach - side * rng.uniform(0, 0.1) * span[axis]
        at[1] = low[1] - own_low[1]
    matrix[:3, 3] = at
    return matrix
