"""Parts of a field that nearly touch are tied; what the photo shows stays."""

import dataclasses

import numpy as np
import pytest
from scipy.ndimage import label

from bozzetto.asset.mesh import Mesh
from bozzetto.engines.network.decode import surface_of
from bozzetto.engines.network.loose_parts import TieOptions, tied
from bozzetto.engines.network.view import look_at
from bozzetto.engines.network.volume import Field, outline_distance
from bozzetto.geometry.components import label_components
from tests.engines.network.shapes import BOX, a_camera, photographed


@pytest.fixture(scope="module")
def view():
    photos, network = photographed(BOX, [a_camera(px=160)])
    return look_at(photos[0], network, latent=np.zeros(16, np.float32))


def with_balls(view, *balls):
    """A field of balls (row, column as shares of the outline's box, depth w, radius)."""
    outline = outline_distance(view)
    rows, columns = np.nonzero(outline > 0)
    depths = -0.5 + 0.0125 * np.arange(90)
    y, x, d = np.meshgrid(*(np.arange(n) for n in outline.shape), depths, indexing="ij")
    values = np.full(y.shape, -np.inf)
    for down, right, depth, radius in balls:
        row = rows.min() + down * np.ptp(rows)
        column = columns.min() + right * np.ptp(columns)
        away = np.hypot(np.hypot(y - row, x - column) * view.cell, d - depth)
        values = np.maximum(values, radius - away)
    values = np.minimum(values, outline[..., None])
    return Field(values=values.astype(np.float32), first=-0.5, step=0.0125)


def number_of_parts(field):
    return label(field.values > 0)[1]


def test_a_part_that_nearly_touches_is_tied_and_the_finding_says_so(view):
    field = with_balls(
        view, (0.35, 0.5, 0.0, 0.15), (0.35, 0.5, 0.23, 0.05), (0.645, 0.5, 0.05, 0.07)
    )
    assert number_of_parts(field) == 3
    joined, findings = tied(field, view, options=TieOptions(least_seen=0.0))
    assert number_of_parts(joined) == 1
    assert [finding.code for finding in findings] == ["draft.parts.tied"]
    assert findings[0].measured == 2
    surface = surface_of(joined, view)
    mesh = Mesh(positions=surface.points_in_camera.astype(np.float32), triangles=surface.triangles)
    assert label_components(mesh).max() == 0


def test_a_tie_only_adds_and_only_within_the_mask(view):
    field = with_balls(view, (0.35, 0.5, 0.0, 0.15), (0.645, 0.5, 0.05, 0.07))
    joined, findings = tied(field, view)
    assert len(findings) == 1
    assert (joined.values >= field.values).all()
    outside = outline_distance(view) <= 0
    assert not (joined.values[outside] > 0).any()


def test_what_stands_well_apart_stays_apart(view):
    field = with_balls(view, (0.25, 0.5, 0.0, 0.1), (0.75, 0.5, 0.0, 0.07))
    same, findings = tied(field, view)
    assert same is field
    assert findings == ()


def test_one_part_is_left_as_it_is(view):
    field = with_balls(view, (0.5, 0.5, 0.0, 0.2))
    same, findings = tied(field, view)
    assert same is field
    assert findings == ()


def test_crumbs_and_what_nobody_sees_are_not_tied(view):
    field = with_balls(
        view, (0.35, 0.5, 0.0, 0.15), (0.35, 0.5, 0.2, 0.03), (0.567, 0.5, 0.0, 0.012)
    )
    assert number_of_parts(field) == 3
    same, _ = tied(field, view)
    assert same is field


def test_two_islands_of_the_mask_are_not_tied_across_the_background(view):
    outline = outline_distance(view)
    rows = np.nonzero((outline > 0).any(axis=1))[0]
    middle = int(rows.mean())
    split = outline.copy()
    split[middle - 1 : middle + 2] = np.minimum(split[middle - 1 : middle + 2], -view.cell)
    island = dataclasses.replace(
        view, grid=dataclasses.replace(view.grid, distance=split / np.float32(view.cell))
    )
    field = with_balls(island, (0.3, 0.5, 0.0, 0.19), (0.7, 0.5, 0.0, 0.19))
    assert number_of_parts(field) == 2
    same, _ = tied(field, island)
    assert same is field


def test_a_strut_is_no_thicker_than_the_thinner_part_and_the_limit(view):
    field = with_balls(view, (0.35, 0.5, 0.0, 0.15), (0.645, 0.5, 0.05, 0.07))
    thin, _ = tied(field, view, options=TieOptions(thickest=0.015))
    thick, _ = tied(field, view, options=TieOptions(thickest=0.04))
    added = [int(((f.values > 0) & (field.values <= 0)).sum()) for f in (thin, thick)]
    assert 0 < added[0] < added[1]
