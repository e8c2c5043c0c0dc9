"""A joining code in the chat of somebody who has joined: a slip of their own is used there (models.people.upgrades), and of
every other code it is said what it is for. None becomes the words of a grievance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config import keyboards
from config.i18n import language
from handlers.chat import menu
from handlers.chat.conversation import Choice, Conversation, Known, Question, Turn, open_token, unless_unchanged
from handlers.chat.unasked import tell
from handlers.chat.words import unit_name
from models.anonymity import intake, moments
from models.anonymity.events import Event
from models.grievances import cases
from models.messages.message import Option
from models.messages.notes import note
from models.messages.outbox import Letter
from models.people import claims, invites, offices, persons, rights, second_phones, upgrades, wrong_codes
from models.people.accounts import Account
from models.people.invites import Invite
from models.people.persons import Person
from models.polls import rounds
from models.store.database import Session


def recognises(turn: Turn, text: str) -> bool:
    """Whether this is a code that works. One that might be and is none counts as a wrong one: nobody tries codes from
    inside."""
    guard = turn.state.guard
    if turn.account is None or turn.is_claim or not keyboards.readings(text, invites.LENGTH):
        return False
    if wrong_codes.must_wait(turn.session, guard.wrong_codes, guard.wrong_code_at, turn.origin, turn.now):
        return False
    if (
        _is_asked(turn, text)
        or _found(turn, text) is not None
        or second_phones.find(turn.session, text, turn.now) is not None
    ):
        return True
    guard.wrong_codes = wrong_codes.of_chat(guard.wrong_codes, guard.wrong_code_at, turn.now) + 1
    guard.wrong_code_at = turn.now.isoformat()
    wrong_codes.count(turn.session, turn.origin, turn.now)
    return False


def _found(turn: Turn, text: str) -> Invite | None:
    return invites.find(turn.session, text, turn.now.date())


def _is_asked(turn: Turn, text: str) -> bool:
    """Whether this chat has asked to use this very code, and waits."""
    claim = claims.of_chat(turn.session, turn.member)
    known = upgrades.asked(turn.session, turn.member) | ({claim.invite_id} if claim is not None else set())
    return not known.isdisjoint(invites.ids_of(turn.session, text))


@note
@dataclass(slots=True)
class WrittenCode:
    """The code that was written, where nobody had asked for one."""

    code: str = ""


def about(code: str) -> Known:
    """With what “slip” begins."""
    return Known(notes=(WrittenCode(code),))


def _written(turn: Turn) -> str:
    return turn.notes(WrittenCode).code


def _why_not(turn: Turn) -> str:
    """What to say of a code that cannot be used here; empty for one that can."""
    invite = _found(turn, _written(turn))
    if invite is None and _is_asked(turn, _written(turn)):
        return turn._("You have used that code here already. If nothing came of it, please ask for a new one.")
    if invite is not None and invite.person_id is not None:
        return _why_no_office(turn, invite)
    if invite is None or not invites.is_slip(invite):
        return turn._("You have joined already: that code is for somebody who has not.")
    if not upgrades.is_possible(turn.member, invite):
        return turn._("You have joined with a slip of your own already. Please give this one back to your union team.")
    return ""


def _why_no_office(turn: Turn, invite: Invite) -> str:
    if (claim := claims.of_chat(turn.session, turn.member)) is not None and _is_open(turn, claim):
        return turn._("An officer's code waits to be confirmed in this chat already. Please wait until that is decided.")
    if not upgrades.may_take_office(turn.session, turn.member, invite):
        return turn._(
            "That code is for an officer. This chat is a worker's, and its grievances stay with it. To receive cases, use "
            "the code on another phone or in another app; or first leave here, under Settings, which gives up what was sent."
        )
    if alone := _only_theirs(turn.session, turn.reporter, invite, turn.now):
        return turn._(
            "That code is for an officer. Of {codes} nobody but you would be left to answer then. Please take that to the "
            "union above first, under “My grievances”, or use the code on another phone.",
            codes=", ".join(alone),
        )
    if rounds.is_voter(turn.session, invite.person_id or ""):
        return turn._("That code can be used here once the poll that is open now is over: everybody has one vote.")
    return ""


def _is_open(turn: Turn, claim: claims.Claim) -> bool:
    return claim.confirmed or claims.why_over(turn.session, claim, turn.now.date()) is None


def _only_theirs(session: Session, reporter_id: str, invite: Invite, now: datetime) -> list[str]:
    """The codes of this person's open cases that nobody else answers for, once they hold this office."""
    assert invite.person_id is not None
    held = [(case.code, case.holder_id) for case in cases.own(session, reporter_id) if case.state in cases.OPEN]
    waiting = intake.waiting_of(session, reporter_id, now)
    held += [(event.code, event.holder_id) for event in waiting if event.kind == "report"]
    mine = offices.answers_for(session, invite.person_id, now.date(), rights.ANSWER)

    def others(unit_id: str) -> bool:
        answering = offices.officers_of(session, unit_id, now.date(), rights.ANSWER)
        return any(somebody.id != invite.person_id for _account, somebody, _office in answering)

    return [code for code, unit_id in held if unit_id in mine and not others(unit_id)]


def may_still(session: Session, event: Event, now: datetime) -> bool:
    """Whether nothing has come in between: asked again in the night."""
    account, invite = session.get(Account, event.account_id), session.get(Invite, event.text)
    if account is None or invite is None or invite.person_id is None:
        return False
    reporter_id = session.get_one(Person, account.person_id).reporter_id
    return not _only_theirs(session, reporter_id, invite, now) and not rounds.is_voter(session, invite.person_id)


def _text(turn: Turn) -> str:
    invite = _found(turn, _written(turn))
    if invite is not None and invite.person_id is not None:
        asked = turn._(
            "This is the code of {name}, {unit}. Is that you, and shall this chat receive the unit's cases? Your grievances "
            "and settings stay as they are. You never handle a case of your own, and nobody is told that it is yours.",
            name=persons.name_of(turn.session, turn.session.get_one(Person, invite.person_id)),
            unit=unit_name(turn.session, invite.unit_id),
        )
        if turn.site.confirm_officers:
            asked += "\n\n" + turn._(
                "An officer above has to confirm it first: you tell them two words that will stand here."
            )
        return asked
    where = unit_name(turn.session, invite.unit_id) if invite else ""
    return turn._(
        "This is a slip of your own, of: {unit}. Shall it be used for this chat? Your grievances and settings stay as they "
        "are; with a slip you can also take part in polls.",
        unit=where,
    )


def _choices(turn: Turn) -> Sequence[Choice]:
    invite = _found(turn, _written(turn))
    is_office = invite is not None and invite.person_id is not None
    use = turn._("Use the code") if is_office else turn._("Use the slip")
    return (Choice("yes", use), Choice("cancel", turn._("Cancel"), "quiet"))


def _finish(turn: Turn) -> None:
    why = _why_not(turn)
    if why:
        menu.show(turn, why)
        return
    invite = _found(turn, _written(turn))
    at = moments.tonight(turn.now, turn.site.relay_minutes)
    if invite is not None and invite.person_id is not None:
        if turn.site.confirm_officers:
            _claim(turn, invite)
            return
        if upgrades.ask_office(turn.session, turn.member, invite, turn.now, at):
            menu.show(
                turn, turn._("Thank you, comrade. By tomorrow morning this chat receives cases, and you are told here.")
            )
            return
        invite = None
    if invite is None or not upgrades.ask(turn.session, turn.member, invite, turn.now, at):
        menu.show(turn, turn._("That code is not valid. Please check the slip, or ask your union team for a new one."))
        return
    menu.show(turn, turn._("Thank you. By tomorrow morning the slip is this chat's, and you are told here."))


def _claim(turn: Turn, invite: Invite) -> None:
    """Nobody else is written to in this turn, nor is a row that names anybody: the officers above are asked at one of the
    moments that all share."""
    at = moments.cover(turn.now, turn.site.relay_minutes)
    if upgrades.ask_claim(turn.session, turn.member, invite, turn.now, at):
        turn.falls_due = True
        thanks = turn._("Thank you, comrade. You will be told here when it is confirmed.")
        if minutes := turn.site.relay_minutes[1]:
            thanks += " " + turn._("The officers above are asked within {minutes} minutes.", minutes=minutes)
        menu.show(turn, thanks)
    else:
        menu.show(turn, turn._("That code is not valid. Please check the slip, or ask your union team for a new one."))


def tell_done(session: Session, account_id: str, now: datetime) -> None:
    account = session.get_one(Account, account_id)
    reader = language(account.language)
    text = reader.gettext("The slip is this chat's now: you can take part in polls from the next one on.")
    tell(session, account, Letter(text, options=[Option(open_token("menu"), reader.gettext("Menu"))]), now)


def tell_in_office(session: Session, account_id: str, now: datetime) -> None:
    account = session.get_one(Account, account_id)
    reader = language(account.language)
    text = reader.gettext("Comrade, from now on this chat receives your unit's cases.")
    options = [Option(open_token("menu"), reader.gettext("Work of today"))]
    tell(session, account, Letter(text, options=options, commands="officer", in_office=True), now)


def tell_not_done(session: Session, account_id: str, now: datetime) -> None:
    account = session.get(Account, account_id)
    if account is not None:
        reader = language(account.language)
        text = reader.gettext(
            "The officer's code could not be used for this chat: something has changed since. If a case of yours is with "
            "that unit, please take it to the union above; then write the code again, or ask for a new one."
        )
        tell(session, account, Letter(text, options=[Option(open_token("menu"), reader.gettext("Menu"))]), now)


CONVERSATIONS = (
    Conversation(
        "slip",
        _finish,
        (Question("sure", _text, _choices, chosen=unless_unchanged, when=lambda turn: not _why_not(turn)),),
        allowed=lambda turn: turn.account is not None and turn.account.confirmed and bool(_written(turn)),
    ),
)
