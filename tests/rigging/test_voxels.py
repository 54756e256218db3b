import numpy as np
import trimesh
from scipy.sparse.csgraph import connected_components, dijkstra

from bozzetto.asset.mesh import Mesh
from bozzetto.rigging.voxels import Voxels, voxelize
from tests.build import a_sphere


def a_mesh_of(*solids):
    whole = trimesh.util.concatenate(list(solids))
    return Mesh(
        positions=np.asarray(whole.vertices, np.float32),
        triangles=np.asarray(whole.faces, np.int32),
    )


def test_fills_as_much_space_as_the_solid_has():
    voxels = voxelize(a_sphere(radius=0.5), cells=50)
    volume = len(voxels.cells) * voxels.step**3
    assert abs(volume / (4 / 3 * np.pi * 0.125) - 1) < 0.05


def test_a_sheet_that_encloses_nothing_still_has_cells():
    sheet = trimesh.creation.box((1, 1, 0.0))
    voxels = voxelize(a_mesh_of(sheet), cells=20)
    assert len(voxels.cells) >= 20 * 20


def test_does_not_close_a_gap_of_a_cell_and_a_half():
    left = trimesh.creation.box((0.3, 1, 0.3)).apply_translation((-0.1875, 0, 0))
    right = trimesh.creation.box((0.3, 1, 0.3)).apply_translation((0.1875, 0, 0))
    voxels = voxelize(a_mesh_of(left, right), cells=20)
    assert len(np.unique(voxels.pieces())) == 2


def test_bridges_make_every_piece_reachable_but_not_nearer_than_it_is():
    balls = [
        trimesh.creation.icosphere(2, 0.2).apply_translation((x, y, 0))
        for x, y in ((0, 0), (0.6, 0), (0.6, 0.9))
    ]
    voxels = voxelize(a_mesh_of(*balls), cells=40)
    assert connected_components(voxels.graph, directed=False)[0] == 1
    ends = voxels.nearest(np.array([[0.0, 0, 0], [0.6, 0.9, 0]]))
    along = dijkstra(voxels.graph, indices=int(ends[0]))[ends[1]]
    assert along >= np.linalg.norm(voxels.centres[ends[0]] - voxels.centres[ends[1]])


def test_crumbs_hang_on_the_nearest_of_what_is_joined_before_them():
    rng = np.random.default_rng(0)
    crumbs = np.zeros((16, 20, 16), bool)
    crumbs[:4] = True
    crumbs[6:] = rng.random((10, 20, 16)) < 0.01
    voxels = Voxels(origin=np.zeros(3), step=0.1, solid=crumbs)
    label = voxels.pieces()
    there = np.abs(voxels.cells[:, None] - voxels.cells[None]).max(axis=2) > 1
    rows, columns = (np.triu(voxels.graph.toarray() > 0) & there).nonzero()
    assert len(rows) == len(np.unique(label)) - 1
    main = label == np.bincount(label).argmax()
    way = np.linalg.norm(voxels.centres[:, None] - voxels.centres[main][None], axis=2).min(axis=1)
    spans = np.linalg.norm(voxels.centres[rows] - voxels.centres[columns], axis=1)
    # Nothing hangs on a way longer than that to the largest piece, and one crumb has just that.
    assert np.isclose(spans, way[~main].min()).any()
    assert spans.max() <= way[~main].max() + 1e-9


def test_distances_run_through_the_solid():
    # A horseshoe: its ends are near each other, but far along it.
    bars = [
        trimesh.creation.box((0.2, 1.0, 0.2)).apply_translation((-0.3, 0.5, 0)),
        trimesh.creation.box((0.2, 1.0, 0.2)).apply_translation((0.3, 0.5, 0)),
        trimesh.creation.box((0.8, 0.2, 0.2)).apply_translation((0, 0.1, 0)),
    ]
    voxels = voxelize(a_mesh_of(*bars), cells=40)
    ends = voxels.nearest(np.array([[-0.3, 0.98, 0], [0.3, 0.98, 0]]))
    assert dijkstra(voxels.graph, indices=int(ends[0]))[ends[1]] > 2.0
