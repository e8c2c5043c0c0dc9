"""What is compiled to SQL once serves every engine of this process: on SQLite one reads and another writes, and a turn asks
much the same of both. SQLAlchemy keeps a cache for each engine, and looks in it by that engine's own dialect."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import URL, Dialect
from sqlalchemy.dialects import registry
from sqlalchemy.util import LRUCache

STATEMENTS = 2000
"""More than the service has: what an INSERT of many rows looks like depends on their number."""
_COMPILED: LRUCache[Any, Any] = LRUCache(STATEMENTS)


class _Alike(Dialect):
    """A dialect that equals every other of its kind; which kind, its address says."""

    @classmethod
    def get_dialect_cls(cls, url: URL) -> type[Dialect]:
        return _alike(url.get_backend_name())


@cache
def _alike(backend: str) -> type[Dialect]:
    spoken = URL.create(_DRIVERS[backend]).get_dialect()

    class Alike(spoken):  # type: ignore[misc, valid-type]
        supports_statement_cache = True

        def __eq__(self, other: object) -> bool:
            return type(self) is type(other)

        def __hash__(self) -> int:
            return hash(type(self))

    return Alike


_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
for _backend in _DRIVERS:
    registry.register(f"{_backend}.alike", __name__, _Alike.__name__)


def shared(url: URL) -> dict[str, Any]:
    """How to create an engine that takes part: arguments of `create_engine`."""
    return {
        "url": url.set(drivername=f"{url.get_backend_name()}+alike"),
        "execution_options": {"compiled_cache": _COMPILED},
    }
