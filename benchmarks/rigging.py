"""How near are our joints and weights to those of artists? What is taken for a figure?

`python -m benchmarks.rigging --rigs DIR --bodies DIR [--held-out DIR] [--animals FILES]
[--objects DIR] [--blender PYTHON]`

Figures with known skeletons (artists' rigs as GLB; Anny's bodies, see `rigging_bodies`) are rigged
without a look at them. Written to `results/rigging.csv`, a row per figure:
- joint error in % of the height, mean and worst over the body's joints that the truth has;
- weight error: half the sum of absolute differences per vertex, 0 to 1, mean;
- vertex error in % of the height: mean distance of the vertices after the same random turns of the
  same joints, truth with its joints and weights, ours with ours (4 poses, seeded);
- the same with Blender's automatic weights on our skeleton, and the share of vertices for which it
  found none (any is counted as a failure);
- joints of fingers found, and their error where the truth has them;
- CPU and wall seconds of finding and binding, and of binding again after a joint was moved.
`results/rigging_held_out.csv` has the same of bodies that nothing was set on,
`results/rigging_animals.csv` the joints of four-legged rigs. The offsets in `rigging.find_joints`
were set on the first two sets, the proportions in `rigging.quadruped` on the two animals with
skeletons: their errors are not held out. `results/rigging_objects.csv` says of every model in
`--objects` whether it was taken for a figure. Characters of our own engine: `rigging_own`.
"""

import argparse
import csv
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.rigging_truth import Truth, animal_joints, artists_rigs, load_body, load_rig
from bozzetto.asset.skeleton import Skin
from bozzetto.delivery.open_model import open_model
from bozzetto.errors import BozzettoError
from bozzetto.rigging.blazepose import BlazePose
from bozzetto.rigging.canonical import is_finger
from bozzetto.rigging.joints import Joints, is_animal
from bozzetto.rigging.pose import assembled
from bozzetto.rigging.rig import Rigged, bind_found, find
from bozzetto.rigging.rotations import matrix_from_vector
from bozzetto.rigging.stress import stress
from bozzetto.rigging.suitability import is_person
from bozzetto.rigging.template import BODY, PARENT, tip_role

_RESULTS = Path(__file__).parent / "results"
_ROLES = [bone.role for bone in BODY]
_PARENTS = np.array([_ROLES.index(PARENT[r]) if PARENT[r] else -1 for r in _ROLES], np.int32)
_POSES = 4
_SPREAD, _BENDING = 0.3, 0.5
"""Standard deviation of the turns, radians; elbows and knees bend more."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure."""

    set: str
    name: str
    vertices: int
    led_by: str
    mean_joint_error: float
    worst_joint_error: float
    worst_joint: str
    weight_error: float
    vertex_error: float
    blender_vertex_error: float | None
    blender_unweighted: float | None
    fingers: int
    finger_error: float | None
    stress_passed: int
    cpu_seconds: float
    wall_seconds: float
    rebind_cpu_seconds: float


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rigs", type=Path)
    parser.add_argument("--bodies", type=Path)
    parser.add_argument("--held-out", type=Path)
    parser.add_argument("--animals", type=Path, nargs="*", default=[])
    parser.add_argument("--objects", type=Path, nargs="*", default=[])
    parser.add_argument("--blender", type=Path)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    network = BlazePose()
    rows = []
    for truth in _truths(arguments.rigs, arguments.bodies):
        if arguments.only in truth.name:
            rows.append(measure(truth, network, blender=arguments.blender))
            print(rows[-1], flush=True)
            if not arguments.only:
                _write(_RESULTS / "rigging.csv", [asdict(row) for row in rows])
    for kind in dict.fromkeys(row.set for row in rows):
        _summarise(kind, [row for row in rows if row.set == kind])
    if arguments.held_out:
        _measure_held_out(arguments.held_out, network)
    if arguments.animals:
        _measure_animals(arguments.animals, network)
    if arguments.objects:
        _measure_objects(arguments.objects, network)


def _truths(rigs: Path | None, bodies: Path | None) -> list[Truth]:
    """Read the figures whose skeletons are known."""
    known = [load_rig(path) for path in artists_rigs(rigs)] if rigs else []
    return known + [load_body(p) for p in sorted(bodies.glob("*.npz"))] if bodies else known


def _measure_held_out(folder: Path, network: BlazePose) -> None:
    """Measure bodies that no constant was set on."""
    rows = []
    for path in sorted(folder.glob("*.npz")):
        rows.append(measure(load_body(path), network, blender=None))
        print(rows[-1], flush=True)
        _write(_RESULTS / "rigging_held_out.csv", [asdict(row) for row in rows])
    _summarise("held out", rows)


def measure(truth: Truth, network: BlazePose, *, blender: Path | None) -> Row:
    """Rig one figure and compare."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = find(truth.model, network=network)
    rigged = bind_found(truth.model, found)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    again = time.process_time()
    bind_found(truth.model, found)
    again = time.process_time() - again
    height = found.figure.height
    errors = {
        role: float(np.linalg.norm(rigged.joints.at(role) - place)) / height * 100
        for role, place in truth.joints.items()
        if role in _ROLES
    }
    worst = max(errors, key=lambda role: errors[role])
    ours, theirs = _our_weights(rigged), _true_weights(truth)
    turns = _random_turns()
    heads = np.array([rigged.joints.at(role) for role in _ROLES])
    true_heads = np.array([truth.joints.get(r, heads[i]) for i, r in enumerate(_ROLES)])
    positions = np.concatenate([part.mesh.positions for part in truth.model.parts])
    want = _bent(positions, theirs, heads=true_heads, turns=turns)
    other = None if blender is None else _blender_weights(rigged, found.figure.mesh, blender)
    return Row(
        set=truth.kind,
        name=truth.name,
        vertices=len(positions),
        led_by="pictures" if found.landmarks and is_person(found.landmarks) else "shape",
        mean_joint_error=round(float(np.mean(list(errors.values()))), 2),
        worst_joint_error=round(errors[worst], 2),
        worst_joint=worst,
        weight_error=round(float(np.abs(ours - theirs).sum(axis=1).mean()) / 2, 3),
        vertex_error=_distance(_bent(positions, ours, heads=heads, turns=turns), want, height),
        blender_vertex_error=None
        if other is None
        else _distance(_bent(positions, _filled(other), heads=heads, turns=turns), want, height),
        blender_unweighted=None
        if other is None
        else round(float((other.sum(axis=1) < 1e-6).mean()), 4),
        stress_passed=sum(result.passed for result in stress(rigged)),
        fingers=sum(is_finger(role) for role in rigged.roles),
        finger_error=_finger_error(truth, rigged.joints, height),
        cpu_seconds=round(cpu, 2),
        wall_seconds=round(wall, 2),
        rebind_cpu_seconds=round(again, 2),
    )


def _finger_error(truth: Truth, joints: Joints, height: float) -> float | None:
    """Return the mean error of fingers that both have; None where we found none."""
    misses = [
        float(np.linalg.norm(joints.at(role) - place)) / height * 100
        for role, place in truth.joints.items()
        if is_finger(role) and role in joints
    ]
    return round(float(np.mean(misses)), 2) if misses else None


def _measure_animals(paths: list[Path], network: BlazePose) -> None:
    """Rig four-legged models; where they have a skeleton, hide it and compare."""
    rows = []
    for path in paths:
        model = open_model(path).model
        truth = {} if model.skeleton is None else animal_joints(model.skeleton)
        bare = replace(
            model,
            skeleton=None,
            clips=(),
            parts=tuple(replace(part, skin=None) for part in model.parts),
        )
        cpu = time.process_time()
        row = {"name": path.stem, "verdict": "refused", "reason": "", "facing_deg": None}
        row |= dict.fromkeys(("mean_joint_error", "worst_joint_error", "worst_joint"))
        row |= dict.fromkeys(("stress_passed", "cpu_seconds"))
        try:
            found = find(bare, network=network)
            rigged = bind_found(bare, found)
            row["verdict"] = "quadruped" if is_animal(found.joints) else "biped"
            row["cpu_seconds"] = round(time.process_time() - cpu, 2)
            row["facing_deg"] = round(float(np.degrees(found.facing)))
            row["stress_passed"] = sum(result.passed for result in stress(rigged))
            errors = {
                role: float(np.linalg.norm(rigged.joints.at(role) - place))
                / found.figure.height
                * 100
                for role, place in truth.items()
                if role in rigged.joints
            }
            if errors:
                row["worst_joint"] = max(errors, key=lambda role: errors[role])
                row["worst_joint_error"] = round(errors[row["worst_joint"]], 2)
                row["mean_joint_error"] = round(float(np.mean(list(errors.values()))), 2)
        except BozzettoError as error:
            row["reason"] = error.message
        rows.append(row)
        print(row, flush=True)
        _write(_RESULTS / "rigging_animals.csv", rows)


def _our_weights(rigged: Rigged) -> np.ndarray:
    """Spread our skin over the roles."""
    parts = []
    for part in rigged.model.parts:
        skin: Skin | None = part.skin
        assert skin is not None
        dense = np.zeros((part.mesh.num_vertices, len(_ROLES)))
        columns = np.array([_body_role(role) for role in rigged.roles])
        for k in range(skin.joints.shape[1]):
            rows = np.arange(len(dense))
            np.add.at(dense, (rows, columns[skin.joints[:, k]]), skin.weights[:, k])
        parts.append(dense)
    return np.concatenate(parts)


def _true_weights(truth: Truth) -> np.ndarray:
    """Spread the truth over the roles; fingers count as hands."""
    dense = np.zeros((len(truth.weights), len(_ROLES)))
    for bone, role in enumerate(truth.bones):
        while role and role not in truth.joints:
            role = PARENT[role]
        dense[:, _body_role(role)] += truth.weights[:, bone]
    return dense


def _body_role(role: str) -> int:
    """Return the number of a role, or of the nearest above it in the body."""
    while role and role not in _ROLES:
        role = PARENT.get(role, "")
    return _ROLES.index(role) if role else 0


def _random_turns() -> np.ndarray:
    """Draw the turns of all joints in all poses."""
    rng = np.random.default_rng(0)
    size = np.array([_BENDING if "Lower" in role else _SPREAD for role in _ROLES])
    vectors = rng.normal(size=(_POSES, len(_ROLES), 3)) * size[None, :, None]
    vectors[:, 0] = 0.0
    return matrix_from_vector(vectors)


def _bent(
    positions: np.ndarray, weights: np.ndarray, *, heads: np.ndarray, turns: np.ndarray
) -> np.ndarray:
    """Bend vertices in all poses."""
    result = np.zeros((len(turns), len(positions), 3))
    for pose, turn in enumerate(turns):
        placed = assembled(heads, _PARENTS, turn)
        for joint in range(len(heads)):
            rows = np.flatnonzero(weights[:, joint])
            there = (positions[rows] - heads[joint]) @ placed[joint, :3, :3].T
            result[pose, rows] += weights[rows, joint, None] * (there + placed[joint, :3, 3])
    return result


def _distance(ours: np.ndarray, theirs: np.ndarray, height: float) -> float:
    return round(float(np.linalg.norm(ours - theirs, axis=-1).mean()) / height * 100, 2)


def _filled(weights: np.ndarray) -> np.ndarray:
    """Normalise; what has no weight stays with the hips."""
    total = weights.sum(axis=1, keepdims=True)
    hips = np.zeros_like(weights)
    hips[:, 0] = 1.0
    return np.where(total > 1e-6, weights / np.maximum(total, 1e-6), hips)


def _blender_weights(rigged: Rigged, mesh, blender: Path) -> np.ndarray:
    """Ask Blender for its automatic weights on our joints; zeros where it finds none."""
    joints: Joints = rigged.joints
    heads = np.array([joints.at(role) for role in _ROLES])
    tails = heads.copy()
    for index, role in enumerate(_ROLES):
        tip = tip_role(role)
        tails[index] = joints.at(tip) if tip in joints else heads[index] + (0, 0.02, 0)
    # Vertices at one place are joined first, as an artist would; Blender's solver needs it.
    places, weld = np.unique(mesh.positions.round(5), axis=0, return_inverse=True)
    triangles = weld.reshape(-1)[mesh.triangles]
    whole = (triangles != np.roll(triangles, 1, axis=1)).all(axis=1)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.npz"), Path(folder, "out.npz")
        np.savez(
            source, positions=places, triangles=triangles[whole], heads=heads, tails=tails,
            parents=_PARENTS,
        )  # fmt: skip
        script = Path(__file__).with_name("rigging_blender.py")
        subprocess.run(
            [blender, script, source, target], capture_output=True, timeout=600, check=False
        )
        if not target.exists():
            return np.zeros((len(mesh.positions), len(_ROLES)))
        return np.load(target)["weights"][weld.reshape(-1)]


def _measure_objects(folders: list[Path], network: BlazePose) -> None:
    """Ask of every model whether it is a figure."""
    paths = sorted(
        p for folder in folders for p in (folder.rglob("*.glb") if folder.is_dir() else [folder])
    )
    rows = []
    for path in paths:
        wall = time.perf_counter()
        try:
            found = find(open_model(path).model, network=network)
            codes = ", ".join(finding.code for finding in found.findings)
            verdict = "animal" if is_animal(found.joints) else "figure"
            reason = f"confidence {found.joints.confidence.mean():.2f} {codes}".strip()
        except BozzettoError as error:
            verdict, reason = "refused", error.message
        rows.append(
            {
                "name": path.stem,
                "verdict": verdict,
                "reason": reason,
                "wall_seconds": round(time.perf_counter() - wall, 2),
            }
        )
        print(rows[-1], flush=True)
        _write(_RESULTS / "rigging_objects.csv", rows)
    taken = [row["name"] for row in rows if row["verdict"] not in {"refused", "animal"}]
    print(f"{len(taken)} of {len(rows)} taken for figures: {taken}")


def _summarise(kind: str, rows: list[Row]) -> None:
    """Print the means of a set."""
    print(
        f"{kind}: {len(rows)} figures, joints {np.mean([r.mean_joint_error for r in rows]):.2f} % "
        f"mean, {max(r.worst_joint_error for r in rows):.1f} % worst, weights "
        f"{np.mean([r.weight_error for r in rows]):.3f}, vertices "
        f"{np.mean([r.vertex_error for r in rows]):.2f} %, cpu "
        f"{np.mean([r.cpu_seconds for r in rows]):.1f} s"
    )
    blender = [r for r in rows if r.blender_vertex_error is not None]
    if blender:
        failed = sum((r.blender_unweighted or 0) > 0 for r in blender)
        print(
            f"  Blender: vertices {np.mean([r.blender_vertex_error for r in blender]):.2f} %, "
            f"{failed} of {len(blender)} with vertices left out"
        )


def _write(path: Path, rows: list[dict]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
