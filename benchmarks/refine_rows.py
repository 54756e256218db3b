"""One row of `benchmarks.refine`: refine a draft, and measure what came out.

Letters: n samples.
"""

import itertools
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32

from benchmarks.quality.evaluate import PreparedView
from benchmarks.quality.frustum import crop_of, view_frame
from benchmarks.quality.pictures import (
    ColorError,
    Picture,
    color_error,
    draw,
    novel_cameras,
    predicted_pictures,
)
from benchmarks.quality.rows import Row
from benchmarks.quality.scene import move_camera
from bozzetto.asset.mesh import Mesh
from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.geometry.compare.similarity import Similarity
from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.resample import sample
from bozzetto.pipeline.draft_to_asset import (
    Refined,
    Shaped,
    sculpt_draft,
    shape_draft,
    texture_shape,
)
from bozzetto.pipeline.options import RefineOptions, level_settings
from bozzetto.qa.agreement import measure_agreement
from bozzetto.qa.certificate import certify
from bozzetto.qa.textures import measure_textures
from bozzetto.qa.topology import measure_topology
from bozzetto.views.capture import capture_of_foregrounds
from bozzetto.views.foreground import Foreground

AGREEMENT_PX = 1024
STEPS = ("repair", "sculpt", "topology", "unwrap", "texture")
"""As refine announces them; steps inside one count with it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Timed:
    """A refined draft and what each step took."""

    refined: Refined
    shaped: Shaped
    cpu: dict[str, float]
    """Seconds of all threads and child processes: what it takes on an idle core."""
    wall: dict[str, float]
    """Seconds; mean something on an idle machine alone."""


def refine_timed(
    draft: Reconstruction, foregrounds: Sequence[Foreground], *, options: RefineOptions
) -> Timed:
    """Refine, and take the time of each step."""
    marks = [("", cpu_seconds(), time.perf_counter())]

    def step(said: str) -> None:
        if said in STEPS:
            marks.append((said, cpu_seconds(), time.perf_counter()))

    capture = capture_of_foregrounds(foregrounds)
    settings = level_settings(options, name="object")[0]
    sculpted = sculpt_draft(draft, capture, detail=options.detail, step=step)
    shaped = shape_draft(draft, sculpted, capture, options=settings.shape, step=step)
    refined = texture_shape(shaped, draft, capture, options=settings.texture, step=step)
    marks.append(("", cpu_seconds(), time.perf_counter()))
    pairs = list(itertools.pairwise(marks))
    return Timed(
        refined=refined,
        shaped=shaped,
        cpu={start[0]: end[1] - start[1] for start, end in pairs},
        wall={start[0]: end[2] - start[2] for start, end in pairs},
    )


def cpu_seconds() -> float:
    """Return what this process and its ended children have spent."""
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return sum(usage.ru_utime + usage.ru_stime for usage in (own, children))


def row_of(timed: Timed, foregrounds: Sequence[Foreground], *, options: RefineOptions) -> Row:
    """Measure a refined draft as it is; nothing here knows the truth."""
    row = _times(timed) | _picture_facts(timed.refined, foregrounds[0])
    row |= _certificate(timed, options)
    for name, errors in (
        ("draft", [facts.draft for facts in timed.refined.outlines]),
        ("finished", [facts.finished for facts in timed.refined.outlines]),
    ):
        row[f"outline_median_{name}"] = round(max(error.median_px for error in errors), 3)
        row[f"outline_p95_{name}"] = round(max(error.p95_px for error in errors), 3)
    return row


def _times(timed: Timed) -> Row:
    """Lay out the seconds of each step and of all."""
    row: Row = {}
    for kind, seconds in (("cpu", timed.cpu), ("wall", timed.wall)):
        row |= {f"{kind}_{name}": round(seconds.get(name, 0.0), 2) for name in STEPS}
        row[f"{kind}_total"] = round(sum(seconds.values()), 2)
    return row


def _picture_facts(refined: Refined, foreground: Foreground) -> Row:
    """Compare with the photo, and measure the maps."""
    asset = refined.asset
    agreement = measure_agreement(
        asset.mesh,
        asset.material,
        camera=asset.cameras[0],
        foreground=foreground,
        light=asset.photo_light[0],
        longest_px=AGREEMENT_PX,
    )
    facts = measure_textures(asset.material, asset.provenance)
    return {
        "psnr_db": round(agreement.psnr_db, 2),
        "psnr_unlit_db": round(agreement.psnr_unlit_db, 2),
        "iou": round(agreement.silhouette_iou, 4),
        "seam_jump": "" if facts.border_jump is None else round(facts.border_jump, 3),
        "observed": round(refined.share_observed, 3),
        "mirrored": round(refined.share_mirrored, 3),
        "luminance_p01": round(facts.base_luminance_p01, 1),
        "luminance_p99": round(facts.base_luminance_p99, 1),
        "light_before": refined.lights[0].correlation_before,
        "light_after": refined.lights[0].correlation_after,
    }


def _certificate(timed: Timed, options: RefineOptions) -> Row:
    """Measure the topology; certified against the dense surface it was made from."""
    mesh = timed.refined.asset.mesh
    topology = measure_topology(mesh)
    certificate = certify(mesh, reference=timed.shaped.dense)
    faces = mesh.num_quads or mesh.num_triangles
    return {
        "budget_error": abs(faces - options.budget),
        "watertight": int(topology.watertight),
        "manifold": int(topology.manifold),
        "genus": "" if topology.genus is None else topology.genus,
        "pieces": topology.pieces,
        "interior_shells": topology.interior_shells,
        "degenerate": topology.degenerate_triangles,
        "inverted": certificate.inverted_triangles,
        "self_intersections": certificate.self_intersections,
        "hausdorff_percent": certificate.hausdorff_percent,
    }


def truth_row(prepared: PreparedView, draft: Reconstruction, refined: Refined) -> Row:
    """Compare draft and refined asset with the truth in four new views."""
    onto = _onto_truth(prepared, draft)
    caster = Raycaster(draft.mesh.positions, draft.mesh.triangles)
    before = predicted_pictures(prepared.view, draft.mesh, caster, onto_truth=onto)
    row: Row = {}
    for name, pictures in (
        ("draft", before),
        ("finished", _finished_pictures(prepared, draft, refined, onto=onto)),
    ):
        error: ColorError = color_error(pictures, prepared.pictures, net=prepared.net)
        row |= {
            f"novel_psnr_{name}": round(error.psnr, 3),
            f"novel_psnr_overlap_{name}": round(error.psnr_overlap, 3),
            f"novel_ssim_{name}": round(error.ssim, 4),
            f"novel_features_{name}": round(error.mobilenet, 4),
        }
    return row


def _onto_truth(prepared: PreparedView, draft: Reconstruction) -> Similarity:
    """Return where the draft's camera puts it; the same for draft and finished mesh."""
    caster = Raycaster(draft.mesh.positions, draft.mesh.triangles)
    frame = view_frame(draft.cameras[0], caster, crop=crop_of(prepared.view.foreground.alpha))
    onto = Similarity.identity() if frame is None else frame.onto(prepared.frame)
    return prepared.view.truth_from_object @ onto


def _finished_pictures(
    prepared: PreparedView, draft: Reconstruction, refined: Refined, *, onto: Similarity
) -> tuple[Picture, ...]:
    """Draw the asset's base colour where its draft stood."""
    mesh = _where_the_draft_stood(refined, draft)
    caster = Raycaster(mesh.positions, mesh.triangles)
    texture = refined.asset.material.base_color

    def colors_of(triangle: np.ndarray, barycentric: np.ndarray) -> Float32[np.ndarray, "n 3"]:
        assert mesh.uvs is not None
        corners = mesh.uvs[mesh.triangles[triangle]]
        places = (corners * barycentric[:, :, None]).sum(axis=1) * texture.shape[0]
        return sample(texture, places.astype(np.float32))

    back = onto.inverse()
    return tuple(
        draw(mesh, caster, camera=move_camera(camera, back), colors_of=colors_of)
        for camera in novel_cameras(prepared.view)
    )


def _where_the_draft_stood(refined: Refined, draft: Reconstruction) -> Mesh:
    """Undo that the finished surface was stood on the ground again."""
    mesh = refined.asset.mesh
    moved = refined.asset.cameras[0].position - draft.cameras[0].position
    return replace(mesh, positions=(mesh.positions - moved).astype(np.float32))
