import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.engines.inflate.grid import (
    GridOptions,
    crop_padded,
    keep_large_pieces,
    working_grid,
)
from tests.build import a_disc
from tests.engines.silhouettes import cut_out, drawn


@settings(max_examples=10)
@given(
    radius=st.floats(40, 110),
    centre=st.tuples(st.floats(120, 180), st.floats(120, 180)),
)
def test_the_distance_of_a_disc_is_right_to_a_fifth_of_a_cell(radius, centre):
    alpha = a_disc(height=300, width=300, radius=radius, centre=centre)
    grid = working_grid(cut_out(alpha))
    height, width = grid.distance.shape
    x = (np.arange(width) + 0.5) * grid.cell_px[0] + grid.corner_px[0]
    y = (np.arange(height) + 0.5) * grid.cell_px[1] + grid.corner_px[1]
    from_middle = np.hypot(x[None, :] - centre[1], y[:, None] - centre[0])
    truth = (radius - from_middle) / grid.cell_px[0]
    near = np.abs(truth) < 2
    pixel = 0.5 / grid.cell_px[0]  # The photo itself holds the outline to half a pixel.
    assert np.abs(grid.distance - truth)[near].max() < 0.2 + pixel


def test_the_object_fills_the_cells_asked_for_whatever_its_size():
    for radius in (60, 200, 380):
        alpha = a_disc(height=800, width=800, radius=radius)
        cells = working_grid(cut_out(alpha)).inside.sum()
        assert cells == pytest.approx(GridOptions().target_cells, rel=0.05)


def test_a_long_thin_object_is_limited_by_its_length():
    rod = drawn(([(20, 20), (780, 20)], 6), height=40, width=800)
    grid = working_grid(cut_out(rod), options=GridOptions(longest_cells=300))
    assert max(grid.inside.shape) <= 300 + 10


def test_a_tiny_photo_is_not_enlarged_beyond_its_limit():
    assert working_grid(cut_out(a_disc(radius=8))).cell_px[0] == pytest.approx(0.5, rel=0.02)


def test_thin_parts_are_widened_to_the_least_half_width_and_it_is_told():
    rod = drawn(([(20, 100), (780, 100)], 2), height=200, width=800)
    grid = working_grid(cut_out(rod), options=GridOptions(longest_cells=200))
    column = grid.inside[:, grid.inside.shape[1] // 2]
    assert 1 <= column.sum() <= 2
    assert "draft.thin.widened" in [finding.code for finding in grid.findings]


def test_straight_edges_and_corners_are_not_taken_for_thin_parts():
    square = drawn([(40, 40), (360, 40), (360, 360), (40, 360)])
    grid = working_grid(cut_out(square))
    area = grid.inside.sum() * grid.cell_px[0] * grid.cell_px[1]
    assert area == pytest.approx(320 * 320, rel=0.01)
    assert grid.findings == ()


def test_pinholes_close_and_windows_stay_open():
    plate = a_disc(height=300, width=300, radius=120)
    plate[150, 150] = 0
    window = plate - a_disc(height=300, width=300, radius=20, centre=(150, 200))
    middle = working_grid(cut_out(plate)).inside
    assert middle[middle.shape[0] // 2, middle.shape[1] // 2]
    cells = working_grid(cut_out(np.clip(window, 0, 1))).inside
    assert not cells[cells.shape[0] // 2, round(cells.shape[1] * 0.7)]


def test_a_crop_is_the_picture_inside_and_zero_outside():
    image = np.arange(12, dtype=np.float32).reshape(3, 4) + 1
    crop = crop_padded(image, box=(-1, 1, 3, 5))
    np.testing.assert_array_equal(crop, [[0, 5, 6, 7], [0, 9, 10, 11], [0] * 4, [0] * 4])


def test_the_largest_piece_stays_even_below_the_share():
    mask = np.zeros((20, 20), bool)
    mask[::4, ::4] = True
    mask[0:2, 0:2] = True
    kept, dropped = keep_large_pieces(mask, min_share=0.9)
    assert kept.sum() == 4
    assert dropped == pytest.approx(1 - 4 / mask.sum())
