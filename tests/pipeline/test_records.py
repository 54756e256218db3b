import numpy as np
import pytest

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.reconstruction import PosedPhoto, Reason, Reconstruction, Scale
from bozzetto.asset.seen import SeenMaps
from bozzetto.errors import ProjectError
from bozzetto.findings import Finding, Severity
from bozzetto.pipeline.records import (
    digest_of_draft,
    read_draft,
    read_mask,
    to_eight_bits,
    write_draft,
    write_mask,
)
from tests.build import a_front_camera, a_mask, a_sphere

FINDING = Finding(code="mask.holes", severity=Severity.WARNING, message="Two holes.", measured=2.0)


def a_draft(*, shift=0.0):
    ball = a_sphere()
    rng = np.random.default_rng(0)
    mesh = Mesh(
        positions=ball.positions + np.float32(shift),
        triangles=np.array(ball.triangles),
        colors=rng.random((ball.num_vertices, 3), dtype=np.float32),
        confidence=rng.random(ball.num_vertices, dtype=np.float32),
        origin=rng.integers(1, 4, ball.num_vertices).astype(np.uint8),
    )
    reason = Reason(name="iou", value=0.99, score=0.9, weight=2.0, text="the outline fits")
    return Reconstruction(
        mesh=mesh,
        posed=(
            PosedPhoto(photo_id="a" * 64, camera=a_front_camera()),
            PosedPhoto(photo_id="b" * 64, camera=a_front_camera(), seen=some_maps()),
            PosedPhoto(photo_id="c" * 64, camera=None),
        ),
        resolved_detail=0.02,
        scale=Scale(known=True, relative_uncertainty=0.01, source="marker board"),
        engine="inflate",
        variant="elliptic",
        seed=3,
        reasons=(reason,),
        findings=(FINDING,),
    )


def some_maps():
    rng = np.random.default_rng(1)
    return SeenMaps(
        corner_px=(-3.0, 10.5),
        pixel_px=4.25,
        normals=rng.random((6, 5, 3), dtype=np.float32),
        albedo=rng.random((6, 5, 3), dtype=np.float32),
        roughness=rng.random((6, 5), dtype=np.float32),
        metallic=rng.random((6, 5), dtype=np.float32),
    )


def test_a_draft_comes_back_exactly(tmp_path):
    draft = a_draft()
    write_draft(draft, tmp_path)
    again = read_draft(tmp_path)
    for name in ("positions", "triangles", "colors", "confidence", "origin"):
        np.testing.assert_array_equal(getattr(again.mesh, name), getattr(draft.mesh, name))
    assert again.mesh.uvs is None
    assert (again.reasons, again.findings) == (draft.reasons, draft.findings)
    assert (again.engine, again.variant, again.seed) == ("inflate", "elliptic", 3)
    pose, expected = again.cameras[0].world_from_camera, draft.cameras[0].world_from_camera
    np.testing.assert_array_equal(pose.rotation, expected.rotation)
    np.testing.assert_array_equal(pose.translation, expected.translation)
    assert again.cameras[0].focal_px == draft.cameras[0].focal_px
    assert (again.resolved_detail, again.scale) == (draft.resolved_detail, draft.scale)
    assert [photo.photo_id for photo in again.posed] == [photo.photo_id for photo in draft.posed]
    assert [photo.camera is None for photo in again.posed] == [False, False, True]
    nothing, maps, _ = (photo.seen for photo in again.posed)
    assert nothing is None
    assert (maps.corner_px, maps.pixel_px) == ((-3.0, 10.5), 4.25)
    for name in ("normals", "albedo", "roughness", "metallic"):
        np.testing.assert_array_equal(getattr(maps, name), getattr(draft.posed[1].seen, name))


def test_a_draft_gives_the_same_bytes_twice(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_draft(a_draft(), tmp_path / name)
    for file in ("draft.npz", "draft.json", "seen_1.npz"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_the_digest_of_a_draft_sees_the_smallest_move():
    assert digest_of_draft(a_draft()) == digest_of_draft(a_draft())
    assert digest_of_draft(a_draft()) != digest_of_draft(a_draft(shift=1e-6))


def test_a_mask_in_eight_bits_comes_back_exactly(tmp_path):
    mask = to_eight_bits(a_mask())
    write_mask((mask, (FINDING,)), tmp_path)
    again, findings = read_mask(tmp_path)
    np.testing.assert_array_equal(again.alpha, mask.alpha)
    assert (again.source, again.confidence, findings) == (mask.source, 1.0, (FINDING,))


def test_rounding_a_mask_twice_changes_nothing():
    once = to_eight_bits(a_mask())
    np.testing.assert_array_equal(to_eight_bits(once).alpha, once.alpha)


@pytest.mark.parametrize("damage", [b"", b"{", b"garbage"])
@pytest.mark.parametrize("file", ["draft.npz", "draft.json", "seen_1.npz"])
def test_a_damaged_draft_is_a_sentence(tmp_path, file, damage):
    write_draft(a_draft(), tmp_path)
    (tmp_path / file).write_bytes(damage)
    with pytest.raises(ProjectError, match="damaged"):
        read_draft(tmp_path)


@pytest.mark.parametrize("file", ["mask.png", "mask.json"])
def test_a_damaged_mask_is_a_sentence(tmp_path, file):
    write_mask((a_mask(), ()), tmp_path)
    (tmp_path / file).write_bytes(b"x")
    with pytest.raises(ProjectError, match="damaged"):
        read_mask(tmp_path)
