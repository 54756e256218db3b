"""How much nearer to the true paint a photo's colours come when its light is taken out.

Photographs objects of known paint in random light, drafts them with the network, fits the light on
the draft's own normals and compares log luminances of the seen surface with the truth, each up to
exposure. Writes `results/delight.csv`: one row an object, the error before, and after by the photo
alone, by the network's albedo alone put in its place, and by both together.

    python -m benchmarks.delight --manifest FILE | --toys [--objects N]
"""

import argparse
import csv
import statistics
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Float64

from benchmarks.quality.objects import choose_objects, load_model, random_views, true_object
from benchmarks.quality.scene import InputView
from bozzetto.asset.mesh import Origin
from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.engines.in_memory import reconstruct_foregrounds
from bozzetto.engines.registry import load_engine
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.color import luminance
from bozzetto.imaging.resample import sample
from bozzetto.texturing.delight import fit_light
from bozzetto.texturing.occlusion import OcclusionOptions, ambient_occlusion
from bozzetto_train.objects.model import ObjectModel, look_up
from bozzetto_train.scenes.gbuffer import prepare_scene

RESULTS = Path(__file__).parent / "results" / "delight.csv"


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """What is known at the vertices of a draft that its photo shows."""

    photo: Float32[np.ndarray, "n 3"]
    truth: Float32[np.ndarray, "n 3"]
    albedo: Float32[np.ndarray, "n 3"] | None
    normals: Float32[np.ndarray, "n 3"]
    openness: Float32[np.ndarray, " n"]
    weights: Float32[np.ndarray, " n"]
    true_gloss: Float32[np.ndarray, "n 2"]
    """Roughness and metallic."""
    found_gloss: Float32[np.ndarray, "n 2"] | None
    """The network's."""


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--manifest", type=Path)
    parser.add_argument("--toys", action="store_true")
    parser.add_argument("--objects", type=int, default=12)
    arguments = parser.parse_args()
    engine = load_engine("bozzetto")
    rows: list[dict[str, str | float]] = []
    for ref in choose_objects(
        None if arguments.toys else arguments.manifest, count=arguments.objects
    ):
        scene = prepare_scene(load_model(ref))
        (view,) = random_views(scene, true_object(scene, category=ref.category), count=1)
        draft = reconstruct_foregrounds(engine, [view.foreground])
        rows.append({"object": ref.name, **errors(seen_by(view, draft, scene.model))})
        print(rows[-1], flush=True)
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for name in list(rows[0])[1:]:
        print(f"{name:22} mean {statistics.mean(float(row[name]) for row in rows):.3f}")


def seen_by(view: InputView, draft: Reconstruction, model: ObjectModel) -> Seen:
    """Look up photo, truth and prediction at the draft's seen vertices."""
    mesh, camera = draft.mesh, draft.cameras[0]
    normals = vertex_normals(mesh.positions, mesh.triangles)
    assert mesh.origin is not None
    rays = camera.position - mesh.positions
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    facing = np.einsum("ij,ij->i", rays, normals)
    kept = np.flatnonzero((mesh.origin == Origin.OBSERVED) & (facing > 0.2))
    pixels, _ = camera.project(mesh.positions[kept])
    into = view.camera.rays_in_world(pixels).astype(np.float32)
    starts = np.broadcast_to(view.camera.position.astype(np.float32), into.shape)
    hits = view.thing.caster.first_hits(starts, into)
    kept, pixels = kept[hits.found], pixels[hits.found]
    caster = Raycaster(mesh.positions, mesh.triangles)
    shaded = type(mesh)(positions=mesh.positions, triangles=mesh.triangles, normals=normals)
    openness = ambient_occlusion(shaded, caster, options=OcclusionOptions(rays=300_000))
    maps = draft.posed[0].seen
    true = look_up(model, hits.triangle[hits.found], hits.barycentric[hits.found])
    found = None
    if maps is not None:
        gloss = np.stack([maps.roughness, maps.metallic], axis=2)
        found = sample(gloss, maps.cells(pixels))
    return Seen(
        photo=sample(view.foreground.linear_rgb, pixels),
        truth=true.albedo,
        albedo=None if maps is None else sample(maps.albedo, maps.cells(pixels)),
        normals=np.ascontiguousarray(normals[kept]),
        openness=openness[kept],
        weights=facing[kept].astype(np.float32),
        true_gloss=np.stack([true.roughness, true.metallic], axis=1),
        found_gloss=found,
    )


def errors(seen: Seen) -> dict[str, float]:
    """Return the spread of log luminance about the truth, and the residual correlations."""
    alone = fit_light(seen.photo, seen.normals, seen.openness, weights=seen.weights)
    both = fit_light(
        seen.photo, seen.normals, seen.openness, weights=seen.weights, albedo=seen.albedo
    )
    truth, photo = _log(seen.truth), _log(seen.photo)
    taken = {
        name: photo - np.log(light.shading(seen.normals, seen.openness))
        for name, light in (("photo_alone", alone), ("with_albedo", both))
    }
    network = photo if seen.albedo is None else _log(seen.albedo)
    return {
        "before": _spread(photo - truth, seen.weights),
        **{name: _spread(values - truth, seen.weights) for name, values in taken.items()},
        "network_albedo": _spread(network - truth, seen.weights),
        "correlation_before": round(both.correlation_before, 3),
        "correlation_after": round(both.correlation_after, 3),
        **gloss_errors(seen),
    }


def gloss_errors(seen: Seen) -> dict[str, float]:
    """Return mean errors of roughness and metallic: the defaults', and the network's."""
    default = np.array([0.65, 0.0], np.float32)
    found = default if seen.found_gloss is None else seen.found_gloss
    result: dict[str, float] = {}
    for name, values in (("default", default), ("network", found)):
        error = np.average(np.abs(values - seen.true_gloss), axis=0, weights=seen.weights)
        result[f"roughness_{name}"] = round(float(error[0]), 4)
        result[f"metallic_{name}"] = round(float(error[1]), 4)
    return result


def _log(colors: Float32[np.ndarray, "n 3"]) -> Float64[np.ndarray, " n"]:
    """Return log luminances; black is cut off."""
    return np.log(np.maximum(luminance(colors), 5e-3)).astype(np.float64)


def _spread(error: Float64[np.ndarray, " n"], weights: Float32[np.ndarray, " n"]) -> float:
    """Return the weighted root mean square about the median."""
    away = error - np.median(error)
    return round(float(np.sqrt(np.average(np.clip(away, -2, 2) ** 2, weights=weights))), 4)


if __name__ == "__main__":
    main()
