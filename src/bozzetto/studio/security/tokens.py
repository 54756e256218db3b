"""Tokens and browser sessions. Their secrets are random and long; the database has hashes only."""

import hashlib
import re
import secrets
import time
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from bozzetto.studio.ids import new_id
from bozzetto.studio.security.actors import Actor
from bozzetto.studio.tables import SessionRow, TokenRow
from bozzetto.wire.service import Role

SESSION_SECONDS = 12 * 3600.0
_PREFIX = "bozz_"
_FORM = re.compile(r"[A-Za-z0-9_-]{20,100}")


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A new secret, which is shown once, and the hash that is kept."""

    text: str
    sha256: str


def new_secret() -> Secret:
    """Make a secret of 256 random bits."""
    text = _PREFIX + secrets.token_urlsafe(32)
    return Secret(text=text, sha256=hash_of(text))


def hash_of(secret: str) -> str:
    """Hash a secret; 256 random bits need neither salt nor a slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def add_token(session: Session, *, name: str, role: Role, days: int) -> tuple[TokenRow, Secret]:
    """Make a token."""
    secret, now = new_secret(), time.time()
    row = TokenRow(
        id=new_id("tok"),
        name=name,
        role=role.value,
        secret_sha256=secret.sha256,
        created_at=now,
        expires_at=now + days * 86_400.0,
        revoked=False,
    )
    session.add(row)
    session.flush()
    return row, secret


def actor_of_token(session: Session, text: str) -> Actor | None:
    """Return who has a token; None where it is unknown, expired or revoked."""
    row = _valid_token(session, TokenRow.secret_sha256 == hash_of(text)) if _fits(text) else None
    return None if row is None else Actor(name=row.name, role=Role(row.role), id=row.id)


def actor_of_session(session: Session, text: str) -> Actor | None:
    """Return who is logged in; None where nobody is any more."""
    if not _fits(text):
        return None
    found = session.get(SessionRow, hash_of(text))
    if found is None or found.expires_at < time.time():
        return None
    row = _valid_token(session, TokenRow.id == found.token_id)
    if row is None:
        return None
    return Actor(name=row.name, role=Role(row.role), id=row.id, csrf=found.csrf)


def open_session(session: Session, *, token_id: str) -> tuple[Secret, str]:
    """Log a browser in; return the cookie's secret and the one that changes must repeat."""
    now, secret, csrf = time.time(), new_secret(), secrets.token_urlsafe(32)
    session.execute(delete(SessionRow).where(SessionRow.expires_at < now))
    session.add(
        SessionRow(
            secret_sha256=secret.sha256,
            token_id=token_id,
            csrf=csrf,
            expires_at=now + SESSION_SECONDS,
        )
    )
    return secret, csrf


def close_session(session: Session, text: str) -> None:
    """Log a browser out."""
    session.execute(delete(SessionRow).where(SessionRow.secret_sha256 == hash_of(text)))


def _valid_token(session: Session, condition: ColumnElement[bool]) -> TokenRow | None:
    """Find a token that is in force."""
    query = select(TokenRow).where(condition, ~TokenRow.revoked, TokenRow.expires_at > time.time())
    return session.scalar(query)


def _fits(text: str) -> bool:
    """Tell whether a text can be a secret at all."""
    return _FORM.fullmatch(text) is not None
