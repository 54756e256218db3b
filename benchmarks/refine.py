"""What refine does to drafts: outlines, agreement, topology, time; against the truth where known.

Two sets: the shared photographs, and renders of test objects whose every side is known. Rows are
written as they come; started again, a run does what is missing.

    python -m benchmarks.refine photos [--engine bozzetto] [--only NAME ...]
    python -m benchmarks.refine renders --manifest FILE [--objects 30]
    python -m benchmarks.refine table [CSV]
"""

import argparse
import itertools
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.photo_runs import all_photos
from benchmarks.quality.evaluate import PreparedView, prepare
from benchmarks.quality.frustum import crop_of, view_frame
from benchmarks.quality.objects import (
    choose_objects,
    load_model,
    random_views,
    true_object,
)
from benchmarks.quality.pictures import (
    ColorError,
    color_error,
    draw,
    novel_cameras,
    predicted_pictures,
)
from benchmarks.quality.rows import Row, append_rows, current_commit, read_rows
from benchmarks.quality.scene import InputView, move_camera
from bozzetto.asset.draft import Draft
from bozzetto.capture.load import load_photo
from bozzetto.geometry.raycast import Raycaster
from bozzetto.geometry.similarity import Similarity
from bozzetto.imaging.color import linear_from_srgb
from bozzetto.imaging.resample import sample
from bozzetto.matting.cut_out import cut_out
from bozzetto.pipeline.options import DraftOptions, RefineOptions
from bozzetto.pipeline.photo_to_asset import (
    Refined,
    Shaped,
    make_drafts,
    make_mask,
    shape_draft,
    texture_shape,
)
from bozzetto.qa.agreement import measure_agreement
from bozzetto.qa.certificate import certify
from bozzetto.qa.topology import measure_topology
from bozzetto.views.foreground import Foreground
from bozzetto_train.scenes.gbuffer import prepare_scene

RESULTS = Path(__file__).parent / "results"
LONGEST_PX = 1024
_BUDGET = RefineOptions().budget
_STEPS = ("repair", "sculpt", "topology", "unwrap", "texture")


@dataclass(frozen=True, kw_only=True, eq=False)
class Timed:
    """A refined draft and how long each step took."""

    refined: Refined
    shaped: Shaped
    seconds: dict[str, float]
    cpu_seconds: float
    """Of all threads, for all steps: what it takes on a machine that does nothing else."""


def refine_timed(draft: Draft, foregrounds: Sequence[Foreground], *, name: str) -> Timed:
    """Refine, and take the time of each step; steps inside a step count with it."""
    marks: list[tuple[str, float]] = []

    def step(said: str) -> None:
        if said in _STEPS:
            marks.append((said, time.perf_counter()))

    cpu = time.process_time()
    shaped = shape_draft(draft, foregrounds, step=step)
    refined = texture_shape(shaped, draft, foregrounds, name=name, step=step)
    cpu = time.process_time() - cpu
    marks.append(("", time.perf_counter()))
    seconds = {said: end - at for (said, at), (_, end) in itertools.pairwise(marks)}
    return Timed(refined=refined, shaped=shaped, seconds=seconds, cpu_seconds=cpu)


def row_of(timed: Timed, foregrounds: Sequence[Foreground]) -> Row:
    """Measure a refined draft as it is; nothing here knows the truth."""
    refined = timed.refined
    mesh = refined.asset.mesh
    agreement = measure_agreement(
        mesh,
        refined.asset.material,
        camera=refined.asset.cameras[0],
        foreground=foregrounds[0],
        longest_px=LONGEST_PX,
    )
    topology = measure_topology(mesh)
    certificate = certify(mesh, reference=timed.shaped.dense)
    row: Row = {f"s_{name}": round(timed.seconds.get(name, 0.0), 2) for name in _STEPS}
    row["s_total"] = round(sum(timed.seconds.values()), 2)
    row["cpu_total"] = round(timed.cpu_seconds, 2)
    row |= {"psnr_db": round(agreement.psnr_db, 2), "iou": round(agreement.silhouette_iou, 4)}
    for name, errors in (
        ("draft", [facts.draft for facts in refined.outlines]),
        ("finished", [facts.finished for facts in refined.outlines]),
    ):
        row[f"outline_median_{name}"] = round(max(error.median_px for error in errors), 3)
        row[f"outline_p95_{name}"] = round(max(error.p95_px for error in errors), 3)
    return row | {
        "seam_jump": "",
        "budget_error": abs(mesh.num_triangles - _BUDGET),
        "watertight": int(topology.watertight),
        "inverted": certificate.inverted_triangles,
        "self_intersections": certificate.self_intersections,
        "hausdorff_percent": certificate.hausdorff_percent,
    }


def truth_row(prepared: PreparedView, draft: Draft, refined: Refined) -> Row:
    """Compare draft and refined asset with the truth in four new views."""
    view = prepared.view
    before = _novel(prepared, draft, refined=None)
    after = _novel(prepared, draft, refined=refined)
    row: Row = {}
    for name, error in (("draft", before), ("finished", after)):
        row[f"novel_psnr_{name}"] = round(error.psnr, 3)
        row[f"novel_ssim_{name}"] = round(error.ssim, 4)
        row[f"novel_psnr_overlap_{name}"] = round(error.psnr_overlap, 3)
    assert view.camera.width > 0
    return row


def _novel(prepared: PreparedView, draft: Draft, *, refined: Refined | None) -> ColorError:
    """Place a shape where its camera says, and draw it from new places."""
    view = prepared.view
    mesh = draft.mesh if refined is None else refined.asset.mesh
    caster = Raycaster(mesh.positions, mesh.triangles)
    onto = _onto_truth(prepared, draft)
    if refined is None:
        pictures = predicted_pictures(view, mesh, caster, onto_truth=onto)
    else:
        back = onto.inverse()
        texture = linear_from_srgb(
            refined.asset.material.base_color.astype(np.float32) / np.float32(255)
        )

        def colors_of(triangle: np.ndarray, barycentric: np.ndarray) -> np.ndarray:
            corners = mesh.uvs[mesh.triangles[triangle]]
            places = (corners * barycentric[:, :, None]).sum(axis=1) * texture.shape[0]
            return sample(texture, places.astype(np.float32))

        pictures = tuple(
            draw(mesh, caster, camera=move_camera(camera, back), colors_of=colors_of)
            for camera in novel_cameras(view)
        )
    return color_error(pictures, prepared.pictures, net=None)


def _onto_truth(prepared: PreparedView, draft: Draft) -> Similarity:
    """Return where the draft's camera puts it; the same for draft and finished mesh."""
    caster = Raycaster(draft.mesh.positions, draft.mesh.triangles)
    frame = view_frame(draft.cameras[0], caster, crop=crop_of(prepared.view.foreground.alpha))
    onto = Similarity.identity() if frame is None else frame.onto(prepared.frame)
    return prepared.view.truth_from_object @ onto


def run_photos(engine: str, only: Sequence[str]) -> None:
    """Measure the shared photographs."""
    path = RESULTS / "refine_photos.csv"
    done = {(row["subject"], row["engine"]) for row in read_rows(path)}
    for photo_path in all_photos():
        subject = f"{photo_path.parent.name}/{photo_path.stem}"
        if (subject, engine) in done or (only and photo_path.stem not in only):
            continue
        photo, _ = load_photo(photo_path)
        foreground = cut_out(photo, make_mask(photo).mask)
        row = _measured(subject, [foreground], engine=engine)
        append_rows(path, [row])
        print(_said(row), flush=True)


def run_renders(manifest: Path | None, *, engine: str, objects: int) -> None:
    """Measure renders of test objects."""
    path = RESULTS / "refine_renders.csv"
    done = {(row["subject"], row["engine"]) for row in read_rows(path)}
    for ref in choose_objects(manifest, count=objects):
        if (ref.name, engine) in done:
            continue
        scene = prepare_scene(load_model(ref))
        (view,) = random_views(scene, true_object(scene, category=ref.category), count=1)
        row = _measured(ref.name, [view.foreground], engine=engine, view=view)
        append_rows(path, [row])
        print(_said(row), flush=True)


def _measured(
    subject: str,
    foregrounds: Sequence[Foreground],
    *,
    engine: str,
    view: InputView | None = None,
) -> Row:
    """Draft, refine and measure one object."""
    drafts = make_drafts(foregrounds, options=DraftOptions(engine=engine, variants=1))
    timed = refine_timed(drafts[0], foregrounds, name="object")
    row: Row = {"subject": subject, "engine": engine, "commit": current_commit()}
    row |= row_of(timed, foregrounds)
    if view is not None:
        row |= truth_row(prepare(view), drafts[0], timed.refined)
    return row


def _said(row: Row) -> str:
    """Sum a row up in a line."""
    return (
        f"{row['subject']}: {row['s_total']} s, outline {row['outline_median_draft']}/"
        f"{row['outline_p95_draft']} -> {row['outline_median_finished']}/"
        f"{row['outline_p95_finished']} px, {row['psnr_db']} dB, IoU {row['iou']}"
    )


def print_table(path: Path) -> None:
    """Print median, worst tenth and range of every number."""
    rows = read_rows(path)
    print(f"{path.name}: {len(rows)} rows")
    print(f"{'':28}{'median':>10}{'lowest':>10}{'p10':>10}{'p90':>10}{'highest':>10}")
    for name in list(rows[0])[3:]:
        values = [float(row[name]) for row in rows if row[name] != ""]
        if values:
            tenth, ninetieth = np.quantile(values, (0.1, 0.9))
            numbers = (statistics.median(values), min(values), tenth, ninetieth, max(values))
            print(f"{name:28}" + "".join(f"{number:10.3f}" for number in numbers))


def main(arguments: list[str]) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    photos = commands.add_parser("photos")
    photos.add_argument("--only", nargs="*", default=[])
    renders = commands.add_parser("renders")
    renders.add_argument("--manifest", type=Path)
    renders.add_argument("--objects", type=int, default=30)
    for command in (photos, renders):
        command.add_argument("--engine", default="bozzetto")
    table = commands.add_parser("table")
    table.add_argument("csv", type=Path, nargs="?", default=RESULTS / "refine_photos.csv")
    given = parser.parse_args(arguments)
    if given.command == "photos":
        run_photos(given.engine, given.only)
    elif given.command == "renders":
        run_renders(given.manifest, engine=given.engine, objects=given.objects)
    else:
        print_table(given.csv)


if __name__ == "__main__":
    main(sys.argv[1:])
