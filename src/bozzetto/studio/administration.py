"""What an administrator does at the machine, before anybody can log in."""

from sqlalchemy import func, select

from bozzetto.studio.database import Database
from bozzetto.studio.messages import token_message
from bozzetto.studio.security.tokens import add_token
from bozzetto.studio.settings import Settings
from bozzetto.studio.tables import TokenRow
from bozzetto.wire.service import MadeToken, Role


def make_token(settings: Settings, *, name: str, role: Role, days: int) -> MadeToken:
    """Make a token; its secret is in the result and nowhere else."""
    database = _open(settings)
    try:
        with database.writing() as session:
            row, secret = add_token(session, name=name, role=role, days=days)
            return MadeToken(token=token_message(row), secret=secret.text)
    finally:
        database.close()


def count_tokens(settings: Settings) -> int:
    """Count the tokens that are not revoked."""
    database = _open(settings)
    try:
        with database.reading() as session:
            query = select(func.count()).select_from(TokenRow).where(~TokenRow.revoked)
            return session.scalar(query) or 0
    finally:
        database.close()


def _open(settings: Settings) -> Database:
    """Open the database of a service that may never have run."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    database.migrate()
    return database
