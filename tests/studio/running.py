"""Services to test against: one inside the test's process, and one in processes of its own."""

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import numpy as np
from PIL import Image
from starlette.testclient import TestClient

from bozzetto.studio.app import create_app
from bozzetto.studio.database import Database
from bozzetto.studio.security.tokens import add_token
from bozzetto.studio.settings import Settings
from bozzetto.wire.service import Role
from tests.build import a_disc

OWN = "http://127.0.0.1:8765"
TEAM = "https://studio.example.org"
BYTES = {"Content-Type": "application/octet-stream"}


def settings_in(folder, **changes):
    return Settings(data=folder / "studio", **changes)


@contextlib.contextmanager
def a_service(settings, *, base_url=OWN):
    """Answer requests in this process; jobs stay queued."""
    with TestClient(
        create_app(settings), base_url=base_url, raise_server_exceptions=False
    ) as client:
        yield client


def a_token(settings, role, *, name="ada"):
    """Make a token and return its secret."""
    database = Database(settings.database)
    with database.writing() as session:
        _, secret = add_token(session, name=name, role=Role(role), days=1)
    database.close()
    return secret.text


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"}


def a_picture(*, seed=0, height=200, width=240, form="PNG", exif=None):
    """A cut-out with stripes, as the bytes of a file; each seed gives another one."""
    alpha = a_disc(height=height, width=width, radius=0.35 * min(height, width))
    y, x = np.mgrid[:height, :width]
    stripes = 0.35 + 0.25 * (np.sin(y / (6 + seed)) > 0) + 0.15 * (x < width / 2)
    rgb = np.stack([stripes, stripes * 0.7, 1 - stripes], axis=2)
    pixels = (np.dstack([rgb, alpha]) * 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    out = io.BytesIO()
    if form == "JPEG":
        image = image.convert("RGB")
    image.save(out, format=form, **({} if exif is None else {"exif": exif}))
    return out.getvalue()


def a_project(client, *, title="Vase", **kwargs):
    response = client.post("/v1/projects", json={"title": title}, **kwargs)
    assert response.status_code == 201, response.text
    return response.json()["id"]


def upload(client, project, data, *, name="vase.png", **kwargs):
    return client.post(
        f"/v1/projects/{project}/photos",
        params={"name": name},
        content=data,
        headers=BYTES | kwargs.pop("headers", {}),
        **kwargs,
    )


class Running:
    """A service with its dispatcher and runners, in processes that a test may kill."""

    def __init__(self, folder, *, workers=1, extra=(), env=None):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.data = folder / "studio"
        self._command = [
            *(sys.executable, "-m", "bozzetto.cli.main", "studio", "--no-browser"),
            *("--data", str(self.data), "--port", str(self.port), "--workers", str(workers)),
            *extra,
        ]
        self._environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "BOZZETTO_RENDERER": "raycast",
            **(env or {}),
        }
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60.0)
        self.process = None

    def add_options(self, *options):
        """Start it with further options: those that need to know its port."""
        self._command.extend(options)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.http.close()
        self.process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        self.process.kill()
        self.process.wait()

    def start(self):
        with (self.folder / "stderr.txt").open("ab") as errors:
            self.process = subprocess.Popen(
                self._command, env=self._environment, stdout=subprocess.DEVNULL, stderr=errors
            )
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                if self.http.get("/v1/health").status_code == 200:
                    return
            assert self.process.poll() is None, (self.folder / "stderr.txt").read_text()
            time.sleep(0.1)
        raise AssertionError("The service did not start.")

    def kill_everything(self):
        """Kill -9 of the service; the others notice."""
        self.process.kill()
        self.process.wait()

    def job(self, job_id):
        return self.http.get(f"/v1/jobs/{job_id}").json()

    def start_job(self, project, kind, **options):
        response = self.http.post(f"/v1/projects/{project}/{kind}", json=options)
        assert response.status_code == 202, response.text
        return response.json()["id"]

    def wait(self, job_id, *, until=("succeeded", "failed", "cancelled"), seconds=600):
        """Return the job once it is in one of those states."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            job = self.job(job_id)
            if job["state"] in until:
                return job
            time.sleep(0.05)
        raise AssertionError(f"The job is still {job}.")

    def children(self, module):
        """Return the ids of our processes that run a module."""
        import psutil

        found = []
        for child in psutil.process_iter(["pid", "cmdline", "environ"]):
            with contextlib.suppress(psutil.Error):
                environment = child.info["environ"] or {}
                ours = environment.get("XDG_CACHE_HOME") == str(self.folder / "cache")
                if ours and module in (child.info["cmdline"] or []):
                    found.append(child.info["pid"])
        return found
