import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from bozzetto.texturing.rasterize import rasterize

SIZE = 32


def a_tiling(seed):
    """Random points of the unit square and its corners, triangulated without gaps."""
    points = np.random.default_rng(seed).random((12, 2))
    points = np.concatenate([points, [[0, 0], [0, 1], [1, 0], [1, 1]]]).astype(np.float32)
    return points, Delaunay(points).simplices.astype(np.int32)


@given(seed=st.integers(0, 2**32 - 1))
def test_a_tiling_covers_every_texel_once_with_weights_that_give_back_its_centre(seed):
    uvs, triangles = a_tiling(seed)
    texels = rasterize(uvs, triangles, size=SIZE)
    np.testing.assert_array_equal(texels.index, np.arange(SIZE * SIZE))
    assert texels.covered.mean() > 0.99  # A sliver of the hull may be missing from the tiling.
    inside = texels.covered
    weights = texels.barycentric[inside]
    centres = np.einsum("nk,nkc->nc", weights, uvs[triangles[texels.triangle[inside]]]) * SIZE
    expected = np.stack([texels.index % SIZE, texels.index // SIZE], 1)[inside] + 0.5
    np.testing.assert_allclose(centres, expected, atol=1e-3)
    assert weights.min() > -1e-3


def inside_by_force(corners, point):
    """Reference: three half-planes."""
    sides = []
    for k in range(3):
        (ax, ay), (bx, by) = corners[k - 2] - corners[k], point - corners[k]
        sides.append(ax * by - ay * bx)
    return min(sides) > 0 or max(sides) < 0


@given(seed=st.integers(0, 2**32 - 1))
def test_covers_the_texels_whose_centres_lie_inside(seed):
    corners = np.random.default_rng(seed).random((3, 2)).astype(np.float32)
    triangle = np.array([[0, 1, 2]], np.int32)
    wanted = [
        row * 16 + column
        for row in range(16)
        for column in range(16)
        if inside_by_force(corners * 16.0, np.array([column + 0.5, row + 0.5]))
    ]
    if not wanted:
        with pytest.raises(ValueError, match="cover a texel"):
            rasterize(corners, triangle, size=16)
        return
    texels = rasterize(corners, triangle, size=16)
    np.testing.assert_array_equal(texels.index[texels.covered], wanted)


def test_the_border_continues_the_plane_so_that_bilinear_lookups_are_exact_up_to_the_edge():
    uvs = np.array([[0.2, 0.2], [0.8, 0.3], [0.3, 0.9]], np.float32)
    triangle = np.array([[0, 1, 2]], np.int32)
    texels = rasterize(uvs, triangle, size=SIZE)
    picture = np.full((SIZE, SIZE), np.nan)
    picture.ravel()[texels.index] = texels.barycentric @ np.array([1.0, 2, 4])
    weights = np.random.default_rng(0).dirichlet([0.3, 0.3, 0.3], 500)
    x, y = (weights @ uvs * SIZE - 0.5).T
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = x - column, y - row
    top = picture[row, column] * (1 - fx) + picture[row, column + 1] * fx
    bottom = picture[row + 1, column] * (1 - fx) + picture[row + 1, column + 1] * fx
    found = top * (1 - fy) + bottom * fy
    np.testing.assert_allclose(found, weights @ [1, 2, 4], atol=1e-3)


def test_parts_outside_the_page_are_cut_off():
    uvs = np.array([[-1, -1], [3, -1], [-1, 3]], np.float32)
    texels = rasterize(uvs, np.array([[0, 1, 2]], np.int32), size=8)
    assert len(texels) == 64
    assert texels.mask().all()


def test_degenerate_triangles_take_no_texel():
    uvs = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
    triangles = np.array([[0, 3, 3], [0, 1, 2], [1, 1, 1]], np.int32)
    texels = rasterize(uvs, triangles, size=8)
    assert set(texels.triangle) == {1}
