import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from bozzetto.capture.exif import read_exif
from bozzetto.capture.load import decode_photo
from tests.capture.files import encoded, noise_picture

FOCAL, FOCAL_35, WIDTH, HEIGHT = 0x920A, 0xA405, 0xA002, 0xA003
PLANE_RESOLUTION, PLANE_UNIT, ORIENTATION = 0xA20E, 0xA210, 0x0112


MAKE, MODEL, LENS = 0x010F, 0x0110, 0xA434


def facts(tags, *, orientation=None, width=4000, height=3000, camera=()):
    exif = Image.Exif()
    exif.update(dict(camera))
    if orientation is not None:
        exif[ORIENTATION] = orientation
    exif.get_ifd(0x8769).update(tags)
    return read_exif(lambda: exif, width=width, height=height, name="photo")


def codes(found):
    return [finding.code for finding in found.findings]


def test_nothing_told_is_nothing_found():
    found = facts({})
    assert (found.orientation, found.focal_px, found.findings) == (1, None, ())


@pytest.mark.parametrize(
    ("make", "model", "lens", "said"),
    [
        ("Maker", "M 1", "35 mm f/2", "Maker M 1 35 mm f/2"),
        ("MAKER", "Maker M 1", None, "Maker M 1"),
        ("Maker\0\0", " M\n1 ", "", "Maker M 1"),
        (None, None, None, ""),
        (b"Maker", 7, (1, 2), ""),
        ("x" * 500, None, None, "x" * 80),
    ],
)
def test_a_camera_is_its_make_model_and_lens(make, model, lens, said):
    assert facts({LENS: lens}, camera={MAKE: make, MODEL: model}).camera == said


def test_a_35_mm_equivalent_compares_diagonals():
    # The diagonal of 36 x 24 mm is 43.267 mm, that of 4000 x 3000 pixels is 5000.
    assert facts({FOCAL_35: 50}).focal_px == pytest.approx(50 / 43.2666 * 5000, rel=1e-4)


def test_focal_plane_resolution_counts_pixels_per_unit():
    inch = facts({FOCAL: IFDRational(50), PLANE_RESOLUTION: IFDRational(2540), PLANE_UNIT: 2})
    assert inch.focal_px == pytest.approx(5000)
    centimetre = facts({FOCAL: 50.0, PLANE_RESOLUTION: 1000.0, PLANE_UNIT: 3})
    assert centimetre.focal_px == pytest.approx(5000)


@given(scale=st.floats(0.1, 1.0))
def test_scaling_the_picture_scales_the_focal_length(scale):
    width, height = round(4000 * scale), round(3000 * scale)
    tags = {FOCAL: 50.0, PLANE_RESOLUTION: 1000.0, PLANE_UNIT: 3, WIDTH: 4000, HEIGHT: 3000}
    found = facts(tags, width=width, height=height)
    assert found.focal_px == pytest.approx(5000 * width / 4000)
    turned = facts(tags, width=height, height=width)
    assert turned.focal_px == pytest.approx(found.focal_px)


def test_another_crop_makes_the_focal_length_unknown():
    found = facts({FOCAL_35: 50, WIDTH: 4000, HEIGHT: 3000}, width=3000, height=3000)
    assert found.focal_px is None
    assert codes(found) == ["photo.exif.cropped"]


@pytest.mark.parametrize(
    "value",
    [
        0,
        -50,
        math.nan,
        math.inf,
        IFDRational(0, 0),
        IFDRational(50, 0),
        "fifty",
        b"5x",
        (1, 2),
        99_999,
    ],
)
def test_an_impossible_focal_length_is_a_finding_only(value):
    found = facts({FOCAL_35: value})
    assert found.focal_px is None
    assert codes(found) == ["photo.exif.focal"]


def test_millimetres_alone_tell_nothing_and_are_no_fault():
    found = facts({FOCAL: 50.0})
    assert (found.focal_px, found.findings) == (None, ())


@pytest.mark.parametrize("value", [0, 9, -1, "6", (6,)])
def test_an_impossible_orientation_counts_as_upright(value):
    found = facts({}, orientation=value)
    assert found.orientation == 1
    assert codes(found) == ["photo.exif.orientation"]


def test_exif_that_cannot_be_read_is_a_finding_only():
    def broken():
        raise KeyError("no such directory")

    found = read_exif(broken, width=100, height=100, name="photo")
    assert codes(found) == ["photo.exif.unreadable"]


def test_nan_in_a_files_exif_leaves_the_photo_usable():
    exif = Image.Exif()
    exif.get_ifd(0x8769)[FOCAL] = IFDRational(0, 0)
    exif.get_ifd(0x8769)[FOCAL_35] = 0
    photo, findings = decode_photo(encoded(noise_picture(), "JPEG", exif=exif), name="photo")
    assert photo.focal_px is None
    assert [finding.code for finding in findings] == ["photo.exif.focal"]


@given(junk=st.binary(max_size=120))
def test_any_bytes_as_exif_leave_the_photo_usable(junk):
    data = encoded(noise_picture(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08" + junk)
    photo, _ = decode_photo(data, name="photo")
    assert photo.linear_rgb.shape[2] == 3
