"""The tables of the database.

Rows hold what is asked for by column; the rest is kept as the JSON of its message. Times are
seconds since 1970, UTC. `number` orders the rows of a table and makes page cursors.
"""

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_ID = String(48)
_SHA256 = String(64)


class Base(DeclarativeBase):
    """All tables."""


class ProjectRow(Base):
    """A project."""

    __tablename__ = "projects"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    title: Mapped[str] = mapped_column(Text)
    created_at: Mapped[float] = mapped_column(Float)
    created_by: Mapped[str] = mapped_column(Text, index=True)
    cover_sha256: Mapped[str | None] = mapped_column(_SHA256)
    """A small picture of it: the newest sheet, else the first photo."""
    served_at: Mapped[float] = mapped_column(Float, default=0.0)
    """When a job of it was last started: the one that waited longest is next."""


class PhotoRow(Base):
    """A photograph of a project."""

    __tablename__ = "photos"
    __table_args__ = (
        UniqueConstraint("project_id", "sha256", name="one_photo_once"),
        UniqueConstraint("project_id", "name", name="photo_names_differ"),
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    project_id: Mapped[str] = mapped_column(_ID, ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[float] = mapped_column(Float)
    position: Mapped[int] = mapped_column(Integer)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    focal_px: Mapped[float | None] = mapped_column(Float)
    side: Mapped[str | None] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(_SHA256)
    """Of the picture that is kept."""
    sent_sha256: Mapped[str] = mapped_column(_SHA256)
    mask_sha256: Mapped[str | None] = mapped_column(_SHA256)
    strokes: Mapped[str] = mapped_column(Text, default="")
    """JSON as in `strokes_json`; empty for none."""
    num_strokes: Mapped[int] = mapped_column(Integer, default=0)
    findings: Mapped[str] = mapped_column(Text, default="[]")


class FileRow(Base):
    """A file that a project has; its bytes are in the blob store."""

    __tablename__ = "files"
    project_id: Mapped[str] = mapped_column(
        _ID, ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    sha256: Mapped[str] = mapped_column(_SHA256, primary_key=True, index=True)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(100))
    num_bytes: Mapped[int] = mapped_column(BigInteger)


class JobRow(Base):
    """A job."""

    __tablename__ = "jobs"
    __table_args__ = (Index("jobs_by_state", "state", "project_id"),)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    project_id: Mapped[str] = mapped_column(
        _ID, ForeignKey("projects.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(40))
    options: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    stage: Mapped[str] = mapped_column(Text, default="")
    percent: Mapped[float] = mapped_column(Float, default=0.0)
    remaining_seconds: Mapped[float | None] = mapped_column(Float)
    created_at: Mapped[float] = mapped_column(Float)
    created_by: Mapped[str] = mapped_column(Text, index=True)
    started_at: Mapped[float | None] = mapped_column(Float)
    finished_at: Mapped[float | None] = mapped_column(Float)
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    deaths: Mapped[int] = mapped_column(Integer, default=0)
    """How often its process died under it."""
    dispatcher: Mapped[str] = mapped_column(String(48), default="")
    """Who runs it."""
    lease_until: Mapped[float] = mapped_column(Float, default=0.0)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)
    changed_at: Mapped[float] = mapped_column(Float, index=True)
    num_results: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str] = mapped_column(Text, default="")


class ResultRow(Base):
    """What a job made."""

    __tablename__ = "results"
    __table_args__ = (Index("results_by_kind", "project_id", "kind", "number"),)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    project_id: Mapped[str] = mapped_column(_ID, ForeignKey("projects.id", ondelete="CASCADE"))
    job_id: Mapped[str] = mapped_column(_ID, index=True)
    kind: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[float] = mapped_column(Float)
    body: Mapped[str] = mapped_column(Text)
    """JSON of its message."""
    folder: Mapped[str] = mapped_column(Text, default="")
    """Where the project's folder keeps it."""


class ApprovalRow(Base):
    """A judgement on a draft."""

    __tablename__ = "approvals"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    project_id: Mapped[str] = mapped_column(
        _ID, ForeignKey("projects.id", ondelete="CASCADE"), index=True
    )
    draft_id: Mapped[str] = mapped_column(_ID)
    sha256: Mapped[str] = mapped_column(_SHA256)
    decision: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[float] = mapped_column(Float)


class TokenRow(Base):
    """A token; of its secret only a hash is kept."""

    __tablename__ = "tokens"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(12))
    secret_sha256: Mapped[str] = mapped_column(_SHA256, unique=True)
    created_at: Mapped[float] = mapped_column(Float)
    expires_at: Mapped[float] = mapped_column(Float)
    revoked: Mapped[bool] = mapped_column(default=False)


class SessionRow(Base):
    """A browser that is logged in."""

    __tablename__ = "sessions"
    secret_sha256: Mapped[str] = mapped_column(_SHA256, primary_key=True)
    token_id: Mapped[str] = mapped_column(_ID, ForeignKey("tokens.id", ondelete="CASCADE"))
    csrf: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[float] = mapped_column(Float)


class AuditRow(Base):
    """Something that changed the service, or was refused."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[float] = mapped_column(Float)
    who: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    status: Mapped[int] = mapped_column(Integer)
    client: Mapped[str] = mapped_column(Text)


class AnswerRow(Base):
    """The answer to a request with an idempotency key, to be given again."""

    __tablename__ = "answers"
    who: Mapped[str] = mapped_column(String(255), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(_SHA256)
    """Of the request: another one with the same key is refused."""
    created_at: Mapped[float] = mapped_column(Float, index=True)
    status: Mapped[int] = mapped_column(Integer, default=0)
    """0 while it is being answered."""
    body: Mapped[str] = mapped_column(Text, default="")
    media_type: Mapped[str] = mapped_column(String(100), default="")
