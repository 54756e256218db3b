from dataclasses import replace

import pytest

from bozzetto.asset.reconstruction import PosedPhoto, Reason, Reconstruction, Scale
from tests.build import a_foreground, a_front_camera, a_sphere

PHOTOS = [a_foreground(seed=k) for k in range(3)]


def a_reconstruction(**changes):
    posed = (
        PosedPhoto(photo_id=PHOTOS[0].sha256, camera=a_front_camera()),
        PosedPhoto(photo_id=PHOTOS[1].sha256, camera=None),
        PosedPhoto(photo_id=PHOTOS[2].sha256, camera=a_front_camera(distance=5.0)),
    )
    made = Reconstruction(
        mesh=a_sphere(), posed=posed, engine="test", variant="v", seed=0, resolved_detail=0.02
    )
    return replace(made, **changes)


def test_photos_are_paired_with_their_own_cameras_whatever_their_order():
    made = a_reconstruction()
    pairs = made.placed_foregrounds(PHOTOS[::-1])
    assert [(photo.sha256, camera.position[2]) for photo, camera, _ in pairs] == [
        (PHOTOS[0].sha256, 3.0),
        (PHOTOS[2].sha256, 5.0),
    ]
    assert [camera.position[2] for camera in made.cameras] == [3.0, 5.0]
    assert [photo.photo_id for photo in made.placed] == [PHOTOS[0].sha256, PHOTOS[2].sha256]


def test_the_score_is_the_weighted_mean_of_the_reasons():
    reasons = tuple(
        Reason(name="r", value=1.0, score=score, weight=weight, text="t")
        for score, weight in ((1.0, 3.0), (0.2, 1.0))
    )
    assert a_reconstruction(reasons=reasons).score == pytest.approx(0.8)
    assert a_reconstruction().score == 0


def test_refuses_a_photo_twice_a_detail_out_of_range_and_a_negative_uncertainty():
    with pytest.raises(ValueError, match="each photo once"):
        a_reconstruction(posed=(PosedPhoto(photo_id="a", camera=None),) * 2)
    for detail in (0.0, 1.5, float("nan")):
        with pytest.raises(ValueError, match="resolved_detail"):
            a_reconstruction(resolved_detail=detail)
    with pytest.raises(ValueError, match="0 or more"):
        Scale(known=True, relative_uncertainty=-0.1)
