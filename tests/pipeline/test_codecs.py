import numpy as np
import pytest

from bozzetto.asset.asset import Asset
from bozzetto.asset.material import Material, TexelProvenance
from bozzetto.asset.mesh import Mesh
from bozzetto.asset.reconstruction import PosedPhoto, Reason, Reconstruction, Scale
from bozzetto.asset.seen import SeenMaps
from bozzetto.errors import ProjectError
from bozzetto.findings import Finding, Severity
from bozzetto.formats.gltf.glb import write_glb
from bozzetto.geometry.normals import vertex_normals
from bozzetto.pipeline.codecs import (
    decode_asset,
    decode_mask_files,
    decode_reconstruction,
    digest_of_shape,
    encode_asset,
    encode_mask,
    encode_reconstruction,
    to_eight_bits,
)
from bozzetto.pipeline.results import RECONSTRUCTION
from bozzetto.plans.plan import Node
from bozzetto.plans.results import find_result, keep_result, read_result
from bozzetto.plans.stage import Stage
from bozzetto.store.local import LocalStore
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


def test_a_draft_comes_back_exactly():
    draft = a_draft()
    again = decode_reconstruction(encode_reconstruction(draft))
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


def test_a_draft_gives_the_same_bytes_twice():
    assert encode_reconstruction(a_draft()) == encode_reconstruction(a_draft())


def test_the_digest_of_a_draft_sees_the_smallest_move():
    assert digest_of_shape(a_draft()) == digest_of_shape(a_draft())
    assert digest_of_shape(a_draft()) != digest_of_shape(a_draft(shift=1e-6))


def test_a_mask_in_eight_bits_comes_back_exactly():
    mask = to_eight_bits(a_mask())
    again, findings = decode_mask_files(encode_mask(mask, (FINDING,)))
    np.testing.assert_array_equal(again.alpha, mask.alpha)
    assert (again.source, again.confidence, findings) == (mask.source, 1.0, (FINDING,))


def test_rounding_a_mask_twice_changes_nothing():
    once = to_eight_bits(a_mask())
    np.testing.assert_array_equal(to_eight_bits(once).alpha, once.alpha)


DRAFTS = Stage(name="drafts", version=1, run=print, codec=RECONSTRUCTION)


@pytest.mark.parametrize("damage", [b"", b"{", b"garbage"])
@pytest.mark.parametrize("name", ["mesh.npz", "reconstruction.json", "seen_1.npz"])
def test_a_damaged_draft_is_a_sentence_and_is_forgotten_so_that_it_is_made_again(
    tmp_path, name, damage
):
    store, node = LocalStore(tmp_path), Node(stage=DRAFTS, inputs={})
    record = keep_result(store, node, a_draft(), seconds=0.0)
    store.path(record.files[name].sha256).write_bytes(damage)
    with pytest.raises(ProjectError, match=r"damaged|not in the store"):
        read_result(store, DRAFTS, node.key)
    assert find_result(store, "drafts", node.key) is None


def an_asset():
    ball, rng = a_sphere(), np.random.default_rng(2)
    mesh = Mesh(
        positions=np.array(ball.positions),
        triangles=np.array(ball.triangles),
        normals=vertex_normals(ball.positions, ball.triangles),
        uvs=rng.random((ball.num_vertices, 2), dtype=np.float32),
        quads=np.zeros((0, 2), np.int32),
    )
    normal = rng.normal(size=(8, 8, 3)).astype(np.float32)
    return Asset(
        name="ball",
        mesh=mesh,
        material=Material(
            name="ball",
            base_color=rng.random((8, 8, 3), dtype=np.float32),
            normal=normal / np.linalg.norm(normal, axis=2, keepdims=True),
            orm=rng.random((8, 8, 3), dtype=np.float32),
        ),
        provenance=TexelProvenance(
            origin=rng.integers(0, 4, (8, 8)).astype(np.uint8),
            confidence=rng.random((8, 8), dtype=np.float32),
        ),
        cameras=(a_front_camera(),),
        photo_light=(rng.random((ball.num_vertices, 3), dtype=np.float32),),
    )


def test_an_asset_that_was_kept_gives_the_same_file_as_the_one_that_was_made():
    made = an_asset()
    again = decode_asset(encode_asset(made))
    assert write_glb(again) == write_glb(made)
    np.testing.assert_array_equal(again.photo_light[0], made.photo_light[0])
    np.testing.assert_array_equal(again.provenance.origin, made.provenance.origin)
    assert encode_asset(again) == encode_asset(made)
