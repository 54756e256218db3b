import hashlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bozzetto.errors import ResourceError
from bozzetto.rigging.blazepose import WEIGHTS, BlazePose
from bozzetto.rigging.landmarks import swapped_order

SHA256 = {
    "pose_detection.onnx": "7359123e267b404162e9f538fe0bd2f51542cc28c0f1f98afe84317f0996ae13",
    "pose_landmark_full.onnx": "814baef40cb287807c11a3ae91717347caf11a1cc7c79e29f1f55ebf4c16d751",
}
PHOTOS = Path(__file__).parents[2] / "examples" / "photos"
SIDE_PX = 400
BODY = slice(11, None)
"""Landmarks below the face, whose two sides are a few pixels apart here."""
READ_BY_EYE = {
    0: (192, 107),  # nose
    11: (215, 133),  # left shoulder
    12: (178, 132),
    15: (283, 143),  # left wrist
    16: (115, 136),
    27: (210, 332),  # left ankle
    28: (188, 332),
    31: (206, 350),  # left toes
    32: (180, 350),
}


@cache
def a_photo(name):
    """A photo that ships with the examples, 400 px a side."""
    with Image.open(PHOTOS / name) as image:
        small = image.convert("RGB").resize((SIDE_PX, SIDE_PX))
    return np.asarray(small, np.float32) / 255


@cache
def network():
    return BlazePose()


def person_in(srgb):
    """Find somebody, and their landmarks in the crop that the first landmarks suggest."""
    found = network().detect(srgb)
    first = network().find_landmarks(srgb, found.crop)
    return found.score, network().find_landmarks(srgb, first.crop).points_px


@cache
def the_witch():
    return person_in(a_photo("character.jpg"))


def miss_px(points, expected):
    return np.linalg.norm(points - expected, axis=1)


@pytest.mark.parametrize("name", SHA256)
def test_the_weights_are_the_ones_that_were_converted(name):
    assert hashlib.sha256((WEIGHTS / name).read_bytes()).hexdigest() == SHA256[name]


def test_a_person_is_found_and_an_empty_picture_or_a_chair_is_none():
    score, _ = the_witch()
    assert score > 0.9
    assert network().detect(a_photo("chair.jpg")).score < 0.5
    assert network().detect(np.full((200, 300, 3), 0.9, np.float32)).score < 0.3


def test_landmarks_are_where_a_person_reads_them():
    _, points = the_witch()
    read = np.array(list(READ_BY_EYE.values()))
    assert miss_px(points[list(READ_BY_EYE)], read).max() < 0.02 * SIDE_PX


def test_landmarks_move_with_the_picture():
    photo = a_photo("character.jpg")
    moved = np.empty((SIDE_PX + 80, SIDE_PX + 120, 3), np.float32)
    moved[:] = photo[0, 0]
    moved[60 : 60 + SIDE_PX, 30 : 30 + SIDE_PX] = photo
    score, points = person_in(moved)
    assert score > 0.9
    assert miss_px(points, the_witch()[1] + (30, 60)).max() < 4


def test_landmarks_turn_with_the_picture():
    _, upright = the_witch()
    score, points = person_in(np.ascontiguousarray(np.rot90(a_photo("character.jpg"), -1)))
    assert score > 0.9
    clockwise = np.stack([SIDE_PX - upright[:, 1], upright[:, 0]], axis=1)
    assert miss_px(points, clockwise).max() < 6


def test_a_mirror_swaps_left_and_right():
    _, seen = the_witch()
    score, points = person_in(np.ascontiguousarray(a_photo("character.jpg")[:, ::-1]))
    assert score > 0.9
    mirrored = np.stack([SIDE_PX - seen[:, 0], seen[:, 1]], axis=1)[swapped_order()]
    assert miss_px(points, mirrored)[BODY].max() < 5


def test_missing_weights_are_named_with_what_to_do(tmp_path: Path):
    with pytest.raises(ResourceError, match=r"are not at .*pose_detection\.onnx") as caught:
        BlazePose(tmp_path)
    assert caught.value.advice == "Install them again."


def test_damaged_weights_are_named_with_what_to_do(tmp_path: Path):
    (tmp_path / "pose_detection.onnx").write_bytes(b"no network")
    with pytest.raises(ResourceError, match=r"pose_detection\.onnx could not be loaded"):
        BlazePose(tmp_path)
