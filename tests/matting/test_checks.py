"""Each finding fires on its defect and stays silent on a clean mask."""

from dataclasses import replace

import numpy as np
import pytest

from bozzetto.errors import InputError
from bozzetto.findings import Severity
from bozzetto.matting.checks import check_mask
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo
from tests.build import a_disc, a_mask, a_photo


def a_scene(alpha):
    """A red object before grey."""
    rgb = alpha[:, :, None] * np.float32([0.6, 0.05, 0.05]) + (1 - alpha[:, :, None]) * 0.5
    return Photo(name="scene.png", sha256="0" * 64, linear_rgb=rgb.astype(np.float32))


def a_case(*, height=300, width=400, radius=80.0):
    return a_disc(height=height, width=width, radius=radius)


def codes(alpha, *, truth=None, second=None, confidence=1.0):
    photo = a_scene(alpha if truth is None else truth)
    mask = Mask(alpha=alpha, source="net", confidence=confidence)
    other = None if second is None else Mask(alpha=second, source="other")
    return {finding.code: finding for finding in check_mask(photo, mask, second=other)}


def test_a_clean_mask_has_no_findings():
    assert codes(a_case()) == {}
    assert codes(a_case(), second=a_case(radius=79)) == {}


def test_an_empty_mask_is_an_error_and_nothing_else_is_said():
    found = codes(np.zeros((300, 400), np.float32))
    assert list(found) == ["mask.empty"]
    assert found["mask.empty"].severity == Severity.ERROR


def test_an_inverted_mask_is_an_error():
    found = codes(1 - a_case())
    assert list(found) == ["mask.inverted"]


def test_a_box_is_noticed_with_its_place():
    alpha = np.zeros((300, 400), np.float32)
    alpha[50:200, 100:300] = 1
    found = codes(alpha)
    assert list(found) == ["mask.box"]
    where = found["mask.box"].where
    assert (where.x0, where.y0, where.x1, where.y1) == (100, 50, 300, 200)


def test_touching_the_frame_is_noticed_where_it_happens():
    alpha = a_disc(height=300, width=400, radius=80, centre=(150, 40))
    where = codes(alpha)["mask.frame"].where
    assert where.x0 == 0
    assert where.x1 <= 2
    assert 60 < where.y0 < 100 < 200 < where.y1 < 240


def test_a_second_piece_is_noticed_but_a_speck_is_not():
    piece = a_disc(height=300, width=400, radius=25, centre=(150, 340))
    where = codes(np.maximum(a_case(), piece))["mask.pieces"].where
    assert 310 <= where.x0 <= 317
    assert 363 <= where.x1 <= 369
    speck = a_disc(height=300, width=400, radius=4, centre=(150, 340))
    assert codes(np.maximum(a_case(), speck)) == {}


def test_a_hole_counts_only_where_the_photo_shows_the_object():
    hole = a_disc(height=300, width=400, radius=20)
    ring = a_case() * (1 - hole)
    assert "mask.holes" in codes(ring, truth=a_case())
    assert codes(ring, truth=ring) == {}


def a_pole(alpha):
    result = np.array(alpha)
    result[10:80, 198:202] = 1
    return result


def test_a_thin_part_that_the_mask_only_hints_at_is_noticed():
    truth = a_pole(a_case())
    hinted = np.where(truth > a_case(), 0.3, a_case()).astype(np.float32)
    where = codes(hinted, truth=truth)["mask.thin_parts"].where
    assert 190 <= where.x0 < where.x1 <= 210
    assert codes(truth) == {}


def test_a_thin_part_that_only_the_second_mask_has_is_noticed():
    truth = a_pole(a_case())
    assert "mask.thin_parts" in codes(a_case(), truth=truth, second=truth)


def test_a_hint_without_an_edge_in_the_photo_is_no_part():
    hinted = np.where(a_pole(a_case()) > a_case(), 0.3, a_case()).astype(np.float32)
    assert codes(hinted, truth=a_case()) == {}


def test_low_confidence_is_noticed_from_the_model_and_from_the_map():
    assert "mask.confidence" in codes(a_case(), confidence=0.5)
    y, x = np.mgrid[:300, :400]
    haze = np.clip(1.2 - np.hypot(x - 200, y - 150) / 130, 0, 1).astype(np.float32)
    assert "mask.confidence" in codes(haze)


def test_two_masks_that_disagree_are_noticed():
    found = codes(a_case(), second=a_case(radius=60))
    assert found["mask.disagreement"].measured == pytest.approx((60 / 80) ** 2, abs=0.02)


def test_regions_are_in_photo_pixels_of_large_photos():
    alpha = np.zeros((900, 1200), np.float32)
    alpha[150:600, 300:900] = 1
    where = codes(alpha)["mask.box"].where
    np.testing.assert_allclose(
        (where.x0, where.y0, where.x1, where.y1), (300, 150, 900, 600), atol=3
    )


def test_a_mask_of_another_photo_is_refused():
    with pytest.raises(InputError):
        check_mask(a_photo(), a_mask(height=10, width=10, radius=3))
    with pytest.raises(InputError):
        check_mask(a_photo(), a_mask(), second=replace(a_mask(height=20), source="other"))
