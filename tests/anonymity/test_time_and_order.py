"""Time cover, random order, and no row of a person finer than a day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, DateTime, Float, Interval, Time, select, text

from config.i18n import HERE
from models.all_tables import METADATA
from models.anonymity import intake, moments
from models.anonymity.events import Event
from models.grievances.cases import Grievance
from models.store.database import Database
from models.store.ids import new_id
from models.store.sealing import Keyring
from tests.actors import Person
from tests.anonymity.thief import Thief
from tests.anonymity.village import TEAM, WallClock, files, secrets_of
from tests.running_app import MONDAY, RunningApp

# Rows with exact times. None of them names a person, but for officers in office (audit; entries they wrote).
EXACT = {
    "audit": {"at"},
    "broadcast": {"created_at", "send_at", "started_at", "through_at", "ended_at"},  # an officer's, in office
    "entry": {"at"},
    "firing": {"fire_at"},  # six in the morning, eight on the first of a month
    # The clock of a case starts when it is posted, and from then on with what officers do and what is posted in it.
    "grievance": {"created_at", "due_at", "running_since", "settle_at", "next_at"},
    "lease": {"until"},
    "line_outage": {"since"},  # a service that answers nobody
    "outbound": {"not_before", "leased_until"},
    "round": {"opens_at", "closes_at"},  # as planned and announced
    "rung": {"tell_at", "batch"},  # of a case and a unit
    "recipient": {"due_at"},  # while it is on the way; nothing after (test_casting)
}
COUNTED = {"conversation", "intake", "mailbox", "news"}
"""Their rows are numbered in the order in which they came, which the files keep by themselves (models.store.tail)."""
NUMBERS = {**{name: {"number"} for name in COUNTED}, "outbound": {"position"}}  # the last: a whole second, and a count
NAME_A_PERSON = {"account", "office", "invite", "audit", "entry", "grievance", "broadcast", "poll"}  # officers


def columns(*kinds: type) -> dict[str, set[str]]:
    found = {name: {c.name for c in table.columns if of(c.type, kinds)} for name, table in METADATA.tables.items()}
    return {name: named for name, named in found.items() if named}


def of(column: object, kinds: tuple[type, ...]) -> bool:
    return isinstance(column, kinds) or isinstance(getattr(column, "impl_instance", None), kinds)


def test_only_these_columns_are_exact() -> None:
    """A new exact time is a decision: write it here, and not on a row that leads to a person."""
    assert columns(DateTime, Time, Float, Interval) == EXACT
    assert columns(BigInteger) == NUMBERS
    assert not EXACT.keys() & COUNTED
    assert not EXACT.keys() & {"account", "person", "office", "invite", "inbound", "intake", "told", "mailbox", "quarantine"}
    assert not EXACT.keys() & {"turnout", "ballot_box", "result", "remark", "receipt"}


def test_what_turns_leave_and_what_waits_for_a_chat_has_no_other_columns() -> None:
    """A column by which somebody's rows are found would tie them together."""
    old = {"recipient"}  # of rows from before migration 0010; nothing is written into it
    named = {name: set(METADATA.tables[name].columns.keys()) for name in COUNTED}
    assert named["conversation"] == {"number", "id", "state", "kept_until"}
    assert named["intake"] == {"number", "id", "body", "kept_until"}
    assert named["news"] == {"number", "id", "body", "kept_until"} | old
    assert named["mailbox"] == named["news"] | {"guest"}  # whether a stranger's, who has minutes: nothing of which stranger
    assert set(METADATA.tables["outbound"].columns.keys()) == {
        *("id", "line", "lane", "position", "asks", "state", "not_before", "attempts", "parts_done", "fence"),
        *("leased_until", "reason", "body"),
    }


def test_only_these_tables_name_a_person() -> None:
    naming = {
        name
        for name, table in METADATA.tables.items()
        for key in table.foreign_keys
        if key.column.table.name in ("person", "account")
    }
    assert naming == NAME_A_PERSON


def test_a_case_has_no_other_columns() -> None:
    """Where a person could be added, it is noticed."""
    named = {name: set(METADATA.tables[name].columns.keys()) for name in ("grievance", "entry")}
    assert named["grievance"] == {
        *("id", "code", "unit_id", "holder_id", "category", "urgent", "covered", "state", "created_at", "due_at"),
        *("reporter_name", "route", "mark", "name_for"),
        *("assignee_id", "spoken_to"),  # officers
        *("left_minutes", "running_since", "settle_at", "next_at", "rungs", "calendar"),  # its clock
        *("routed_to", "to_roles", "since"),  # a unit and roles in it; sealed, since when
    }
    assert set(METADATA.tables["rung"].columns.keys()) == {"id", "grievance_id", "unit_id", "kind", "tell_at", "batch"}
    assert named["entry"] == {"id", "grievance_id", "kind", "officer_id", "text", "at", "number"}
    assert set(METADATA.tables["exclusion"].columns.keys()) == {"id", "grievance_id", "who"}


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("channel", ["webchat"])
@pytest.mark.parametrize("covered", [True, False])
async def test_cases_come_thirty_to_ninety_minutes_after_filing_and_together(
    service: RunningApp, clock: WallClock, somebody: Callable[[str], Person], leader: Person,
    monkeypatch: pytest.MonkeyPatch, covered: bool,
) -> None:  # fmt: skip
    if not covered:
        monkeypatch.setattr(moments, "cover", lambda now, minutes: now)
    filed: dict[str, datetime] = {}
    for name in ("Khuê Tú", "Bạch Liên", "Mộc Miên", "Tường Vi"):
        worker = somebody(name)
        await worker.joins(service.codes.team)
        filed[await files(worker, f"{name}: cơm ca hai ôi thiu", TEAM)] = clock.now()
    for _ in range(24):
        await clock.passes(minutes=4)
    cases = await service.app.writer.read(lambda s: dict(s.execute(select(Grievance.code, Grievance.created_at)).all()))
    assert cases.keys() == filed.keys()
    waited = [cases[code] - at for code, at in filed.items()]
    # The tick of this test comes every four minutes; that of the service every second.
    assert all(timedelta(minutes=29) < one < timedelta(minutes=96) for one in waited) is covered
    assert (len(set(cases.values())) <= 2) is covered, "at one of two fixed moments; those of a half-hour together"


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@given(MOMENTS, st.integers(0, 240), st.integers(1, 240))
def test_cover_ends_at_fixed_moments(now: datetime, low: int, spread: int) -> None:
    """Not sooner than the lower of its minutes and not later than the higher; whoever files later is not heard earlier."""
    minutes = low, low + spread
    at = moments.cover(now, minutes)
    assert timedelta(minutes=low) <= at - now <= timedelta(minutes=low + spread)
    step = min(30, spread)
    assert at.timestamp() % (60 * step) == 0
    for later in (timedelta(seconds=1), timedelta(minutes=step)):
        assert timedelta(0) <= moments.cover(now + later, minutes) - at <= later + timedelta(minutes=step)


@given(MOMENTS)
def test_cover_of_ninety_minutes_is_on_the_hour_and_the_half(now: datetime) -> None:
    at = moments.cover(now, (30, 90))
    assert at.minute in (0, 30) and (at.second, at.microsecond) == (0, 0)
    assert moments.cover(now, (0, 0)) == now


@given(MOMENTS)
def test_rows_that_name_people_wait_for_the_night(now: datetime) -> None:
    """Of Vietnam, whatever cover there is; where there is none, a moment."""
    for minutes in ((30, 90), (0, 1)):
        night = moments.tonight(now, minutes)
        assert timedelta(0) < night - now <= timedelta(days=1)
        assert (night.astimezone(HERE).hour, night.minute, night.second, night.microsecond) == (3, 0, 0, 0)
    low, high = (timedelta(seconds=second) for second in moments.SOON)
    assert low <= moments.tonight(now, (0, 0)) - now <= high


def event(kind: str) -> Event:
    return Event(kind, MONDAY.isoformat(), new_id(), new_id(), new_id(), "ôi thiu")  # type: ignore[arg-type]


@pytest.mark.parametrize("shuffled", [True, False])
def test_what_is_posted_by_one_tick_comes_in_any_order(
    database: Database, monkeypatch: pytest.MonkeyPatch, shuffled: bool
) -> None:
    """Rows are written in this order: rowid, ctid and log say nothing about who filed first."""
    if not shuffled:
        monkeypatch.setattr("random.SystemRandom.random", lambda self: 0.5)
    for _ in range(3):
        with database.transaction() as session:
            intake.add(session, event("report"), MONDAY)
    with database.transaction() as session:
        intake.add(session, event("addition"), MONDAY)
    with database.reading() as session:
        orders = [tuple(one.entry_id for one in intake.due(session, MONDAY, set())) for _ in range(150)]
    assert len(set(orders)) == (6 if shuffled else 1)  # what was added comes after all reports
    assert len({order[3] for order in orders}) == 1


def test_the_same_words_are_never_sealed_the_same() -> None:
    """No two places share a ciphertext, lengths of ids are equal, and purposes of hashes are kept apart."""
    ring = Keyring.new()
    sealed = {ring.seal("entry.text", "a", "ôi thiu") for _ in range(100)}
    assert len(sealed) == 100
    assert len({len(ring.seal("account.external", "a", "7" * digits)) for digits in range(1, 60)}) == 1
    assert ring.keyed_hash("account", "1") != ring.keyed_hash("chat", "1") != Keyring.new().keyed_hash("chat", "1")


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_no_hash_in_the_files_can_be_guessed(
    service: RunningApp, channel: str, somebody: Callable[[str], Person], thief: Thief
) -> None:
    """Telegram ids are ten digits: any hash of one without a key is the id."""
    worker = somebody("Khuê Tú")
    await worker.joins(service.codes.team)
    await worker.says("Menu")
    (line,) = [one.line for one in service.app.channels if one.line.startswith(channel)]
    (known,) = secrets_of(worker) - {"Khuê Tú"}
    guesses = {f"{start}{known}" for start in ("", f"{line}:", f"{line}\x1f", f"account\x1f{line}\x1f")}
    digests = [getattr(hashlib, name)(one.encode()) for one in guesses for name in ("md5", "sha1", "sha256", "blake2b")]
    needles = {needle for digest in digests for needle in (digest.digest()[:16], digest.hexdigest()[:32].encode())}
    assert not thief.finds(needles)

    planted = hashlib.sha256(known.encode()).hexdigest()[:32]
    await service.app.writer.write(
        lambda s: s.execute(text("UPDATE account SET external_hash = :planted"), {"planted": planted})
    )
    assert thief.finds(needles)
