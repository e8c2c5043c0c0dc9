"""The thief who asks who filed a case: with the files of a service in which people speak up, and without the keys."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import select, text

from models.anonymity.events import Kind
from models.people.offices import Office
from models.people.units import Unit
from models.store.database import Session
from tests.anonymity.village import carried
from tests.conftest import PostgresServer
from tests.forensics.evidence import IDENTIFIERS, Row
from tests.forensics.links import Step, paths
from tests.forensics.watcher import Watcher
from tests.running_app import RunningApp
from tests.stories.conftest import TOKEN, ZALO_TOKEN

# Ids of relayed messages are 13 hexadecimal characters, which the general pattern does not take for an id.
EVERY_ID = re.compile(IDENTIFIERS.pattern + rb"|(?<![0-9a-z])[0-9a-f]{13}(?![0-9a-z])")
BOTS = {one.split(":")[0] for one in (TOKEN, ZALO_TOKEN)}  # stand in the names of lines, which everybody shares
CASES, PEOPLE = {"grievance", "entry"}, {"account", "person"}


class Thief(Watcher):
    """Looks for whoever has filed a case."""

    def __init__(self, service: RunningApp, url: str, directory: Path, server: PostgresServer | None) -> None:
        super().__init__(service.app.database, url, directory, server, EVERY_ID)
        self.service = service
        self.filed: set[str] = set()

    async def is_told_what_was_filed(self, kind: Kind = "report") -> None:
        """By whoever has the keys: which rows of the intake hold a grievance, or another kind of event. Every turn leaves
        one, also that of joining, which writes an account; only with these in hand is a chain from one of them evidence."""

        def read(session: Session) -> set[str]:
            return {row_id for row_id, said in carried(session).items() if kind in {event.kind for event in said}}

        self.filed |= await self.service.app.writer.read(read)

    async def chains_from_filing(self, rows: list[Row], **how: Collection[str] | None) -> list[list[Step]]:
        """From the sealed row of a filing."""
        assert self.filed and self.filed <= {row.id for row in rows}
        found = await self.chains(rows, cases={"intake"}, **how)  # type: ignore[arg-type]
        return [path for path in found if path[0].row.id in self.filed]

    async def chains(
        self,
        rows: list[Row],
        *,
        officers: Collection[str] | None = None,
        cases: Collection[str] = frozenset(CASES),
        people: Collection[str] = frozenset(PEOPLE),
    ) -> list[list[Step]]:
        """Chains from a case to somebody who may have filed it. Officers acting in office (all who hold one, unless
        named) are no reporters, units are everybody's, and leases only tell that the service was running."""
        units, persons, accounts = await self.service.app.writer.read(in_office)
        leases = {"tick", "fetch", *(channel.line for channel in self.service.app.channels)}
        known = {*persons, *accounts} if officers is None else set(officers)
        return paths(rows, cases, people, ignore={*units, *known, *BOTS}, ignore_rows={*units, *known, *leases})


def in_office(session: Session) -> tuple[set[str], set[str], set[str]]:
    """Ids of units, of people with an office, and of these people's accounts."""
    persons = set(session.execute(select(Office.person_id)).scalars())
    every = session.execute(text("SELECT id, person_id FROM account")).all()
    return set(session.execute(select(Unit.id)).scalars()), persons, {one for one, person in every if person in persons}


def report(found: list[list[Step]]) -> str:
    return "\n" + "\n".join("\n    ".join(str(step) for step in path) for path in found[:6])
