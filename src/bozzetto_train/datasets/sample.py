"""From a stored view to one training sample: lit, photographed, cut out.

Letters: s pixels a side, g columns a side, c covered columns, k bins, p covered pixels.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int8, Shaped, UInt8

from bozzetto.imaging.color import linear_from_srgb8, srgb8_from_linear
from bozzetto_train.datasets.camera_faults import cut_out_badly, photographed
from bozzetto_train.scenes.lighting import albedo_of, random_light, shade
from bozzetto_train.scenes.record import ViewRecord, column_mask


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """Input and truth of one view."""

    image: UInt8[np.ndarray, "s s 4"]
    """sRGB colour and alpha, as the engine crops them."""
    covered: Bool[np.ndarray, "s s"]
    """Pixels whose truth is known."""
    normals: Float32[np.ndarray, "s s 3"]
    colors: UInt8[np.ndarray, "s s 8"]
    """Albedo (3), hidden albedo (3), roughness, metallic."""
    depth: Float32[np.ndarray, "s s"]
    columns: Bool[np.ndarray, "g g"]
    """Columns whose truth is known."""
    distance: Int8[np.ndarray, "c k"]
    """In their order, row by row."""
    camera: Float32[np.ndarray, " 4"]
    """up and h."""


def sample_of(record: ViewRecord, rng: np.random.Generator) -> Sample:
    """Light and photograph a record; the same generator state gives the same sample."""
    albedo, hidden = _recoloured(record, rng)
    linear = _image(record.covered, shade(record, random_light(rng), albedo=albedo))
    depth, normals = record.depth.astype(np.float32), record.normals.astype(np.float32) / 127
    colors = np.concatenate(
        [
            srgb8_from_linear(albedo),
            srgb8_from_linear(hidden),
            record.roughness[:, None],
            record.metallic[:, None],
        ],
        axis=1,
    )
    photo = photographed(_spread(linear, record.covered, rng), rng)
    sample = Sample(
        image=np.concatenate([photo, cut_out_badly(record.alpha, rng)[..., None]], axis=2),
        covered=record.covered,
        normals=_image(record.covered, normals),
        colors=_image(record.covered, colors),
        depth=_image(record.covered, depth[:, None])[..., 0],
        columns=column_mask(record.covered),
        distance=record.distance,
        camera=record.camera[:4],
    )
    return _flipped(sample) if rng.random() < 0.5 else sample


def _recoloured(
    record: ViewRecord, rng: np.random.Generator
) -> tuple[Float32[np.ndarray, "p 3"], Float32[np.ndarray, "p 3"]]:
    """Now and then exchange or mix the colour channels of an object, both sides alike."""
    albedo, hidden = albedo_of(record), linear_from_srgb8(record.hidden_albedo)
    if rng.random() < 0.4:
        mix = np.eye(3)[rng.permutation(3)] * rng.uniform(0.6, 1.2, 3)
        mix = 0.8 * mix + 0.2 * rng.dirichlet(np.ones(3), 3)
        albedo = np.clip(albedo @ mix.T.astype(np.float32), 0, 1)
        hidden = np.clip(hidden @ mix.T.astype(np.float32), 0, 1)
    return albedo, hidden


def _image(
    covered: Bool[np.ndarray, "s s"], values: Shaped[np.ndarray, "p c"]
) -> Shaped[np.ndarray, "s s c"]:
    """Put covered pixels back into a picture; 0 elsewhere."""
    image = np.zeros((*covered.shape, values.shape[1]), values.dtype)
    image[covered] = values
    return image


def _spread(
    linear: Float32[np.ndarray, "s s 3"],
    covered: Bool[np.ndarray, "s s"],
    rng: np.random.Generator,
) -> Float32[np.ndarray, "s s 3"]:
    """Fill the surroundings: mostly the object's own mean colour, at times a background's."""
    fill = linear[covered].mean(axis=0) if covered.any() else np.full(3, 0.2)
    if rng.random() < 0.3:
        fill = rng.uniform(0, 1, 3)
    return np.where(covered[..., None], linear, fill.astype(np.float32))


def _flipped(sample: Sample) -> Sample:
    """Mirror a sample left to right."""
    columns = np.ascontiguousarray(sample.columns[:, ::-1])
    index = np.full(sample.columns.shape, -1)
    index[sample.columns] = np.arange(len(sample.distance))
    mirror = np.array([-1, 1, 1], np.float32)
    return Sample(
        image=sample.image[:, ::-1],
        covered=sample.covered[:, ::-1],
        normals=sample.normals[:, ::-1] * mirror,
        colors=sample.colors[:, ::-1],
        depth=sample.depth[:, ::-1],
        columns=columns,
        distance=sample.distance[index[:, ::-1][columns]],
        camera=sample.camera * np.array([-1, 1, 1, 1], np.float32),
    )
