"""Run migrations over the connection that `Database.migrate` hands over."""

from alembic import context
from sqlalchemy import Connection

from bozzetto.studio.tables import Base

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
