"""The measurement itself, on an object that is predicted exactly, and on spoiled predictions."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from benchmarks.quality.baselines import BASELINES, Baseline
from benchmarks.quality.evaluate import evaluate, prepare, silhouette_of
from benchmarks.quality.objects import (
    ObjectRef,
    choose_evenly,
    choose_objects,
    load_model,
    random_views,
    side_views,
    true_object,
)
from benchmarks.quality.rows import append_rows, flat_row, key_of, read_rows
from benchmarks.quality.run import Plan, measure_object, methods_of, run
from benchmarks.quality.scene import move_camera
from benchmarks.quality.seeds import compare_seeds
from bozzetto.asset.mesh import Mesh
from bozzetto.asset.reconstruction import PosedPhoto, Reconstruction
from bozzetto.geometry.compare.similarity import Similarity
from bozzetto.geometry.measure.outside import visible_from
from bozzetto.geometry.raycast import Raycaster
from bozzetto.views.foreground import Side
from bozzetto_train.scenes.gbuffer import prepare_scene

CHAIR = ObjectRef(name="toy/chair", category="furniture")


@cache
def a_prepared_view():
    scene = prepare_scene(load_model(CHAIR))
    (view,) = random_views(scene, true_object(scene, category="furniture"), count=1)
    return prepare(view)


@cache
def the_exact_draft():
    """The truth as a closed mesh with the true camera."""
    view = a_prepared_view().view
    mesh = trimesh.Trimesh(view.thing.mesh.positions, view.thing.mesh.triangles)
    solid = trimesh.boolean.union(list(mesh.split()), engine="manifold")
    corners = np.asarray(solid.triangles, np.float32).reshape(-1, 3)
    triangles = np.arange(len(corners), dtype=np.int32).reshape(-1, 3)
    inward = (
        corners.reshape(-1, 3, 3).mean(axis=1, keepdims=True)
        - np.asarray(solid.face_normals)[:, None] * 1e-3
    )
    nearest = view.thing.caster.first_hits(
        (inward + 2e-3 * np.asarray(solid.face_normals)[:, None])[:, 0],
        -np.asarray(solid.face_normals),
    )
    colors = view.thing.colors_of(nearest.triangle, nearest.barycentric)
    return Reconstruction(
        mesh=Mesh(positions=corners, triangles=triangles, colors=np.repeat(colors, 3, axis=0)),
        posed=(PosedPhoto(photo_id=view.foreground.sha256, camera=view.camera),),
        resolved_detail=0.08,
        engine="exact",
        variant="exact",
        seed=0,
    )


def moved(draft, by):
    """The same draft in another world."""
    mesh = replace(draft.mesh, positions=by.apply(draft.mesh.positions).astype(np.float32))
    posed = replace(draft.posed[0], camera=move_camera(draft.cameras[0], by))
    return replace(draft, mesh=mesh, posed=(posed,))


def squeezed(draft, factors):
    """A draft of the wrong proportions, its camera as it was."""
    positions = np.ascontiguousarray(draft.mesh.positions * np.float32(factors))
    return replace(draft, mesh=replace(draft.mesh, positions=positions))


@cache
def the_exact_scores():
    return evaluate(a_prepared_view(), the_exact_draft())


def test_an_exact_prediction_reaches_the_best_of_every_figure():
    scores = the_exact_scores()
    for level in ("yaw", "so3+icp", "camera", "camera+fit"):
        assert scores.levels[level].f_scores[2] > 0.99  # At 0.05.
        assert (
            scores.levels[level].normal_error_deg < 12
        )  # Thin legs: the nearest point may lie round an edge.
    assert scores.visible.f_scores[2] > 0.97
    assert scores.hidden.f_scores[2] > 0.97
    assert scores.iou_view > 0.75  # Legs are about two cells wide, and the truth has a skin.
    assert scores.iou_aligned > 0.75
    assert scores.silhouette_iou > 0.98
    assert scores.color.psnr > 30
    assert scores.color.psnr_overlap > 35
    assert scores.camera.elevation_deg < 1e-6
    assert scores.camera.up_deg < 1e-3
    assert scores.camera.fov_deg < 1e-6


def test_the_world_of_a_prediction_does_not_matter():
    by = Similarity(
        scale=3.7,
        rotation=Rotation.from_euler("y", 100, degrees=True).as_matrix(),
        translation=np.array([1.0, 2.0, -3.0]),
    )
    here, there = the_exact_scores(), evaluate(a_prepared_view(), moved(the_exact_draft(), by))
    assert there.iou_view == pytest.approx(here.iou_view, abs=0.01)
    assert there.silhouette_iou == pytest.approx(here.silhouette_iou, abs=0.01)
    assert there.camera.up_deg == pytest.approx(0, abs=0.01)
    for level in ("so3+icp", "camera"):
        assert there.levels[level].cd_mean == pytest.approx(here.levels[level].cd_mean, abs=2e-3)


def test_the_lens_of_a_prediction_does_not_matter_in_the_views_own_frame():
    prepared, draft = a_prepared_view(), the_exact_draft()
    frame = prepared.frame
    pose, depth, wider = frame.camera.world_from_camera, 2.5, 1.4
    fine = trimesh.Trimesh(draft.mesh.positions, draft.mesh.triangles).subdivide_to_size(0.05)
    points = pose.inverse().apply(np.asarray(fine.vertices))
    centre = np.array(frame.centre)
    # The same u, v and w behind a lens of another angle, at another distance and scale.
    uv = (points[:, :2] / points[:, 2:] - centre) / frame.half
    w = (points[:, 2] - frame.depth) / frame.unit
    z = depth + w * 2 * frame.half * wider * depth
    there = np.column_stack([(centre + uv * frame.half) * wider * z[:, None], z])
    mesh = Mesh(
        positions=pose.apply(there).astype(np.float32), triangles=np.array(fine.faces, np.int32)
    )
    camera = replace(frame.camera, focal_px=frame.camera.focal_px / wider)
    posed = (replace(draft.posed[0], camera=camera),)
    scores = evaluate(prepared, replace(draft, mesh=mesh, posed=posed))
    exact = the_exact_scores()
    assert scores.iou_view == pytest.approx(exact.iou_view, abs=0.02)
    assert scores.silhouette_iou == pytest.approx(exact.silhouette_iou, abs=0.01)
    wanted = 2 * np.degrees(np.arctan(frame.half * wider) - np.arctan(frame.half))
    assert scores.camera.fov_deg == pytest.approx(wanted, abs=1e-6)


def test_a_prediction_without_a_back_is_found_wanting_on_the_hidden_part():
    draft, camera = the_exact_draft(), a_prepared_view().view.camera
    caster = Raycaster(draft.mesh.positions, draft.mesh.triangles)
    centres = draft.mesh.positions[draft.mesh.triangles].mean(axis=1)
    seen = visible_from(caster, centres, position=camera.position, slack=1e-3)
    front = replace(draft, mesh=replace(draft.mesh, triangles=draft.mesh.triangles[seen]))
    scores = evaluate(a_prepared_view(), front)
    assert scores.hidden.completeness > 2 * scores.visible.completeness
    assert scores.hidden.f_scores[2] < scores.visible.f_scores[2] - 0.2
    assert scores.iou_view < 0.6 * the_exact_scores().iou_view


def test_wrong_proportions_are_seen_at_every_level():
    scores = evaluate(a_prepared_view(), squeezed(the_exact_draft(), (1, 0.5, 1)))
    exact = the_exact_scores()
    for level, distance in scores.levels.items():
        assert distance.cd_mean > 1.5 * exact.levels[level].cd_mean
    assert scores.silhouette_iou < 0.9


@pytest.mark.parametrize("name", BASELINES)
def test_baselines_fill_the_silhouettes_box(name):
    foreground = a_prepared_view().view.foreground
    draft = Baseline(name).reconstruct((foreground,), seed=0)
    seen = silhouette_of(
        Raycaster(draft.mesh.positions, draft.mesh.triangles), draft.cameras[0]
    ).reshape(foreground.alpha.shape)
    for axis in (0, 1):
        found = np.flatnonzero(seen.any(axis=axis))[[0, -1]]
        wanted = np.flatnonzero((foreground.alpha > 0.5).any(axis=axis))[[0, -1]]
        np.testing.assert_allclose(found, wanted, atol=1.5)
    assert draft.mesh.bounds[0][1] == pytest.approx(0, abs=1e-6)


def test_named_views_show_their_sides():
    scene = prepare_scene(load_model(CHAIR))
    views = side_views(scene, true_object(scene, category="furniture"))
    assert [view.foreground.side for view in views] == list(Side)
    for view, (x, z) in zip(views, ((0, 1), (1, 0), (0, -1), (-1, 0)), strict=True):
        toward = view.camera.position[[0, 2]] / np.linalg.norm(view.camera.position[[0, 2]])
        assert toward @ (x, z) > np.cos(np.radians(20))


def test_seeds_that_agree_differ_no_more_than_two_samples_do():
    draft = the_exact_draft()
    same = compare_seeds([draft, draft, draft])
    assert same.silhouette_iou == 1
    assert same.hidden_f005 == pytest.approx(same.same_f005, abs=0.01)
    other = squeezed(draft, (1, 1, 0.7))
    assert compare_seeds([draft, other]).hidden_f005 < same.hidden_f005 - 0.05


def test_objects_are_chosen_from_all_categories_by_their_names_only():
    refs = [
        ObjectRef(name=f"{category}{number}", category=category)
        for category, count in (("furniture", 50), ("character", 4), ("prop", 50), ("other", 50))
        for number in range(count)
    ]
    chosen = choose_evenly(refs, count=60)
    counts = {c: sum(ref.category == c for ref in chosen) for c in ("furniture", "character")}
    assert len(chosen) == 60
    assert counts["character"] == 4
    assert counts["furniture"] >= 20
    assert choose_evenly(refs[::-1], count=60) == chosen


def test_rows_come_back_as_written(tmp_path):
    plan = Plan(what="views", methods=methods_of(["box"]), views=1, features=None)
    (ref,) = choose_objects(None, count=1)
    answer = measure_object(ref, plan)
    assert answer.problem == ""
    path = tmp_path / "quality.csv"
    append_rows(path, answer.rows)
    (row,) = read_rows(path)
    assert key_of(row) == key_of(answer.rows[0])
    assert float(row["f0.1@so3+icp"]) == answer.rows[0]["f0.1@so3+icp"]
    with pytest.raises(ValueError, match="columns"):
        append_rows(path, [{"other": 1}])


def test_a_run_measures_what_is_missing_only(tmp_path, capsys):
    plan = Plan(what="seeds", methods=methods_of(["box"]), views=1, features=None)
    refs, path = choose_objects(None, count=2), tmp_path / "seeds.csv"
    run(plan, refs[:1], out=path, jobs=1)
    run(plan, refs, out=path, jobs=1)
    assert "2 objects, 1 to measure" in capsys.readouterr().out
    assert [row["object"] for row in read_rows(path)] == [ref.name for ref in refs]


def test_a_broken_object_is_an_answer():
    plan = Plan(what="views", methods=methods_of(["box"]), views=1, features=None)
    answer = measure_object(ObjectRef(name="toy/unicorn", category="prop"), plan)
    assert answer.rows == ()
    assert "unicorn" in answer.problem


def test_every_figure_of_a_row_is_a_number():
    row = flat_row(the_exact_scores(), seconds=1.0, triangles=12)
    for name, value in row.items():
        if name not in ("rotation@so3+icp", "color_mobilenet"):
            assert np.isfinite(float(value)), name
