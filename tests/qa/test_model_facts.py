from dataclasses import replace

import numpy as np
import pytest

from bozzetto.asset.model import Part
from bozzetto.asset.skeleton import Skin
from bozzetto.findings import Severity
from bozzetto.qa.file_facts import FileFacts
from bozzetto.qa.model_facts import FactLimits, measure_model
from bozzetto.qa.model_findings import find_in_model
from bozzetto.qa.uv import measure_uv
from tests.models import a_box, a_figure, a_model, a_surface

FILE = FileFacts(name="thing.glb", format="glb", num_bytes=1)


def codes(model, file=FILE, **limits):
    """What is found in a model."""
    return {f.code for f in find_in_model(measure_model(model, limits=FactLimits(**limits)), file)}


def two_boxes(*, shared):
    """Two boxes whose layouts lie over each other, with one material or two."""
    first = a_surface()
    second = first if shared else a_surface(name="other")
    return a_model(
        Part(name="one", mesh=a_box(), surface=first),
        Part(name="two", mesh=a_box(centre=(3, 0.5, 0)), surface=second),
    )


def test_layouts_overlap_within_a_material_and_never_across():
    apart, together = measure_model(two_boxes(shared=False)), measure_model(two_boxes(shared=True))
    assert [m.uv.overlap_share for m in apart.materials] == pytest.approx([0, 0], abs=1e-3)
    assert [m.uv.overlap_share for m in together.materials] == pytest.approx([0.5], abs=1e-2)


def test_parts_are_measured_apart_and_together():
    facts = measure_model(two_boxes(shared=False))
    assert [part.topology.pieces for part in facts.parts] == [1, 1]
    assert (facts.topology.pieces, facts.topology.watertight) == (2, True)
    assert (facts.triangles, facts.num_parts, facts.size_m) == (24, 2, pytest.approx((4, 1, 1)))


def test_one_layout_is_measured_as_the_layout_alone_is():
    model = a_model()
    facts = measure_model(model)
    assert facts.materials[0].uv == measure_uv(replace(model.parts[0].mesh), 64)


def test_what_is_too_large_is_measured_in_part_and_that_is_said():
    model = two_boxes(shared=False)
    facts = measure_model(
        model, limits=FactLimits(topology_triangles=12, uv_triangles=6, parts=1, layouts=1)
    )
    assert facts.topology is None
    assert [part.topology is None for part in facts.parts] == [False, True]
    assert [material.uv is None for material in facts.materials] == [False, True]
    assert len(facts.shortcuts) == 4
    assert "asset.measured.in_part" in codes(model, topology_triangles=12)


def test_a_picture_with_two_uses_is_one_picture():
    facts = measure_model(a_model())
    roles = {picture.name: picture.roles for picture in facts.pictures}
    assert roles["paint_orm"] == ("metallic_roughness", "occlusion")
    assert len(facts.pictures) == 3


def test_untextured_and_layoutless_parts_are_measured_too():
    bare = replace(
        a_surface(), base_color=None, normal=None, metallic_roughness=None, occlusion=None
    )
    facts = measure_model(a_model(Part(name="b", mesh=a_box(uvs=False), surface=bare)))
    assert facts.materials[0].uv is None
    assert facts.pictures == ()
    assert "asset.uv.missing" not in codes(
        a_model(Part(name="b", mesh=a_box(uvs=False), surface=bare))
    )


def test_textures_without_a_layout_are_a_fault():
    collapsed = replace(a_box(), uvs=np.full((24, 2), 0.5, np.float32))
    for mesh in (a_box(uvs=False), collapsed):
        assert "asset.uv.missing" in codes(a_model(Part(name="b", mesh=mesh, surface=a_surface())))


def test_an_empty_model_cannot_be_measured():
    with pytest.raises(ValueError, match="at least one triangle"):
        measure_model(a_model().__class__(name="nothing", parts=()))


def test_a_sound_box_gets_no_warning():
    sound = a_model(Part(name="b", mesh=a_box(), surface=a_surface()))
    found = find_in_model(measure_model(sound), FILE)
    assert [f.code for f in found if f.severity is not Severity.INFO] == []


def test_sizes_that_no_object_has_are_noticed_where_the_format_has_a_unit():
    large = a_model(Part(name="b", mesh=a_box(size=(99, 99, 99)), surface=a_surface()))
    assert "asset.size.implausible" in codes(large)
    assert "asset.size.implausible" not in codes(large, replace(FILE, format="obj"))


def test_a_figure_of_a_hundred_metres_or_a_centimetre_is_noticed():
    assert "asset.size.figure" not in codes(a_figure())
    figure = a_figure()
    names = ("hips", "spine", "head", "leftHand")
    tall = replace(
        figure,
        skeleton=replace(figure.skeleton, names=names),
        parts=(
            replace(
                figure.parts[0],
                mesh=replace(
                    figure.parts[0].mesh, positions=figure.parts[0].mesh.positions * np.float32(10)
                ),
            ),
        ),
    )
    assert "asset.size.figure" in codes(tall)


def test_skins_clips_and_unused_joints_are_counted():
    facts = measure_model(a_figure())
    assert (facts.skin.joints, facts.skin.roots, facts.skin.max_influences) == (4, 1, 1)
    assert facts.skin.unused_joints == 2  # Both hands move nothing; hips and spine do.
    assert (facts.clips[0].name, facts.clips[0].moving_joints) == ("bow", 1)
    assert facts.clips[0].seconds == pytest.approx(1.0)


def test_parts_that_no_joint_moves_are_named():
    figure = a_figure()
    hat = Part(name="hat", mesh=a_box(centre=(0, 2, 0)), surface=a_surface(name="felt"))
    facts = measure_model(replace(figure, parts=(*figure.parts, hat)))
    assert facts.skin.unskinned_parts == ("hat",)


def test_the_largest_number_of_joints_at_a_vertex_counts():
    figure = a_figure()
    skin = figure.parts[0].skin
    joints, weights = skin.joints.copy(), skin.weights.copy()
    joints[0], weights[0] = (1, 2, 3, 0), (0.5, 0.25, 0.25, 0)
    mixed = replace(
        figure, parts=(replace(figure.parts[0], skin=Skin(joints=joints, weights=weights)),)
    )
    assert measure_model(mixed).skin.max_influences == 3
