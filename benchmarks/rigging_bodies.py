"""Write 30 of Anny's bodies with their joints and weights, once, to a folder of NPZ files.

Five builds (adult, child, heavy, thin, old), both sexes, in a T, an A and a relaxed pose. Needs
`pip install anny==0.6.2 torch` (CC0 data; its first start takes minutes):
`python -m benchmarks.rigging_bodies FOLDER`. With a number behind the folder, so many bodies of
builds drawn at random instead, which no constant was set on.
"""

import sys
import warnings
from itertools import product
from pathlib import Path

import numpy as np

_BUILDS = {
    "adult": {"age": 0.67, "weight": 0.5, "muscle": 0.5},
    "child": {"age": 0.3, "weight": 0.45, "muscle": 0.5},
    "heavy": {"age": 0.7, "weight": 0.95, "muscle": 0.4},
    "thin": {"age": 0.65, "weight": 0.08, "muscle": 0.3},
    "old": {"age": 0.98, "weight": 0.55, "muscle": 0.35},
}
_RISE_DEG = {"T": 45.0, "A": 0.0, "relaxed": -30.0}
"""Of the upper arms above Anny's own rest pose."""


def _drawn(count: int) -> list:
    """Draw bodies that are none of the others'."""
    rng = np.random.default_rng(101)
    poses = list(_RISE_DEG.items())
    people = []
    for number in range(count):
        build = {"age": rng.uniform(0.25, 1), "weight": rng.uniform(), "muscle": rng.uniform()}
        sex = ("fm"[number % 2], float(rng.uniform(0, 0.5) + 0.5 * (number % 2)))
        people.append(((f"drawn{number:02d}", build), sex, poses[number % 3]))
    return people


def main(folder: Path, drawn: int = 0) -> None:
    """Write the bodies."""
    import torch
    from anny import Anny
    from scipy.spatial.transform import Rotation

    warnings.simplefilter("ignore")
    folder.mkdir(parents=True, exist_ok=True)
    rig = Anny()
    bones = list(rig.bone_labels)
    rng = np.random.default_rng(7 if not drawn else 101)

    def upright(points: np.ndarray) -> np.ndarray:
        return np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1)

    people = product(_BUILDS.items(), (("f", 0.1), ("m", 0.9)), _RISE_DEG.items())
    for (build, base), (sex, gender), (pose, rise) in _drawn(drawn) or people:
        height, proportions = rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.9)
        turns = {"upperarm01.L": (0, -rise, 0), "upperarm01.R": (0, rise, 0)}
        if pose == "relaxed":
            elbow, spread = rng.uniform(5, 25), rng.uniform(-6, 3)
            turns |= {f"lowerarm01.{s}": (-elbow, 0, 0) for s in "LR"}
            turns |= {"upperleg01.L": (0, -spread, 0), "upperleg01.R": (0, spread, 0)}
        matrices = np.tile(np.eye(4), (len(bones), 1, 1))
        for bone, degrees in turns.items():
            turn = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()
            matrices[bones.index(bone), :3, :3] = turn
        with torch.no_grad():
            made = rig(
                pose_parameters=torch.from_numpy(matrices.astype(np.float32))[None],
                phenotype_kwargs=base
                | {"gender": gender, "height": height, "proportions": proportions},
            )
        np.savez_compressed(
            folder / f"{build}_{sex}_{pose}.npz",
            positions=upright(made["vertices"][0].numpy()).astype(np.float32),
            triangles=rig.get_triangular_faces().numpy().astype(np.int32),
            bones=np.array(bones),
            parents=np.array(rig.bone_parents),
            joints=upright(made["bone_poses"][0, :, :3, 3].numpy()),
            bi=rig.vertex_bone_indices.numpy().astype(np.int16),
            bw=rig.vertex_bone_weights.numpy().astype(np.float32),
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
