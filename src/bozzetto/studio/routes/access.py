"""Who may come in: sessions, tokens, the audit log."""

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from bozzetto.studio.messages import audit_message, token_message
from bozzetto.studio.paging import TheSlice, page_of
from bozzetto.studio.problems import not_found
from bozzetto.studio.routes.answers import TokenId
from bozzetto.studio.security.actors import Admin, Viewer, unauthorized
from bozzetto.studio.security.gate import COOKIE, cookie_of
from bozzetto.studio.security.tokens import (
    SESSION_SECONDS,
    actor_of_token,
    add_token,
    close_session,
    open_session,
)
from bozzetto.studio.service import TheService
from bozzetto.studio.tables import AuditRow, TokenRow
from bozzetto.wire.base import Page
from bozzetto.wire.service import (
    AuditEntry,
    MadeToken,
    Me,
    NewToken,
    SessionRequest,
    Token,
)

router = APIRouter(tags=["access"])


@router.get("/me")
def get_me(*, actor: Viewer) -> Me:
    """Say who asks, and what they may do."""
    return Me(name=actor.name, role=actor.role, csrf=actor.csrf)


@router.post("/session", status_code=201)
def log_in(*, wanted: SessionRequest, service: TheService, response: Response) -> Me:
    """Log a browser in: its token becomes a cookie that no script can read."""
    with service.database.writing() as session:
        actor = actor_of_token(session, wanted.token)
        if actor is None:
            raise unauthorized()
        secret, csrf = open_session(session, token_id=actor.id)
    response.set_cookie(
        COOKIE,
        secret.text,
        max_age=int(SESSION_SECONDS),
        path="/",
        httponly=True,
        samesite="strict",
        secure=service.settings.public_url.startswith("https://"),
    )
    return Me(name=actor.name, role=actor.role, csrf=csrf)


@router.delete("/session", status_code=204, response_class=Response)
def log_out(*, actor: Viewer, service: TheService, request: Request) -> Response:
    """Log a browser out."""
    del actor
    cookie = cookie_of(request.headers)
    if cookie:
        with service.database.writing() as session:
            close_session(session, cookie)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.post("/tokens", status_code=201)
def make_token(*, new: NewToken, actor: Admin, service: TheService) -> MadeToken:
    """Make a token; its secret is in this answer and nowhere else."""
    del actor
    with service.database.writing() as session:
        row, secret = add_token(session, name=new.name, role=new.role, days=new.days)
        return MadeToken(token=token_message(row), secret=secret.text)


@router.get("/tokens")
def list_tokens(*, actor: Admin, service: TheService, part: TheSlice) -> Page[Token]:
    """List tokens, newest first."""
    del actor
    with service.database.reading() as session:
        found = page_of(
            session,
            select(TokenRow),
            part,
            number=TokenRow.number,
            number_of=lambda row: row.number,
            show=token_message,
        )
        return Page[Token](items=found.items, next=found.next)


@router.delete("/tokens/{token_id}", status_code=204, response_class=Response)
def revoke_token(*, token_id: TokenId, actor: Admin, service: TheService) -> None:
    """Take a token back, at once; browsers that logged in with it are out, too."""
    del actor
    with service.database.writing() as session:
        row = session.scalar(select(TokenRow).where(TokenRow.id == token_id))
        if row is None:
            raise not_found("token")
        row.revoked = True


@router.get("/audit")
def list_audit(*, actor: Admin, service: TheService, part: TheSlice) -> Page[AuditEntry]:
    """List who changed what, and what was refused, newest first."""
    del actor
    with service.database.reading() as session:
        found = page_of(
            session,
            select(AuditRow),
            part,
            number=AuditRow.number,
            number_of=lambda row: row.number,
            show=audit_message,
        )
        return Page[AuditEntry](items=found.items, next=found.next)
