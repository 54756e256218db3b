import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import bozzetto
from bozzetto.errors import InputError, ProjectError
from bozzetto.progress import StageFinished, StageStarted
from bozzetto.store.disk import PARTIAL
from bozzetto.store.local import LocalStore
from bozzetto.views.mask import Stroke, StrokeKind
from tests.build import a_disc

SMALL = bozzetto.MakeOptions(
    draft=bozzetto.DraftOptions(engine="inflate", variants=2),
    refine=bozzetto.RefineOptions(target_triangles=1000, texture_size=512, delight=0.0),
)


@pytest.fixture(autouse=True)
def one_renderer_and_no_memory_of_earlier_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("BOZZETTO_RENDERER", "raycast")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def a_photo_file(folder, *, name="vase.png", radius=70.0):
    """A cut-out with structure: a disc with stripes, lit from the left."""
    alpha = a_disc(height=200, width=240, radius=radius)
    y, x = np.mgrid[:200, :240]
    stripes = 0.35 + 0.25 * (np.sin(y / 6) > 0) + 0.15 * (x < 120)
    rgb = np.stack([stripes, stripes * 0.7, 1 - stripes], axis=2)
    pixels = np.dstack([rgb, alpha])
    path = folder / name
    Image.fromarray((pixels * 255).astype(np.uint8)).save(path)
    return path


def glb_of(delivery):
    return delivery.asset.read_bytes()


def leftovers(root):
    return [path for path in root.rglob("*") if path.name.startswith(PARTIAL)]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One finished run that several tests look at."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOZZETTO_RENDERER", "raycast")
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        photo = a_photo_file(folder)
        return photo, bozzetto.make(photo, output=folder / "out", options=SMALL)


def test_the_budget_is_met_to_the_triangle_and_the_surface_is_closed(made):
    topology = made[1].report.facts.topology
    assert (topology.triangles, topology.watertight, topology.pieces) == (1000, True, 1)


def test_a_run_leaves_a_log_of_its_stages_that_names_no_folder(made):
    (log,) = (made[1].project / "logs").iterdir()
    text = log.read_text("utf-8")
    stages = [timing.stage for timing in made[1].report.timings]
    assert all(f": {stage}: " in text for stage in stages)
    assert text.rstrip().endswith("Done.")
    assert str(made[0].parent) not in text


def test_the_asset_agrees_with_the_photo(made):
    agreement = made[1].report.facts.agreement[0]
    assert agreement.silhouette_iou > 0.97
    assert agreement.psnr_db > 24


def test_the_asset_stands_on_the_ground_in_its_middle_and_is_a_metre_long(made):
    asset = bozzetto.read_glb(glb_of(made[1]), name="vase.glb")
    low, high = asset.mesh.bounds
    np.testing.assert_allclose(low[1], 0, atol=2e-3)
    np.testing.assert_allclose((low + high)[[0, 2]] / 2, 0, atol=5e-3)
    np.testing.assert_allclose((high - low).max(), 1, atol=2e-2)


def test_no_vertex_colours_darken_the_texture(made):
    assert bozzetto.read_glb(glb_of(made[1]), name="vase.glb").mesh.colors is None


def test_the_shares_of_the_surface_add_up(made):
    surface = made[1].report.surface
    assert abs(surface.observed + surface.mirrored + surface.inferred - 1) < 1e-3
    assert 0.2 < surface.observed < 0.7


def test_the_report_names_inputs_options_versions_and_files(made):
    photo, delivery = made
    report = json.loads(delivery.report_path.read_text())
    assert report["inputs"][0]["name"] == photo.name
    assert report["options"]["refine"]["target_triangles"] == 1000
    assert report["libraries"]["numpy"] == np.__version__
    assert {file["path"] for file in report["files"]} >= {"vase.glb", "sheet.png"}
    assert {timing["stage"].split()[0] for timing in report["timings"]} >= {"mask", "draft"}


def test_the_input_is_kept_byte_for_byte(made):
    photo, delivery = made
    store = LocalStore(delivery.project / "store")
    assert store.read(delivery.report.inputs[0].sha256) == photo.read_bytes()


def test_the_same_photo_options_and_seed_give_the_same_bytes(made, tmp_path):
    photo, first = made
    second = bozzetto.make(photo, output=tmp_path / "again", options=SMALL)
    assert glb_of(second) == glb_of(first)
    assert second.sheet.read_bytes() == first.sheet.read_bytes()


def test_running_again_does_no_work(made):
    photo, first = made
    before = glb_of(first)
    second = bozzetto.make(photo, output=first.project, options=SMALL)
    assert all(timing.reused for timing in second.report.timings)
    assert glb_of(second) == before


class Interrupt:
    """Progress that presses Ctrl-C at the n-th event."""

    def __init__(self, at):
        self.left = at

    def __call__(self, event):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def number_of_events(photo, output):
    events = []
    bozzetto.make(photo, output=output, options=SMALL, progress=events.append)
    assert {type(event) for event in events} == {StageStarted, StageFinished}
    return len(events)


def test_a_run_interrupted_at_every_stage_goes_on_and_ends_with_the_same_bytes(made, tmp_path):
    photo, whole = made
    output = tmp_path / "interrupted"
    total = number_of_events(photo, whole.project)
    for at in range(1, total + 1):
        with pytest.raises(KeyboardInterrupt):
            bozzetto.make(photo, output=output, options=SMALL, progress=Interrupt(at))
        assert leftovers(output) == []
        assert not (output / "report.json").exists()
    last = bozzetto.make(photo, output=output, options=SMALL)
    assert glb_of(last) == glb_of(whole)


def test_a_person_s_choice_is_refined_and_recorded(made, tmp_path):
    photo, by_rule = made
    output = tmp_path / "chosen"
    drafted = bozzetto.draft(photo, output=output, options=SMALL)
    second = drafted.drafts.drafts[1]
    assert second.variant != by_rule.report.approval.variant
    bozzetto.approve(output, 2, approved_by="ada")
    delivery = bozzetto.refine(output, options=SMALL.refine)
    assert delivery.report.approval.variant == second.variant
    assert delivery.report.approval.approved_by == "ada"
    assert glb_of(delivery) != glb_of(by_rule)
    again = bozzetto.make(photo, output=output, options=SMALL)
    assert again.report.approval.approved_by == "ada"


def test_a_mask_changed_after_drafting_is_refused_until_drafted_again(tmp_path):
    photo, output = a_photo_file(tmp_path), tmp_path / "out"
    bozzetto.draft(photo, output=output, options=SMALL)
    bozzetto.approve(output, 1)
    stroke = Stroke(kind=StrokeKind.REMOVE, points=((120.0, 40.0),), radius_px=12.0)
    bozzetto.mask(photo, output=output, strokes=[stroke])
    with pytest.raises(ProjectError, match="mask has changed"):
        bozzetto.refine(output, options=SMALL.refine)


def test_a_user_s_mask_decides_what_the_object_is(tmp_path):
    photo = a_photo_file(tmp_path, radius=70.0)
    mask_path = tmp_path / "mask.png"
    small = (a_disc(height=200, width=240, radius=40.0) * 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(small).save(buffer, format="PNG")
    mask_path.write_bytes(buffer.getvalue())
    masked = bozzetto.mask(photo, masks=[mask_path], output=tmp_path / "out")
    pixels = np.asarray(Image.open(masked.masks[0]))
    assert abs(int((pixels > 127).sum()) - int((small > 127).sum())) < 50


def test_photos_that_an_engine_cannot_use_are_a_finding(tmp_path):
    photos = [a_photo_file(tmp_path, name=f"{radius}.png", radius=radius) for radius in (60, 70)]
    drafted = bozzetto.draft(*photos, output=tmp_path / "out", options=SMALL)
    assert "draft.views.unused" in {finding.code for finding in drafted.findings}


def test_the_same_photo_twice_is_refused_before_anything_is_written(tmp_path):
    photos = [a_photo_file(tmp_path, name=name) for name in ("a.png", "b.png")]
    with pytest.raises(bozzetto.InputError, match=r"a.png and b.png are the same photo"):
        bozzetto.draft(*photos, output=tmp_path / "out", options=SMALL)
    assert not (tmp_path / "out").exists()


def texture_of(delivery):
    return bozzetto.read_glb(glb_of(delivery), name="vase.glb").material


def a_lock_file(folder, *, size=512):
    """The upper half of the texture is locked."""
    mask = np.zeros((size, size), np.uint8)
    mask[: size // 2] = 255
    path = folder / "lock.png"
    Image.fromarray(mask).save(path)
    return path


def test_a_locked_half_stays_bit_for_bit_while_the_shape_is_reused(made, tmp_path):
    project = tmp_path / "out"
    first = bozzetto.make(made[0], output=project, options=SMALL)
    before = texture_of(first)
    other = replace(SMALL.refine, delight=0.7)
    lock = a_lock_file(tmp_path)
    second = bozzetto.refine(project, options=other, lock_texture=lock)
    after = texture_of(second)
    np.testing.assert_array_equal(after.base_color[:256], before.base_color[:256])
    assert (after.base_color[256:] != before.base_color[256:]).any()
    reused = {timing.stage: timing.reused for timing in second.report.timings}
    assert (reused["shape"], reused["refine"]) == (True, False)


def test_a_lock_that_fits_no_longer_is_refused_with_advice(made, tmp_path):
    project = tmp_path / "out"
    bozzetto.make(made[0], output=project, options=SMALL)
    with pytest.raises(InputError, match="UV layout"):
        bozzetto.refine(
            project,
            options=replace(SMALL.refine, target_triangles=800),
            lock_texture=a_lock_file(tmp_path),
        )
    with pytest.raises(InputError, match="512 x 512"):
        bozzetto.refine(project, options=SMALL.refine, lock_texture=a_lock_file(tmp_path, size=256))


def test_the_confidence_map_and_attributes_are_written_on_request(made, tmp_path):
    options = replace(SMALL.refine, confidence_map=True, provenance_attributes=True)
    delivery = bozzetto.make(
        made[0], output=tmp_path / "out", options=replace(SMALL, refine=options)
    )
    with Image.open(delivery.project / "vase_confidence.png") as picture:
        assert (picture.mode, picture.size) == ("L", (512, 512))
    mesh = bozzetto.read_glb(glb_of(delivery), name="vase.glb").mesh
    assert 0 <= mesh.confidence.min() < mesh.confidence.max() <= 1
    assert bozzetto.read_glb(glb_of(made[1]), name="vase.glb").mesh.confidence is None
    assert not (made[1].project / "vase_confidence.png").exists()


def reused_stages(delivery):
    return {timing.stage: timing.reused for timing in delivery.report.timings}


@pytest.mark.parametrize(
    ("change", "made_again"),
    [
        ({"image_format": bozzetto.ImageFormat.JPEG}, {"write", "certificate", "previews"}),
        ({"provenance_attributes": True}, {"write", "certificate", "previews"}),
        ({"confidence_map": True}, set()),
        ({"delight": 0.3}, {"refine", "write", "certificate", "previews"}),
    ],
)
def test_only_what_an_option_changes_is_made_again(made, change, made_again):
    photo, first = made
    options = replace(SMALL, refine=replace(SMALL.refine, **change))
    second = bozzetto.make(photo, output=first.project, options=options)
    assert {stage for stage, reused in reused_stages(second).items() if not reused} == made_again
    bozzetto.make(photo, output=first.project, options=SMALL)


def test_other_weights_of_the_matting_network_make_other_masks(monkeypatch):
    from bozzetto.matting.models import u2netp
    from bozzetto.pipeline.options import MaskOptions
    from bozzetto.pipeline.photo_to_asset import InputPhoto, look_at
    from bozzetto.plans.plan import InputFile

    photo = InputPhoto(photo=InputFile(sha256="a" * 64, name="a.png"))
    before = look_at(photo, options=MaskOptions()).mask.key
    monkeypatch.setattr(u2netp, "CARD", replace(u2netp.CARD, sha256="b" * 64))
    assert look_at(photo, options=MaskOptions()).mask.key != before


def test_a_draft_that_the_store_has_lost_is_made_again(made, tmp_path):
    output = tmp_path / "lost"
    bozzetto.draft(made[0], output=output, options=SMALL)
    bozzetto.approve(output, 1)
    store = LocalStore(output / "store")
    for collection, key in list(store.records()):
        store.remove_record(collection, key)
    delivery = bozzetto.refine(output, options=SMALL.refine)
    assert glb_of(delivery) == glb_of(made[1])


def test_the_report_leads_to_the_delivered_file_in_the_store(made):
    from bozzetto.pipeline.stages import ASSET_STAGE
    from bozzetto.plans.results import read_result

    delivery = made[1]
    store = LocalStore(delivery.project / "store")
    kept = read_result(store, ASSET_STAGE, delivery.report.keys.assets[0])
    assert kept.glb == glb_of(delivery)


def test_cleaning_says_first_and_frees_then_and_the_next_run_reuses_the_rest(made, tmp_path):
    photo, output = made[0], tmp_path / "cleaned"
    first = bozzetto.make(photo, output=output, options=SMALL)
    other = replace(SMALL, refine=replace(SMALL.refine, target_triangles=800))
    bozzetto.make(photo, output=output, options=other)
    bozzetto.make(photo, output=output, options=SMALL)
    said = bozzetto.clean(output)
    assert said.results > 0
    assert said.num_bytes > 0
    assert bozzetto.clean(output) == said
    freed = bozzetto.clean(output, remove=True)
    assert (freed.results, freed.num_bytes) == (said.results, said.num_bytes)
    assert bozzetto.clean(output).num_bytes == 0
    again = bozzetto.make(photo, output=output, options=SMALL)
    assert all(timing.reused for timing in again.report.timings)
    assert glb_of(again) == glb_of(first)


def test_a_project_of_an_older_format_is_refused_with_the_way_out(made, tmp_path):
    folder = tmp_path / "old"
    (folder / "inputs").mkdir(parents=True)
    (folder / "project.json").write_text('{"format_version": 1, "name": "vase", "photos": []}')
    with pytest.raises(ProjectError, match="project format 1") as caught:
        bozzetto.refine(folder)
    assert str(folder / "inputs") in caught.value.advice
