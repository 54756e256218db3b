import datetime
from dataclasses import replace

import pytest

from bozzetto.errors import UnknownNameError
from bozzetto.qa.file_facts import FileFacts
from bozzetto.qa.model_facts import measure_model
from bozzetto.qa.picture_facts import PictureFacts
from bozzetto.qa.profile import (
    Profile,
    Strictness,
    Verdict,
    judge,
    load_profile,
    parse_profile,
    profile_names,
)
from bozzetto.qa.profile_measures import MEASURES
from bozzetto.qa.skin_facts import ClipFacts, SkinFacts
from tests.models import a_model

WANTED = {
    "khronos_auditor", "web_catalogue_3dc", "banner_3dc", "planner_3dc", "desktop_3dc", "shopify",
    "google_merchant", "amazon", "quick_look", "scene_viewer", "roblox", "unity_mobile", "unreal",
}  # fmt: skip
RULES = [
    pytest.param(name, number, id=f"{name}-{rule.measure}-{number}")
    for name in sorted(WANTED)
    for number, rule in enumerate(load_profile(name).rules)
]
HEAD = 'title = "t"\nsummary = "s"\nexport_as = "glb"\n[[rules]]\nmeasure = "triangles"\n'
TAIL = 'level = "soft"\nsource = "s"\nread_on = 2026-01-02\n'


def a_picture_fact(*, side=2048, kind="image/jpeg", roles=("base_color",), luminance=(60.0, 200.0)):
    """A sound picture."""
    return PictureFacts(
        name="p", roles=roles, media_type=kind, num_bytes=9, sha256="", width=side, height=side,
        readable=True, luminance_range=luminance,
    )  # fmt: skip


def a_skin(*, joints=20, influences=4):
    """A sound skin."""
    return SkinFacts(
        joints=joints, roots=1, joint_names=("a",), unused_joints=0, skinned_vertices=9,
        unskinned_parts=(), max_influences=influences, zero_weight_vertices=0, worst_sum_error=0.0,
    )  # fmt: skip


def a_clip(seconds):
    """A clip of a length."""
    return ClipFacts(
        name="c", seconds=seconds, frames=2, frames_per_second=30.0, loops=False, moving_joints=1,
        root_travel_m=0.0,
    )  # fmt: skip


def sound():
    """Facts that every profile is happy with but for the format."""
    model = measure_model(a_model())
    material = replace(
        model.materials[0],
        texture_px=2048,
        uv=replace(model.materials[0].uv, overlap_share=0.0, mirrored_share=0.0, padding_px=16.0),
    )
    model = replace(
        model, materials=(material,), pictures=(a_picture_fact(),), skin=a_skin(),
        clips=(a_clip(2.0),), low=(-0.5, 0.0, -0.5), high=(0.5, 1.0, 0.5),
        orientation=replace(model.orientation, left_axis="+x", doubts=()),
        topology=replace(
            model.topology, watertight=True, manifold=True, degenerate_triangles=0,
            inverted_pieces=0,
        ),
    )  # fmt: skip
    file = FileFacts(
        name="thing.glb", format="glb", num_bytes=300_000, uv_sets=1, influences=4,
        morph_targets=0, extensions_required=(), stated_size=True,
    )  # fmt: skip
    return model, file


def meeting(rule):
    """Sound facts, changed as far as this rule asks."""
    model, file = sound()
    if rule.measure == "format":
        file = replace(file, format=rule.among[0])
    elif rule.measure == "texture_kinds":
        model = replace(model, pictures=(a_picture_fact(kind=rule.among[0]),))
    elif rule.measure == "texture_px_longest" and rule.most:
        model = replace(model, pictures=(a_picture_fact(side=int(rule.most)),))
    elif rule.measure == "texture_px_longest":
        model = replace(model, pictures=(a_picture_fact(side=int(rule.least)),))
    return model, file


def over(limit):
    """One more than a limit."""
    return int(limit) + 1


BREAKERS = {
    "format": lambda m, f, r: (m, replace(f, format="max")),
    "file_kb": lambda m, f, r: (m, replace(f, num_bytes=over(r.most * 1024))),
    "file_name_safe": lambda m, f, r: (m, replace(f, name="Über Stuhl.glb")),
    "triangles": lambda m, f, r: (replace(m, triangles=over(r.most)), f),
    "vertices": lambda m, f, r: (replace(m, vertices=over(r.most)), f),
    "part_triangles": lambda m, f, r: (
        replace(m, parts=(replace(m.parts[0], triangles=over(r.most)),)), f),
    "parts": lambda m, f, r: (replace(m, num_parts=over(r.most)), f),
    "draws": lambda m, f, r: (replace(m, num_parts=over(r.most)), f),
    "materials": lambda m, f, r: (replace(m, materials=m.materials * over(r.most)), f),
    "texture_sets": lambda m, f, r: (replace(m, materials=m.materials * over(r.most)), f),
    "texture_maps_complete": lambda m, f, r: (
        replace(m, materials=(replace(m.materials[0], maps=("base_color",)),)), f),
    "texture_px_longest": lambda m, f, r: (
        replace(m, pictures=(a_picture_fact(side=over(r.most) if r.most else 8),)), f),
    "texture_px_shortest": lambda m, f, r: (
        replace(m, pictures=(*m.pictures, a_picture_fact(side=int(r.least) - 1))), f),
    "textures_power_of_two": lambda m, f, r: (
        replace(m, pictures=(*m.pictures, a_picture_fact(side=1000))), f),
    "texture_kinds": lambda m, f, r: (
        replace(m, pictures=(a_picture_fact(kind="image/webp"),)), f),
    "base_luminance_darkest": lambda m, f, r: (
        replace(m, pictures=(a_picture_fact(luminance=(r.least - 1, 200.0)),)), f),
    "base_luminance_brightest": lambda m, f, r: (
        replace(m, pictures=(a_picture_fact(luminance=(60.0, r.most + 1)),)), f),
    "uv_sets": lambda m, f, r: (m, replace(f, uv_sets=2)),
    "uv_overlap_share": lambda m, f, r: (_layout(m, overlap_share=0.02), f),
    "uv_mirrored_share": lambda m, f, r: (_layout(m, mirrored_share=0.5), f),
    "joints": lambda m, f, r: (replace(m, skin=a_skin(joints=over(r.most))), f),
    "influences": lambda m, f, r: (m, replace(f, influences=12)),
    "clip_seconds": lambda m, f, r: (replace(m, clips=(a_clip(r.most + 0.1),)), f),
    "clips": lambda m, f, r: (replace(m, clips=(a_clip(1.0),) * over(r.most)), f),
    "morph_targets": lambda m, f, r: (m, replace(f, morph_targets=3)),
    "extensions_required": lambda m, f, r: (
        m, replace(f, extensions_required=("EXT_meshopt_compression",))),
    "watertight": lambda m, f, r: (replace(m, topology=replace(m.topology, watertight=False)), f),
    "manifold": lambda m, f, r: (replace(m, topology=replace(m.topology, manifold=False)), f),
    "degenerate_triangles": lambda m, f, r: (
        replace(m, topology=replace(m.topology, degenerate_triangles=1)), f),
    "inverted_pieces": lambda m, f, r: (
        replace(m, topology=replace(m.topology, inverted_pieces=1)), f),
    "vertex_colors": lambda m, f, r: (
        replace(m, parts=(replace(m.parts[0], has_colors=True),)), f),
    "alpha_modes": lambda m, f, r: (
        replace(m, materials=(replace(m.materials[0], alpha_mode="MASK"),)), f),
    "metric_format": lambda m, f, r: (m, replace(f, format="obj")),
    "size_is_measured": lambda m, f, r: (m, replace(f, stated_size=False)),
    "origin_bottom_centre": lambda m, f, r: (replace(m, low=(-0.5, 0.2, -0.5)), f),
    "up_y_front_z": lambda m, f, r: (
        replace(m, orientation=replace(m.orientation, left_axis="-x")), f),
}  # fmt: skip


def _layout(model, **changes):
    """A model whose first layout differs."""
    first = model.materials[0]
    return replace(model, materials=(replace(first, uv=replace(first.uv, **changes)),))


def verdict_of(name, number, facts):
    """How one rule comes out on facts."""
    profile = load_profile(name)
    alone = replace(profile, rules=(profile.rules[number],))
    return judge(alone, *facts).results[0].verdict


def test_every_wanted_profile_is_there():
    assert set(profile_names()) == WANTED


@pytest.mark.parametrize(("name", "number"), RULES)
def test_each_rule_passes_what_meets_it_and_fails_what_breaks_it(name, number):
    rule = load_profile(name).rules[number]
    facts = meeting(rule)
    assert verdict_of(name, number, facts) is Verdict.PASS
    assert verdict_of(name, number, BREAKERS[rule.measure](*facts, rule)) is Verdict.FAIL


@pytest.mark.parametrize(("name", "number"), RULES)
def test_each_rule_names_its_source_and_when_it_was_read(name, number):
    rule = load_profile(name).rules[number]
    assert len(rule.source) > 5
    assert datetime.date(2026, 1, 1) <= rule.read_on <= datetime.date(2100, 1, 1)
    assert rule.measure in MEASURES
    assert rule.limit


def test_a_hard_rule_refuses_and_a_soft_one_only_advises():
    model, file = sound()
    wide = replace(model, materials=model.materials * 2)
    refused = judge(load_profile("shopify"), wide, file)
    advised = judge(load_profile("khronos_auditor"), replace(model, triangles=10**6), file)
    assert not refused.accepted
    assert [one.rule.measure for one in refused.broken(Strictness.HARD)] == ["materials"]
    assert advised.accepted
    assert not advised.perfect


def test_what_a_file_does_not_say_is_unknown_and_refuses_nothing():
    model, file = sound()
    result = judge(load_profile("scene_viewer"), model, replace(file, uv_sets=None))
    (uv_sets,) = (one for one in result.results if one.rule.measure == "uv_sets")
    assert uv_sets.verdict is Verdict.UNKNOWN
    assert result.accepted


def test_a_shape_that_only_casts_doubt_on_its_front_is_unknown_not_wrong():
    model, file = sound()
    doubtful = replace(
        model, orientation=replace(model.orientation, left_axis=None, doubts=("Perhaps.",))
    )
    result = judge(load_profile("shopify"), doubtful, file)
    (front,) = (one for one in result.results if one.rule.measure == "up_y_front_z")
    assert front.verdict is Verdict.UNKNOWN


def test_an_unknown_profile_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="shopify"):
        load_profile("etsy")


def test_a_profile_file_is_read_field_by_field():
    profile = parse_profile(HEAD + "most = 5\n" + TAIL, name="mine")
    assert isinstance(profile, Profile)
    assert (profile.rules[0].most, profile.rules[0].level) == (5.0, Strictness.SOFT)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD + TAIL, "exactly one limit"),
        (HEAD + "most = 1\nleast = 1\n" + TAIL, "exactly one limit"),
        (HEAD.replace("triangles", "beauty") + "most = 1\n" + TAIL, "no measure called"),
        (HEAD + "most = 1\n" + TAIL.replace("2026-01-02", '"soon"'), "must be a date"),
        (HEAD + "most = 1\nmood = 3\n" + TAIL, "nobody knows mood"),
    ],
)
def test_a_profile_file_with_a_mistake_is_refused(text, reason):
    with pytest.raises(ValueError, match=reason):
        parse_profile(text, name="mine")
