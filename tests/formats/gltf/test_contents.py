"""Whatever a glTF document has is used, passed over by a stated rule, or reported."""

import copy
import json
import struct

import numpy as np
import pytest

from bozzetto.asset.model import Wrap
from bozzetto.findings import Severity
from bozzetto.formats.base import Source
from bozzetto.formats.gltf.glb import GlbFormat, encode_glb
from bozzetto.formats.gltf.gltf import GltfFormat
from tests.formats.gltf.test_glb import changed, document_of, with_document
from tests.models import a_box, a_figure, a_model, a_surface


def read(glb):
    """What the general reader makes of a file."""
    return GlbFormat().read(Source(name="thing.glb", data=glb))


def codes(glb):
    """The codes of all findings."""
    return [finding.code for finding in read(glb).findings]


def with_array(glb, values, kind):
    """The file with another accessor, and the accessor's number."""
    document = document_of(glb)
    data = np.ascontiguousarray(values, "<f4").tobytes()
    start = document["buffers"][0]["byteLength"]
    document["bufferViews"].append({"buffer": 0, "byteOffset": start, "byteLength": len(data)})
    document["accessors"].append({
        "bufferView": len(document["bufferViews"]) - 1, "componentType": 5126,
        "count": len(values), "type": kind,
    })  # fmt: skip
    document["buffers"][0]["byteLength"] = start + len(data)
    longer = bytearray(glb + data)
    (length,) = struct.unpack_from("<I", glb, 12)
    struct.pack_into("<I", longer, 20 + length, start + len(data))
    return with_document(bytes(longer), document), len(document["accessors"]) - 1


@pytest.fixture(name="rich", scope="module")
def rich_fixture():
    """A file that has nearly everything that can be read."""
    figure = a_figure()
    return encode_glb(a_model(*figure.parts, skeleton=figure.skeleton, clips=figure.clips))


def objects_of(value, path=()):
    """All objects of a document with the way to each, in the order of the text."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from objects_of(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from objects_of(inner, (*path, index))


def at(document, path):
    """The object at the end of a way."""
    for step in path:
        document = document[step]
    return document


def test_a_file_of_our_own_leaves_nothing_to_tell(rich):
    assert [f for f in read(rich).findings if f.severity is not Severity.INFO] == []
    assert codes(encode_glb(a_model())) == []


def test_an_unknown_field_anywhere_is_reported(rich):
    silent = []
    for path, _ in objects_of(document_of(rich)):
        document = document_of(rich)
        at(document, path)["unheardOf"] = {"a": 1}
        if (path and path[-1] == "extras") or "attributes" in path:
            continue  # Extras are reported as such; what stands in attributes is one.
        findings = read(with_document(rich, document)).findings
        if not any("unheardOf" in finding.message for finding in findings):
            silent.append(path)
    assert silent == []


def test_an_unknown_extension_anywhere_is_reported(rich):
    silent = []
    for path, thing in objects_of(document_of(rich)):
        if "attributes" in path or "extras" in path:
            continue
        document = document_of(rich)
        at(document, path).setdefault("extensions", {})["EX_unheard_of"] = {"a": 1}
        findings = read(with_document(rich, document)).findings
        if not any("EX_unheard_of" in finding.message for finding in findings):
            silent.append((path, list(thing)))
    assert silent == []


@pytest.mark.parametrize(
    ("attribute", "severity"),
    [
        ("_BRIGHTNESS", Severity.INFO), ("TEXCOORD_1", Severity.INFO),
        ("COLOR_1", Severity.WARNING), ("JOINTS_7", Severity.INFO),
        ("SOMETHING", Severity.WARNING),
    ],
)  # fmt: skip
def test_attributes_that_are_not_used_are_reported(rich, attribute, severity):
    def add(document):
        attributes = document["meshes"][0]["primitives"][0]["attributes"]
        attributes[attribute] = attributes["POSITION"]

    (finding,) = [f for f in read(changed(rich, add)).findings if attribute in f.message]
    assert (finding.severity, finding.measured) == (severity, 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d.update(cameras=[{"type": "perspective"}] * 2), "gltf.object"),
        (lambda d: d["scenes"].append({"nodes": []}), "gltf.object"),
        (lambda d: d["nodes"].append({"mesh": 0}), "gltf.object"),
        (lambda d: d["meshes"][0].update(extras={"targetNames": ["a"]}), "gltf.extras"),
        (lambda d: d["asset"].update(copyright="(c) me"), "gltf.field"),
        (lambda d: d.update(extensions={"KHR_lights_punctual": {"lights": []}}), "gltf.lights"),
        (lambda d: d["materials"][0].update(
            extensions={"KHR_materials_clearcoat": {}}), "gltf.material"),
    ],
)  # fmt: skip
def test_what_a_model_cannot_hold_is_reported(change, code):
    assert codes(changed(encode_glb(a_model()), change)) == [code]


def test_the_count_says_how_often():
    glb = changed(encode_glb(a_model()), lambda d: d.update(cameras=[{"type": "x"}] * 2))
    (finding,) = read(glb).findings
    assert finding.message == ("The object camera is left out: a model holds no cameras (2 times).")


def test_parts_of_a_container_that_mean_nothing_are_reported():
    glb = encode_glb(a_model())
    chunk = struct.pack("<II4s", 4, 0x12345678, b"abcd")
    whole = struct.pack("<4sII", b"glTF", 2, len(glb) + len(chunk)) + glb[12:] + chunk
    assert "0x12345678" in read(whole).findings[0].message
    assert "behind the end" in read(glb + b"abcd").findings[0].message


def test_documents_of_another_version_are_refused():
    for field in ("version", "minVersion"):
        glb = changed(encode_glb(a_model()), lambda d, f=field: d["asset"].update({f: "2.1"}))
        if field == "version":
            assert read(glb).model.parts
        else:
            with pytest.raises(Exception, match=r"of glTF version 2\.1"):
                read(glb)
    old = changed(encode_glb(a_model()), lambda d: d["asset"].update(version="1.0"))
    with pytest.raises(Exception, match=r"of glTF version 1\.0"):
        read(old)


def test_instances_stand_where_they_are_told():
    glb = encode_glb(a_model(*a_model().parts))
    glb, shifts = with_array(glb, [(0, 0, 0), (2, 0, 0), (0, 0, -4)], "VEC3")
    glb, scales = with_array(glb, [(1, 1, 1), (2, 2, 2), (1, 1, 1)], "VEC3")
    extension = {"attributes": {"TRANSLATION": shifts, "SCALE": scales}}
    once = read(glb).model.parts[0].mesh
    many = read(
        changed(glb, lambda d: d["nodes"][0].update(
            extensions={"EXT_mesh_gpu_instancing": extension}, translation=[10, 0, 0]))
    )  # fmt: skip
    (part,) = many.model.parts
    count = once.num_vertices
    assert part.mesh.num_triangles == 3 * once.num_triangles
    copies = part.mesh.positions.reshape(3, count, 3)
    ten = np.float32([10, 0, 0])
    np.testing.assert_allclose(copies[0], once.positions + ten, atol=1e-5)
    np.testing.assert_allclose(copies[1], once.positions * 2 + ten + [2, 0, 0], atol=1e-5)
    np.testing.assert_allclose(copies[2], once.positions + ten - [0, 0, 4], atol=1e-5)
    assert many.findings == ()


def test_instances_of_lists_that_differ_in_length_are_refused():
    glb, shifts = with_array(encode_glb(a_model()), [(0, 0, 0)], "VEC3")
    glb, scales = with_array(glb, [(1, 1, 1)] * 2, "VEC3")
    extension = {"attributes": {"TRANSLATION": shifts, "SCALE": scales}}
    broken = changed(glb, lambda d: d["nodes"][0].update(
        extensions={"EXT_mesh_gpu_instancing": extension}))  # fmt: skip
    with pytest.raises(Exception, match="lists of one length"):
        read(broken)


def test_hidden_meshes_are_left_out_with_all_below_them():
    def hide(document):
        document["nodes"] += [
            {"name": "off", "mesh": 0, "children": [2],
             "extensions": {"KHR_node_visibility": {"visible": False}}},
            {"name": "below", "mesh": 0},
        ]  # fmt: skip
        document["scenes"][0]["nodes"] = [0, 1]

    reading = read(changed(encode_glb(a_model()), hide))
    assert len(reading.model.parts) == 1
    assert [(f.code, f.measured) for f in reading.findings] == [("gltf.hidden", 2)]


def test_variants_are_told_by_name():
    def choose(document):
        document["materials"].append({"name": "blue"})
        document["extensions"] = {
            "KHR_materials_variants": {"variants": [{"name": "Red"}, {"name": "Blue"}]}
        }
        document["meshes"][0]["primitives"][0]["extensions"] = {
            "KHR_materials_variants": {"mappings": [{"material": 1, "variants": [1]}]}
        }

    (finding,) = read(changed(encode_glb(a_model()), choose)).findings
    assert (finding.code, finding.severity) == ("gltf.variants", Severity.WARNING)
    assert "Red, Blue" in finding.message


@pytest.mark.parametrize("wrap", [10497, 33648, 33071])
@pytest.mark.parametrize("nearest", [True, False])
def test_textures_are_looked_up_as_the_file_says(wrap, nearest):
    def look(document):
        for sampler in document["samplers"]:
            sampler.update(wrapS=wrap, wrapT=33071, magFilter=9728 if nearest else 9729)

    glb = changed(encode_glb(a_model()), look)
    model = read(glb).model
    sampler = model.parts[0].surface.sampler
    names = {10497: Wrap.REPEAT, 33648: Wrap.MIRRORED_REPEAT, 33071: Wrap.CLAMP_TO_EDGE}
    assert (sampler.wrap_u, sampler.wrap_v) == (names[wrap], Wrap.CLAMP_TO_EDGE)
    assert sampler.nearest == nearest
    assert document_of(encode_glb(model))["samplers"][0]["wrapS"] == wrap


def test_textures_of_one_material_that_are_looked_up_differently_are_told():
    def differ(document):
        document["samplers"].append({"wrapS": 33648})
        document["textures"][0]["sampler"] = len(document["samplers"]) - 1

    assert codes(changed(encode_glb(a_model()), differ)) == ["gltf.samplers"]


def test_light_that_passes_through_is_kept():
    layers = {
        "KHR_materials_transmission": {"transmissionFactor": 0.75},
        "KHR_materials_volume": {
            "thicknessFactor": 0.25, "attenuationDistance": 2.0,
            "attenuationColor": [0.5, 1.0, 0.25],
        },
        "KHR_materials_ior": {"ior": 1.25},
    }  # fmt: skip
    glb = changed(encode_glb(a_model()), lambda d: d["materials"][0].update(extensions=layers))
    reading = read(glb)
    again = document_of(encode_glb(reading.model))
    assert reading.findings == ()
    assert again["materials"][0]["extensions"] == layers
    assert set(again["extensionsUsed"]) == set(layers)
    assert "extensionsRequired" not in again


def test_a_volume_without_transmission_changes_nothing_and_needs_no_word():
    layers = {"KHR_materials_volume": {"thicknessFactor": 1.0}}
    glb = changed(encode_glb(a_model()), lambda d: d["materials"][0].update(extensions=layers))
    assert read(glb).findings == ()
    assert read(glb).model.parts[0].surface.transmission is None


@pytest.mark.parametrize("holder", ["nodes", "meshes"])
def test_weights_of_morph_targets_shape_the_mesh_at_rest(holder):
    model = a_model()
    mesh = model.parts[0].mesh
    move = np.zeros((mesh.num_vertices, 3), np.float32)
    move[0] = (0, 4, 0)
    glb, deltas = with_array(encode_glb(model), move, "VEC3")

    def morph(document):
        document["meshes"][0]["primitives"][0]["targets"] = [{"POSITION": deltas}]
        document[holder][0]["weights"] = [0.5]

    reading = read(changed(glb, morph))
    np.testing.assert_allclose(
        reading.model.parts[0].mesh.positions, mesh.positions + move / 2, atol=1e-6
    )
    assert [finding.code for finding in reading.findings] == ["gltf.morphs"]
    assert "at rest" in reading.findings[0].message


def test_separate_files_are_accounted_for_as_well():
    written = GltfFormat().write(a_model(*[part for part in a_model().parts]))
    document = json.loads(written.data)
    document["nodes"][0]["unheardOf"] = 1
    source = Source.of(written)
    changed_source = Source(
        name=source.name, data=json.dumps(document).encode(), neighbours=source.neighbours
    )
    (finding,) = GltfFormat().read(changed_source).findings
    assert "nodes.unheardOf" in finding.message


def test_the_walk_changes_nothing(rich):
    document = document_of(rich)
    before = copy.deepcopy(document)
    read(with_document(rich, document))
    assert document == before
    assert a_surface().sampler.wrap_u is Wrap.REPEAT
    assert a_box().num_triangles == 12
