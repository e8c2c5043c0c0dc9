"""The schema's versions: one Alembic chain for SQLite and PostgreSQL. Alembic is imported only when it is used."""

from __future__ import annotations

import sys
from importlib import resources
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from models.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config


def config(connection: Connection) -> Config:
    """The chain, as Alembic's own commands take it."""
    from alembic.config import Config

    # Else what a command says goes to whatever was stdout when Alembic was imported first, which may be closed by now.
    config = Config(stdout=sys.stdout)
    config.set_main_option("script_location", str(resources.files("models").joinpath("migrations")))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest version this program knows: the number its file's name begins with. Every start asks this, and importing
    Alembic to hear the same (tests/rules/store/test_schema.py) would be a tenth of the start."""
    versions = resources.files("models").joinpath("migrations", "versions").iterdir()
    return max(file.name.partition("_")[0] for file in versions if file.name[0].isdigit())


def current(database: Database) -> str | None:
    """The version the database is at; None for an empty one."""
    with database.read_engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return version


def upgrade(database: Database, version: str = "head") -> None:
    """Brings the database to the newest version, or to an older one; whole or not at all."""
    from alembic import command

    with database.engine.connect() as connection:
        if database.is_sqlite:
            # Batch operations copy tables; with foreign keys on, dropping the old copy would empty those that refer to it.
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                command.upgrade(config(connection), version)
                broken = connection.execute(text("PRAGMA foreign_key_check")).all() if database.is_sqlite else []
                assert not broken, "a migration left rows that refer to nothing"
        finally:
            if database.is_sqlite:
                connection.connection.cursor().execute("PRAGMA foreign_keys=ON")
