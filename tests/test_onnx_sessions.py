"""A network is loaded once per process, and runs on the same number of threads everywhere."""

import os
import shutil

import onnxruntime
import pytest

from bozzetto import onnx_sessions
from bozzetto.engines.network.card import WEIGHTS as ENGINE_WEIGHTS
from bozzetto.errors import ResourceError
from bozzetto.matting.models import u2netp
from bozzetto.matting.segment import segment
from bozzetto.onnx_sessions import INTRA_OP_THREADS, open_session
from bozzetto.rigging.blazepose import WEIGHTS as POSE_WEIGHTS
from tests.build import a_disc
from tests.matting.test_segment import a_scene

ALL_WEIGHTS = (
    u2netp.WEIGHTS,
    ENGINE_WEIGHTS,
    POSE_WEIGHTS / "pose_detection.onnx",
    POSE_WEIGHTS / "pose_landmark_full.onnx",
)


@pytest.fixture
def nothing_loaded():
    onnx_sessions._opened.cache_clear()


@pytest.fixture
def made(monkeypatch, nothing_loaded):
    """What ONNX Runtime has been asked to load, one entry for each session."""
    loaded, real = [], onnxruntime.InferenceSession

    def counted(data, options, providers):
        loaded.append(options.intra_op_num_threads)
        return real(data, options, providers)

    monkeypatch.setattr(onnxruntime, "InferenceSession", counted)
    return loaded


def opened(path, **changes):
    return open_session(path, what="'u2netp'", advice="Fetch them again.", **changes)


def a_copy(folder):
    return shutil.copyfile(u2netp.WEIGHTS, folder / "net.onnx")


def test_two_photos_are_cut_out_with_one_session(made):
    for radius in (40, 60):
        segment(a_scene(alpha=a_disc(height=160, width=160, radius=radius)))
    assert len(made) == 1


@pytest.mark.parametrize("cores", [1, 64, None])
@pytest.mark.parametrize("weights", ALL_WEIGHTS, ids=lambda path: path.stem)
def test_the_number_of_threads_does_not_depend_on_the_machine(monkeypatch, made, weights, cores):
    if not weights.exists():
        pytest.skip(f"{weights.name} is not in this checkout")
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    session = opened(weights).session
    assert session.get_session_options().intra_op_num_threads == INTRA_OP_THREADS
    assert made == [INTRA_OP_THREADS]


def test_a_file_that_was_replaced_is_loaded_anew(tmp_path, made):
    path = a_copy(tmp_path)
    first = opened(path)
    assert opened(path) is first
    os.utime(path, ns=(1, 1))
    assert opened(path) is not first
    assert len(made) == 2


def test_a_file_with_another_hash_than_expected_is_refused_even_when_it_is_loaded(tmp_path):
    path = a_copy(tmp_path)
    assert opened(path, sha256=u2netp.CARD.sha256) is not opened(path)
    with pytest.raises(ResourceError, match="are damaged: their sha256 should be 00000"):
        opened(path, sha256="0" * 64)


def test_a_missing_file_and_one_that_is_no_network_are_told_apart(tmp_path):
    with pytest.raises(ResourceError, match=r"of 'u2netp' are not at .*nothing\.onnx") as caught:
        opened(tmp_path / "nothing.onnx")
    assert caught.value.advice == "Fetch them again."
    (tmp_path / "text.onnx").write_text("no network")
    with pytest.raises(ResourceError, match=r"text\.onnx could not be loaded"):
        opened(tmp_path / "text.onnx")
