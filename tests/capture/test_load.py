import contextlib
import functools
import io
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from bozzetto.capture import decode_pillow
from bozzetto.capture.limits import PhotoLimits
from bozzetto.capture.load import decode_photo, load_photo, read_header
from bozzetto.errors import PhotoError, ResourceError
from bozzetto.imaging.color import linear_from_srgb, srgb8_from_linear, srgb_from_linear
from tests.capture.files import (
    QUADRANTS,
    encoded,
    icc_profile,
    noise_picture,
    png,
    png_header,
    quadrants,
)

DATA = Path(__file__).parent / "data"
LOSSLESS = (
    ("PNG", {}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("BMP", {}),
    ("WEBP", {"lossless": True}),
)
HEIC_FILES = sorted(DATA.glob("*.heic"))


def decoded(data, **options):
    return decode_photo(data, name="photo", **options)


def srgb8(photo):
    return srgb8_from_linear(photo.linear_rgb)


def corners(photo):
    """Colours in the middle of the four quarters."""
    h, w = photo.height, photo.width
    return [srgb8(photo)[y, x] for y in (h // 4, 3 * h // 4) for x in (w // 4, 3 * w // 4)]


def codes(findings):
    return [finding.code for finding in findings]


@pytest.mark.parametrize(("file_format", "options"), LOSSLESS)
def test_lossless_formats_give_back_every_sample(file_format, options):
    picture = noise_picture()
    photo, findings = decoded(encoded(picture, file_format, **options))
    np.testing.assert_array_equal(srgb8(photo), picture)
    assert photo.alpha is None
    assert photo.bits_per_channel == 8
    assert photo.file_format.upper() == file_format
    assert findings == ()


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_jpeg_and_webp_give_flat_colours_within_their_loss(options):
    for file_format in ("JPEG", "WEBP"):
        photo, _ = decoded(encoded(quadrants(), file_format, quality=95, **options))
        np.testing.assert_allclose(corners(photo), QUADRANTS, atol=4)


@pytest.mark.parametrize(
    ("name", "bits"), [("quadrants", 8), ("quadrants_10_bit", 16), ("quadrants_alpha", 8)]
)
def test_heic_gives_flat_colours_within_its_loss(name, bits):
    photo, _ = load_photo(DATA / f"{name}.heic")
    np.testing.assert_allclose(corners(photo)[1:], QUADRANTS[1:], atol=4)
    assert (photo.bits_per_channel, photo.file_format) == (bits, "HEIC")


def test_heic_keeps_its_alpha():
    photo, _ = load_photo(DATA / "quadrants_alpha.heic")
    assert photo.alpha[:, :36].max() < 0.1
    assert photo.alpha[:, 44:].min() > 0.9


def test_heic_is_turned_by_its_container_and_not_again_by_exif():
    photo, _ = load_photo(DATA / "quadrants_turned.heic")  # Its EXIF asks for a turn, too.
    np.testing.assert_allclose(corners(photo), QUADRANTS, atol=4)


TURNS = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.swapaxes(0, 1),
    6: lambda p: np.rot90(p, -1),
    7: lambda p: np.rot90(p, 2).swapaxes(0, 1),
    8: lambda p: np.rot90(p, 1),
}
"""What EXIF 3.0 asks to do with the stored picture, table 6."""


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
def test_orientation_equals_turning_by_hand(orientation, file_format):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = noise_picture()
    options = {"lossless": True} if file_format == "WEBP" else {}
    photo, _ = decoded(encoded(picture, file_format, exif=exif, **options))
    np.testing.assert_array_equal(srgb8(photo), TURNS[orientation](picture))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_turns_alpha_and_16_bit_colour_alike(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    rgba = np.dstack([noise_picture(), noise_picture(seed=1)[..., 0]])
    photo, _ = decoded(encoded(rgba, "PNG", exif=exif))
    np.testing.assert_allclose(photo.alpha, TURNS[orientation](rgba[..., 3]) / 255, atol=1e-6)
    wide = np.random.default_rng(0).integers(0, 65536, (130, 140, 3)).astype(np.uint16)
    buffer = io.BytesIO()
    tag = (274, "H", 1, orientation, True)
    tifffile.imwrite(buffer, wide, photometric="rgb", extratags=[tag])
    expected = linear_from_srgb((TURNS[orientation](wide) / 65535).astype(np.float32))
    for data in (
        buffer.getvalue(),
        png(wide, color_type=2, bits=16, exif=exif.tobytes().removeprefix(b"Exif\0\0")),
    ):
        turned, _ = decoded(data)
        np.testing.assert_allclose(turned.linear_rgb, expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["png", "tif"])
def test_16_bit_colour_keeps_its_precision(kind):
    wide = np.random.default_rng(0).integers(0, 65536, (130, 140, 3)).astype(np.uint16)
    photo, findings = decoded(cv2.imencode(f".{kind}", wide[..., ::-1])[1].tobytes())
    np.testing.assert_allclose(srgb_from_linear(photo.linear_rgb) * 65535, wide, atol=0.5)
    assert photo.bits_per_channel == 16
    assert findings == ()


@pytest.mark.parametrize(("color_type", "channels"), [(0, 1), (4, 2), (6, 4)])
def test_16_bit_grey_and_alpha_keep_their_precision(color_type, channels):
    wide = np.random.default_rng(1).integers(0, 65536, (130, 140, channels)).astype(np.uint16)
    photo, _ = decoded(png(wide, color_type=color_type, bits=16))
    colors = wide[..., :3] if channels == 4 else np.repeat(wide[..., :1], 3, axis=2)
    np.testing.assert_allclose(srgb_from_linear(photo.linear_rgb) * 65535, colors, atol=0.5)
    if channels in (2, 4):
        np.testing.assert_allclose(photo.alpha, wide[..., -1] / 65535, atol=1e-5)
    assert photo.bits_per_channel == 16


def test_16_bit_grey_tiff_keeps_its_precision():
    wide = np.random.default_rng(2).integers(0, 65536, (130, 140)).astype(np.uint16)
    photo, _ = decoded(encoded(Image.fromarray(wide), "TIFF"))
    np.testing.assert_allclose(srgb_from_linear(photo.linear_rgb)[..., 1] * 65535, wide, atol=0.5)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK"])
def test_other_modes_equal_pillows_own_conversion(mode):
    image = Image.fromarray(noise_picture()).convert(mode)
    if mode in ("LA", "RGBA"):
        image.putalpha(Image.fromarray(noise_picture(seed=1)[..., 0]))
    photo, _ = decoded(encoded(image, "TIFF" if mode == "CMYK" else "PNG"))
    np.testing.assert_array_equal(srgb8(photo), np.array(image.convert("RGB")))
    assert (photo.alpha is not None) == (mode in ("LA", "RGBA"))
    assert photo.bits_per_channel == (1 if mode == "1" else 8)


def test_a_transparent_palette_colour_becomes_alpha():
    indices = (np.arange(130 * 140).reshape(130, 140) % 4).astype(np.uint8)
    image = Image.fromarray(indices, "L").convert("P")
    image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
    photo, _ = decoded(encoded(image, "PNG", transparency=2))
    np.testing.assert_array_equal(photo.alpha, (indices != 2).astype(np.float32))


def test_opaque_alpha_counts_as_none_and_is_mentioned():
    photo, findings = decoded(encoded(Image.fromarray(quadrants()).convert("RGBA"), "PNG"))
    assert photo.alpha is None
    assert codes(findings) == ["photo.alpha.opaque"]


def test_refuses_a_picture_that_is_transparent_everywhere():
    rgba = np.dstack([quadrants(), np.zeros((128, 160), np.uint8)])
    with pytest.raises(PhotoError, match="transparent everywhere"):
        decoded(encoded(rgba, "PNG"))


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_wide_gamut_profile_is_converted_as_little_cms_does(file_format):
    icc = icc_profile()
    options = {"lossless": True} if file_format == "WEBP" else {}
    photo, findings = decoded(encoded(quadrants(), file_format, icc_profile=icc, **options))
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    srgb = ImageCms.createProfile("sRGB")
    colors = Image.fromarray(np.array([QUADRANTS], np.uint8))
    expected = np.array(ImageCms.profileToProfile(colors, profile, srgb))[0].astype(int)
    assert np.abs(expected - QUADRANTS).max() > 15
    np.testing.assert_allclose(corners(photo), expected, atol=4 if file_format == "JPEG" else 2)
    assert findings == ()


def test_a_broken_profile_is_reported_and_srgb_assumed():
    photo, findings = decoded(encoded(quadrants(), "PNG", icc_profile=icc_profile()[:300]))
    assert codes(findings) == ["photo.color.profile"]
    np.testing.assert_array_equal(corners(photo), QUADRANTS)


def test_cmyk_without_a_profile_is_reported():
    photo, findings = decoded(
        encoded(Image.fromarray(quadrants()).convert("CMYK"), "JPEG", quality=95)
    )
    assert codes(findings) == ["photo.color.cmyk"]
    np.testing.assert_allclose(corners(photo), QUADRANTS, atol=6)


def test_cmyk_with_an_unusable_profile_is_reported():
    image = Image.fromarray(quadrants()).convert("CMYK")
    photo, findings = decoded(encoded(image, "TIFF", icc_profile=icc_profile()))
    assert codes(findings) == ["photo.color.profile"]
    np.testing.assert_allclose(corners(photo), QUADRANTS, atol=2)


def test_the_first_page_of_a_tiff_is_used_and_said_so():
    pages = [Image.fromarray(quadrants()), Image.fromarray(noise_picture())]
    photo, findings = decoded(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    np.testing.assert_array_equal(corners(photo), QUADRANTS)
    assert codes(findings) == ["photo.file.pages"]


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG"])
def test_refuses_animations(file_format):
    frames = [Image.fromarray(noise_picture(seed=i)) for i in range(3)]
    data = encoded(frames[0], file_format, save_all=True, append_images=frames[1:])
    with pytest.raises(PhotoError, match=r"animated .* of 3 frames"):
        decoded(data)


def test_a_phones_jpeg_of_several_pictures_is_a_still_photo():
    frames = [Image.fromarray(quadrants()), Image.fromarray(noise_picture())]
    photo, findings = decoded(encoded(frames[0], "MPO", save_all=True, append_images=frames[1:]))
    np.testing.assert_allclose(corners(photo), QUADRANTS, atol=6)
    assert (photo.file_format, findings) == ("JPEG", ())


def test_refuses_a_still_gif_by_name():
    with pytest.raises(PhotoError, match="is a GIF"):
        decoded(encoded(Image.fromarray(quadrants()).convert("P"), "GIF"))


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (127, 300), (20_000, 20_000), (12_001, 200), (11_000, 9_000)]
)
def test_refuses_sizes_out_of_limits_by_the_header_alone(width, height):
    with pytest.raises(PhotoError, match=f"{width} x {height} pixels"):
        decoded(png_header(width, height))


def test_limits_themselves_are_accepted():
    limits = PhotoLimits(min_side_px=130, max_side_px=140, max_megapixels=0.0182)
    photo, _ = decoded(encoded(noise_picture(), "PNG"), limits=limits)
    assert (photo.width, photo.height) == (140, 130)


def test_refuses_a_huge_webp_before_opening_it():
    data = bytearray(encoded(quadrants(), "WEBP", lossless=True))
    data[21:25] = (16_382 | 16_382 << 14).to_bytes(4, "little")
    with pytest.raises(PhotoError, match="16383 x 16383 pixels"):
        decoded(bytes(data))


def test_refuses_files_that_are_empty_or_too_large():
    with pytest.raises(PhotoError, match="empty"):
        decoded(b"")
    with pytest.raises(PhotoError, match=r"0\.1 MB; at most 0\.05 MB"):
        decoded(
            encoded(noise_picture(width=200, height=200), "BMP"),
            limits=PhotoLimits(max_file_mb=0.05),
        )


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"Dear diary,\nno photo today.\n", "plain text"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1", "an AVIF picture"),
        (b"<?xml version='1.0'?><svg></svg>", "an SVG drawing"),
        (b"8BPS\0\1", "a Photoshop document"),
        (b"glTF\2\0\0\0", "a GLB model"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "a RIFF file"),
        (bytes(range(64)), "data of no known picture format"),
    ],
)
def test_names_what_is_no_photo(data, what):
    with pytest.raises(PhotoError, match=what) as caught:
        decode_photo(data, name="photo.png")
    assert caught.value.advice


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "TIFF", "BMP"])
def test_refuses_truncated_files(file_format):
    data = encoded(noise_picture(), file_format)
    with pytest.raises(PhotoError, match=r"cannot be decoded as .*cut off"):
        decoded(data[: len(data) * 2 // 3])


@pytest.mark.parametrize("kind", ["png", "tif"])
def test_refuses_truncated_16_bit_files(kind):
    wide = np.random.default_rng(0).integers(0, 65536, (130, 140, 3)).astype(np.uint16)
    data = cv2.imencode(f".{kind}", wide)[1].tobytes()
    with pytest.raises(PhotoError, match="cut off"):
        decoded(data[: len(data) * 2 // 3])


def test_refuses_float_pictures():
    with pytest.raises(PhotoError, match="stores its pixels as F"):
        decoded(encoded(Image.fromarray(np.zeros((130, 140), np.float32)), "TIFF"))


def test_loading_equals_decoding_the_bytes(tmp_path):
    path = tmp_path / "ünï.jpg"
    path.write_bytes(encoded(quadrants(), "PNG"))  # The content counts, not the name.
    photo, _ = load_photo(path)
    same, _ = decode_photo(path.read_bytes(), name="ünï.jpg")
    np.testing.assert_array_equal(photo.linear_rgb, same.linear_rgb)
    assert (photo.sha256, photo.name, photo.file_format) == (same.sha256, "ünï.jpg", "PNG")


def test_refuses_paths_that_hold_no_file(tmp_path):
    with pytest.raises(PhotoError, match="is a folder"):
        load_photo(tmp_path)
    with pytest.raises(PhotoError, match="There is no file"):
        load_photo(tmp_path / "missing.png")
    with pytest.raises(PhotoError, match="cannot be read"):
        load_photo(Path("a\0b.png"))
    with pytest.raises(PhotoError, match="cannot be read"):
        load_photo(tmp_path / ("x" * 300))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may read everything")
def test_refuses_files_without_permission(tmp_path):
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(quadrants(), "PNG"))
    path.chmod(0)
    with pytest.raises(PhotoError, match="may not be read"):
        load_photo(path)


@functools.cache
def valid_files():
    """One small valid file of each kind that takes another way through the decoders."""
    picture, small = noise_picture(), Image.fromarray(noise_picture()).quantize(16)
    exif = Image.Exif()
    exif[0x0112], exif.get_ifd(0x8769)[0xA405] = 6, 50
    wide = np.random.default_rng(0).integers(0, 65536, (130, 140, 3)).astype(np.uint16)
    return [
        encoded(picture, "PNG", icc_profile=icc_profile()),
        encoded(small, "PNG"),
        encoded(picture, "JPEG", exif=exif),
        encoded(Image.fromarray(picture).convert("CMYK"), "JPEG"),
        encoded(picture, "WEBP"),
        encoded(picture, "WEBP", lossless=True, exif=exif),
        encoded(picture, "TIFF"),
        encoded(picture, "BMP"),
        cv2.imencode(".png", wide)[1].tobytes(),
        *(path.read_bytes() for path in HEIC_FILES),
    ]


def header_facts(header):
    return (
        header.width,
        header.height,
        header.focal_px,
        header.camera,
        header.bits_per_channel,
        header.file_format,
    )


def files_of_all_kinds():
    deep = noise_picture().astype(np.uint16) * 257
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = 6, "Maker", "M 1"
    exif.get_ifd(0x8769)[0xA405] = 50
    turned = [encoded(noise_picture(), kind, exif=exif) for kind in ("PNG", "JPEG", "TIFF", "WEBP")]
    one_bit = Image.fromarray(noise_picture()).convert("1")
    return [
        *valid_files(),
        *turned,
        encoded(one_bit, "PNG"),
        encoded(one_bit, "TIFF"),
        encoded(Image.fromarray(deep[..., 0]), "PNG"),
        encoded(Image.fromarray(deep[..., 0]), "TIFF"),
        png(deep, color_type=2, bits=16),
    ]


@pytest.mark.parametrize("data", files_of_all_kinds())
def test_a_header_tells_what_decoding_tells(data):
    assert header_facts(read_header(data, name="photo")) == header_facts(decoded(data)[0])


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF", "BMP"])
def test_a_header_is_read_without_decoding_pixels(monkeypatch, file_format):
    data = encoded(noise_picture(), file_format)

    def refuse(*_):
        raise AssertionError("decoded")

    monkeypatch.setattr(decode_pillow.ImageFile.ImageFile, "load", refuse)
    header = read_header(data, name="photo")
    assert (header.width, header.height, header.bits_per_channel) == (140, 130, 8)


def test_exif_behind_the_pixels_of_a_png_counts_in_the_header_too():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(noise_picture(), "PNG", exif=exif)
    start = data.index(b"eXIf") - 4
    end = start + 12 + int.from_bytes(data[start : start + 4], "big")
    late = data[:start] + data[end:-12] + data[start:end] + data[-12:]
    assert late.index(b"eXIf") > late.index(b"IDAT")
    header = read_header(late, name="photo")
    photo, _ = decoded(late)
    assert (header.width, header.height) == (photo.width, photo.height) == (130, 140)


def test_a_photo_is_decoded_at_the_size_asked_for_averaged_in_linear_light():
    full, _ = decoded(encoded(noise_picture(width=400, height=200), "JPEG"))
    small, _ = decoded(encoded(noise_picture(width=400, height=200), "JPEG"), longest_px=100)
    assert (small.width, small.height) == (100, 50)
    means = full.linear_rgb.reshape(50, 4, 100, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(small.linear_rgb, means, atol=1e-6)


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(
    which=st.integers(0, 100),
    kept=st.floats(0.01, 1.0),
    reach=st.sampled_from([40, 400, 100_000]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
)
def test_mutated_files_are_decoded_or_refused_and_nothing_else(which, kept, reach, changes):
    files = valid_files()
    data = bytearray(files[which % len(files)])
    if kept < 0.5:
        del data[int(2 * kept * len(data)) :]
    for place, value in changes:
        if data:
            data[int(place * (min(reach, len(data)) - 1))] = value
    try:
        photo, _ = decoded(bytes(data))
    except (PhotoError, ResourceError):
        with contextlib.suppress(PhotoError, ResourceError):
            read_header(bytes(data), name="photo")
        return
    header = read_header(bytes(data), name="photo")
    if header.file_format != "HEIC":  # libheif knows a damaged file's size only after decoding.
        assert (header.width, header.height) == (photo.width, photo.height)
    assert np.isfinite(photo.linear_rgb).all()


@settings(max_examples=200)
@given(
    head=st.sampled_from(
        [
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"II*\0",
            b"BM",
            b"GIF89a",
            b"RIFF\0\0\0\0WEBPVP8X",
            b"\0\0\0\x18ftypheic",
        ]
    ),
    tail=st.binary(max_size=200),
)
def test_random_bytes_are_refused(head, tail):
    with pytest.raises(PhotoError):
        decoded(head + tail)
