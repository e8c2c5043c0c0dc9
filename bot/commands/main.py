"""The commands: `haichieu demo | run | migrate | keys | officers | doctor`. Heavy imports wait until they are needed.

What each prints is composed in handlers/operator, its page of help too (help_pages); no sentence stands here.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.command_line import Commands
from bot.commands.speaking import fail, reader, say, tell, text, why

if TYPE_CHECKING:
    from bot.app import App
    from config.settings import Settings
    from models.store.database import Database

app = typer.Typer(cls=Commands, add_completion=False, pretty_exceptions_enable=False)
keys_app = typer.Typer(cls=Commands)
officers_app = typer.Typer(cls=Commands)
app.add_typer(keys_app, name="keys")
app.add_typer(officers_app, name="officers")


@keys_app.callback()
def _keys() -> None:
    """A group of its own, although it has one command."""


@officers_app.callback()
def _officers() -> None:
    """A group of its own, although it has one command."""


def settings_or_exit() -> Settings:
    """The settings, with logging set up; one sentence and exit 1 when they are wrong."""
    from config.logging import configure
    from config.settings import SettingsError, load

    try:
        settings = load()
    except SettingsError as error:
        fail(error.said(reader().gettext))
    configure(settings.log_level)
    return settings


@contextmanager
def database_faults() -> Iterator[None]:
    """Says in one sentence that the database cannot be used, instead of a traceback."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        fail(text("database_unusable", why=type(error.orig).__name__))
    except OSError as error:
        fail(text("database_folder", why=why(error)))


def database_or_exit(settings: Settings) -> Database:
    from models.store.database import Database
    from models.store.sealing import Keyring, KeyringError

    try:
        return Database(settings.database_url.get_secret_value(), Keyring.read(settings.key_file))
    except KeyringError as error:
        fail(text(f"key_file_{error.what}", path=error.path))


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
        except KeyringError as error:
            fail(text(f"key_file_{error.what}", path=error.path))
        except StartError as error:
            fail(text("database_older", current=error.current, newest=error.newest))
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
        tell("cannot_listen", setting=error.setting, place=error.place, why=why(error))
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
        after = schema.current(database)
        say("migrated" if before else "migrated_first", before=before, after=after)


@keys_app.command("new")
def keys_new() -> None:
    """Makes the key file, or adds a fresh key to it. Keep a copy of it apart from the database's backups."""
    settings = settings_or_exit()
    from models.store.sealing import Keyring, KeyringError

    path: Path = settings.key_file
    try:
        keyring = Keyring.read(path).rotated() if path.exists() else Keyring.new()
    except KeyringError as error:
        fail(text(f"key_file_{error.what}", path=error.path))
    keyring.write(path)
    say("key_made", path=path, number=keyring.current)


@officers_app.command("confirm")
def officers_confirm(
    staff_code: Annotated[str, typer.Argument()] = "",
    words: Annotated[str, typer.Option("--words")] = "",
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
        say("confirmed", words=said)
    elif theirs:
        _list_claims(theirs)
        if words:
            fail(text("other_words"))
        fail(text("which_of_them", staff_code=staff_code))
    else:
        fail(text("not_waiting"))


@officers_app.command("reissue")
def officers_reissue(staff_code: Annotated[str, typer.Argument()]) -> None:
    """Ends the chats of an officer who has lost the phone, and makes a new code."""
    settings = settings_or_exit()
    from bot.clock import SystemClock
    from handlers.people import lost_phones

    now, minutes = SystemClock().now(), settings.privacy.relay_minutes
    with database_faults(), database_or_exit(settings).transaction() as session:
        made = lost_phones.by_operator(session, staff_code, now, minutes)
    if made is None:
        fail(text("no_officer", staff_code=staff_code))
    name, code = made
    say("reissued", name=name, code=f"{code[:4]}-{code[4:]}")


def _list_claims(waiting: list[tuple[str, str, str]]) -> None:
    for code, words, last_day in waiting:
        print(f"{code:<14} {words:<28} {text('until', day=last_day)}")
    if not waiting:
        say("nobody_waits")


@app.command()
def doctor() -> None:
    """Looks at everything the service needs, a line each; exit 1 when something is wrong."""
    settings = settings_or_exit()
    from bot.commands.doctor import examine
    from handlers.operator import findings

    faults = 0
    for finding in asyncio.run(examine(settings)):
        faults += not finding.well
        print(findings.line(reader(), finding))
    raise typer.Exit(1 if faults else 0)


@app.command()
def demo(
    tour: Annotated[bool, typer.Option("--tour")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 8080,
) -> None:
    """The whole service on this machine with made-up data: three phones in one browser page."""
    from config.logging import configure

    configure("error")
    if tour:
        from bot.demo.tour import play

        raise typer.Exit(asyncio.run(play(reader())))
    from bot.demo.page import show

    raise typer.Exit(asyncio.run(show(port, serve, reader())))
