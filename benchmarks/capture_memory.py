"""What many photos of 12 megapixels cost: masks, then cut-outs through a capture, one by one.

The photos are made up (bumpy shapes of several colours in front of noisy walls) and stored as JPEG.
Masks are made by the plan's own stage, cut-outs at full size. Writes one row to
`results/capture_memory.csv`; the photos are made in one process and used in another, whose largest
resident memory counts.

    python -m benchmarks.capture_memory [--photos 60] [--dry]
"""

import argparse
import csv
import hashlib
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from bozzetto.executors.estimates import Estimates
from bozzetto.executors.inline import InlineExecutor
from bozzetto.pipeline.captured import capture_from
from bozzetto.pipeline.options import MaskOptions
from bozzetto.pipeline.photo_to_asset import InputPhoto, Run, look_at
from bozzetto.pipeline.stages import MASK_STAGE
from bozzetto.plans.memo import Memo
from bozzetto.plans.plan import InputFile
from bozzetto.plans.results import FileHandle, Handle, find_result
from bozzetto.store.local import LocalStore

RESULTS = Path(__file__).parent / "results" / "capture_memory.csv"
WIDTH, HEIGHT = 4000, 3000


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--dry", action="store_true", help="print the row, and write no file")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.make:
        make_photos(arguments.make, arguments.photos)
    elif arguments.measure:
        measure(arguments.measure)
    else:
        run(arguments.photos, dry=arguments.dry)


def run(num_photos: int, *, dry: bool) -> None:
    """Make the photos and measure, each in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="bozzetto-") as folder:
        again = [sys.executable, "-m", "benchmarks.capture_memory", "--photos", str(num_photos)]
        subprocess.run([*again, "--make", folder], check=True)
        done = subprocess.run(
            [*again, "--measure", folder], check=True, stdout=subprocess.PIPE, text=True
        )
    print(done.stdout, end="")
    if not dry:
        RESULTS.write_text(done.stdout, encoding="utf-8")


def make_photos(folder: Path, count: int) -> None:
    """Write so many photos."""
    for number in range(count):
        path = folder / f"{number:03d}.jpg"
        cv2.imwrite(str(path), a_picture(number), [cv2.IMWRITE_JPEG_QUALITY, 92])


def a_picture(number: int) -> UInt8[np.ndarray, "h w 3"]:
    """A bumpy shape in front of a wall with a gradient and noise; another one for each number."""
    rng = np.random.default_rng(number)
    wall, body = rng.uniform(0.55, 0.9, 3), rng.uniform(0.05, 0.6, 3)
    alpha = _shape(rng)[..., None]
    light = np.linspace(0.8, 1.1, HEIGHT, dtype=np.float32)[:, None, None]
    marks = cv2.resize(
        rng.uniform(0.6, 1.3, (30, 40, 3)).astype(np.float32),
        (WIDTH, HEIGHT),
        interpolation=cv2.INTER_CUBIC,
    )
    picture = (wall * light) * (1 - alpha) + (body * marks) * alpha
    noise = rng.standard_normal((HEIGHT // 2, WIDTH // 2, 3), np.float32)
    picture += 0.02 * cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
    return (np.clip(picture, 0, 1) * 255).astype(np.uint8)


def _shape(rng: np.random.Generator) -> Float32[np.ndarray, "h w"]:
    """Round, with a few waves along its outline."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    x -= WIDTH * rng.uniform(0.42, 0.58)
    y -= HEIGHT * rng.uniform(0.42, 0.58)
    angle, radius = np.arctan2(y, x), np.hypot(x, y)
    outline = HEIGHT * rng.uniform(0.22, 0.36)
    for waves in (2, 3, 5):
        outline = outline * (1 + rng.uniform(0, 0.15) * np.cos(waves * angle + rng.uniform(0, 6)))
    return np.clip(outline - radius, 0, 1).astype(np.float32)


def measure(folder: Path) -> None:
    """Cut all photos of a folder out and print what that took."""
    memo = Memo()
    with tempfile.TemporaryDirectory(prefix="bozzetto-") as place:
        store = LocalStore(Path(place))
        files = [
            InputFile(sha256=store.put(path.read_bytes()), name=path.name)
            for path in sorted(folder.glob("*.jpg"))
        ]
        run = Run(store=store, executor=InlineExecutor(memo=memo), estimates=Estimates(None))
        looks = [look_at(InputPhoto(photo=file), options=MaskOptions()) for file in files]
        began = time.perf_counter()
        run.make(*(look.mask for look in looks))
        masked = time.perf_counter()
        masks_mb = _peak_mb()
        capture = capture_from(
            [FileHandle(sha256=file.sha256, name=file.name, store=store) for file in files],
            [_handle(store, look.mask.key, memo) for look in looks],
            memo=memo,
        )
        digest, covered = hashlib.sha256(), 0.0
        for photo_id in capture.ids:
            foreground = capture.foreground(photo_id)
            assert foreground.alpha.shape == (HEIGHT, WIDTH)
            digest.update(foreground.linear_rgb)
            covered += float(foreground.alpha.mean()) / len(files)
        done = time.perf_counter()
    row = {
        "photos": len(files),
        "megapixels": round(WIDTH * HEIGHT / 1e6, 1),
        "masks_s": round(masked - began, 1),
        "cut_outs_s": round(done - masked, 1),
        "masks_peak_mb": masks_mb,
        "peak_mb": _peak_mb(),
        "mean_coverage": round(covered, 3),
        "cut_outs_sha256": digest.hexdigest()[:12],
        "machine": platform.machine(),
    }
    writer = csv.DictWriter(sys.stdout, list(row), lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)


def _handle(store: LocalStore, key: str, memo: Memo) -> Handle:
    """Return a mask as a stage is handed it."""
    record = find_result(store, MASK_STAGE.collection, key)
    assert record is not None
    return Handle(key=key, store=store, codec=MASK_STAGE.codec, record=record, memo=memo)


def _peak_mb() -> float:
    """Return the largest resident memory of this process so far, in millions of bytes."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)


if __name__ == "__main__":
    main()
