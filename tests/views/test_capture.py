from dataclasses import replace

import numpy as np
import pytest

from bozzetto.errors import InputError
from bozzetto.views.capture import (
    CapturedPhoto,
    capture_of,
    capture_of_foregrounds,
)
from bozzetto.views.foreground import Side
from bozzetto.views.scaling import size_within
from tests.build import a_foreground, a_mask, a_photo


def a_capture(count=2):
    photos = [replace(a_photo(seed=k, name=f"{k}.png"), focal_px=100.0) for k in range(count)]
    foregrounds = [replace(a_foreground(seed=k), focal_px=100.0) for k in range(count)]
    return capture_of(photos, masks=[a_mask()] * count, foregrounds=foregrounds)


def test_a_capture_knows_its_photos_without_their_pixels():
    capture = a_capture()
    first = capture.photos[0]
    assert capture.ids == ("0" * 64, f"{1:064x}")
    assert (first.name, first.width, first.height, first.focal_px) == ("0.png", 128, 96, 100.0)
    assert capture[capture.ids[1]].name == "1.png"


def test_a_capture_knows_which_camera_took_a_photo():
    photos = [replace(a_photo(seed=1), camera="Maker M 1"), a_photo(seed=2)]
    assert [photo.camera for photo in capture_of(photos).photos] == ["Maker M 1", ""]


def test_pixels_come_at_the_size_asked_for_with_the_focal_length_of_that_size():
    capture = a_capture()
    photo = capture.photo(capture.ids[0], longest_px=64)
    mask = capture.mask(capture.ids[0], longest_px=64)
    foreground = capture.foreground(capture.ids[0], longest_px=64)
    assert (photo.width, photo.height, photo.focal_px) == (64, 48, 50.0)
    assert mask.alpha.shape == foreground.alpha.shape == (48, 64)
    assert foreground.focal_px == 50.0
    full = capture.photo(capture.ids[0])
    halves = full.linear_rgb.reshape(48, 2, 64, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(photo.linear_rgb, halves, atol=1e-6)


@pytest.mark.parametrize("longest_px", [None, 128, 5000])
def test_a_size_that_is_not_smaller_gives_the_full_size_untouched(longest_px):
    capture = a_capture()
    full = capture.photo(capture.ids[0])
    assert capture.photo(capture.ids[0], longest_px=longest_px) is full


def test_sides_are_the_capture_s_and_reach_the_cut_outs():
    capture = a_capture().with_sides([Side.LEFT, None])
    assert [photo.side for photo in capture.photos] == [Side.LEFT, None]
    assert capture.foreground(capture.ids[0]).side is Side.LEFT
    with pytest.raises(ValueError, match="argument"):
        capture.with_sides([Side.LEFT])


def test_the_first_photos_make_a_capture_of_their_own():
    few = a_capture(3).first(1)
    assert few.ids == ("0" * 64,)
    with pytest.raises(LookupError):
        few.photo(f"{1:064x}")


def test_the_same_photo_twice_is_refused_with_both_names():
    photos = [a_photo(name="front.png"), a_photo(name="copy.png")]
    with pytest.raises(InputError, match=r"front.png and copy.png are the same photo") as caught:
        capture_of(photos)
    assert caught.value.advice


def test_a_photo_without_mask_or_cut_out_is_a_lookup_error():
    capture = capture_of([a_photo()])
    with pytest.raises(LookupError):
        capture.mask(capture.ids[0])
    with pytest.raises(LookupError):
        capture.foreground(capture.ids[0])


def test_cut_outs_stand_for_their_photos_and_masks():
    foreground = a_foreground()
    capture = capture_of_foregrounds([foreground])
    np.testing.assert_array_equal(capture.photo(capture.ids[0]).linear_rgb, foreground.linear_rgb)
    np.testing.assert_array_equal(capture.mask(capture.ids[0]).alpha, foreground.alpha)


def test_a_photo_has_a_size():
    with pytest.raises(ValueError, match="0 x 10"):
        CapturedPhoto(id="a", name="a.png", width=0, height=10)
    with pytest.raises(ValueError, match="1 or more"):
        size_within(10, 10, longest_px=0)
