"""The service under load: 50 clients poll and 4 upload while jobs run.

    python -m benchmarks.studio_load --seconds 60 -o benchmarks/results/studio_load.json

Starts a service in a new folder. Each polling client asks once a second for one of the things that
a page asks for; each uploading client sends one photo after the other to a project of its own.
Four draft jobs run meanwhile. Written: the latencies of reads (median, p95, worst), uploads, the
jobs' ends, and the load of the machine, without which the numbers mean nothing.
"""

import asyncio
import contextlib
import itertools
import json
import os
import platform
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import httpx
import numpy as np
import tyro
from PIL import Image

_POLL_SECONDS = 1.0
_BYTES = {"Content-Type": "application/octet-stream"}


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much is asked of the service."""

    seconds: float = 60.0
    pollers: int = 50
    uploaders: int = 4
    jobs: int = 4
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"])] = None


@dataclass(kw_only=True)
class Seen:
    """What the clients saw."""

    reads: list[float] = field(default_factory=list)
    uploads: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Milliseconds."""

    count: int
    median: float
    p95: float
    worst: float


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of it."""

    reads: Latency
    reads_before_jobs: Latency
    uploads: Latency
    failures: list[str]
    jobs: dict[str, int]
    """By state, after all have ended."""
    machine: str
    cores: int
    load_before: tuple[float, float, float]
    """Mean number of processes that wanted a core in the last 1, 5 and 15 minutes."""
    load_after: tuple[float, float, float]


def a_photo(seed: int) -> bytes:
    """A 1200 x 900 cut-out that no other seed gives, as PNG."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:900, :1200]
    alpha = np.clip(350 - np.hypot(x - 600, y - 450), 0, 1)
    rgb = np.stack([np.sin(x / 9 + c) * 0.3 + 0.5 for c in rng.random(3)], axis=2)
    pixels = (np.dstack([rgb, alpha]) * 255).astype(np.uint8)
    with tempfile.TemporaryFile() as file:
        Image.fromarray(pixels).save(file, format="PNG", compress_level=1)
        file.seek(0)
        return file.read()


async def poll(http: httpx.AsyncClient, urls: list[str], *, until: float, seen: Seen) -> None:
    """Ask for one thing after the other, as an open page does."""
    await asyncio.sleep(random.random() * _POLL_SECONDS)
    while time.monotonic() < until:
        start = time.perf_counter()
        answer = await http.get(random.choice(urls))
        seen.reads.append(time.perf_counter() - start)
        if answer.status_code != 200:
            seen.failures.append(f"{answer.status_code} {answer.url.path}")
        await asyncio.sleep(_POLL_SECONDS)


async def upload(
    http: httpx.AsyncClient, project: str, photos: list[bytes], *, until: float, seen: Seen
) -> None:
    """Send photos in turn until the time is over; known ones are decoded like new ones."""
    for index in itertools.count():
        if time.monotonic() > until:
            return
        data = photos[index % len(photos)]
        start = time.perf_counter()
        url = f"/v1/projects/{project}/photos?name=p{index}.png"
        answer = await http.post(url, content=data, headers=_BYTES)
        seen.uploads.append(time.perf_counter() - start)
        if answer.status_code != 201:
            seen.failures.append(f"{answer.status_code} upload")


async def a_project(http: httpx.AsyncClient, title: str) -> str:
    """Make a project and return its id."""
    answer = await http.post("/v1/projects", json={"title": title})
    return str(answer.raise_for_status().json()["id"])


async def press(url: str, load: Load) -> tuple[Seen, Seen, dict[str, int]]:
    """Put the service under load; return what was seen before and with jobs, and the jobs' ends."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    async with httpx.AsyncClient(base_url=url, timeout=120.0, limits=limits) as http:
        projects = [await a_project(http, f"Load {n}") for n in range(load.jobs)]
        for seed, project in enumerate(projects):
            target = f"/v1/projects/{project}/photos"
            await http.post(target, content=a_photo(seed), headers=_BYTES)
        urls = [
            "/v1/projects",
            "/v1/jobs",
            *(f"/v1/projects/{p}/{what}" for p in projects for what in ("", "photos", "jobs")),
        ]
        urls = [u.rstrip("/") for u in urls]
        calm, busy = Seen(), Seen()
        until = time.monotonic() + load.seconds / 4
        await asyncio.gather(
            *(poll(http, urls, until=until, seen=calm) for _ in range(load.pollers))
        )
        jobs = [
            (await http.post(f"/v1/projects/{p}/drafts", json={"engine": "inflate"})).json()["id"]
            for p in projects
        ]
        theirs = [await a_project(http, f"Uploads {n}") for n in range(load.uploaders)]
        photos = [[a_photo(1000 * (n + 1) + i) for i in range(3)] for n in range(load.uploaders)]
        until = time.monotonic() + load.seconds
        await asyncio.gather(
            *(poll(http, urls, until=until, seen=busy) for _ in range(load.pollers)),
            *(
                upload(http, project, photos[n], until=until, seen=busy)
                for n, project in enumerate(theirs)
            ),
        )
        ends: dict[str, int] = {}
        for job in jobs:
            state = await ended(http, job)
            ends[state] = ends.get(state, 0) + 1
        return calm, busy, ends


async def ended(http: httpx.AsyncClient, job: str) -> str:
    """Wait until a job has ended, and return its state."""
    for _ in range(1200):
        state = str((await http.get(f"/v1/jobs/{job}")).json()["state"])
        if state in ("succeeded", "failed", "cancelled"):
            return state
        await asyncio.sleep(0.5)
    return "lost"


def latency(seconds: list[float]) -> Latency:
    """Sum up."""
    millis = sorted(1000 * s for s in seconds) or [0.0]
    median, p95 = (float(np.percentile(millis, q)) for q in (50, 95))
    return Latency(
        count=len(seconds), median=round(median, 1), p95=round(p95, 1), worst=round(millis[-1], 1)
    )


def is_up(url: str) -> bool:
    """Tell whether the service answers."""
    try:
        return httpx.get(f"{url}/v1/health").status_code == 200
    except httpx.HTTPError:
        return False


@contextlib.contextmanager
def a_service():
    """Run a service in a new folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [sys.executable, "-m", "bozzetto.cli.main", "studio", "--no-browser"]
        process = subprocess.Popen(
            [*command, "--data", folder, "--port", str(port), "--workers", "1"],
            env={**os.environ, "BOZZETTO_RENDERER": "raycast"},
        )
        url = f"http://127.0.0.1:{port}"
        try:
            while not is_up(url):
                time.sleep(0.2)
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def main(load: Load) -> None:
    """Measure, and say what came of it."""
    before = os.getloadavg()
    with a_service() as url:
        calm, busy, jobs = asyncio.run(press(url, load))
    result = Result(
        reads=latency(busy.reads),
        reads_before_jobs=latency(calm.reads),
        uploads=latency(busy.uploads),
        failures=sorted(set(calm.failures + busy.failures)),
        jobs=jobs,
        machine=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        cores=os.cpu_count() or 0,
        load_before=before,
        load_after=os.getloadavg(),
    )
    text = json.dumps(asdict(result), indent=1) + "\n"
    print(text)
    if load.output is not None:
        load.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(tyro.cli(Load))
