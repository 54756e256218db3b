"""Choose a renderer that really works on this machine.

A broken graphics driver does not raise, it kills the process; so the first picture is drawn in a
child process, and only if that one comes out right does Filament start in this one.
"""

import os
from importlib import import_module

from bozzetto.errors import BozzettoError, ResourceError, UnknownNameError
from bozzetto.findings import Finding, Severity
from bozzetto.isolation import IsolationLimits, run_isolated
from bozzetto.qa.rendering.base import Renderer

BUILT_IN = {
    "filament": "bozzetto.qa.rendering.filament:build",
    "raycast": "bozzetto.qa.rendering.raycast:build",
}
FALLBACK = "raycast"
ENVIRONMENT_VARIABLE = "BOZZETTO_RENDERER"
"""Names the renderer to use where a caller has no preference."""

_PROBE_LIMITS = IsolationLimits(seconds=60.0, memory_mib=16384)
"""Software drivers map far more address space than they touch."""


def renderer_names() -> tuple[str, ...]:
    """List the names of all renderers, best first."""
    return tuple(BUILT_IN)


def choose_renderer(preferred: str | None = None) -> tuple[Renderer, tuple[Finding, ...]]:
    """Return the best renderer that works here.

    Args:
        preferred: Take this one if it works; None asks the environment variable
            `BOZZETTO_RENDERER`, and tries all of them where that is not set.

    Returns:
        The renderer, and a finding for each better or preferred one that does not work here.

    Raises:
        UnknownNameError: Nobody knows the preferred name.
    """
    wanted = preferred or os.environ.get(ENVIRONMENT_VARIABLE) or None
    if wanted is not None and wanted not in BUILT_IN:
        raise UnknownNameError(
            f"There is no renderer called {wanted!r}.",
            advice=f"Choose one of: {', '.join(BUILT_IN)}.",
        )
    findings: list[Finding] = []
    for name in (wanted,) if wanted else renderer_names():
        if name == FALLBACK:
            break
        try:
            run_isolated(probe, name, limits=_PROBE_LIMITS)
            return load_renderer(name), tuple(findings)
        except BozzettoError as error:
            findings.append(_unavailable(name, error))
    return load_renderer(FALLBACK), tuple(findings)


def load_renderer(name: str) -> Renderer:
    """Import and start a renderer in this process, without a trial.

    Raises:
        UnknownNameError: Nobody knows the name.
        ResourceError: It cannot start here.
    """
    if name not in BUILT_IN:
        raise UnknownNameError(
            f"There is no renderer called {name!r}.",
            advice=f"Choose one of: {', '.join(BUILT_IN)}.",
        )
    module, _, factory = BUILT_IN[name].partition(":")
    try:
        return getattr(import_module(module), factory)()
    except Exception as error:  # A driver may raise anything.
        raise ResourceError(f"The renderer {name!r} could not start: {error}.") from error


def probe(name: str) -> bool:
    """Draw a small trial picture; runs in a child process.

    Raises:
        ResourceError: The renderer cannot start, or its picture is wrong.
    """
    trial = import_module("bozzetto.qa.rendering.trial")
    return trial.draw_trial(load_renderer(name))


def _unavailable(name: str, error: BozzettoError) -> Finding:
    """Say that a renderer does not work here."""
    return Finding(
        code=f"render.{name}.unavailable",
        severity=Severity.WARNING,
        message=f"The renderer {name!r} does not work here, {FALLBACK!r} draws instead:"
        f" {error.message}",
        fix="Install an EGL driver (on Debian: libegl1 libgl1-mesa-dri) for better light.",
        subject=name,
    )
