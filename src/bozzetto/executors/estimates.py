"""How long each stage took on this machine, so that the next run can say what to expect."""

import contextlib
import json
import statistics
from pathlib import Path
from typing import cast

from platformdirs import user_cache_path

from bozzetto.errors import BozzettoError
from bozzetto.store.disk import write_file

_REMEMBERED = 9


def default_timings_path() -> Path:
    """Return where timings are kept: the user's cache folder."""
    return user_cache_path("bozzetto") / "timings.json"


class Estimates:
    """Median of the last runs of each stage; empty on a new machine, never an error."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seconds = {} if path is None else _read(path)

    def expect(self, stage: str) -> float | None:
        """Return the median seconds of a stage; None when it never ran here."""
        seconds = self._seconds.get(stage)
        return statistics.median(seconds) if seconds else None

    def remember(self, stage: str, seconds: float) -> None:
        """Add a measurement."""
        self._seconds[stage] = [*self._seconds.get(stage, []), round(seconds, 3)][-_REMEMBERED:]

    def save(self) -> None:
        """Write the timings; a cache folder that cannot be written to is not the user's concern."""
        if self._path is not None:
            with contextlib.suppress(BozzettoError, OSError):
                write_file(self._path, json.dumps(self._seconds, indent=1).encode())


def _read(path: Path) -> dict[str, list[float]]:
    """Read timings, forgiving anything: they only make estimates better."""
    try:
        stored: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(stored, dict):
        return {}
    timings: dict[str, list[float]] = {}
    for stage, seconds in cast("dict[str, object]", stored).items():
        if isinstance(seconds, list):
            numbers = [x for x in cast("list[object]", seconds) if isinstance(x, int | float)]
            timings[stage] = [float(x) for x in numbers][-_REMEMBERED:]
    return timings
