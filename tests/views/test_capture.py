from dataclasses import replace

import numpy as np
import pytest

from bozzetto.errors import InputError
from bozzetto.views.capture import (
    CachedSource,
    Capture,
    CapturedPhoto,
    capture_of,
    capture_of_foregrounds,
)
from bozzetto.views.foreground import Foreground, Side
from bozzetto.views.mask import Mask
from bozzetto.views.scaling import size_within
from tests.build import a_disc, a_foreground, a_mask, a_photo

MIB = 1 << 20


def a_capture(count=2):
    photos = [replace(a_photo(seed=k, name=f"{k}.png"), focal_px=100.0) for k in range(count)]
    foregrounds = [replace(a_foreground(seed=k), focal_px=100.0) for k in range(count)]
    return capture_of(photos, masks=[a_mask()] * count, foregrounds=foregrounds)


class Counting:
    """A cached source over made-up photos that counts what it loads."""

    def __init__(self, *, max_mib, side=256):
        self.loads = []
        self.side = side
        self.source = CachedSource(
            load_photo=self.load_photo,
            load_mask=self.load_mask,
            cut_out=self.cut_out,
            max_mib=max_mib,
        )

    def load_photo(self, photo_id, longest_px):
        self.loads.append(("photo", photo_id, longest_px))
        width, height = size_within(self.side, self.side, longest_px=longest_px)
        return a_photo(seed=int(photo_id, 16), width=width, height=height)

    def load_mask(self, photo_id):
        self.loads.append(("mask", photo_id, None))
        if photo_id == "9":
            raise LookupError("There is no mask.")
        return Mask(alpha=a_disc(height=self.side, width=self.side, radius=80.0), source="user")

    def cut_out(self, photo, mask):
        self.loads.append(("cut out", photo.sha256.lstrip("0"), photo.width))
        return Foreground(
            name=photo.name,
            sha256=photo.sha256,
            linear_rgb=np.array(photo.linear_rgb),
            alpha=np.array(mask.alpha),
        )


def test_a_capture_knows_its_photos_without_their_pixels():
    capture = a_capture()
    first = capture.photos[0]
    assert capture.ids == ("0" * 64, f"{1:064x}")
    assert (first.name, first.width, first.height, first.focal_px) == ("0.png", 128, 96, 100.0)
    assert capture[capture.ids[1]].name == "1.png"


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


def test_what_is_kept_is_not_loaded_again():
    counting = Counting(max_mib=16)
    first = counting.source.foreground("1")
    assert counting.source.foreground("1") is first
    counting.source.photo("1")
    assert counting.loads == [("photo", "1", None), ("mask", "1", None), ("cut out", "1", 256)]


def test_sizes_are_kept_apart():
    counting = Counting(max_mib=16)
    assert counting.source.foreground("1", longest_px=64).alpha.shape == (64, 64)
    assert counting.source.foreground("1").alpha.shape == (256, 256)
    assert [load for load in counting.loads if load[0] == "photo"] == [
        ("photo", "1", 64),
        ("photo", "1", None),
    ]


def test_the_cache_never_grows_beyond_its_bound_and_drops_the_oldest_first():
    counting = Counting(max_mib=2)  # A photo of 256 x 256 is 0.75 MiB: two fit.
    for photo_id in "1232":
        counting.source.photo(photo_id)
        assert counting.source.kept_bytes <= 2 * MIB
    assert [photo_id for _, photo_id, _ in counting.loads] == ["1", "2", "3"]
    counting.source.photo("1")
    assert [photo_id for _, photo_id, _ in counting.loads] == ["1", "2", "3", "1"]


def test_what_is_larger_than_the_bound_is_given_and_not_kept():
    counting = Counting(max_mib=0)
    first, second = counting.source.photo("1"), counting.source.photo("1")
    np.testing.assert_array_equal(first.linear_rgb, second.linear_rgb)
    assert counting.source.kept_bytes == 0
    assert len(counting.loads) == 2


def test_the_pixels_do_not_depend_on_what_is_kept():
    kept, fresh = Counting(max_mib=16), Counting(max_mib=0)
    kept.source.foreground("1")
    np.testing.assert_array_equal(
        kept.source.foreground("1", longest_px=100).linear_rgb,
        fresh.source.foreground("1", longest_px=100).linear_rgb,
    )


def test_a_failure_to_load_is_not_kept():
    counting = Counting(max_mib=16)
    capture = Capture(
        photos=(CapturedPhoto(id="9", name="9.png", width=256, height=256),),
        source=counting.source,
    )
    for _ in range(2):
        with pytest.raises(LookupError):
            capture.foreground("9")
    assert counting.loads.count(("mask", "9", None)) == 2
