from dataclasses import replace

import numpy as np
import pytest

from bozzetto.asset.mesh import Mesh, Origin
from bozzetto.errors import InputError, ResourceError
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.remesh.quads import mesh_of_quads
from bozzetto.texturing.rasterize import rasterize
from bozzetto.texturing.unwrap import UnwrapOptions, unwrap, uv_areas
from bozzetto.texturing.unwrappers import AtlasRequest, unwrap_with_xatlas
from tests.build import a_sphere
from tests.geometry.quad_shapes import a_quad_ring


def an_attributed_ball():
    ball = a_sphere(subdivisions=3)
    return replace(
        ball,
        colors=np.array(ball.positions),
        confidence=np.linspace(0, 1, ball.num_vertices, dtype=np.float32),
        origin=np.full(ball.num_vertices, Origin.OBSERVED, np.uint8),
    )


def test_keeps_triangles_in_order_and_carries_every_attribute():
    ball = an_attributed_ball()
    result = unwrap(ball, options=UnwrapOptions(texture_size=256))
    mesh, corners = result.mesh, result.mesh.triangles
    np.testing.assert_array_equal(mesh.positions[corners], ball.positions[ball.triangles])
    np.testing.assert_array_equal(mesh.colors[corners], ball.colors[ball.triangles])
    np.testing.assert_array_equal(mesh.confidence[corners], ball.confidence[ball.triangles])
    smooth = vertex_normals(ball.positions, ball.triangles)
    np.testing.assert_array_equal(mesh.normals[corners], smooth[ball.triangles])
    assert (result.unwrapper, result.findings) == ("uvunwrap", ())
    assert 0.3 < result.utilization < 1


def test_charts_lie_on_the_page_unmirrored_apart_by_the_padding():
    result = unwrap(a_sphere(), options=UnwrapOptions(texture_size=512, padding_px=8))
    mesh = result.mesh
    assert mesh.uvs.min() >= 0
    assert mesh.uvs.max() <= 1
    assert (uv_areas(mesh.uvs, mesh.triangles) < 0).all()
    assert gap_between_charts(mesh, size=512) >= 7


def gap_between_charts(mesh, *, size):
    """Least distance in texels between texels of different charts."""
    from scipy.ndimage import distance_transform_edt, label

    texels = rasterize(mesh.uvs, mesh.triangles, size=size)
    covered = np.zeros(size * size, bool)
    covered[texels.index[texels.covered]] = True
    charts, count = label(covered.reshape(size, size), np.ones((3, 3)))
    return min(
        distance_transform_edt(charts != k)[(charts != k) & (charts > 0)].min()
        for k in range(1, count + 1)
    )


@pytest.mark.parametrize(("size", "padding"), [(512, 4), (1024, 8), (2048, 16), (4096, 32)])
def test_recommended_padding_grows_with_the_page(size, padding):
    assert UnwrapOptions(texture_size=size).padding == padding


def test_xatlas_gives_the_same_triangles_on_one_square_page():
    ball = a_sphere(subdivisions=2)
    request = AtlasRequest(
        positions=np.array(ball.positions),
        triangles=np.array(ball.triangles),
        texture_size=256,
        padding_px=2,
    )
    atlas = unwrap_with_xatlas(request)
    np.testing.assert_array_equal(atlas.vertices[atlas.triangles], ball.triangles)
    assert atlas.uvs.min() >= 0
    assert atlas.uvs.max() <= 1
    assert np.abs(uv_areas(atlas.uvs, atlas.triangles)).sum() > 0.3


def test_says_what_failed_when_no_library_makes_it_in_time():
    with pytest.raises(ResourceError, match=r"uvunwrap failed.*xatlas failed"):
        unwrap(a_sphere(), options=UnwrapOptions(texture_size=256, seconds=0.01))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (UnwrapOptions(texture_size=1000), "power of two"),
        (UnwrapOptions(texture_size=16384), "power of two"),
        (UnwrapOptions(texture_size=512, padding_px=65), "padding"),
    ],
)
def test_refuses_sizes_that_make_no_texture(options, reason):
    with pytest.raises(InputError, match=reason):
        unwrap(a_sphere(subdivisions=1), options=options)


def test_refuses_a_mesh_without_triangles():
    empty = Mesh(positions=np.zeros((1, 3), np.float32), triangles=np.zeros((0, 3), np.int32))
    with pytest.raises(InputError, match="needs triangles"):
        unwrap(empty)


def test_no_seam_cuts_a_quad():
    ring = mesh_of_quads(*a_quad_ring())
    result = unwrap(ring, options=UnwrapOptions(texture_size=256))
    assert result.findings == ()
    assert result.mesh.num_quads == ring.num_quads
    corners = result.mesh.quad_corners
    np.testing.assert_array_equal(result.mesh.positions[corners], ring.positions[ring.quad_corners])
