import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.asset.mesh import Mesh
from bozzetto.qa.uv import measure_uv
from tests.build import a_sphere
from tests.textured import a_globe


def a_page(*boxes, size=100, positions=None):
    """Flat squares of one metre side; each maps to a box (x0, y0, x1, y1) in texels."""
    corners, uvs, triangles = [], [], []
    for i, (x0, y0, x1, y1) in enumerate(boxes):
        # Seen from +z with v down, as a picture: not mirrored.
        corners += [[3 * i, 1, 0], [3 * i, 0, 0], [3 * i + 1, 0, 0], [3 * i + 1, 1, 0]]
        uvs += [[x0, y0], [x0, y1], [x1, y1], [x1, y0]]
        triangles += [[4 * i, 4 * i + 1, 4 * i + 2], [4 * i, 4 * i + 2, 4 * i + 3]]
    return Mesh(
        positions=np.float32(corners if positions is None else positions),
        triangles=np.int32(triangles),
        uvs=np.float32(uvs) / np.float32(size),
    )


def test_two_squares_by_hand():
    facts = measure_uv(a_page((10, 10, 30, 30), (35, 10, 55, 30)), 100)
    assert facts.charts == 2
    assert facts.utilization == pytest.approx(0.08)
    assert facts.overlap_share == 0
    assert facts.padding_px == 5
    assert facts.stretch_mean == pytest.approx(1, abs=1e-4)
    assert facts.texel_density_px_per_m == pytest.approx(20, rel=1e-4)
    assert facts.mirrored_share == 0
    assert facts.outside_share == 0


def test_a_box_twice_as_wide_as_the_square_is_stretched_by_two():
    facts = measure_uv(a_page((10, 10, 50, 30)), 100)
    assert facts.stretch_mean == pytest.approx(2, rel=1e-4)
    assert facts.stretch_p99 == pytest.approx(2, rel=1e-4)
    assert facts.padding_px is None


def test_a_chart_that_reads_mirrored_is_counted_by_area():
    facts = measure_uv(a_page((10, 10, 30, 30), (80, 10, 60, 30)), 100)
    assert facts.mirrored_share == pytest.approx(0.5)


def test_charts_on_top_of_each_other_overlap():
    facts = measure_uv(a_page((10, 10, 30, 30), (20, 10, 40, 30)), 100)
    assert facts.overlap_share == pytest.approx(200 / 800)
    assert facts.utilization == pytest.approx(0.06)


def test_triangles_beyond_the_texture_are_counted():
    assert measure_uv(a_page((90, 10, 110, 30), (10, 10, 30, 30)), 100).outside_share == 0.5


def test_seams_of_normals_do_not_split_a_chart():
    page = a_page((0, 0, 50, 50))
    corners = page.triangles.reshape(-1)
    split = Mesh(
        positions=page.positions[corners],
        uvs=page.uvs[corners],
        triangles=np.arange(6, dtype=np.int32).reshape(2, 3),
    )
    assert measure_uv(split, 64).charts == 1


@settings(max_examples=40)
@given(st.data())
def test_padding_as_a_slow_search_over_all_texels_finds_it(data):
    size = 24
    boxes = []
    for _ in range(data.draw(st.integers(2, 4))):
        x, y = data.draw(st.integers(0, 18)), data.draw(st.integers(0, 18))
        boxes.append((x, y, x + data.draw(st.integers(1, 5)), y + data.draw(st.integers(1, 5))))
    owner = np.full((size, size), -1)
    for i, (x0, y0, x1, y1) in enumerate(boxes):
        if (owner[y0:y1, x0:x1] >= 0).any():
            return  # Overlapping boxes have no gap to measure.
        owner[y0:y1, x0:x1] = i
    y, x = np.nonzero(owner >= 0)
    chart = owner[y, x]
    distance = np.hypot(x[:, None] - x, y[:, None] - y)[chart[:, None] != chart]
    facts = measure_uv(a_page(*boxes, size=size), size)
    assert facts.padding_px == pytest.approx(distance.min() - 1)


def test_every_texel_of_a_disc_belongs_to_one_triangle():
    angles = np.linspace(0, 2 * np.pi, 61)[:-1]
    rim = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.concatenate([[[0, 0]], rim])
    fan = np.stack([np.zeros(60), np.arange(60) + 1, (np.arange(60) + 1) % 60 + 1], axis=1)
    mesh = Mesh(
        positions=np.pad(points, ((0, 0), (0, 1))).astype(np.float32),
        triangles=fan.astype(np.int32),
        uvs=(points * [0.4, -0.4] + 0.5).astype(np.float32),
    )
    facts = measure_uv(mesh, 256)
    assert facts.overlap_share == 0
    assert facts.utilization == pytest.approx(np.pi * 0.16, rel=5e-3)
    assert facts.stretch_p99 == pytest.approx(1, abs=1e-3)


def test_a_globe_is_one_unmirrored_chart_that_fills_the_texture():
    facts = measure_uv(a_globe(columns=32, rows=16), 128)
    assert facts.charts == 1
    assert facts.mirrored_share == 0
    assert facts.utilization > 0.93
    assert facts.stretch_p99 > facts.stretch_mean > 1.5


def test_large_textures_scale_from_a_smaller_grid():
    page = a_page((100, 100, 300, 300), (500, 100, 700, 300), size=1024)
    small, large = measure_uv(page, 1024), measure_uv(page, 4096)
    assert small.padding_px == 200
    assert large.padding_px == pytest.approx(800, abs=2)
    assert large.texel_density_px_per_m == pytest.approx(4 * small.texel_density_px_per_m)


def test_refuses_a_mesh_without_uvs():
    with pytest.raises(ValueError, match="needs a mesh with uvs"):
        measure_uv(a_sphere(), 64)
