import hashlib
from pathlib import Path

import numpy as np
import pytest

from bozzetto.errors import ResourceError
from bozzetto.rigging.blazepose import WEIGHTS, BlazePose

SHA256 = {
    "pose_detection.onnx": "7359123e267b404162e9f538fe0bd2f51542cc28c0f1f98afe84317f0996ae13",
    "pose_landmark_full.onnx": "814baef40cb287807c11a3ae91717347caf11a1cc7c79e29f1f55ebf4c16d751",
}


@pytest.mark.parametrize("name", SHA256)
def test_the_weights_are_the_ones_that_were_converted(name):
    assert hashlib.sha256((WEIGHTS / name).read_bytes()).hexdigest() == SHA256[name]


def test_an_empty_picture_holds_nobody():
    assert BlazePose().detect(np.full((200, 300, 3), 0.9, np.float32)).score < 0.3


def test_missing_weights_say_so(tmp_path: Path):
    with pytest.raises((ResourceError, FileNotFoundError)):
        BlazePose(tmp_path)
