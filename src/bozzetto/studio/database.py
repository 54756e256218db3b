"""The database: open it, bring it up to date, and read or write it in one transaction."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from bozzetto.errors import ResourceError

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 4_272_001
_CLAIM_LOCK = 4_272_002


class Database:
    """Transactions over SQLite or PostgreSQL; one for each process."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        # SQLite tells whether a transaction will write when it begins, so that two writers wait
        # for each other instead of failing half-way.
        self._writer = self._engine.execution_options(writes=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Generator[Session]:
        """Read a consistent state; nothing is kept."""
        with Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Generator[Session]:
        """Change things: all of it is kept, or nothing where the body raises."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def claim_alone(self, session: Session) -> None:
        """Let one dispatcher at a time choose a job; SQLite has one writer anyway."""
        if not self.is_sqlite:
            session.execute(text(f"SELECT pg_advisory_xact_lock({_CLAIM_LOCK})"))

    def migrate(self) -> None:
        """Bring the tables up to date.

        Raises:
            ResourceError: The database cannot be reached.
        """
        try:
            with self._writer.connect() as connection, connection.begin():
                if not self.is_sqlite:
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
                config = Config()
                config.set_main_option("script_location", _MIGRATIONS.as_posix().replace("%", "%%"))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except OperationalError as error:
            raise ResourceError(
                f"The database cannot be used: {str(error.orig).strip().splitlines()[0]}.",
                advice="Check --database, and that the server runs.",
            ) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _engine(url: str) -> Engine:
    """Open a database."""
    if url.startswith("sqlite"):
        engine = create_engine(url, pool_size=20, max_overflow=40)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(url, pool_size=10, max_overflow=30, pool_pre_ping=True)
    except ImportError as error:
        raise ResourceError(
            f"The driver for this database is not installed: {error}.",
            advice="Install it: pip install 'bozzetto[studio-postgres]'.",
        ) from error


def _prepare_sqlite(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    """Let readers go on while one writes, and leave transactions to us."""
    del entry
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Begin as a writer where something will be written."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
