"""An officer's own code is only a claim, until an officer above or the operator has confirmed who claimed it; otherwise a
stolen slip would read a team's grievances.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from config.i18n import language
from handlers.chat import menu
from handlers.chat.conversation import Choice, Conversation, Question, Turn, is_officer, open_token, tell
from handlers.chat.words import role_name
from models.messages.message import Option
from models.people import accounts, offices, persons, units
from models.people.accounts import Account
from models.people.units import Unit
from models.store.database import Session
from models.trust import audit


def announce(turn: Turn, claimed: Account, holder: persons.Person) -> None:
    """Tells the officers of the unit and asks those above to confirm who claimed the office."""
    session, day = turn.session, turn.now.date()
    for held in offices.held_by(session, holder.id, day):
        path = units.path(session, held.unit_id)
        for at, named in enumerate(path):
            for account, somebody, _office in offices.officers_of(session, named.id, day):
                if somebody.id == holder.id:
                    continue
                _tell_of_claim(turn, account, claimed, holder, held, path[0], may_confirm=at > 0 or len(path) == 1)


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
    reader = language(to.language)
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
    """The unconfirmed account this run is about, if this officer stands above it."""
    claimed = turn.session.get(Account, turn.subject)
    if claimed is None or claimed.confirmed or turn.account is None or claimed.person_id == turn.account.person_id:
        return None
    mine = {held.unit_id for held in turn.offices if held.role in offices.HANDLERS}
    for held in offices.held_by(turn.session, claimed.person_id, turn.now.date()):
        above = units.path(turn.session, held.unit_id)
        if mine & {one.id for one in (above[1:] or above)}:
            return claimed
    return None


def _confirm_text(turn: Turn) -> str:
    claimed = _claim(turn)
    assert claimed is not None  # `allowed` was asked first
    holder = turn.session.get_one(persons.Person, claimed.person_id)
    return turn._(
        "Did {name} join with their own code, as you know from speaking with them?",
        name=persons.name_of(turn.session, holder),
    )


def _confirm_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("yes", turn._("Yes, confirm")), Choice("no", turn._("No, it is somebody else")))


def _decide(turn: Turn) -> None:
    claimed = _claim(turn)
    assert claimed is not None
    mine = turn.member.person_id
    if turn.answers["sure"] == "yes":
        confirm(turn.session, claimed, turn.now)
        audit.note(turn.session, mine, "confirm", claimed.id, turn.now)
        menu.show(turn, turn._("Confirmed. That chat now receives the unit's cases."))
        return
    audit.note(turn.session, mine, "refuse", claimed.id, turn.now)
    reader = language(claimed.language)
    words = reader.gettext("The claim was not confirmed. Please speak with the officer above.")
    tell(turn.session, claimed, words, turn.now, plain=True)  # there will be nobody to open it
    turn.session.flush()
    accounts.detach(turn.session, claimed)
    menu.show(turn, turn._("Refused. That chat sees nothing; please give the officer a new code."))


def confirm(session: Session, claimed: Account, now: datetime) -> None:
    """Gives a claimed office its powers and tells whoever holds it."""
    claimed.confirmed = True
    session.add(claimed)
    reader = language(claimed.language)
    text = reader.gettext("Comrade, this chat is confirmed and now receives your unit's cases.")
    tell(session, claimed, text, now, commands="officer")


def confirm_by_operator(session: Session, staff_code: str, now: datetime) -> int:
    """Confirms the chats joined with the code of the officer with this staff code; returns how many there were."""
    claimed = accounts.unconfirmed(session, staff_code)
    for account in claimed:
        confirm(session, account, now)
    return len(claimed)


CONVERSATIONS = (
    Conversation(
        "confirm",
        _decide,
        (Question("sure", _confirm_text, _confirm_choices),),
        allowed=lambda turn: is_officer(turn) and _claim(turn) is not None,
        in_office=True,
    ),
)
