"""Write clothed people in many builds and poses, once, to a folder of NPZ files.

`python -m bozzetto_train.objects.people --out DIR`. Bodies come from Anny (NAVER; CC0 data of
MakeHuman), which this needs: the extra `people`. Its first start takes minutes and fills
`~/.cache/anny`.
"""

import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import tyro
from jaxtyping import Float32, Float64

from bozzetto.errors import BozzettoError, ResourceError
from bozzetto.geometry.normals import vertex_normals
from bozzetto_train.objects.assembly import Part, assemble
from bozzetto_train.objects.dress import Body, dress
from bozzetto_train.objects.model import Material, ObjectModel
from bozzetto_train.objects.poses import Pose, random_pose
from bozzetto_train.objects.procedural.shapes import rotation
from bozzetto_train.objects.stored import write_stored

if TYPE_CHECKING:
    from anny import Anny


@dataclass(frozen=True, kw_only=True)
class PeopleOptions:
    """How many people to write, and where."""

    out: Path
    """Folder; files that are there already are kept."""
    count: int = 300
    """How many."""


def write_people(options: PeopleOptions) -> None:
    """Write `0000.npz` and so on; person `n` is always the same.

    Raises:
        ResourceError: Anny is not installed.
    """
    missing = [n for n in range(options.count) if not _path(options.out, n).exists()]
    if not missing:
        return
    rig = _open_rig()
    for number in missing:
        write_stored(make_person(rig, seed=number), _path(options.out, number))


def make_person(rig: "Anny", *, seed: int) -> ObjectModel:
    """Make one clothed person."""
    rng = np.random.default_rng(seed)
    body = _posed(rig, rng)
    dressed = dress(body, seed=seed)
    skin = Material(base_color=np.ones(3, np.float32), roughness=float(rng.uniform(0.55, 0.9)))
    part = Part(
        positions=dressed.positions,
        triangles=body.triangles,
        material=skin,
        normals=vertex_normals(dressed.positions, body.triangles),
        colors=dressed.colors,
    )
    return assemble(f"people/{seed:04d}", [part])


def _open_rig() -> "Anny":
    """Import and build the body model, which is slow."""
    try:
        from anny import Anny
    except ImportError:
        raise ResourceError(
            "People need the package anny, which is not installed.",
            advice="Install bozzetto[people], or build the manifest without people.",
        ) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It recommends a GPU library.
        return Anny()


def _posed(rig: "Anny", rng: np.random.Generator) -> Body:
    """Draw a build and a pose, and skin the body."""
    import torch

    build = _random_build(rng)
    turns = torch.from_numpy(_matrices(rig.bone_labels, random_pose(rng)))
    with torch.no_grad():
        made = rig(pose_parameters=turns[None], phenotype_kwargs=build)
    strongest = rig.vertex_bone_weights.argmax(dim=1, keepdim=True)
    return Body(
        positions=_upright(made["vertices"][0].numpy()),
        rest=_upright(made["rest_vertices"][0].numpy()),
        triangles=rig.get_triangular_faces().numpy().astype(np.int32),
        bones=tuple(rig.bone_labels),
        bone_of_vertex=rig.vertex_bone_indices.gather(1, strongest)[:, 0].numpy().astype(np.int32),
    )


def _random_build(rng: np.random.Generator) -> dict[str, float]:
    """Draw age, sex and figure; two in three are grown-up."""
    age = rng.uniform(0.55, 1.0) if rng.random() < 0.66 else rng.uniform(0.05, 0.55)
    values = rng.uniform(0.05, 0.95, 5).tolist()
    labels = ("gender", "muscle", "weight", "height", "proportions")
    return {"age": float(age), **dict(zip(labels, values, strict=True))}


def _matrices(bones: list[str], pose: Pose) -> Float32[np.ndarray, "b 4 4"]:
    """Turn a pose into one matrix per bone."""
    matrices = np.tile(np.eye(4), (len(bones), 1, 1))
    for index, bone in enumerate(bones):
        if bone in pose:
            matrices[index, :3, :3] = rotation(pose[bone])
    return matrices.astype(np.float32)


def _upright(
    positions: Float32[np.ndarray, "v 3"] | Float64[np.ndarray, "v 3"],
) -> Float32[np.ndarray, "v 3"]:
    """Turn from z up, front -y to y up, front +z."""
    return np.stack([positions[:, 0], positions[:, 2], -positions[:, 1]], axis=1).astype(np.float32)


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:04d}.npz"


def main() -> None:
    """Run the command."""
    try:
        write_people(tyro.cli(PeopleOptions, description=__doc__))
    except BozzettoError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
