"""Masks from a person's hand: every honest file is understood, every spoiled one refused."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bozzetto.errors import InputError
from bozzetto.matting.user_mask import decode_mask, load_mask
from tests.build import a_disc, a_photo

GREY = np.round(a_disc() * 255).astype(np.uint8)
KINDS = ["PNG", "BMP", "TIFF"]
HARD = np.where(GREY > 127, 255, 0).astype(np.uint8)


def png(image, kind="PNG"):
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def decoded(data, photo=None):
    mask, findings = decode_mask(data, name="mask.png", photo=photo or a_photo())
    return mask, [finding.code for finding in findings]


def in_alpha():
    rgba = np.full((*GREY.shape, 4), 90, np.uint8)
    rgba[:, :, 3] = GREY
    return Image.fromarray(rgba)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.fromarray(GREY), GREY),
        (Image.fromarray(HARD).convert("1"), HARD),
        (Image.fromarray(np.stack([GREY] * 3, axis=2)), GREY),
        (Image.fromarray(HARD).convert("P"), HARD),
        (in_alpha(), GREY),
        (in_alpha().convert("LA"), GREY),
        (Image.fromarray(GREY.astype(np.uint16) * 257), GREY),
    ],
    ids=["grey", "one-bit", "rgb", "palette", "rgba", "grey-alpha", "sixteen-bit"],
)
def test_every_kind_of_picture_gives_the_same_mask(image, expected):
    mask, findings = decoded(png(image))
    np.testing.assert_allclose(mask.alpha, expected / 255, atol=1e-3)
    assert (mask.source, mask.confidence, findings) == ("user", 1.0, [])


def test_a_red_brush_counts_as_white():
    red = np.zeros((*HARD.shape, 3), np.uint8)
    red[:, :, 0] = HARD
    mask, _ = decoded(png(Image.fromarray(red)))
    np.testing.assert_array_equal(mask.alpha, HARD / 255)


def test_the_same_shape_at_another_size_is_resized_and_said():
    small = Image.fromarray(GREY).resize((64, 48))
    mask, findings = decoded(png(small))
    assert findings == ["mask.resized"]
    assert np.abs(mask.alpha - a_disc()).mean() < 0.01


def test_another_shape_is_refused_with_both_sizes():
    with pytest.raises(InputError, match=r"96 x 128, the photo photo.png 128 x 96"):
        decoded(png(Image.fromarray(GREY.T)))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a picture"),
        (b"just text", "not a picture"),
        (png(Image.fromarray(GREY))[:200], "not a picture"),
        (png(Image.new("L", (128, 96), 0)), "empty"),
        (png(Image.new("L", (128, 96), 255)), "full"),
        (png(Image.new("1", (12000, 9000), 1)), "too many"),
        (b"\0" * (51 << 20), "MiB"),
    ],
    ids=["nothing", "text", "cut-short", "black", "white", "huge", "heavy"],
)
def test_spoiled_files_are_refused_with_advice(data, message):
    with pytest.raises(InputError, match=message) as caught:
        decoded(data)
    assert "PNG" in caught.value.advice


def test_a_photograph_is_no_mask():
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 255, (96, 128, 3), dtype=np.uint8)
    with pytest.raises(InputError, match="colour picture"):
        decoded(png(Image.fromarray(colours)))


@settings(max_examples=60)
@given(
    cut=st.integers(0, 400), byte=st.integers(0, 255), kind=st.sampled_from(["PNG", "BMP", "TIFF"])
)
def test_damaged_files_give_a_mask_or_an_input_error(cut, byte, kind):
    data = bytearray(png(Image.fromarray(GREY), kind))
    data[cut % len(data)] = byte
    try:
        mask, _ = decoded(bytes(data))
    except InputError:
        return
    assert mask.alpha.shape == (96, 128)


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"none.png could not be read"):
        load_mask(tmp_path / "none.png", a_photo())


def test_a_file_is_read(tmp_path):
    (tmp_path / "mask.png").write_bytes(png(Image.fromarray(GREY)))
    np.testing.assert_allclose(load_mask(tmp_path / "mask.png", a_photo()).alpha, GREY / 255)


def test_the_traces_of_jpeg_are_taken_away():
    mask, _ = decoded(png(Image.fromarray(HARD).convert("RGB"), kind="JPEG"))
    assert np.isin(mask.alpha, (0, 1)).mean() > 0.97


def test_a_moving_picture_is_refused():
    buffer = io.BytesIO()
    frames = [Image.fromarray(np.roll(HARD, shift, axis=1)) for shift in (0, 9, 18)]
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    with pytest.raises(InputError, match="3 frames"):
        decoded(buffer.getvalue())


def test_other_formats_than_the_named_ones_are_refused():
    for kind in ("GIF", "PPM", "EPS"):
        with pytest.raises(InputError, match="PNG, TIFF"):
            decoded(png(Image.fromarray(HARD), kind=kind))


def test_a_path_that_no_system_knows_is_an_input_error():
    with pytest.raises(InputError, match="could not be read"):
        load_mask(Path("a\0b"), a_photo())
