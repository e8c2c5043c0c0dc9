"""The commands: `haichieu demo | run | migrate | keys | officers | doctor`. Heavy imports wait until they are needed."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from bot.app import App
    from config.settings import Settings
    from models.store.database import Database

app = typer.Typer(
    help="Hai Chiều: the two-way chat service of a grassroots trade union.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
keys_app = typer.Typer(help="The keys that open the database.", no_args_is_help=True)
officers_app = typer.Typer(help="Who may act for a unit.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")
app.add_typer(officers_app, name="officers")


def fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)


def settings_or_exit() -> Settings:
    """The settings, with logging set up; one sentence and exit 1 when they are wrong."""
    from config.logging import configure
    from config.settings import SettingsError, load

    try:
        settings = load()
    except SettingsError as error:
        fail(str(error))
    configure(settings.log_level)
    return settings


@contextmanager
def database_faults() -> Iterator[None]:
    """Says in one sentence that the database cannot be used, instead of a traceback."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        fail(f"HAICHIEU_DATABASE_URL: the database cannot be used ({type(error.orig).__name__}); see `haichieu doctor`.")
    except OSError as error:
        fail(f"HAICHIEU_DATABASE_URL: its folder cannot be used ({error.strerror}).")


def database_or_exit(settings: Settings) -> Database:
    from models.store.database import Database
    from models.store.sealing import Keyring, KeyringError

    try:
        return Database(settings.database_url.get_secret_value(), Keyring.read(settings.key_file))
    except KeyringError as error:
        fail(str(error))


@contextmanager
def _loading() -> Iterator[None]:
    """What is loaded at the start stays: looking for garbage meanwhile is a fifth of the start, later it would find none."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@app.command()
def run() -> None:
    """Runs the service until SIGTERM or Ctrl-C."""
    with _loading():
        settings = settings_or_exit()
        from bot.app import App, StartError
        from models.store.sealing import KeyringError

        try:
            with database_faults():
                service = App(settings)
        except (KeyringError, StartError) as error:
            fail(str(error))
    raise typer.Exit(asyncio.run(serve(service)))


async def serve(service: App, ready: asyncio.Event | None = None) -> int:
    """Starts the service, works until asked to stop, and stops in order. Returns the exit code."""
    from bot.web import CannotListen

    stopping = asyncio.Event()
    _stop_on_signals(stopping)
    try:
        await service.start()
        if ready is not None:
            ready.set()
        await service.run(stopping)
    except CannotListen as error:
        print(f"{error.setting}: {error.place} cannot be opened ({error.strerror}).", file=sys.stderr)
        return 1
    finally:
        await service.stop()
    return 0


def _stop_on_signals(stopping: asyncio.Event) -> None:
    import signal

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stopping.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopping.set))


@app.command()
def migrate() -> None:
    """Brings the database to this program's version."""
    settings = settings_or_exit()
    from models.store import schema

    with database_faults():
        database = database_or_exit(settings)
        before = schema.current(database)
        schema.upgrade(database)
        print(f"The database was at {before or 'nothing'} and is now at {schema.current(database)}.")


@keys_app.command("new")
def keys_new() -> None:
    """Makes the key file, or adds a fresh key to it. Keep a copy of it apart from the database's backups."""
    settings = settings_or_exit()
    from models.store.sealing import Keyring, KeyringError

    path: Path = settings.key_file
    try:
        keyring = Keyring.read(path).rotated() if path.exists() else Keyring.new()
    except KeyringError as error:
        fail(str(error))
    keyring.write(path)
    print(f"{path}: key {keyring.current} seals from now on. Keep a copy where the database's backups are not.")


@officers_app.command("confirm")
def officers_confirm(
    staff_code: Annotated[str, typer.Argument(help="The staff code on the roll; without it, who waits is listed.")] = "",
    words: Annotated[str, typer.Option("--words", help="The two words on the officer's screen.")] = "",
) -> None:
    """Confirms that a chat joined with an officer's code belongs to that officer. Ask them first for the two words."""
    settings = settings_or_exit()
    from datetime import UTC, datetime

    from handlers.people import officer_claims

    now = datetime.now(UTC)
    with database_faults(), database_or_exit(settings).transaction() as session:
        waiting = officer_claims.waiting(session, now)
        theirs = [line for line in waiting if staff_code and line[0] == staff_code.strip().upper()]
        try:
            done = bool(staff_code) and officer_claims.confirm_by_operator(
                session, staff_code, now, words, settings.privacy.relay_minutes
            )
        except officer_claims.Several:
            done = False
    if not staff_code:
        _list_claims(waiting)
    elif done:
        said = next(line[1] for line in theirs if not words or officer_claims.same(line[1], words))
        print(f"1 chat confirmed, whose screen shows: {said}. Its holder is told in it.")
    elif theirs:
        _list_claims(theirs)
        if words:
            fail("None of them shows these words; nobody was confirmed.")
        fail(f'Which of them? Ask the officer: haichieu officers confirm {staff_code} --words "FIRST SECOND"')
    else:
        fail("Nobody with that staff code waits to be confirmed.")


def _list_claims(waiting: list[tuple[str, str, str]]) -> None:
    for code, words, last_day in waiting:
        print(f"{code:<14} {words:<28} until {last_day}")
    if not waiting:
        print("Nobody waits to be confirmed.")


@app.command()
def doctor() -> None:
    """Looks at everything the service needs, a line each; exit 1 when something is wrong."""
    settings = settings_or_exit()
    from bot.commands.doctor import examine

    faults = 0
    for what, well, words in asyncio.run(examine(settings)):
        faults += not well
        print(f"{'ok   ' if well else 'FAULT'} {what}: {words}")
    raise typer.Exit(1 if faults else 0)


@app.command()
def demo(
    tour: Annotated[bool, typer.Option("--tour", help="Play the whole story in this terminal and check it.")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of the page; 0 takes any.")] = 8080,
) -> None:
    """The whole service on this machine with made-up data: three phones in one browser page."""
    from config.logging import configure

    configure("error")
    if tour:
        from bot.demo.tour import play

        raise typer.Exit(asyncio.run(play()))
    from bot.demo.page import show

    raise typer.Exit(asyncio.run(show(port, serve)))
