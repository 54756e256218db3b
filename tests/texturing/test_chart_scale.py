import numpy as np
import pytest

from bozzetto.errors import InputError
from bozzetto.geometry.normals import area_vectors
from bozzetto.qa.uv import measure_uv
from bozzetto.texturing.chart_scale import seen_shares
from bozzetto.texturing.charts import label_charts, scaled_charts
from bozzetto.texturing.unwrap import UnwrapOptions, unwrap, uv_areas
from tests.build import a_sphere
from tests.texturing.scene import camera_at


def densities(mesh, chosen):
    """Texels per metre of some triangles, on a page of 512."""
    flat = np.abs(uv_areas(mesh.uvs, mesh.triangles))[chosen].sum()
    solid = np.linalg.norm(area_vectors(mesh.positions, mesh.triangles), axis=1)[chosen].sum()
    return 512 * np.sqrt(flat / solid)


def test_a_ball_is_seen_by_the_cosine_and_only_in_front():
    ball = a_sphere(subdivisions=4)
    seen = seen_shares(ball, [camera_at(0)])
    centres = ball.positions[ball.triangles].mean(1) - np.array([0, 0.5, 0])
    rays = np.array([0, 0, 2.5]) - centres
    cosine = (
        (centres * rays).sum(1) / np.linalg.norm(centres, axis=1) / np.linalg.norm(rays, axis=1)
    )
    np.testing.assert_allclose(seen, np.clip(cosine, 0, 1), atol=0.02)
    assert seen_shares(ball, [camera_at(0), camera_at(180)]).mean() > 1.9 * seen.mean()


def test_what_stands_behind_something_else_is_not_seen():
    ball = a_sphere(subdivisions=3)
    behind = ball.positions - np.array([0, 0, 1.5], np.float32)
    both = type(ball)(
        positions=np.concatenate([ball.positions * np.float32(1.2), behind]),
        triangles=np.concatenate([ball.triangles, ball.triangles + ball.num_vertices]),
    )
    seen = seen_shares(both, [camera_at(0)])
    assert seen[ball.num_triangles :].max() == 0


def test_seen_charts_get_the_density_asked_for_and_the_layout_stays_sound():
    ball = a_sphere(subdivisions=4)
    front = (ball.positions[ball.triangles].mean(1)[:, 2] > 0).astype(np.float32)
    options = UnwrapOptions(texture_size=512, seen_ratio=2.0)
    plain, scaled = (unwrap(ball, options=options, seen=seen).mesh for seen in (None, front))
    facts = measure_uv(scaled, 512)
    assert (facts.overlap_share, facts.mirrored_share, facts.outside_share) == (0, 0, 0)
    assert facts.padding_px >= 3
    np.testing.assert_array_equal(
        scaled.positions[scaled.triangles], ball.positions[ball.triangles]
    )
    share = densities(scaled, front > 0) / densities(scaled, front == 0)
    assert share > 1.2 * densities(plain, front > 0) / densities(plain, front == 0)


def test_each_chart_is_scaled_as_a_whole_by_its_mean():
    uvs = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [2, 0], [3, 0], [2, 1]], np.float32)
    triangles = np.array([[0, 2, 1], [0, 3, 2], [4, 6, 5]], np.int32)
    assert label_charts(triangles, num_vertices=7)[1] == 2
    seen = np.array([1, 0, 1], np.float32)
    flat = scaled_charts(uvs, triangles, seen=seen, seen_ratio=4.0)
    np.testing.assert_allclose(flat[1], [0.5, 0, 0], atol=1e-5)  # Half seen: 4 ** -0.5.
    np.testing.assert_allclose(flat[5] - flat[4], [1, 0, 0], atol=1e-5)


@pytest.mark.parametrize("ratio", [0.9, 4.1, np.nan])
def test_ratios_out_of_range_are_refused(ratio):
    with pytest.raises(InputError, match="1 to 4"):
        unwrap(a_sphere(), options=UnwrapOptions(texture_size=256, seen_ratio=ratio))


def test_charts_are_numbered_as_they_hang_together():
    ball = a_sphere(subdivisions=3)
    rng = np.random.default_rng(0)
    shuffled = rng.permutation(3 * ball.num_vertices).astype(np.int32)
    triangles = shuffled[np.concatenate([ball.triangles + k * ball.num_vertices for k in range(3)])]
    chart, count = label_charts(triangles, num_vertices=3 * ball.num_vertices)
    assert count == 3
    parts = chart.reshape(3, -1)
    assert (parts == parts[:, :1]).all()
    assert len(np.unique(parts[:, 0])) == 3
