import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bozzetto.engines.in_memory import reconstruct_foregrounds
from bozzetto.engines.inflate.engine import build
from bozzetto.errors import EngineError, InputError
from bozzetto.geometry.components import label_components
from bozzetto.geometry.measure.watertight import (
    closed_manifold_defects,
    enclosed_volume,
    euler_number,
)
from bozzetto.imaging.color import linear_from_srgb8
from bozzetto.views.foreground import Foreground
from tests.build import a_disc, a_foreground
from tests.engines.silhouettes import a_blob, a_noisy_mask, cut_out, drawn, iou, silhouette

SHARED = Path(os.environ.get("BOZZETTO_SHARED", Path(__file__).parents[4] / "shared"))
CUT_OUTS = sorted((SHARED / "photos/triposr").glob("*.png"))
STICK_FIGURE = (
    [(150, 60), (250, 60), (250, 220), (150, 220)],
    ([(170, 220), (150, 380)], 5),
    ([(230, 220), (260, 380)], 3),
    ([(160, 80), (60, 180)], 8),
)


def inflate(alpha, *, seed=0, focal_px=None):
    return reconstruct_foregrounds(build(), [cut_out(alpha, focal_px=focal_px)], seed=seed)


def genus(draft):
    return 1 - euler_number(draft.mesh.triangles) // 2


@settings(max_examples=8)
@given(shape=st.integers(0, 2**31), seed=st.integers(0, 9))
def test_any_blob_becomes_a_closed_manifold_with_its_own_silhouette(shape, seed):
    alpha = a_blob(seed=shape)
    draft = inflate(alpha, seed=seed)
    mesh = draft.mesh
    assert closed_manifold_defects(mesh.positions, mesh.triangles) == ()
    dropped = draft.findings[0].measured if draft.findings else 0
    assert iou(silhouette(mesh, draft.cameras[0]), alpha > 0.5) > 0.985 - dropped


@settings(max_examples=6)
@given(shape=st.integers(0, 2**31))
def test_even_pixel_noise_becomes_a_closed_manifold(shape):
    mesh = inflate(a_noisy_mask(seed=shape)).mesh
    assert closed_manifold_defects(mesh.positions, mesh.triangles) == ()


@settings(max_examples=3)
@given(shape=st.integers(0, 2**31))
def test_no_piece_is_a_shell_inside_another(shape):
    mesh = inflate(a_blob(seed=shape)).mesh
    labels = label_components(mesh)
    for piece in range(labels.max() + 1):
        assert enclosed_volume(mesh.positions, mesh.triangles[labels == piece]) > 0


def test_the_longest_side_is_one_metre():
    low, high = inflate(drawn(*STICK_FIGURE)).mesh.bounds
    assert (high - low).max() == pytest.approx(1, abs=1e-6)


def test_a_disc_seen_from_afar_becomes_a_ball_as_deep_as_the_profile_says():
    draft = inflate(a_disc(height=300, width=300, radius=100), focal_px=12_000.0)
    low, high = draft.mesh.bounds
    width, height, depth = high - low
    assert width == pytest.approx(height, rel=0.01)
    assert 0.7 < depth / width < 0.9


def test_a_hole_stays_a_hole_and_two_stay_two():
    plate = a_disc(height=200, width=200, radius=80)
    one = plate - a_disc(height=200, width=200, radius=20, centre=(100, 70))
    two = one - a_disc(height=200, width=200, radius=15, centre=(100, 130))
    assert [genus(inflate(alpha)) for alpha in (plate, one, two)] == [0, 1, 2]


def test_variants_differ_in_depth_and_share_the_silhouette():
    drafts = [inflate(drawn(*STICK_FIGURE), seed=seed) for seed in range(3)]
    assert [draft.variant for draft in drafts] == ["elliptic", "slab", "full"]
    mean_depth = [np.abs(draft.mesh.positions[:, 2]).mean() for draft in drafts]
    elliptic, slab, full = mean_depth
    assert slab < 0.85 * elliptic
    assert full > 1.15 * elliptic
    masks = [silhouette(draft.mesh, draft.cameras[0]) for draft in drafts]
    assert min(iou(masks[0], masks[1]), iou(masks[0], masks[2])) > 0.985


def test_thin_limbs_survive_at_full_length():
    draft = inflate(drawn(*STICK_FIGURE))
    kept = {reason.name: reason.value for reason in draft.reasons}
    assert kept["thin_parts_kept"] > 0.99
    assert kept["pieces"] == 1


def test_a_hair_thin_rod_on_a_large_photo_survives():
    rod = drawn(
        ([(100, 100), (1500, 1300)], 1.5), a_square(1400, 1200, 100), height=1400, width=1600
    )
    draft = inflate(rod)
    covered = silhouette(draft.mesh, draft.cameras[0])
    steps = np.linspace(0.02, 0.9, 200)
    x, y = 100 + 1400 * steps, 100 + 1200 * steps
    assert covered[y.astype(int), x.astype(int)].mean() > 0.97


def a_square(x, y, half):
    return [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]


def test_specks_are_dropped_with_a_finding_and_large_pieces_stay():
    disc = a_disc(height=200, width=300, radius=60, centre=(100, 80))
    twin = a_disc(height=200, width=300, radius=40, centre=(100, 220))
    speck = a_disc(height=200, width=300, radius=2.5, centre=(20, 290))
    draft = inflate(disc + twin + speck)
    assert [finding.code for finding in draft.findings] == ["draft.islands.dropped"]
    assert label_components(draft.mesh).max() + 1 == 2


@pytest.mark.parametrize("focal_px", [None, 900.0, 300.0, 5000.0])
@pytest.mark.parametrize("centre", [(100, 150), (60, 240)])
def test_the_camera_reproduces_the_mask_wherever_the_object_stands(focal_px, centre):
    alpha = a_disc(height=200, width=300, radius=45, centre=centre)
    draft = inflate(alpha, focal_px=focal_px)
    assert iou(silhouette(draft.mesh, draft.cameras[0]), alpha > 0.5) > 0.985
    if focal_px is not None:
        assert draft.cameras[0].focal_px == focal_px


def test_an_object_cut_by_the_frame_is_closed_there():
    draft = inflate(a_disc(height=100, width=120, radius=60, centre=(100, 60)))
    assert closed_manifold_defects(draft.mesh.positions, draft.mesh.triangles) == ()


def test_an_unbelievable_focal_length_is_set_aside_with_a_finding():
    for stated in (3.0, float("nan"), float("inf"), -50.0):
        draft = inflate(a_disc(), focal_px=stated)
        assert [finding.code for finding in draft.findings] == ["draft.lens.ignored"]
        assert 100 < draft.cameras[0].focal_px < 1000


def test_the_mesh_stays_within_its_triangle_range():
    for alpha in (a_disc(height=600, width=600, radius=250), drawn(*STICK_FIGURE)):
        for seed in range(3):
            assert 60_000 <= inflate(alpha, seed=seed).mesh.num_triangles <= 150_000


def test_refuses_an_object_of_a_few_pixels_and_a_negative_seed():
    with pytest.raises(EngineError, match="no object"):
        inflate(a_disc(radius=3))
    with pytest.raises(InputError, match="seed"):
        reconstruct_foregrounds(build(), [a_foreground()], seed=-1)


@pytest.mark.shared
@pytest.mark.skipif(not CUT_OUTS, reason="the shared photographs are not here")
def test_real_cut_outs_keep_their_silhouette_at_full_resolution():
    measured: dict[str, float] = {}
    for path in CUT_OUTS:
        picture = np.asarray(Image.open(path).convert("RGBA"))
        alpha = picture[..., 3].astype(np.float32) / 255
        if alpha.min() > 0.5 or alpha.size > 400_000:
            continue
        rgb = linear_from_srgb8(np.ascontiguousarray(picture[..., :3]))
        photo = Foreground(name=path.name, sha256="0" * 64, linear_rgb=rgb, alpha=alpha)
        draft = reconstruct_foregrounds(build(), [photo], seed=0)
        assert closed_manifold_defects(draft.mesh.positions, draft.mesh.triangles) == ()
        measured[path.name] = iou(silhouette(draft.mesh, draft.cameras[0]), alpha > 0.5)
    assert min(measured.values()) > 0.985, measured
