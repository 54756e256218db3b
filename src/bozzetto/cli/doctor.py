"""`bozzetto doctor`: what is installed, what works here, and what each optional part would cost."""

import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from bozzetto.cli.console import Reporting, Terminal
from bozzetto.engines.base import EngineFacts
from bozzetto.engines.registry import engine_card, engine_names
from bozzetto.errors import ResourceError
from bozzetto.findings import Finding
from bozzetto.matting.models.fetch import describe_weights
from bozzetto.matting.models.registry import load_model, model_names
from bozzetto.qa.rendering.registry import choose_renderer

LIMIT_MB = 900.0
"""What a default install may take, in 10^6 bytes."""


@dataclass(frozen=True, kw_only=True)
class Extra:
    """An optional part of Bozzetto."""

    name: str
    module: str
    """What it brings; installed when this can be imported."""
    adds_mb: int
    """What it adds to an install, measured on Linux x86-64 with CPython 3.11, 2026-11."""
    purpose: str
    installed: bool = False


EXTRAS = (
    Extra(name="train", module="torch", adds_mb=860, purpose="make data and train the network"),
    Extra(name="photogrammetry", module="pycolmap", adds_mb=135, purpose="50 to 200 photos"),
    Extra(name="cluster", module="ray", adds_mb=220, purpose="catalogues on many machines"),
)


@dataclass(frozen=True, kw_only=True)
class NetworkStatus:
    """A matting network and whether its weights are here."""

    name: str
    licence: str
    download_mib: float
    """0 for networks that come with the package."""
    ready: bool


@dataclass(frozen=True, kw_only=True)
class QuadLibrary:
    """A library that lays out quads, and whether this platform has it."""

    name: str
    ready: bool


_QUAD_MODULES = {"QuadriFlow": "pyQuadriFlow", "Instant Meshes": "pynanoinstantmeshes"}


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """The state of this installation."""

    bozzetto: str
    python: str
    platform: str
    install_mb: float
    """Bozzetto and all it needs by default, as files on disk, in 10^6 bytes."""
    install_limit_mb: float
    libraries: dict[str, str]
    engines: tuple[EngineFacts, ...]
    networks: tuple[NetworkStatus, ...]
    quad_libraries: tuple[QuadLibrary, ...]
    """Without any, `--topology quad` gives triangles and says so."""
    extras: tuple[Extra, ...]
    renderer: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class DoctorCommand:
    """Show what is installed, what works here, and what each optional part would cost."""

    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        terminal = Terminal(self.reporting)
        diagnosis = diagnose()
        _say(terminal, diagnosis)
        terminal.result(diagnosis)
        return terminal.exit_code(diagnosis.findings)


def diagnose() -> Diagnosis:
    """Look at this installation."""
    default = tuple(default_distributions("bozzetto"))
    renderer, findings = choose_renderer()
    return Diagnosis(
        bozzetto=distribution("bozzetto").version,
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        install_mb=round(sum(_size_mb(part) for part in default), 1),
        install_limit_mb=LIMIT_MB,
        libraries={part.name: part.version for part in default},
        engines=tuple(engine_card(name).facts for name in engine_names()),
        networks=_networks(),
        quad_libraries=tuple(
            QuadLibrary(name=name, ready=find_spec(module) is not None)
            for name, module in _QUAD_MODULES.items()
        ),
        extras=tuple(_look_for(extra) for extra in EXTRAS),
        renderer=renderer.name,
        findings=findings,
    )


def default_distributions(name: str) -> Iterator[Distribution]:
    """Walk a distribution and all that it needs without extras, each once, by name."""
    seen: dict[str, Distribution] = {}
    waiting = [name]
    while waiting:
        wanted = _canonical(waiting.pop())
        if wanted in seen:
            continue
        try:
            found = distribution(wanted)
        except PackageNotFoundError:
            continue  # Needed on other platforms or Python versions only.
        seen[wanted] = found
        needs = [need for need in found.requires or [] if "extra ==" not in need]
        waiting.extend(re.split(r"[\s;<>=!~\[(]", need, maxsplit=1)[0] for need in needs)
    return iter([seen[key] for key in sorted(seen)])


def _canonical(name: str) -> str:
    """Return a distribution's name as PEP 503 spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _size_mb(part: Distribution) -> float:
    """Return the size of a distribution's files that exist, in 10^6 bytes."""
    paths = [Path(str(file.locate())) for file in part.files or []]
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def _networks() -> tuple[NetworkStatus, ...]:
    """List the matting networks."""
    return tuple(_network(name) for name in model_names())


def _network(name: str) -> NetworkStatus:
    """Say whether a network's weights are here."""
    try:
        card = load_model(name).card
    except ResourceError:
        source = describe_weights(name)
        return NetworkStatus(
            name=name, licence=source.licence, download_mib=source.download_mib, ready=False
        )
    return NetworkStatus(
        name=name, licence=card.licence, download_mib=card.download_mib, ready=True
    )


def _look_for(extra: Extra) -> Extra:
    """Say whether an extra is installed."""
    installed = find_spec(extra.module) is not None
    return Extra(
        name=extra.name,
        module=extra.module,
        adds_mb=extra.adds_mb,
        purpose=extra.purpose,
        installed=installed,
    )


def _say(terminal: Terminal, found: Diagnosis) -> None:
    """Print a diagnosis for a person."""
    terminal.say(f"Bozzetto {found.bozzetto}, Python {found.python}, {found.platform}")
    terminal.say(
        f"Default install: {found.install_mb:.0f} MB in {len(found.libraries)} packages"
        f" (limit {found.install_limit_mb:.0f} MB); Python prefix {sys.prefix}"
    )
    for engine in found.engines:
        terminal.say(f"Engine    {engine.name:<16} ready     {engine.summary}")
    for network in found.networks:
        state = "ready" if network.ready else f"fetch {network.download_mib:.0f} MiB"
        terminal.say(f"Matting   {network.name:<16} {state:<9} licence {network.licence}")
    for library in found.quad_libraries:
        state = "ready" if library.ready else "not for this platform"
        terminal.say(f"Quads     {library.name:<16} {state}")
    terminal.say(f"Renderer  {found.renderer:<16} ready")
    for extra in found.extras:
        state = "installed" if extra.installed else f"+{extra.adds_mb} MB"
        how = f'pip install "bozzetto[{extra.name}]"'
        terminal.say(f"Extra     {extra.name:<16} {state:<9} {extra.purpose}: {how}")
    terminal.findings(found.findings)
