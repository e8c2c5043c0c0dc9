"""An officer's own code is only a claim, until an officer above or the operator has confirmed who claimed it; otherwise a
stolen slip would read a team's grievances. Both screens show the same two words (models.people.claims).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from config.i18n import fold
from handlers.chat import menu
from handlers.chat.conversation import Choice, Conversation, Question, Turn, open_token, unless_back
from handlers.chat.unasked import reader_of, tell
from handlers.chat.words import role_name
from models.anonymity import moments
from models.messages.message import Option
from models.people import accounts, claims, offices, persons, rights, units, wishes
from models.people.accounts import Account
from models.people.claims import Ended
from models.people.units import Unit
from models.store.database import Session
from models.trust import audit


def announce(turn: Turn, claimed: Account, holder: persons.Person) -> None:
    """Tells the officers of the unit and asks those above to confirm who claimed the office; the officer's own phones hear
    of it, too, since it may not be theirs."""
    session, day = turn.session, turn.now.date()
    for held in offices.held_by(session, holder.id, day):
        path = units.path(session, held.unit_id)
        for at, named in enumerate(path):
            for account, somebody, _office in offices.officers_of(session, named.id, day, rights.HEAR_OF_CLAIM):
                if somebody.id == holder.id:
                    continue
                _tell_of_claim(turn, account, claimed, holder, held, path[0], may_confirm=at > 0 or len(path) == 1)
    for own in wishes.of_person(session, holder.id):
        if own.confirmed:
            reader = reader_of(turn.session, own)
            text = reader.gettext(
                "Another chat was just joined with a code of yours, comrade. If that was not you, tell the officer above."
            )
            tell(session, own, text, turn.now, in_office=True)


def _tell_of_claim(
    turn: Turn,
    to: Account,
    claimed: Account,
    holder: persons.Person,
    held: offices.Office,
    where: Unit,
    *,
    may_confirm: bool,
) -> None:
    reader = reader_of(turn.session, to)
    text = reader.gettext(
        "A chat was joined with the code of {name}, {role}, {unit}.",
        name=persons.name_of(turn.session, holder),
        role=role_name(reader, held.role),
        unit=where.name,
    )
    options: list[Option] = []
    if may_confirm:
        text += "\n\n" + reader.gettext("Please ask them in person whether it is theirs, comrade, before you confirm.")
        options = [Option(open_token("confirm", claimed.id), reader.gettext("Confirm or refuse"))]
    tell(turn.session, to, text, turn.now, options=options, in_office=True)


# Confirming somebody else's claim.


def _claim(turn: Turn) -> Account | None:
    """The claim this run is about, if it can still be confirmed and this officer stands above it."""
    claimed = turn.session.get(Account, turn.subject)
    if claimed is None or claimed.claim is None or turn.account is None or claimed.person_id == turn.account.person_id:
        return None
    if claims.why_over(turn.session, claimed, turn.now.date()) is not None:
        return None
    held = offices.held_by(turn.session, claimed.person_id, turn.now.date())
    return claimed if any(_may_confirm(turn, office.unit_id) for office in held) else None


def _may_confirm(turn: Turn, unit_id: str) -> bool:
    """Those above do; where nothing stands above, those beside."""
    if len(units.path(turn.session, unit_id)) == 1:
        return unit_id in turn.units_with(rights.HEAR_OF_CLAIM)
    return turn.may(rights.CONFIRM_CLAIM, unit_id)


def _confirm_text(turn: Turn) -> str:
    claimed = turn.thing(Account)
    holder = turn.session.get_one(persons.Person, claimed.person_id)
    return turn._(
        "The chat that was joined with the code of {name} shows these two words: {words}\n\nHave you asked {name}, in "
        "person or by phone, and do the same words stand on their screen?",
        name=persons.name_of(turn.session, holder),
        words=claims.words(turn.session, claimed),
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
    claimed = turn.thing(Account)
    mine = turn.member.person_id
    if turn.answers["sure"] == "yes":
        if not confirm(turn.session, claimed, turn.now):
            menu.show(turn, turn._("This is not open to you, or is over by now."))
            return
        audit.note(turn.session, mine, "confirm", claimed.id, turn.now)
        menu.show(turn, turn._("Confirmed. That chat now receives the unit's cases."))
        return
    audit.note(turn.session, mine, "refuse", claimed.id, turn.now)
    reader = reader_of(turn.session, claimed)
    _end(
        turn.session, claimed, reader.gettext("The claim was not confirmed. Please speak with the officer above."), turn.now
    )
    menu.show(turn, turn._("Refused. That chat sees nothing; please give the officer a new code."))


def confirm(session: Session, claimed: Account, now: datetime) -> bool:
    """Gives one claim its powers and tells its holder; every other claim to the same office ends. False, and nothing is
    changed, where it is over by now."""
    done = claims.confirm(session, claimed.id, claimed.person_id, now.date())
    if done is None:
        return False
    chosen, others = done
    reader = reader_of(session, chosen)
    text = reader.gettext("Comrade, this chat is confirmed and now receives your unit's cases.")
    options = [Option(open_token("menu"), reader.gettext("Menu"))]
    if any(one.confirmed and one is not chosen for one in wishes.of_person(session, chosen.person_id)):
        text += "\n\n" + reader.gettext("An earlier phone of yours is connected, too. If you no longer have it, put it out.")
        options.insert(0, Option(open_token("unlink"), reader.gettext("Put other phones out")))
    tell(session, chosen, text, now, commands="officer", options=options)
    for other in others:
        _end(session, other, _why(session, other, "other"), now)
    return True


def _why(session: Session, claimed: Account, ended: Ended) -> str:
    reader = reader_of(session, claimed)
    return {
        "lapsed": reader.gettext("Comrade, nobody confirmed this chat in time, so it has ended. Please ask for a new code."),
        "code": reader.gettext("Comrade, a newer code was made for you, or yours was taken back, so this chat has ended."),
        "other": reader.gettext("Comrade, another chat was confirmed with your name, so this one has ended."),
    }[ended]


def _end(session: Session, claimed: Account, why: str, now: datetime) -> None:
    """Tells whoever claimed an office that this is over, and forgets the chat."""
    tell(session, claimed, why, now, plain=True)  # there will be nobody to open it
    session.flush()
    accounts.detach(session, claimed)


def any_over(session: Session, now: datetime) -> bool:
    return bool(claims.over(session, now.date()))


def end_over(session: Session, now: datetime) -> int:
    """The clock's: forgets the claims that have ended, and says so to them and, of one that nobody confirmed in time, to the
    officers above; returns how many there were."""
    ended = claims.over(session, now.date())
    for claimed, why in ended:
        if why == "lapsed":
            _tell_above(session, claimed, now)
        _end(session, claimed, _why(session, claimed, why), now)
    return len(ended)


def _tell_above(session: Session, claimed: Account, now: datetime) -> None:
    """Once a chat, to those who had been asked."""
    day = now.date()
    found: dict[str, Account] = {}
    for held in offices.held_by(session, claimed.person_id, day):
        path = units.path(session, held.unit_id)
        for named in path[1:] or path:
            rows = offices.officers_of(session, named.id, day, rights.HEAR_OF_CLAIM)
            found |= {account.id: account for account, somebody, _ in rows if somebody.id != claimed.person_id}
    name = persons.name_of(session, session.get_one(persons.Person, claimed.person_id))
    for account in found.values():
        text = reader_of(session, account).gettext(
            "Comrade, the chat that was joined with the code of {name} was not confirmed in time and has ended.", name=name
        )
        tell(session, account, text, now, in_office=True)


class Several(Exception):
    """More than one claim fits: the operator has to say which, by its words."""


def confirm_by_operator(session: Session, staff_code: str, now: datetime, words: str = "") -> bool:
    """Confirms the one chat that was joined with the code of the officer with this staff code, or the one with these words;
    False where there is none. Raises `Several`."""
    found = claims.of_staff_code(session, staff_code, now.date())
    if words:
        found = [claim for claim in found if same(claims.words(session, claim), words)]
    if len(found) > 1:
        raise Several
    return bool(found) and confirm(session, found[0], now)


def same(shown: str, typed: str) -> bool:
    """Whether these are the two words, in their order, as they may be typed."""
    letters, meant = ("".join(filter(str.isalnum, fold(words))) for words in (typed, shown))
    return letters == meant


def waiting(session: Session, now: datetime) -> list[tuple[str, str, str]]:
    """(staff code, the two words, the last day) of every claim that can be confirmed, for the operator."""
    found = []
    for claimed in claims.all_claims(session):
        if claims.why_over(session, claimed, now.date()) is None:
            holder = session.get_one(persons.Person, claimed.person_id)
            last = f"{claims.last_day(claimed):%d/%m/%Y}"
            found.append((persons.staff_code_of(session, holder), claims.words(session, claimed), last))
    return sorted(found)


# Taking one's own claim back.


def _unclaim(turn: Turn) -> None:
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
    Conversation("unclaim", _unclaim, allowed=lambda turn: turn.is_claim, for_claims=True),
)
