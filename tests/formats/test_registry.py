"""The contract of every registered format."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from bozzetto.asset.model import Model
from bozzetto.asset.poses import posed_part
from bozzetto.errors import FormatError, UnknownNameError
from bozzetto.formats.base import Format, Source
from bozzetto.formats.registry import DEFAULT_FORMAT, format_names, load_format
from bozzetto.formats.storing import source_of, store
from tools.formats_check.subjects import HEIGHT, a_biped, a_cube

every_format = pytest.mark.parametrize("name", format_names())
both_subjects = pytest.mark.parametrize("model", [a_cube(), a_biped()], ids=["static", "skinned"])
KEEPS_PARTS = set(format_names()) - {"stl", "ply"}
LOSSY = {"glb-web"}


def opened(name, model):
    """What a format gives back of what it wrote."""
    made = load_format(name)
    return made.read(Source.of(made.write(model))).model


def points_of(model, *, frame=None):
    """All vertices, at rest or in a frame of the first clip."""
    if frame is None or not model.clips:
        return np.concatenate([part.mesh.positions for part in model.parts])
    clip = model.clips[0]
    return np.concatenate([posed_part(model, p, clip=clip, frame=frame) for p in model.parts])


def apart(a, b):
    """Largest distance from a point of one set to the other set."""
    return max(cKDTree(a).query(b)[0].max(), cKDTree(b).query(a)[0].max())


@every_format
def test_a_format_is_one_and_knows_its_name(name):
    made = load_format(name)
    assert isinstance(made, Format)
    assert made.card.name == name
    assert made.card.suffix.startswith(".")


@every_format
@both_subjects
def test_shape_and_size_come_back(name, model):
    back = opened(name, model)
    assert sum(p.mesh.num_triangles for p in back.parts) == sum(
        p.mesh.num_triangles for p in model.parts
    )
    tolerance = 2e-4 if name in LOSSY else 1e-6
    assert apart(points_of(model), points_of(back)) < tolerance


@every_format
@both_subjects
def test_names_and_materials_come_back(name, model):
    back = opened(name, model)
    if name in KEEPS_PARTS:
        assert [part.name for part in back.parts] == [part.name for part in model.parts]
        for part, old in zip(back.parts, model.parts, strict=True):
            new, was = part.surface, old.surface
            assert new.name == was.name
            np.testing.assert_allclose(new.base_color_factor, was.base_color_factor, atol=0.01)
            if load_format(name).card.textures:
                assert new.roughness_factor == pytest.approx(was.roughness_factor, abs=1e-4)
                assert new.metallic_factor == pytest.approx(was.metallic_factor, abs=1e-4)


@every_format
@both_subjects
def test_textured_formats_keep_the_pictures_byte_by_byte(name, model):
    card, back = load_format(name).card, opened(name, model)
    before = {picture.data for picture in model.pictures}
    after = {picture.data for picture in back.pictures}
    if not card.textures:
        assert after == set()
    elif name in ("obj", "fbx"):  # These split roughness and metallic, and join them again.
        assert len(before & after) == 2
        assert len(after) == 3
    elif name in LOSSY:
        assert len(after) == len(before)
    else:
        assert after == before


@every_format
def test_skinned_formats_bend_the_same_way(name):
    model = a_biped()
    back = opened(name, model)
    if not load_format(name).card.skins:
        assert back.skeleton is None
        return
    assert back.skeleton is not None
    assert set(back.skeleton.names) == set(model.skeleton.names)
    assert {c.name: c.num_frames for c in back.clips} == {c.name: c.num_frames for c in model.clips}
    assert back.clips[0].name == model.clips[0].name
    distance = apart(points_of(model, frame=10), points_of(back, frame=10))
    assert distance < (1e-3 if name in LOSSY else 1e-5) * HEIGHT


@every_format
@both_subjects
def test_the_same_model_gives_the_same_bytes(name, model):
    made = load_format(name)
    first, second = made.write(model), made.write(model)
    assert [file.name for file in first.files] == [file.name for file in second.files]
    assert [file.data for file in first.files] == [file.data for file in second.files]


@every_format
@pytest.mark.parametrize("data", [b"", b"no such thing", bytes(1000)])
def test_garbage_is_refused_by_name(name, data):
    with pytest.raises(FormatError, match="garbage"):
        load_format(name).read(Source(name="garbage", data=data))


@every_format
def test_cut_off_files_are_refused_or_read_in_part_but_never_crash(name):
    made = load_format(name)
    written = made.write(a_biped())
    for share in (0.1, 0.5, 0.9, 0.999):
        data = written.data[: int(len(written.data) * share)]
        source = replace(Source.of(written), data=data)
        try:
            assert isinstance(made.read(source).model, Model)
        except FormatError:
            continue


@every_format
@pytest.mark.parametrize(
    ("spoil", "place"),
    [
        (lambda mesh: {"normals": mesh.normals * np.float32(2)}, "normals must have unit length"),
        (lambda mesh: {"normals": mesh.normals * np.float32("nan")}, "normals"),
        (lambda mesh: {"uvs": mesh.uvs * np.float32("inf")}, "uvs must be finite"),
        (lambda mesh: {"positions": mesh.positions * np.float32(1e8)}, "within 1e\\+06 m"),
        (lambda mesh: {"triangles": mesh.triangles[:0], "quads": None}, "without triangles"),
    ],
)
def test_what_cannot_be_true_is_refused_with_the_place(name, spoil, place):
    model = a_cube()
    part = model.parts[1]
    bad = replace(part, mesh=replace(part.mesh, **spoil(part.mesh)))
    with pytest.raises(FormatError, match=f"inlay.*{place}"):
        load_format(name).write(replace(model, parts=(model.parts[0], bad)))


@every_format
def test_files_stand_on_the_disk_whole_and_are_read_from_there(name, tmp_path):
    made = load_format(name)
    path = store(made.write(a_cube()), folder=tmp_path)
    assert not [p for p in tmp_path.rglob("*") if "partial" in p.name]
    back = made.read(source_of(path)).model
    assert apart(points_of(a_cube()), points_of(back)) < 2e-4
    if made.card.textures:
        assert len(back.pictures) == 3


def test_quads_stay_quads_where_the_format_has_them():
    for name in format_names():
        quads = sum(part.mesh.num_quads for part in opened(name, a_cube()).parts)
        assert quads == (12 if load_format(name).card.quads else 0), name


def test_an_unknown_format_names_the_known_ones():
    with pytest.raises(UnknownNameError, match="glb"):
        load_format("vrml")


def test_the_default_is_registered():
    assert DEFAULT_FORMAT in format_names()
