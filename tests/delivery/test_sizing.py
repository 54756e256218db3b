import numpy as np
import pytest

from bozzetto.asset.model import Part
from bozzetto.delivery.placing import Placement, bounds_of, place_model
from bozzetto.delivery.sizing import (
    KnownLength,
    KnownSide,
    MeasuredSide,
    PhotoEvidence,
    parse_size,
    scale_for,
)
from bozzetto.errors import InputError
from tests.build import a_front_camera
from tests.models import a_box, a_model, a_surface


def a_crate(size=(1.0, 2.0, 0.5)):
    """A box on the ground."""
    return a_model(
        Part(name="b", mesh=a_box(size=size, centre=(0, size[1] / 2, 0)), surface=a_surface())
    )


def evidence(*, edge_px=1.0, focal_error=0.0):
    """A camera in front of the crate, three metres away."""
    camera = a_front_camera(width=600, height=600, focal_px=600.0, target_height=1.0, distance=3.0)
    return PhotoEvidence(camera=camera, edge_px=edge_px, focal_error=focal_error)


@pytest.mark.parametrize(
    ("text", "side", "metres"),
    [
        ("height=42cm", MeasuredSide.HEIGHT, 0.42),
        ("width = 420 mm", MeasuredSide.WIDTH, 0.42),
        ("depth=.5m", MeasuredSide.DEPTH, 0.5),
        ("LONGEST=10in", MeasuredSide.LONGEST, 0.254),
        ("height=6ft", MeasuredSide.HEIGHT, 1.8288),
    ],
)
def test_sizes_are_read_in_every_unit(text, side, metres):
    size = parse_size(text)
    assert (size.side, size.metres) == (side, pytest.approx(metres))


def test_a_tolerance_and_two_points_are_read():
    assert parse_size("height=42+-0.5cm").tolerance_m == pytest.approx(0.005)
    assert parse_size("height=42±0.5cm") == parse_size("height=42+-0.5cm")
    length = parse_size("points=10,20:30,40.5=30cm")
    assert (length.first_px, length.second_px) == ((10, 20), (30, 40.5))
    assert length.metres == pytest.approx(0.3)


@pytest.mark.parametrize(
    "text",
    ["", "42cm", "height=", "height=42", "height=42km", "height=0cm", "height=-4cm", "girth=4m"],
)
def test_what_is_no_size_is_refused_with_an_example(text):
    with pytest.raises(InputError, match="as in height=42cm"):
        parse_size(text)


@pytest.mark.parametrize(
    ("side", "axis"), [("width", 0), ("height", 1), ("depth", 2), ("longest", 1)]
)
def test_the_named_extent_gets_its_length_and_the_others_follow(side, axis):
    crate = a_crate()
    scale = scale_for(crate, KnownSide(side=MeasuredSide(side), metres=0.3))
    low, high = bounds_of(place_model(crate, placement=Placement(scale=scale.factor)))
    assert (high - low)[axis] == pytest.approx(0.3, rel=1e-6)
    assert (high - low) / (high - low)[1] == pytest.approx((0.5, 1, 0.25), rel=1e-5)


def test_a_length_between_two_points_is_measured_on_the_surface_they_show():
    crate, seen = a_crate(), evidence()
    # The front face is 2.75 m away: 600 px of focal length show 0.5 m as 109.09 px.
    half = 600 * 0.25 / 2.75
    size = KnownLength(first_px=(300.0 - half, 300.0), second_px=(300.0 + half, 300.0), metres=5.0)
    assert scale_for(crate, size, evidence=seen).factor == pytest.approx(10.0, rel=1e-4)


def test_points_beside_the_object_and_files_without_a_photo_are_refused():
    crate = a_crate()
    size = KnownLength(first_px=(2.0, 2.0), second_px=(300.0, 300.0), metres=1.0)
    with pytest.raises(InputError, match="does not lie on the object"):
        scale_for(crate, size, evidence=evidence())
    with pytest.raises(InputError, match="needs the photo's camera"):
        scale_for(crate, size)
    same = KnownLength(first_px=(300.0, 300.0), second_px=(300.0, 300.0), metres=1.0)
    with pytest.raises(InputError, match="one and the same"):
        scale_for(crate, same, evidence=evidence())


def test_the_outline_counts_by_how_many_pixels_the_extent_has():
    crate = a_crate()
    height = KnownSide(side=MeasuredSide.HEIGHT, metres=1.0)
    # 2 m, 3 m away, at 600 px: 400 px; two edges of 1 px each.
    (outline, lens) = scale_for(crate, height, evidence=evidence()).terms
    assert (outline.name, outline.relative) == (
        "outline",
        pytest.approx(np.sqrt(2) / 400, rel=0.01),
    )
    assert (lens.name, lens.relative) == ("lens", 0)
    twice = scale_for(crate, height, evidence=evidence(edge_px=2.0)).terms[0]
    assert twice.relative == pytest.approx(2 * outline.relative)


def test_the_lens_counts_only_for_what_reaches_into_depth():
    crate = a_crate()
    guessed = evidence(focal_error=0.3)
    wide = scale_for(crate, KnownSide(side=MeasuredSide.WIDTH, metres=1.0), evidence=guessed)
    deep = scale_for(crate, KnownSide(side=MeasuredSide.DEPTH, metres=1.0), evidence=guessed)
    assert wide.terms[1].relative == pytest.approx(0, abs=1e-9)
    # The crate is 0.5 m deep, 3 m away.
    assert deep.terms[1].relative == pytest.approx(0.3 * 0.5 / 3, rel=1e-3)


def test_an_error_bar_adds_up_all_terms_and_says_them():
    size = KnownSide(side=MeasuredSide.HEIGHT, metres=2.0, tolerance_m=0.02)
    scale = scale_for(a_crate(), size, evidence=evidence(focal_error=0.1))
    assert scale.relative_error == pytest.approx(np.hypot(0.01, np.sqrt(2) / 400), rel=0.01)
    assert "± 1.06 %" in scale.text
    assert "measure 1.00 %" in scale.text
    assert (
        "error unknown" in scale_for(a_crate(), KnownSide(side=MeasuredSide.WIDTH, metres=1.0)).text
    )


def test_a_flat_model_has_no_depth_to_scale_by():
    with pytest.raises(InputError, match="no depth"):
        scale_for(a_crate(size=(1.0, 1.0, 0.0)), KnownSide(side=MeasuredSide.DEPTH, metres=1.0))
