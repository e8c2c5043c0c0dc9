"""What the subject *people* brings: joining, offices, settings, phones, one's own data."""

from __future__ import annotations

import json
from datetime import date, datetime

from config.i18n import N_
from handlers.chat.conversation import Entry
from handlers.chat.doors import Doors, Pace, Step
from handlers.people import (
    coming_back,
    deputies,
    headcounts,
    in_touch,
    joining,
    lost_phones,
    my_data,
    officer_claims,
    pin,
    second_phone,
    settings,
    upgrading,
)
from models.anonymity.events import Event
from models.people import accounts, claims, leaving, upgrades
from models.store.database import Session

_MODULES = (
    *(joining, in_touch, coming_back, officer_claims, lost_phones, deputies),
    *(settings, pin, second_phone, my_data, headcounts, upgrading),
)


def _change(session: Session, event: Event, _now: datetime, _pace: Pace) -> None:
    accounts.change(session, event.account_id, json.loads(event.text))


def _unlink(session: Session, event: Event, _now: datetime, _pace: Pace) -> None:
    leaving.end(session, json.loads(event.text))


def _leave(session: Session, event: Event, _now: datetime, _pace: Pace) -> None:
    leaving.forget(session, event.account_id)


def _slip(session: Session, event: Event, now: datetime, _pace: Pace) -> None:
    if upgrades.carry_out(session, event, now.date()):
        upgrading.tell_done(session, event.account_id, now)


def _claims(session: Session, now: datetime, _pace: Pace) -> list[date]:
    return [now.date()] if officer_claims.any_over(session, now) else []


def _end_claims(session: Session, _day: date, now: datetime, _pace: Pace) -> None:
    officer_claims.end_over(session, now)


def _office(session: Session, event: Event, now: datetime, _pace: Pace) -> None:
    if claims.is_taken_back(session, event.account_id, event.text):
        return  # which this night carries out
    if upgrading.may_still(session, event, now) and upgrades.take_office(session, event, now.date()):
        upgrading.tell_in_office(session, event.account_id, now)
    else:
        upgrades.give_up(session, event)
        upgrading.tell_not_done(session, event.account_id, now)


def _claim(session: Session, event: Event, now: datetime, _pace: Pace) -> None:
    if claims.is_taken_back(session, event.account_id, event.text):
        return
    claim = upgrades.claim_office(session, event, now.date()) if upgrading.may_still(session, event, now) else None
    if claim is not None:
        officer_claims.announce(session, claim, now)
    else:
        upgrading.tell_not_done(session, event.account_id, now)


def _unclaim(session: Session, event: Event, _now: datetime, _pace: Pace) -> None:
    claims.take_back(session, event.account_id, event.text)


def _claim_over(session: Session, event: Event, now: datetime, _pace: Pace) -> None:
    officer_claims.tell_over(session, event.account_id, event.text, now)


DOORS = Doors(
    conversations=[conversation for module in _MODULES for conversation in module.CONVERSATIONS],
    menu=[Entry("settings", N_("Settings"), 80), Entry("lang", N_("Language · Ngôn ngữ"), 90)],
    events={
        **{"change": _change, "unlink": _unlink, "leave": _leave, "slip": _slip},
        **{"office": _office, "claim": _claim, "unclaim": _unclaim, "claim_over": _claim_over},
        **{"came_back": coming_back.came_back, "moved": coming_back.move, "return_code": coming_back.write_code},
    },
    steps=[Step(_claims, _end_claims)],
)
