"""Files that say no unit and no up axis get them from a person, or a guess that is told."""

import numpy as np
import pytest

from bozzetto.asset.model import Part
from bozzetto.delivery.inspect.inspection import inspect_file
from bozzetto.delivery.open_model import open_model
from bozzetto.delivery.source_frame import SourceFrame, Unit, Up
from bozzetto.errors import InputError
from bozzetto.formats.registry import load_format
from bozzetto.formats.storing import store
from tests.models import a_box, a_model, a_surface


def an_stl(folder, *, size, name="part.stl"):
    """A binary STL of another program: a box with one corner at the origin."""
    box = a_box(size=size, centre=tuple(side / 2 for side in size))
    record = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("spare", "<u2")])
    rows = np.zeros(box.num_triangles, record)
    rows["corners"] = box.positions[box.triangles]
    path = folder / name
    path.write_bytes(bytes(80) + np.uint32(len(rows)).tobytes() + rows.tobytes())
    return path


def an_obj(folder, *, size):
    """An OBJ of a box."""
    part = Part(name="box", mesh=a_box(size=size), surface=a_surface())
    return store(load_format("obj").write(a_model(part)), folder=folder)


def size_of(path, **stated):
    """Extents of a file, rounded, and the codes of what was found."""
    opened = open_model(path, frame=SourceFrame(**stated))
    (part,) = opened.model.parts
    extent = np.ptp(part.mesh.positions, axis=0).round(5).tolist()
    return extent, [finding.code for finding in opened.findings]


@pytest.mark.parametrize("unit", Unit)
def test_a_stated_unit_scales(tmp_path, unit):
    extent, codes = size_of(an_obj(tmp_path, size=(1, 2, 4)), unit=unit)
    assert extent == pytest.approx([unit.metres, 2 * unit.metres, 4 * unit.metres])
    assert codes == []


def test_a_stated_up_axis_turns_and_keeps_the_outside_out(tmp_path):
    opened = open_model(an_obj(tmp_path, size=(1, 2, 4)), frame=SourceFrame(up=Up.Z))
    mesh = opened.model.parts[0].mesh
    assert np.ptp(mesh.positions, axis=0).tolist() == pytest.approx([1, 4, 2])
    corners = mesh.positions[mesh.triangles].astype(float)
    assert np.linalg.det(corners - mesh.positions.mean(axis=0)).sum() > 0


def test_a_large_stl_is_taken_for_millimetres_and_z_up_and_that_is_said(tmp_path):
    extent, codes = size_of(an_stl(tmp_path, size=(50, 20, 10)))
    assert extent == pytest.approx([0.05, 0.01, 0.02])
    assert codes == ["source.guessed"]


def test_a_small_stl_stays_as_it_is(tmp_path):
    assert size_of(an_stl(tmp_path, size=(5, 2, 1))) == ([5, 2, 1], ["stl.unit"])


def test_what_is_stated_is_not_guessed(tmp_path):
    path = an_stl(tmp_path, size=(50, 20, 10))
    assert size_of(path, unit=Unit.METRE, up=Up.Y) == ([50, 20, 10], [])
    assert size_of(path, unit=Unit.MILLIMETRE, up=Up.Y)[1] == []


def test_our_own_stl_says_what_it_is(tmp_path):
    part = Part(name="house", mesh=a_box(size=(12, 8, 20)), surface=a_surface())
    path = store(load_format("stl").write(a_model(part)), folder=tmp_path)
    assert size_of(path) == ([12, 8, 20], [])


def test_strange_sizes_are_asked_about(tmp_path):
    assert size_of(an_obj(tmp_path, size=(180, 60, 30)))[1] == ["obj.unit", "source.size"]


def test_a_file_that_says_its_unit_cannot_be_told_another(tmp_path):
    path = store(load_format("glb").write(a_model()), folder=tmp_path)
    with pytest.raises(InputError, match="says its unit and up axis itself"):
        inspect_file(path, frame=SourceFrame(unit=Unit.INCH))
