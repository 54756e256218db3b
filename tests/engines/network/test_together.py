import dataclasses

import numpy as np
import pytest
from scipy.spatial import cKDTree

from bozzetto.engines.in_memory import reconstruct_foregrounds
from bozzetto.engines.network.engine import BozzettoEngine
from bozzetto.errors import InputError
from bozzetto.views.foreground import Side
from tests.engines.network.shapes import BALL, BOX, CHAIR, MUG, Shape, a_camera, photographed
from tests.engines.silhouettes import iou, silhouette

SIDES = [Side.FRONT, Side.LEFT, Side.BACK, Side.RIGHT]
PLANK = Shape(boxes=(((0, 0.5, 0), (0.6, 0.15, 0.1)),))
POST = Shape(boxes=(((0, 0.5, 0), (0.1, 0.5, 0.1)),))
CROSS = Shape(boxes=(((0, 0.5, 0), (0.5, 0.06, 0.06)), ((0, 0.5, 0), (0.06, 0.5, 0.06))))
AROUND = [(0, 15), (95, 5), (176, 22), (268, 10)]


def cameras(count, *, px=160):
    return [a_camera(azimuth=a, elevation=e, px=px) for a, e in AROUND[:count]]


def f_score(mesh, shape, *, reach=0.03):
    """Harmonic mean of precision and recall, both brought to one metre on the ground."""
    truth = shape.samples(count=8000)
    low, high = truth.min(axis=0), truth.max(axis=0)
    middle = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    truth = (truth - middle) / (high - low).max()
    found = mesh.positions[:: max(1, len(mesh.positions) // 8000)]
    precision = (cKDTree(truth).query(found)[0] < reach).mean()
    recall = (cKDTree(mesh.positions).query(truth)[0] < reach).mean()
    return 2 * precision * recall / (precision + recall)


def test_four_views_that_err_behind_what_they_see_are_together_better_than_each_alone():
    photos, network = photographed(CHAIR, cameras(4), sides=SIDES, hidden_scale=0.55)
    engine = BozzettoEngine(network)
    alone = [
        f_score(reconstruct_foregrounds(engine, [photo], seed=0).mesh, CHAIR) for photo in photos
    ]
    both = f_score(reconstruct_foregrounds(engine, photos[:2], seed=0).mesh, CHAIR)
    draft = reconstruct_foregrounds(engine, photos, seed=0)
    assert both > max(alone[:2])
    assert f_score(draft.mesh, CHAIR) > max(alone) + 0.05
    for camera, photo in zip(draft.cameras, photos, strict=True):
        assert iou(silhouette(draft.mesh, camera), photo.alpha > 0.5) > 0.84


def test_cameras_come_back_to_a_few_degrees_and_colours_from_the_photo_that_faces():
    true = cameras(3)
    photos, network = photographed(MUG, true, sides=SIDES[:3])
    draft = reconstruct_foregrounds(BozzettoEngine(network), photos, seed=0)
    for found, wanted in zip(draft.cameras, true, strict=True):
        cosine = found.world_from_camera.rotation[:, 2] @ wanted.world_from_camera.rotation[:, 2]
        assert np.degrees(np.arccos(np.clip(cosine, -1, 1))) < 6
    mesh = draft.mesh
    for axis, sign, photo in [(2, 1, 0), (0, 1, 1), (2, -1, 2)]:
        facing = mesh.normals[:, axis] * sign > 0.95
        color = np.median(mesh.colors[facing], axis=0)
        np.testing.assert_allclose(color, photos[photo].linear_rgb[0, 0], atol=0.03)


def test_sides_are_guessed_when_not_named_and_it_is_told():
    photos, network = photographed(MUG, [cameras(4)[0], cameras(4)[3]])
    draft = reconstruct_foregrounds(BozzettoEngine(network), photos, seed=0)
    assert [finding.code for finding in draft.findings] == ["draft.views.guessed"]
    assert "right" in draft.findings[0].message
    assert draft.cameras[1].position[0] < 0


def test_the_user_s_word_wins_over_the_guess():
    photos, network = photographed(BOX, cameras(2), sides=[Side.FRONT, Side.RIGHT])
    draft = reconstruct_foregrounds(BozzettoEngine(network), photos, seed=0)
    assert draft.cameras[1].position[0] < 0
    assert "draft.views.guessed" not in [finding.code for finding in draft.findings]


def with_another_thing_behind(front, back):
    """A draft of two photos that show different things."""
    photos, network = photographed(front, cameras(1), sides=[Side.FRONT])
    other, knows_other = photographed(back, [a_camera(azimuth=180, px=160)], sides=[Side.BACK])
    blue = dataclasses.replace(
        other[0],
        linear_rgb=np.full_like(other[0].linear_rgb, 0.05),
        name="other.png",
        sha256="b" * 64,
    )
    network.teach(blue, knows_other.predictions[0])
    return reconstruct_foregrounds(BozzettoEngine(network), [photos[0], blue])


def test_photos_of_different_things_fall_back_to_one_of_them_with_a_warning():
    draft = with_another_thing_behind(PLANK, POST)
    assert "draft.views.not_fused" in [finding.code for finding in draft.findings]


def test_photos_that_fit_loosely_stay_together_with_a_warning():
    draft = with_another_thing_behind(CHAIR, CROSS)
    loose = next(f for f in draft.findings if f.code == "draft.views.loose_fit")
    assert loose.measured < loose.limit
    assert "draft.views.not_fused" not in [finding.code for finding in draft.findings]


def test_one_side_cannot_be_named_twice():
    photos, network = photographed(BALL, cameras(2, px=96), sides=[Side.LEFT, Side.LEFT])
    with pytest.raises(InputError, match="left"):
        reconstruct_foregrounds(BozzettoEngine(network), photos, seed=0)
