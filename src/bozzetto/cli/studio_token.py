"""`bozzetto studio-token`: let a person or a program into a studio for a team."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import tyro

from bozzetto.cli.console import Reporting, Terminal
from bozzetto.cli.studio import DataChoice, missing_extra, settings_from


@dataclass(frozen=True, kw_only=True)
class PrintedToken:
    """A new token."""

    name: str
    role: str
    id: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class StudioTokenCommand:
    """Make a token for the studio; its secret is shown this once."""

    name: Annotated[str, tyro.conf.Positional]
    """Who it is for."""
    role: Literal["viewer", "artist", "approver", "admin"]
    """What it may do; each role may do what those before it may."""
    days: int = 365
    """Until it expires."""
    where: DataChoice = field(default_factory=DataChoice)
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        try:
            from bozzetto.studio.administration import make_token
            from bozzetto.wire.service import Role
        except ModuleNotFoundError as error:
            raise missing_extra(error) from error
        made = make_token(
            settings_from(self.where), name=self.name, role=Role(self.role), days=self.days
        )
        terminal = Terminal(self.reporting)
        terminal.say(f"Token for {self.name} ({self.role}), shown this once:")
        terminal.say(made.secret)
        terminal.result(
            PrintedToken(name=self.name, role=self.role, id=made.token.id, secret=made.secret)
        )
        return 0
