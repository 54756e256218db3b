"""Train a tiny network from nothing to a white model: `python -m bozzetto_train.smoke OUT`.

Makes objects, renders and halves views, trains the preset `smoke`, exports it, and lets the engine
build a draft with it. Shows that all parts fit together; the network learns next to nothing.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from bozzetto.engines.in_memory import reconstruct_foregrounds
from bozzetto.engines.network.engine import BozzettoEngine
from bozzetto.engines.network.onnx_network import load_network
from bozzetto.views.foreground import Foreground
from bozzetto_train.learning.export_onnx import Export, export
from bozzetto_train.learning.train_loop import Train, train
from bozzetto_train.objects.entry import Manifest
from bozzetto_train.objects.families import Split
from bozzetto_train.objects.load import load_object
from bozzetto_train.objects.made import list_procedural
from bozzetto_train.objects.manifest import write_manifest
from bozzetto_train.objects.model import ObjectModel
from bozzetto_train.scenes.gbuffer import prepare_scene
from bozzetto_train.scenes.halve import HalveViews, halve_views
from bozzetto_train.scenes.lighting import random_light
from bozzetto_train.scenes.make_views import MakeViews, make_views
from bozzetto_train.scenes.photograph import Photograph, photograph
from bozzetto_train.scenes.viewpoint import random_viewpoint

_OBJECTS = 40
_VIEWS = 4


@dataclass(frozen=True, kw_only=True)
class Smoke:
    """Where to work."""

    out: Annotated[Path, tyro.conf.Positional]
    """A folder; its former content is removed."""


def smoke(job: Smoke) -> None:
    """Run every step of training once, small."""
    shutil.rmtree(job.out, ignore_errors=True)
    manifest, views, small = job.out / "manifest.json", job.out / "views", job.out / "small"
    entries = tuple(list_procedural(_OBJECTS))
    write_manifest(Manifest(objects=entries), manifest)
    make_views(MakeViews(manifest=manifest, out=views, views=_VIEWS))
    halve_views(HalveViews(views=views, out=small))
    train(Train(views=views, small_views=small, run=job.out / "run", preset="smoke"))
    weights = job.out / "smoke.onnx"
    export(Export(run=job.out / "run", out=weights, preset="smoke"))
    test = next(entry for entry in entries if entry.split is Split.TEST)
    photo = _photograph_of(load_object(test))
    foreground = Foreground(
        name=test.name, sha256="0" * 64, linear_rgb=photo.linear_rgb, alpha=photo.alpha
    )
    draft = reconstruct_foregrounds(BozzettoEngine(load_network(weights)), [foreground])
    last = json.loads((job.out / "run/log.jsonl").read_text().splitlines()[-1])
    print(f"validation: {last['validation']}")  # noqa: T201
    print(f"draft of {test.name}: {draft.mesh.num_triangles} triangles")  # noqa: T201


def _photograph_of(model: ObjectModel) -> Photograph:
    """Take one picture of an object."""
    rng = np.random.default_rng(0)
    scene = prepare_scene(model)
    viewpoint = random_viewpoint(rng, model.positions)
    return photograph(scene, viewpoint, random_light(rng), size=256)


if __name__ == "__main__":
    smoke(tyro.cli(Smoke))
