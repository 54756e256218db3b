"""The check that `make formats-check` runs over all formats sees each kind of loss.

The whole matrix is a step of `make test` of its own: it starts some sixty other programs.
"""

from dataclasses import replace

import numpy as np
import pytest

from bozzetto.formats.registry import format_names
from tools.formats_check.facts import Facts, expected_points, picture_hash, verdicts
from tools.formats_check.matrix import run, table
from tools.formats_check.subjects import a_biped

MODEL = a_biped()
PICTURES = frozenset(picture_hash(picture.data) for picture in MODEL.pictures)
POSED = expected_points(MODEL, moving=True)
FAITHFUL = Facts(
    triangles=sum(part.mesh.num_triangles for part in MODEL.parts),
    points=POSED,
    rest_heights=(0.0, 1.7),
    vertices=sum(part.mesh.num_vertices for part in MODEL.parts),
    names=tuple(part.name for part in MODEL.parts),
    materials=tuple({part.surface.name: None for part in MODEL.parts}),
    pictures=PICTURES,
    joints=MODEL.skeleton.names,
    clips=tuple((clip.name, clip.seconds) for clip in MODEL.clips),
)
SEAM, TORN = POSED.copy(), POSED.copy()
SEAM[0] += (0.004, 0, 0)  # The first vertex of a ring has a twin on the other side of the seam.
TORN[1] += (0.004, 0, 0)
LOSSES = {
    "a hundred times too large": (
        {"points": POSED * 100, "rest_heights": (0.0, 170.0)},
        {"box", "frame 10", "height"},
    ),
    "upside down": ({"points": POSED * (1, -1, 1)}, {"box", "frame 10"}),
    "two thousandths too high": ({"rest_heights": (0.0, 1.7034)}, {"height"}),
    "one vertex 4 mm off": ({"points": TORN}, {"frame 10"}),
    "a seam torn open by 4 mm": ({"points": SEAM}, {"frame 10", "places"}),
    "not moving": ({"points": expected_points(MODEL, moving=False)}, {"box", "frame 10"}),
    "a triangle lost": ({"triangles": FAITHFUL.triangles - 1}, {"triangles"}),
    "a vertex doubled": ({"vertices": FAITHFUL.vertices + 1}, {"vertices"}),
    "a part renamed": ({"names": ("body", "Head")}, {"names"}),
    "a material lost": ({"materials": FAITHFUL.materials[:1]}, {"materials"}),
    "a picture lost": ({"pictures": frozenset(sorted(PICTURES)[1:])}, {"pictures"}),
    "a picture encoded anew": (
        {"pictures": frozenset([*sorted(PICTURES)[1:], picture_hash(b"other")])},
        {"pictures"},
    ),
    "a joint renamed": ({"joints": ("x", *MODEL.skeleton.names[1:])}, {"joints"}),
    "a clip cut short": ({"clips": tuple((n, t - 0.01) for n, t in FAITHFUL.clips)}, {"clips"}),
}


def failing(facts):
    """Names of the cells that fail."""
    found = verdicts(MODEL, facts, moving=True, pictures=PICTURES)
    return {name for name, verdict in found.items() if not verdict.passed}


def test_a_faithful_file_passes_and_shuffled_vertices_do_not_matter():
    shuffled = np.random.default_rng(0).permutation(POSED)
    assert failing(FAITHFUL) == failing(replace(FAITHFUL, points=shuffled)) == set()


@pytest.mark.parametrize("loss", LOSSES)
def test_each_loss_fails_in_its_own_cell(loss):
    change, cells = LOSSES[loss]
    assert failing(replace(FAITHFUL, **change)) == cells


def test_every_format_is_opened_by_somebody_else():
    opened = table()
    assert set(format_names()) <= set(opened)
    assert all(opened.values())


def test_a_row_of_the_matrix_is_measured_on_the_file_as_a_stranger_reads_it(tmp_path):
    rows = run(tmp_path, formats=("stl-mm",))
    assert {(row.subject, row.reader) for row in rows} == {
        (subject, reader) for subject in ("static", "skinned") for reader in ("bozzetto", "trimesh")
    }
    assert all(row.passed for row in rows)
    heights = {row.verdicts["height"].measured for row in rows}
    assert heights == {"1.0000 m", "1.7000 m"}
