"""Rig ten characters that our own engine makes from one photograph each.

`python -m benchmarks.rigging_own -o DIR`: makes what DIR does not hold yet (an empty DIR after the
network's weights changed), rigs every character and writes `results/rigging_own.csv`, a row each:
the verdict, its reason or findings, which way the figure was turned, stress poses passed, seconds.
`DIR/posed.png` shows all of them at rest with bones, in stride and waving: look at it. Four of the
ten (a bust, a robe, a seated doll, nubs for legs) have no legs apart: no is the right answer there.
"""

import argparse
import csv
import time
from pathlib import Path

import cv2

from benchmarks.photo_runs import REPOSITORY, photos_folder, run_one
from benchmarks.rigging_sheet import sheet_of
from bozzetto.delivery.open_model import open_model
from bozzetto.errors import BozzettoError
from bozzetto.rigging.blazepose import BlazePose
from bozzetto.rigging.rig import Rigged, rig
from bozzetto.rigging.stress import stress

_RESULT = Path(__file__).parent / "results" / "rigging_own.csv"
_PHOTOS = (
    "triposr/tiger_girl.png", "triposr/robot.png", "triposr/police_woman.png",
    "instantmesh/bubble_mart_blue.png", "instantmesh/cartoon_girl.jpg",
    "instantmesh/cartoon_panda.png", "instantmesh/hatsune_miku.png", "instantmesh/pikachu.png",
    "instantmesh/robot.jpg",
)  # fmt: skip
_OPTIONS = ("--variants", "1", "--target-triangles", "8000", "--texture-size", "512")


def main() -> None:
    """Make, rig and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True)
    folder = parser.parse_args().output
    photos = [photos_folder() / name for name in _PHOTOS]
    made = [
        _character(photo, folder)
        for photo in [REPOSITORY / "examples" / "photos" / "character.jpg", *photos]
    ]
    network = BlazePose()
    rows = []
    for path in made:
        rows.append(_row(path, network))
        print(rows[-1], flush=True)
    with _RESULT.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    cv2.imwrite(str(folder / "posed.png"), sheet_of(made, network, columns=2)[:, :, ::-1])
    print(f"{sum(row['verdict'] == 'rigged' for row in rows)} of {len(rows)} rigged")


def _character(photo: Path, folder: Path) -> Path:
    """Return the asset made from a photograph; make it where there is none.

    Raises:
        RuntimeError: It cannot be made.
    """
    project = folder / f"{photo.parent.name}-{photo.stem}"
    asset = project / f"{photo.stem}.glb"
    if not asset.exists():
        run = run_one(photo, project=project, options=_OPTIONS)
        if run.exit_code:
            raise RuntimeError(f"{photo} was not made: {run.error}")
        print(f"{asset} made in {run.wall_seconds:.0f} s", flush=True)
    return asset


def _row(path: Path, network: BlazePose) -> dict:
    """Rig one character."""
    cpu = time.process_time()
    model = open_model(path).model
    rigged: Rigged | None = None
    try:
        rigged = rig(model, network=network)
        reason = ", ".join(finding.code for finding in rigged.findings)
    except BozzettoError as error:
        reason = error.message
    cpu = time.process_time() - cpu
    confidence = rigged and round(float(rigged.joints.confidence.mean()), 2)
    return {
        "name": path.parent.name,
        "verdict": "refused" if rigged is None else "rigged",
        "reason": reason,
        "confidence": confidence,
        "turned_rad": rigged and round(rigged.facing, 2),
        "stress_passed": rigged and sum(result.passed for result in stress(rigged)),
        "cpu_seconds": round(cpu, 2),
    }


if __name__ == "__main__":
    main()
