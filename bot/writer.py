"""The threads in which everything is written.

The core is plain synchronous code. On SQLite one thread takes whatever is waiting, gives each job a savepoint and commits
the group once (synchronous=FULL costs one fsync a group, not one a message); if that commit fails, each is tried alone.
On PostgreSQL several threads run one job, one transaction each: grouped jobs deadlocked there, singly none did.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

from models.store.database import Database, Session

T = TypeVar("T")
log = structlog.get_logger()

GROUP = 200
POSTGRES_THREADS = 8
POSTGRES_TRIES = 3


@dataclass(slots=True)
class _Job:
    run: Callable[[Session], Any]
    grouped: bool
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class Writer:
    """Runs jobs in writer threads; a job is a function of a session and returns once its transaction has committed."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._readers = ThreadPoolExecutor(4, "reader")
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"writer-{number}", daemon=True)
            for number in range(1 if database.is_sqlite else POSTGRES_THREADS)
        ]
        for thread in self._threads:
            thread.start()

    async def write(self, job: Callable[[Session], T], *, grouped: bool = False) -> T:
        """Runs `job` in a transaction and returns its result after the commit; what it raises is rolled back, then raised.

        `grouped`: its rows may share a commit with those of other jobs, as on SQLite turns do, because nothing links them.
        What forgets to say so is alone, since rows that share a commit are linked, and anonymity hangs on that.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(job, grouped, future))
        return await future

    async def read(self, job: Callable[[Session], T]) -> T:
        """Runs `job` with a session for questions only, beside the writers."""

        def ask() -> T:
            with self.database.reading() as session:
                return job(session)

        return await asyncio.get_running_loop().run_in_executor(self._readers, ask)

    async def stop(self) -> None:
        """Finishes what is waiting, then ends the threads."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        self._readers.shutdown()

    def _work(self) -> None:
        kept: _Job | None = None
        while True:
            job = kept or self._jobs.get()
            kept = None
            if job is None:
                return
            group = [job]
            while self.database.is_sqlite and job.grouped and len(group) < GROUP:
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    self._jobs.put(None)
                    break
                if not job.grouped:
                    kept = job
                    break
                group.append(job)
            self._run_group(group)
            _answer(group)

    def _run_group(self, group: list[_Job]) -> None:
        if len(group) == 1:
            self._run_alone(group[0])
            return
        try:
            with self.database.engine.begin() as connection:
                raw = connection.connection
                for job in group:
                    raw.cursor().execute("SAVEPOINT job")
                    try:
                        with self.database.session(connection) as session:
                            job.result = job.run(session)
                            session.flush()
                    except Exception as error:
                        raw.cursor().execute("ROLLBACK TO job")
                        job.error = error
                    raw.cursor().execute("RELEASE job")
        except Exception as error:  # the commit itself failed: nothing of the group was kept
            log.warning("group commit failed", error=type(error).__name__, count=len(group))
            for job in group:
                job.error = None
                self._run_alone(job)

    def _run_alone(self, job: _Job) -> None:
        tries = 1 if self.database.is_sqlite else POSTGRES_TRIES
        for attempt in range(1, tries + 1):
            try:
                with self.database.transaction() as session:
                    job.result = job.run(session)
                return
            except DBAPIError as error:
                # 40001 and 40P01: PostgreSQL gave way to another transaction and asks us to run it again.
                if attempt == tries or getattr(error.orig, "sqlstate", "") not in ("40001", "40P01"):
                    job.error = error
                    return
            except Exception as error:
                job.error = error
                return


def _answer(group: list[_Job]) -> None:
    """Hands the results back, with one wake-up of each event loop for the whole group."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in group:
        by_loop.setdefault(job.future.get_loop(), []).append(job)
    for loop, jobs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, jobs)
        except RuntimeError:
            log.warning("nobody waits for a written result any more", count=len(jobs))


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
