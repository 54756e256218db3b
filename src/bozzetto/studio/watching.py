"""Tell those who listen that a job has changed: one look at the database for all of them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from bozzetto.studio.database import Database
from bozzetto.studio.messages import job_message
from bozzetto.studio.tables import JobRow
from bozzetto.wire.jobs import Job

_LOOK_SECONDS = 0.2
_OVERLAP_SECONDS = 5.0
"""Looked at again, as clocks of machines differ and a transaction may end after a later one."""


class Watcher:
    """Looks for changed jobs while anybody listens."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[asyncio.Queue[Job]] = set()
        self._task: asyncio.Task[None] | None = None

    async def changes(self) -> AsyncIterator[Job | None]:
        """Yield every job that changes; None now and then, so that a dead listener is noticed."""
        queue: asyncio.Queue[Job] = asyncio.Queue()
        self._listeners.add(queue)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            while True:
                try:
                    yield await asyncio.wait_for(queue.get(), timeout=10.0)
                except TimeoutError:
                    yield None
        finally:
            self._listeners.discard(queue)

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _look(self) -> None:
        """Look for changes until nobody listens."""
        since = time.time()
        seen: dict[str, int] = {}
        while self._listeners:
            jobs = await run_in_threadpool(self._changed, since - _OVERLAP_SECONDS)
            fresh = [job for job in jobs if seen.get(job.id) != job.version]
            for queue in self._listeners:
                for job in fresh:
                    queue.put_nowait(job)
            seen = {job.id: job.version for job in jobs}
            since = time.time()
            await asyncio.sleep(_LOOK_SECONDS)

    def _changed(self, since: float) -> list[Job]:
        """Return the jobs that changed since then."""
        with self._database.reading() as session:
            rows = session.scalars(select(JobRow).where(JobRow.changed_at >= since))
            return [job_message(row) for row in rows]
