import numpy as np
import pytest

from bozzetto.asset.mesh import Origin
from bozzetto.engines.in_memory import reconstruct_foregrounds
from bozzetto.engines.network.engine import BozzettoEngine
from bozzetto.errors import EngineError, InputError
from bozzetto.geometry.measure.watertight import closed_manifold_defects
from bozzetto.views.foreground import Side
from tests.build import a_foreground
from tests.engines.network.shapes import BALL, BOX, CHAIR, MUG, a_camera, photographed
from tests.engines.silhouettes import iou, silhouette

VOXEL = 0.033  # Of the volume's slices and cells, in metres of a one metre object.


def draft_of(shape, camera, *, seed=0, **options):
    photos, network = photographed(shape, [camera], **options)
    return reconstruct_foregrounds(BozzettoEngine(network), photos, seed=seed), photos[0]


@pytest.mark.parametrize(
    ("elevation", "aside", "fov"), [(0, (0, 0), 35), (30, (0.15, -0.1), 50), (60, (0, 0), 20)]
)
def test_a_ball_comes_back_where_it_was(elevation, aside, fov):
    camera = a_camera(elevation=elevation, aside=aside, fov=fov)
    draft, _ = draft_of(BALL, camera)
    offsets = draft.mesh.positions - np.array([0, 0.5, 0])
    radii = np.linalg.norm(offsets, axis=1)
    assert np.abs(radii - 0.5).max() < VOXEL
    assert np.abs(np.median(radii) - 0.5) < 0.4 * VOXEL


@pytest.mark.parametrize("aside", [(0, 0), (0.2, 0.1)])
@pytest.mark.parametrize("elevation", [-10, 25])
def test_the_camera_comes_back_whatever_it_is_turned_to(elevation, aside):
    true = a_camera(elevation=elevation, aside=aside, roll=4)
    draft, _ = draft_of(BOX, true)
    found = draft.cameras[0]
    up_found = found.world_from_camera.rotation[1]
    up_true = true.world_from_camera.rotation[1]
    np.testing.assert_allclose(up_found, up_true, atol=0.01)
    assert found.focal_px == pytest.approx(true.focal_px, rel=0.01)
    assert found.position[2] > 0
    low, high = draft.mesh.bounds
    np.testing.assert_allclose(high - low, [0.7, 1, 0.44], atol=2 * VOXEL)


@pytest.mark.parametrize("shape", [BOX, CHAIR, MUG])
def test_the_silhouette_is_that_of_the_mask_and_the_surface_is_closed(shape):
    draft, photo = draft_of(shape, a_camera(azimuth=30, elevation=20))
    assert iou(silhouette(draft.mesh, draft.cameras[0]), photo.alpha > 0.5) > 0.985
    assert closed_manifold_defects(draft.mesh.positions, draft.mesh.triangles) == ()


def test_all_four_legs_reach_the_ground():
    draft, _ = draft_of(CHAIR, a_camera(azimuth=20, elevation=15))
    feet = draft.mesh.positions[draft.mesh.positions[:, 1] < 0.05]
    quadrants = {(x > 0, z > 0) for x, _, z in feet - feet.mean(axis=0)}
    assert len(quadrants) == 4
    kept = {reason.name: reason.value for reason in draft.reasons}
    assert kept["thin_parts_kept"] > 0.98
    assert kept["pieces"] == 1


def test_a_stated_focal_length_wins_over_the_predicted_one():
    camera = a_camera(fov=40)
    photos, network = photographed(BOX, [camera], focal_known=True)
    network.predictions[0].__dict__["tan_half"] = 0.1
    draft = reconstruct_foregrounds(BozzettoEngine(network), photos, seed=0)
    assert draft.cameras[0].focal_px == camera.focal_px


def test_what_is_seen_has_the_photo_s_colour_and_the_back_the_predicted_one_in_the_photo_s_light():
    draft, photo = draft_of(BOX, a_camera())
    mesh = draft.mesh
    front, back = mesh.normals[:, 2] > 0.9, mesh.normals[:, 2] < -0.9
    np.testing.assert_allclose(
        np.median(mesh.colors[front], axis=0), photo.linear_rgb[0, 0], atol=0.01
    )
    # The photo is twice as bright as the predicted albedo of what it shows.
    np.testing.assert_allclose(np.median(mesh.colors[back], axis=0), [0.2, 0.4, 0.6], atol=0.02)
    assert (mesh.origin[front] == Origin.OBSERVED).mean() > 0.98
    assert (mesh.origin[back] == Origin.INFERRED).mean() > 0.98
    assert np.median(mesh.confidence[front]) > 0.9
    assert np.median(mesh.confidence[back]) < 0.4


def test_the_maps_of_the_seen_side_lie_where_the_object_is_in_the_photo():
    draft, photo = draft_of(BALL, a_camera(aside=(0.2, -0.1)))
    maps = draft.posed[0].seen
    rows, columns = np.nonzero(photo.alpha > 0.5)
    box = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]], float)
    side = len(maps.normals)
    low, high = maps.cells(box) / side
    np.testing.assert_allclose((low + high) / 2, 0.5, atol=0.02)
    np.testing.assert_allclose(max(high - low), 0.85, atol=0.03)


def test_the_same_seed_gives_the_same_bytes_and_others_another_depth_behind_one_silhouette():
    camera = a_camera()
    photos, network = photographed(BOX, [camera])
    engine = BozzettoEngine(network)
    drafts = [reconstruct_foregrounds(engine, photos, seed=seed) for seed in (0, 0, 1, 2, 3)]
    first, again, *others = drafts
    for name in ("positions", "triangles", "colors", "confidence", "origin"):
        assert getattr(first.mesh, name).tobytes() == getattr(again.mesh, name).tobytes()
    assert first.variant == "likely"
    assert len({draft.variant for draft in drafts}) == 4
    depths = {draft.variant.split()[0]: np.ptp(draft.mesh.positions[:, 2]) for draft in others}
    assert set(depths) <= {"deeper", "flatter"}
    masks = [silhouette(draft.mesh, draft.cameras[0]) for draft in drafts]
    assert min(iou(masks[0], mask) for mask in masks) > 0.98


def test_a_photo_of_the_back_puts_its_camera_behind_the_object():
    draft, _ = draft_of(BOX, a_camera(azimuth=180, px=160), sides=[Side.BACK])
    assert draft.cameras[0].position[2] < 0


def test_refuses_a_photo_without_an_object_and_a_negative_seed():
    photos, network = photographed(BALL, [a_camera(px=96)])
    engine = BozzettoEngine(network)
    with pytest.raises(EngineError) as caught:
        reconstruct_foregrounds(engine, [a_foreground(radius=2.0)])
    assert caught.value.advice
    with pytest.raises(InputError, match="seed"):
        reconstruct_foregrounds(engine, photos, seed=-1)
