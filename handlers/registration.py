"""Joining: a code, one consent card, the menu. Nothing is stored before the person says yes.

An officer's own code is only a claim until an officer above, or the operator, has confirmed who claimed it; otherwise a
stolen slip would read a team's grievances.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from config.i18n import language
from handlers import menu
from handlers.conversation import (
    Again,
    Choice,
    Conversation,
    Invalid,
    Question,
    Stop,
    Turn,
    is_officer,
    open_token,
    tell,
)
from handlers.words import role_name, unit_name
from models import account as accounts
from models import audit, invite, office, person, unit
from models.account import Account
from models.database import Session
from models.invite import Invite
from models.message import Option
from models.unit import Unit

CONSENT_VERSION = "2026-11"


def _code_text(turn: Turn) -> str:
    return turn._(
        "Hello. This is the union's private line: workers tell the union what is wrong at work, by name or anonymously, and "
        "are answered here.\n\nPlease write the joining code on the slip from your union team."
    )


def _code(turn: Turn, text: str) -> str:
    found = invite.find(turn.session, text, turn.now.date())
    if found is None:
        raise Invalid(
            turn._("That code is not valid. Please check the slip, or ask your union team for a new one.")
            if invite.looks_like_code(text)
            else turn._("A joining code has 8 letters and digits, like {example}.", example="K7MP-4RXA")
        )
    return found.id


def _invite(turn: Turn) -> Invite | None:
    return turn.session.get(Invite, turn.answers["code"])


def _consent_text(turn: Turn) -> str:
    found = _invite(turn)
    where = unit_name(turn.session, found.unit_id) if found else ""
    lines = [turn._("You are joining: {unit}.", unit=where)]
    if found is not None and found.person_id is not None:
        held = office.held_by(turn.session, found.person_id, turn.now.date())
        named = person.name_of(turn.session, turn.session.get_one(person.Person, found.person_id))
        roles = ", ".join(role_name(turn.language, one.role) for one in held)
        lines = [turn._("This code belongs to {name}, {roles}, {unit}.", name=named, roles=roles, unit=where)]
    lines += [
        turn._(
            "What for: to send grievances to the union and to be answered.\n"
            "What is kept: that this chat belongs to the unit above, sealed; and what you send. Not your name, unless you "
            "write it yourself.\n"
            "Who sees it: the union officers you send it to. The employer has no account here.\n"
            "Anonymous: no officer can see who you are. The chat app still knows your account.\n"
            "The keys are held by the union that runs this service."
        ),
        turn._("Do you agree?"),
    ]
    return "\n\n".join(lines)


def _consent_choices(turn: Turn) -> Sequence[Choice]:
    other = Choice("vi", "Tiếng Việt") if turn.language.code == "en" else Choice("en", "English")
    return (Choice("yes", turn._("I agree")), Choice("no", turn._("I do not agree")), other)


def _consent(turn: Turn, value: str) -> str:
    if value in ("vi", "en"):
        turn.speak(value)
        raise Again
    if value == "no":
        raise Stop(
            turn._(
                "Nothing was stored. You can also speak with your union team leader in person, or come to the union office. "
                "To join later, write /start."
            )
        )
    return value


def _finish(turn: Turn) -> None:
    found = invite.find_by_id(turn.session, turn.answers["code"], turn.now.date())
    if found is None:
        turn.say(turn._("That code is not valid. Please check the slip, or ask your union team for a new one."))
        return
    invite.use(turn.session, found)
    holder = (
        turn.session.get_one(person.Person, found.person_id)
        if found.person_id is not None
        else person.add(turn.session, found.unit_id)
    )
    claims = found.person_id is not None and turn.house.confirm_officers
    code = turn.language.code
    turn.account = accounts.add(
        turn.session,
        turn.sender,
        holder,
        language=code,
        confirmed=not claims,
        consent_version=CONSENT_VERSION,
        today=turn.now.date(),
    )
    turn.person, turn.joined = holder, True
    if claims:
        _announce(turn, turn.account, holder)
        menu.show(
            turn,
            turn._(
                "Thank you, comrade. Before this chat receives cases, an officer above must confirm that it is yours. "
                "You will be told here."
            ),
        )
    elif turn.is_officer:
        menu.show(turn, turn._("Thank you, comrade. This chat now receives your unit's cases."), commands="officer")
    else:
        menu.show(turn, turn._("Thank you. You have joined. What you write here goes to the union only."), commands="worker")


def _announce(turn: Turn, claimed: Account, holder: person.Person) -> None:
    """Tells the officers of the unit and asks those above to confirm who claimed the office."""
    session, day = turn.session, turn.now.date()
    for held in office.held_by(session, holder.id, day):
        path = unit.path(session, held.unit_id)
        for at, named in enumerate(path):
            for account, somebody, _office in office.officers_of(session, named.id, day):
                if somebody.id == holder.id:
                    continue
                _tell_of_claim(turn, account, claimed, holder, held, path[0], may_confirm=at > 0 or len(path) == 1)


def _tell_of_claim(
    turn: Turn, to: Account, claimed: Account, holder: person.Person, held: office.Office, where: Unit, *, may_confirm: bool
) -> None:
    reader = language(to.language)
    text = reader.gettext(
        "A chat was joined with the code of {name}, {role}, {unit}.",
        name=person.name_of(turn.session, holder),
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
    mine = {held.unit_id for held in turn.offices if held.role in office.HANDLERS}
    for held in office.held_by(turn.session, claimed.person_id, turn.now.date()):
        above = unit.path(turn.session, held.unit_id)
        if mine & {one.id for one in (above[1:] or above)}:
            return claimed
    return None


def _confirm_text(turn: Turn) -> str:
    claimed = _claim(turn)
    assert claimed is not None  # `allowed` was asked first
    holder = turn.session.get_one(person.Person, claimed.person_id)
    return turn._(
        "Did {name} join with their own code, as you know from speaking with them?",
        name=person.name_of(turn.session, holder),
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
    tell(
        turn.session, claimed, reader.gettext("The claim was not confirmed. Please speak with the officer above."), turn.now
    )
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
        "join",
        _finish,
        (
            Question("code", _code_text, check=_code),
            Question("consent", _consent_text, _consent_choices, chosen=_consent),
        ),
        allowed=lambda turn: turn.account is None,
    ),
    Conversation(
        "confirm",
        _decide,
        (Question("sure", _confirm_text, _confirm_choices),),
        allowed=lambda turn: is_officer(turn) and _claim(turn) is not None,
        in_office=True,
    ),
)
