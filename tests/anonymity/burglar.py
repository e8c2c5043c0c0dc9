"""The thief who asks how somebody voted: with the files of a database in which people vote, and without the keys."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from models.people.units import Unit
from models.polls.polls import Poll
from models.polls.rounds import Round
from tests.conftest import PostgresServer
from tests.forensics.links import Step, paths
from tests.forensics.watcher import Watcher
from tests.rules.polls.hall import Hall

CHAT = {"account", "person", "conversation", "inbound", "intake"}
VOTERS = {"turnout", *CHAT}


class Burglar(Watcher):
    """Looks for whoever has cast a ballot."""

    def __init__(self, hall: Hall, url: str, directory: Path, server: PostgresServer | None) -> None:
        super().__init__(hall.database, url, directory, server)
        self.hall = hall

    def chains(self, begin: set[str], end: set[str]) -> list[list[Step]]:
        """From a ballot or a result to somebody. The poll, its round and the units are everybody's."""
        with self.hall.database.reading() as session:
            shared = {one for table in (Poll, Round, Unit) for one in session.execute(select(col(table.id))).scalars()}
        return paths(self.rows(), begin, end, ignore=shared, ignore_rows=shared)
