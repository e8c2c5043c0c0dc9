"""An officer's own code is only a claim, until an officer above or the operator has confirmed who claimed it; otherwise a
stolen slip would read a team's grievances. Both screens show the same two words (models.people.claims).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, cast

from config.i18n import Language, fold
from handlers.chat import menu
from handlers.chat.conversation import Choice, Conversation, Question, Turn, open_token, unless_back
from handlers.chat.unasked import reader_of, tell
from handlers.chat.words import role_name
from models.anonymity import intake, moments
from models.messages.message import Option
from models.messages.outbox import Letter
from models.people import accounts, claims, offices, persons, reissuing, rights, units, wishes
from models.people.accounts import Account
from models.people.claims import Claim, Ended
from models.people.units import Unit
from models.store.database import Session
from models.trust import audit

Minutes = tuple[int, int]
"""Of time cover, as models.anonymity.moments takes them."""
Why = Ended | Literal["refused"]


def announce(session: Session, claim: Claim, now: datetime) -> None:
    """Tells the officers of the unit and asks those above to confirm who claimed the office; the officer's own phones hear
    of it, too, since it may not be theirs. In the same words whether the chat is new or a worker's: whether the officer has
    been here as a worker is nobody's business."""
    day = now.date()
    holder = session.get_one(persons.Person, claim.person_id)
    for held in offices.held_by(session, holder.id, day):
        path = units.path(session, held.unit_id)
        for at, named in enumerate(path):
            for account, somebody, _office in offices.officers_of(session, named.id, day, rights.HEAR_OF_CLAIM):
                if somebody.id == holder.id:
                    continue
                text = _said_of_claim(session, account, holder, held, path[0])
                mine = reissuing.is_by(session, somebody.id, holder.id)
                _ask(session, account, claim, text, now, may_confirm=not mine and (at > 0 or len(path) == 1))
    for own in wishes.of_person(session, holder.id):
        if own.confirmed:
            reader = reader_of(session, own)
            text = reader.gettext(
                "Another chat was just joined with a code of yours, comrade. If that was not you, tell the officer above."
            )
            tell(session, own, Letter(text, in_office=True), now)


def _said_of_claim(session: Session, to: Account, holder: persons.Person, held: offices.Office, where: Unit) -> str:
    reader = reader_of(session, to)
    return reader.gettext(
        "A chat was joined with the code of {name}, {role}, {unit}.",
        name=persons.name_of(session, holder),
        role=role_name(reader, held.role),
        unit=where.name,
    )


def _ask(session: Session, to: Account, claim: Claim, text: str, now: datetime, *, may_confirm: bool) -> None:
    reader = reader_of(session, to)
    options: list[Option] = []
    if may_confirm:
        text += "\n\n" + reader.gettext("Please ask them in person whether it is theirs, comrade, before you confirm.")
        options = [Option(open_token("confirm", claim.id), reader.gettext("Confirm or refuse"))]
    tell(session, to, Letter(text, options=options, in_office=True), now)


# Confirming somebody else's claim.


def _claim(turn: Turn) -> Claim | None:
    """The claim this run is about, if it can still be confirmed and this officer stands above it."""
    claim = claims.find(turn.session, turn.subject)
    if claim is None or turn.account is None or claim.person_id == turn.account.person_id:
        return None
    if claims.why_over(turn.session, claim, turn.now.date()) is not None:
        return None
    if reissuing.is_by(turn.session, turn.account.person_id, claim.person_id):
        return None  # who had the code made vouches for nobody
    held = offices.held_by(turn.session, claim.person_id, turn.now.date())
    return claim if any(stands_above(turn, rights.CONFIRM_CLAIM, office.unit_id) for office in held) else None


def stands_above(turn: Turn, right: rights.Right, unit_id: str) -> bool:
    """Those above do; where nothing stands above, those beside."""
    if len(units.path(turn.session, unit_id)) == 1:
        return unit_id in turn.units_with(rights.HEAR_OF_CLAIM)
    return turn.may(right, unit_id)


def _confirm_text(turn: Turn) -> str:
    claim = turn.thing(Claim)
    holder = turn.session.get_one(persons.Person, claim.person_id)
    return turn._(
        "The chat that was joined with the code of {name} shows these two words: {words}\n\nHave you asked {name}, in "
        "person or by phone, and do the same words stand on their screen?",
        name=persons.name_of(turn.session, holder),
        words=claims.words(turn.session, claim),
    )


def _confirm_choices(turn: Turn) -> Sequence[Choice]:
    return (
        Choice("yes", turn._("The same words: confirm")),
        Choice("no", turn._("Not the same: refuse")),
        Choice("back", turn._("Not asked yet")),
    )


def _sure(turn: Turn, value: str) -> str:
    return unless_back(turn, value) if value == "back" else value


def _decide(turn: Turn) -> None:
    claim = turn.thing(Claim)
    mine, minutes = turn.member.person_id, turn.site.relay_minutes
    yes = turn.answers["sure"] == "yes"
    if not (confirm if yes else refuse)(turn.session, claim, turn.now, minutes):
        menu.show(turn, turn._("This is not open to you, or is over by now."))
        return
    audit.note(turn.session, mine, "confirm" if yes else "refuse", claim.id, turn.now)
    turn.falls_due = True
    if yes:
        menu.show(turn, turn._("Confirmed. By tomorrow morning at the latest that chat receives the unit's cases."))
    else:
        menu.show(turn, turn._("Refused. That chat sees nothing; please give the officer a new code."))


def confirm(session: Session, claim: Claim, now: datetime, minutes: Minutes) -> bool:
    """Gives one claim its powers and tells its holder (a worker's chat in the night, when it takes the office); every other
    claim to the same office ends. False, and nothing is changed, where it is over by now."""
    others = claims.confirm(session, claim, now.date())
    if others is None:
        return False
    if claim.beside:
        intake.ask(session, "office", claim.account_id, now, moments.tonight(now, minutes), claim.invite_id)
    else:
        _tell_confirmed(session, session.get_one(Account, claim.account_id), now)
    for other in others:
        _end(session, other, "other", now, minutes)
    return True


def _tell_confirmed(session: Session, chosen: Account, now: datetime) -> None:
    reader = reader_of(session, chosen)
    text = reader.gettext("Comrade, this chat is confirmed and now receives your unit's cases.")
    options = [
        Option(open_token("menu"), reader.gettext("Work of today")),
        Option(open_token("in_touch"), reader.gettext("Notices and polls here")),
    ]
    if any(one.confirmed and one is not chosen for one in wishes.of_person(session, chosen.person_id)):
        text += "\n\n" + reader.gettext("An earlier phone of yours is connected, too. If you no longer have it, put it out.")
        options.append(Option(open_token("unlink"), reader.gettext("Put other phones out")))
    tell(session, chosen, Letter(text, commands="officer", options=options), now)


def refuse(session: Session, claim: Claim, now: datetime, minutes: Minutes) -> bool:
    """Ends a claim that nobody should have made; False where it is over by now."""
    if not claims.refuse(session, claim, now.date()):
        return False
    _end(session, claim, "refused", now, minutes)
    return True


def _why(reader: Language, ended: Why) -> str:
    return {
        "refused": reader.gettext("The claim was not confirmed. Please speak with the officer above."),
        "lapsed": reader.gettext("Comrade, nobody confirmed this chat in time, so it has ended. Please ask for a new code."),
        "code": reader.gettext("Comrade, a newer code was made for you, or yours was taken back, so this chat has ended."),
        "other": reader.gettext("Comrade, another chat was confirmed with your name, so this one has ended."),
    }[ended]


def _why_beside(reader: Language, ended: Why) -> str:
    return {
        "refused": reader.gettext("The officer's code used here was not confirmed. Please speak with the officer above."),
        "lapsed": reader.gettext("Nobody confirmed the officer's code used here in time. Please ask for a new code."),
        "code": reader.gettext("The officer's code used here is over: a newer one was made, or it was taken back."),
        "other": reader.gettext("The officer's code used here is over: another chat was confirmed."),
    }[ended]


def _end(session: Session, claim: Claim, why: Why, now: datetime, minutes: Minutes = (0, 0)) -> None:
    """Whoever claimed an office is told that this is over. A chat that was nothing else is forgotten; a worker's stays, and
    is told as reporters are, never in the turn of the officer who decided."""
    claims.end(session, claim)
    if claim.beside:
        intake.ask(session, "claim_over", claim.account_id, now, moments.cover(now, minutes), why)
        return
    account = session.get_one(Account, claim.account_id)
    said = Letter(_why(reader_of(session, account), why))
    tell(session, account, said, now, plain=True)  # there will be nobody to open it
    session.flush()
    accounts.detach(session, account)


def tell_over(session: Session, account_id: str, why: str, now: datetime) -> None:
    """Says in a worker's chat that its claim has ended; nothing where it was they who ended it."""
    account = session.get(Account, account_id)
    if account is not None and why != "left":
        reader = reader_of(session, account)
        said = _why_beside(reader, cast(Why, why))
        stays = reader.gettext("This chat stays as it was, with its grievances and settings.")
        options = [Option(open_token("menu"), reader.gettext("Menu"))]
        tell(session, account, Letter(f"{said}\n\n{stays}", options=options), now)


def any_over(session: Session, now: datetime) -> bool:
    return bool(claims.over(session, now.date()))


def end_over(session: Session, now: datetime) -> int:
    """The clock's: forgets the claims that have ended, and says so to them and, of one that nobody confirmed in time, to the
    officers above; returns how many there were."""
    ended = claims.over(session, now.date())
    for claim, why in ended:
        if why == "lapsed":
            _tell_above(session, claim, now)
        if claim.beside:
            claims.end(session, claim)
            tell_over(session, claim.account_id, why, now)
        else:
            _end(session, claim, why, now)
    return len(ended)


def _tell_above(session: Session, claim: Claim, now: datetime) -> None:
    """Once a chat, to those who had been asked."""
    day = now.date()
    found: dict[str, Account] = {}
    for held in offices.held_by(session, claim.person_id, day):
        path = units.path(session, held.unit_id)
        for named in path[1:] or path:
            rows = offices.officers_of(session, named.id, day, rights.HEAR_OF_CLAIM)
            found |= {account.id: account for account, somebody, _ in rows if somebody.id != claim.person_id}
    name = persons.name_of(session, session.get_one(persons.Person, claim.person_id))
    for account in found.values():
        text = reader_of(session, account).gettext(
            "Comrade, the chat that was joined with the code of {name} was not confirmed in time and has ended.", name=name
        )
        tell(session, account, Letter(text, in_office=True), now)


class Several(Exception):
    """More than one claim fits: the operator has to say which, by its words."""


def confirm_by_operator(
    session: Session, staff_code: str, now: datetime, words: str = "", minutes: Minutes = moments.COVERED
) -> bool:
    """Confirms the one chat that claims to be that of the officer with this staff code, or the one with these words; False
    where there is none. Raises `Several`."""
    found = claims.of_staff_code(session, staff_code, now.date())
    if words:
        found = [claim for claim in found if same(claims.words(session, claim), words)]
    if len(found) > 1:
        raise Several
    return bool(found) and confirm(session, found[0], now, minutes)


def same(shown: str, typed: str) -> bool:
    """Whether these are the two words, in their order, as they may be typed."""
    letters, meant = ("".join(filter(str.isalnum, fold(words))) for words in (typed, shown))
    return letters == meant


def waiting(session: Session, now: datetime) -> list[tuple[str, str, str]]:
    """(staff code, the two words, the last day) of every claim that can be confirmed, for the operator."""
    found = []
    for claim in claims.all_claims(session):
        if claims.why_over(session, claim, now.date()) is None:
            holder = session.get_one(persons.Person, claim.person_id)
            last = f"{claims.last_day(claim):%d/%m/%Y}"
            found.append((persons.staff_code_of(session, holder), claims.words(session, claim), last))
    return sorted(found)


# Taking one's own claim back.


def _may_unclaim(turn: Turn) -> bool:
    return turn.is_claim or menu.claimed_beside(turn) is not None


def _unclaim(turn: Turn) -> None:
    if (claim := menu.claimed_beside(turn)) is not None:
        at = moments.tonight(turn.now, turn.site.relay_minutes)
        intake.ask(turn.session, "unclaim", turn.member.id, turn.now, at, claim.invite_id)
        menu.show(turn, turn._("Thank you. The code is over, and this chat stays as it is. Please give the slip back."))
        return
    wishes.leave(turn.session, turn.member, turn.now, moments.tonight(turn.now, turn.site.relay_minutes))
    turn.falls_due = True
    turn.say(turn._("Thank you. This chat is forgotten; please give the slip back to your union team."))


CONVERSATIONS = (
    Conversation(
        "confirm",
        _decide,
        (Question("sure", _confirm_text, _confirm_choices, chosen=_sure),),
        about=_claim,
        in_office=True,
    ),
    Conversation("unclaim", _unclaim, allowed=_may_unclaim, for_claims=True),
)
