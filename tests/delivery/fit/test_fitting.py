from dataclasses import replace

import numpy as np
import pytest

from bozzetto.asset.model import AlphaMode, Part, Transmission
from bozzetto.delivery.fit.changes import (
    allow_alpha,
    drop_degenerate,
    join_parts,
    limit_clips,
    stand_on_origin,
)
from bozzetto.delivery.fit.fitting import fit_opened
from bozzetto.delivery.fit.limits import limits_of
from bozzetto.delivery.open_model import Opened, read_source
from bozzetto.delivery.placing import bounds_of
from bozzetto.delivery.sizing import KnownSide, MeasuredSide
from bozzetto.findings import Finding, Severity
from bozzetto.formats.base import Source
from bozzetto.formats.registry import load_format
from bozzetto.qa.file_facts import FileFacts
from bozzetto.qa.model_facts import measure_model
from bozzetto.qa.profile import Profile, Strictness, Verdict, judge, load_profile
from tests.models import a_box, a_figure, a_model, a_picture, a_surface, plain
from tests.textured import a_globe


def opened(model, *, kind="glb", name="thing", **facts):
    """A model as if it had been read from a file."""
    file = FileFacts(
        name=f"{name}.{kind}", format=kind, num_bytes=len(load_format("glb").write(model).data),
        **{"uv_sets": 1, "influences": 4, "morph_targets": 0, "extensions_required": (),
           "stated_size": False} | facts,
    )  # fmt: skip
    return Opened(model=model, file=file, findings=())


def a_profile(*rules, export_as="glb"):
    """A profile of these rules: (measure, limit by its name)."""
    template = load_profile("shopify").rules[0]
    blank = replace(template, among=(), level=Strictness.HARD)
    return Profile(
        name="mine", title="t", summary="s", export_as=export_as,
        rules=tuple(replace(blank, measure=measure, **limit) for measure, limit in rules),
    )  # fmt: skip


def reread(fitted):
    """The variant as its file holds it."""
    return read_source(Source.of(fitted.written), name=fitted.fit.format)


def whats(fitted):
    """What was changed."""
    return [change.what for change in fitted.fit.changes]


def test_a_file_that_passes_is_left_as_it_is():
    model = stand_on_origin(a_model())[0]
    fitted = fit_opened(opened(model), profile=a_profile(("triangles", {"most": 10_000.0})))
    assert (fitted.fit.accepted, fitted.fit.unfixed) == (True, ())
    assert [p.data for p in reread(fitted).model.pictures] == [p.data for p in model.pictures]
    assert "triangles" not in whats(fitted)


def test_large_textures_become_small_ones_and_the_file_says_so():
    model = a_model(Part(name="b", mesh=a_box(), surface=a_surface(side=256)))
    fitted = fit_opened(opened(model), profile=a_profile(("texture_px_longest", {"most": 64.0})))
    facts = measure_model(reread(fitted).model)
    assert fitted.fit.perfect
    assert {picture.longest_px for picture in facts.pictures} == {64}
    changes = [c for c in fitted.fit.changes if c.what.startswith("texture")]
    assert len(changes) == 3
    assert changes[0].before.startswith("256 x 256")
    assert changes[0].after.startswith("64 x 64")


def test_too_many_triangles_and_materials_are_baked_into_few_and_one():
    ball = plain(a_globe(columns=20, rows=10))
    right = replace(ball, positions=ball.positions + np.float32([2, 0, 0]))
    model = a_model(
        Part(name="a", mesh=ball, surface=a_surface(name="one")),
        Part(name="b", mesh=right, surface=a_surface(name="two")),
    )
    profile = a_profile(("triangles", {"most": 300.0}), ("materials", {"most": 1.0}))
    fitted = fit_opened(opened(model), profile=profile)
    facts = measure_model(reread(fitted).model)
    assert fitted.fit.perfect
    assert facts.triangles <= 300
    assert len(facts.materials) == 1
    assert facts.size_m == pytest.approx(measure_model(model).size_m, rel=0.08)
    assert {"materials, baked anew", "triangles"} <= set(whats(fitted))


def test_quick_look_gets_usdz_with_one_set_of_textures_and_what_is_left_is_explained():
    model = a_model(
        Part(name="a", mesh=a_box(), surface=a_surface(name="one")),
        Part(name="b", mesh=a_box(centre=(2, 0.5, 0)), surface=a_surface(name="two")),
    )
    fitted = fit_opened(opened(model), profile=load_profile("quick_look"))
    assert fitted.written.main == "thing_quick_look.usdz"
    assert fitted.fit.accepted
    assert fitted.fit.unfixed == ()
    assert len(measure_model(reread(fitted).model).materials) == 1


def test_what_nobody_but_the_user_knows_stays_open_until_it_is_said():
    model = a_model()
    profile = a_profile(("size_is_measured", {"equals": True}))
    open_still = fit_opened(opened(model), profile=profile).fit
    assert not open_still.accepted
    assert "--size" in open_still.unfixed[0].reason
    said = fit_opened(
        opened(model), profile=profile, size=KnownSide(side=MeasuredSide.HEIGHT, metres=0.25)
    )
    low, high = bounds_of(reread(said).model)
    assert said.fit.accepted
    assert high[1] - low[1] == pytest.approx(0.25, rel=1e-4)
    assert judge(profile, measure_model(reread(said).model), reread(said).file).accepted


def test_a_file_is_made_small_by_textures_first():
    rng = np.random.default_rng(0)
    noisy = a_picture(texels=rng.integers(0, 256, (512, 512, 3), dtype=np.uint8), name="noise")
    model = a_model(Part(name="b", mesh=a_box(), surface=a_surface(base_color=noisy)))
    fitted = fit_opened(opened(model), profile=a_profile(("file_kb", {"most": 120.0})))
    assert fitted.fit.accepted
    assert len(fitted.written.data) <= 120 * 1024
    assert measure_model(reread(fitted).model).triangles == 12


def test_broken_rules_are_judged_on_the_file_as_written():
    model = a_model()
    fitted = fit_opened(opened(model), profile=load_profile("shopify"))
    again = reread(fitted)
    anew = judge(load_profile("shopify"), measure_model(again.model), again.file)
    assert [one.verdict for one in anew.results] == [
        one.verdict for one in fitted.fit.after.results
    ]
    assert any(one.verdict is Verdict.FAIL for one in fitted.fit.before.results)


def test_what_writing_drops_is_listed():
    facts = {"uv_sets": 3, "influences": 8, "morph_targets": 2, "extensions_required": ("X_y",)}
    fitted = fit_opened(opened(a_model(), **facts), profile=a_profile(("uv_sets", {"most": 1.0})))
    assert whats(fitted)[:4] == [
        "sets of texture coordinates", "joints per vertex", "morph targets", "needed extensions",
    ]  # fmt: skip
    assert fitted.fit.accepted


def test_clips_are_kept_in_order_and_cut_at_a_frame():
    figure = a_figure(frames=31)  # Ten frames a second: three seconds.
    two = replace(figure, clips=(figure.clips[0], replace(figure.clips[0], name="second")))
    limits = limits_of(a_profile(("clips", {"most": 1.0}), ("clip_seconds", {"most": 1.25})))
    cut, changes = limit_clips(two, limits)
    (clip,) = cut.clips
    assert (clip.name, clip.num_frames, clip.seconds) == ("bow", 13, pytest.approx(1.2))
    assert (clip.rotations == figure.clips[0].rotations[:13]).all()
    assert len(changes) == 2


def test_parts_of_one_material_are_joined_with_their_skins():
    figure = a_figure()
    (body,) = figure.parts
    both = replace(figure, parts=(body, replace(body, name="copy")))
    joined, changes = join_parts(both)
    (part,) = joined.parts
    assert part.mesh.num_vertices == 2 * body.mesh.num_vertices == len(part.skin.weights)
    assert (part.skin.joints[24:] == body.skin.joints).all()
    assert (changes[0].before, changes[0].after) == ("2", "1")


def test_joining_keeps_the_colours_that_only_one_part_has_and_says_so():
    surface, box = a_surface(), a_box()
    colored = replace(box, colors=np.full((24, 3), 0.25, np.float32))
    parts = (
        Part(name="a", mesh=box, surface=surface),
        Part(name="b", mesh=colored, surface=surface),
    )
    joined, changes = join_parts(a_model(*parts))
    (part,) = joined.parts
    assert part.mesh.colors[:24].min() == 1
    assert part.mesh.colors[24:].max() == 0.25
    assert [change.what for change in changes] == ["parts", "colors of paint"]


def test_joining_keeps_quads():
    quads = np.arange(12, dtype=np.int32).reshape(6, 2)
    part = Part(name="a", mesh=replace(a_box(), quads=quads), surface=a_surface())
    joined, _ = join_parts(a_model(part, replace(part, name="b")))
    assert joined.parts[0].mesh.num_quads == 12


def test_leaving_flat_triangles_out_keeps_quads():
    box = replace(a_box(), quads=np.arange(12, dtype=np.int32).reshape(6, 2))
    flat = replace(box, triangles=np.concatenate([box.triangles, [[0, 0, 1]]]).astype(np.int32))
    cleaned, _ = drop_degenerate(a_model(Part(name="b", mesh=flat, surface=a_surface())))
    assert cleaned.parts[0].mesh.num_quads == 6


def test_triangles_without_area_go_and_the_rest_stays():
    box = a_box()
    flat = replace(box, triangles=np.concatenate([box.triangles, [[0, 0, 1]]]).astype(np.int32))
    cleaned, changes = drop_degenerate(a_model(Part(name="b", mesh=flat, surface=a_surface())))
    assert cleaned.parts[0].mesh.num_triangles == 12
    assert changes[0].before == "1"


def test_masked_alpha_is_blended_only_where_masks_are_not_shown():
    leaf = replace(a_surface(), alpha_mode=AlphaMode.MASK)
    model = a_model(Part(name="b", mesh=a_box(), surface=leaf))
    blended, _ = allow_alpha(model, limits_of(load_profile("quick_look")))
    kept, changes = allow_alpha(model, limits_of(load_profile("shopify")))
    assert blended.parts[0].surface.alpha_mode is AlphaMode.BLEND
    assert (kept, changes) == (model, ())


def test_the_strictest_limit_of_a_kind_counts():
    limits = limits_of(load_profile("amazon"))
    assert (limits.triangles, limits.texture_px, limits.least_texture_px) == (150_000, 4096, 2048)


def test_fewer_triangles_do_not_move_the_origin_from_the_ground():
    ball = plain(a_globe(columns=24, rows=12))
    model = stand_on_origin(a_model(Part(name="a", mesh=ball, surface=a_surface())))[0]
    profile = a_profile(("triangles", {"most": 24.0}), ("origin_bottom_centre", {"equals": True}))
    fitted = fit_opened(opened(model), profile=profile)
    low, high = bounds_of(reread(fitted).model)
    assert fitted.fit.perfect
    assert low[1] == pytest.approx(0, abs=1e-6)
    assert (low + high)[[0, 2]] == pytest.approx([0, 0], abs=1e-6)


def test_what_reading_lost_is_told_and_stands_among_the_changes():
    loss = Finding(
        code="obj.picture", severity=Severity.WARNING, message="skin.tga is left out.",
        subject="thing.obj",
    )  # fmt: skip
    remark = replace(loss, severity=Severity.INFO, message="Metres are assumed.")
    given = replace(opened(a_model()), findings=(loss, remark))
    fit = fit_opened(given, profile=a_profile(("triangles", {"most": 10_000.0}))).fit
    assert fit.findings[:2] == (loss, remark)
    assert fit.changes[0].what == "skin.tga is left out"
    assert not any("Metres" in change.what for change in fit.changes)


def test_what_the_variants_format_cannot_hold_is_told():
    glass = replace(a_surface(), transmission=Transmission(factor=0.75))
    model = a_model(Part(name="pane", mesh=a_box(), surface=glass))
    fitted = fit_opened(opened(model), profile=load_profile("quick_look"))
    (part,) = reread(fitted).model.parts
    assert part.surface.alpha_mode is AlphaMode.BLEND
    assert part.surface.base_color_factor[3] == pytest.approx(0.25)
    assert [finding.code for finding in fitted.fit.findings] == ["material.transmission"]
