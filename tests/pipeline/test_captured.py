"""A capture over a store decodes what is asked for, when it is asked for, at the size asked for."""

import numpy as np
import pytest
from PIL import Image

from bozzetto.capture import load
from bozzetto.pipeline import captured
from bozzetto.pipeline.captured import capture_from
from bozzetto.pipeline.masking import Masked
from bozzetto.pipeline.results import MASKED
from bozzetto.plans.memo import Memo
from bozzetto.plans.plan import Node
from bozzetto.plans.results import FileHandle, Handle, keep_result
from bozzetto.plans.stage import Stage
from bozzetto.store.local import LocalStore
from bozzetto.views.capture import PhotoSource
from bozzetto.views.foreground import Side
from bozzetto.views.mask import Mask
from tests.build import a_disc
from tests.capture.files import encoded, noise_picture

WIDTH, HEIGHT = 200, 160


MASKS = Stage(name="masks", version=1, run=print, codec=MASKED)


def a_file(store, seed):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker", "M 1"
    exif.get_ifd(0x8769)[0xA405] = 50
    picture = noise_picture(width=WIDTH, height=HEIGHT, seed=seed)
    data = encoded(picture, "JPEG", exif=exif)
    return FileHandle(sha256=store.put(data), name=f"{seed}.jpg", store=store)


def a_mask(store, seed, *, memo):
    alpha = a_disc(height=HEIGHT, width=WIDTH, radius=50.0)
    node = Node(stage=MASKS, inputs={}, options=None, label=str(seed))
    made = Masked(mask=Mask(alpha=alpha, source="user"), findings=())
    record = keep_result(store, node, made, seconds=1.0)
    return Handle(key=f"{seed}", store=store, codec=MASKED, record=record, memo=memo)


@pytest.fixture
def decodings(monkeypatch):
    """How often pixels were decoded, and at which size."""
    seen = []

    def counted(data, *, name, longest_px=None):
        seen.append((name, longest_px))
        return load.decode_photo(data, name=name, longest_px=longest_px)

    monkeypatch.setattr(captured, "decode_photo", counted)
    return seen


@pytest.fixture
def a_capture(tmp_path):
    """Makes captures over a store in a temporary folder."""
    store = LocalStore(tmp_path)

    def make(*, count=2, memo=None):
        memo = memo or Memo()
        return capture_from(
            [a_file(store, seed) for seed in range(count)],
            [a_mask(store, seed, memo=memo) for seed in range(count)],
            views=[Side.FRONT, *[None] * (count - 1)],
            memo=memo,
        )

    return make


def test_a_capture_is_made_without_decoding_a_pixel(a_capture, decodings):
    capture = a_capture()
    photo = capture.photos[0]
    assert (photo.width, photo.height, photo.side) == (WIDTH, HEIGHT, Side.FRONT)
    assert photo.camera == "Maker M 1"
    assert photo.focal_px == capture.photo(photo.id).focal_px
    assert decodings == [("0.jpg", None)]


def test_its_source_keeps_the_contract(a_capture):
    assert isinstance(a_capture().source, PhotoSource)


def test_a_photo_is_decoded_once_for_itself_and_its_cut_out(a_capture, decodings):
    capture = a_capture()
    first = capture.ids[0]
    capture.foreground(first)
    capture.photo(first)
    capture.foreground(first)
    assert decodings == [("0.jpg", None)]


def test_sizes_are_kept_apart(a_capture, decodings):
    capture = a_capture()
    first = capture.ids[0]
    assert capture.foreground(first, longest_px=50).alpha.shape == (40, 50)
    assert capture.foreground(first).alpha.shape == (HEIGHT, WIDTH)
    assert decodings == [("0.jpg", 50), ("0.jpg", None)]


def test_pixels_do_not_depend_on_what_is_kept(a_capture):
    kept, fresh = a_capture(), a_capture(memo=Memo(max_bytes=0))
    first = kept.ids[0]
    kept.foreground(first)
    np.testing.assert_array_equal(
        kept.foreground(first, longest_px=100).linear_rgb,
        fresh.foreground(first, longest_px=100).linear_rgb,
    )


def test_many_photos_keep_no_more_memory_than_the_bound(a_capture):
    bound = 3 * WIDTH * HEIGHT * 4 * 4  # Three photos or cut-outs.
    capture = a_capture(count=6, memo=(memo := Memo(max_bytes=bound)))
    for photo_id in capture.ids:
        capture.foreground(photo_id)
        assert 0 < memo.num_bytes <= bound
