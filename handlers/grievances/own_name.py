"""Giving one's name to a case afterwards. Only the reporter can; it takes 24 hours and can be taken back until then: a name
given in anger, or under pressure, cannot be ungiven. Officers are never offered to ask for it.

The waiting time is spent in the intake, sealed: what is taken back is never posted, so no officer can read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers.chat import menu
from handlers.chat.conversation import Choice, Conversation, Question, Turn, is_member, open_token, unless_cancelled
from handlers.grievances.filing import take_name
from handlers.people import pin
from models.anonymity import intake
from models.anonymity.events import Event
from models.grievances import cases
from models.grievances.cases import Grievance
from models.messages.message import Option
from models.store.ids import new_id

WAIT = timedelta(hours=24)


def _case(turn: Turn) -> Grievance | None:
    return cases.for_reporter(turn.session, turn.reporter, turn.subject) if is_member(turn) else None


def _waiting(turn: Turn, case_id: str) -> list[Event]:
    """Names for this case that nobody has seen yet."""
    found = intake.waiting_of(turn.session, turn.reporter, turn.now)
    return [event for event in found if event.kind == "named" and event.case_id == case_id]


def taking_back(turn: Turn, case: Grievance) -> list[Option]:
    """Under the reporter's own card, whatever became of the case, as long as a name waits."""
    waits = _waiting(turn, case.id)
    return [Option(open_token("unname", case.id), turn._("Take my name back"))] if waits else []


def giving(turn: Turn, case: Grievance) -> list[Option]:
    """Under the reporter's own open card."""
    if case.reporter_name is not None or _waiting(turn, case.id):
        return []
    return [Option(open_token("name", case.id), turn._("Give my name"))]


def _name_text(turn: Turn) -> str:
    return turn._(
        "Which name shall the union see on this case? It is shown to its officers after 24 hours; until then you can take "
        "it back under “My grievances”. Nobody may ask you for it."
    )


def _who(turn: Turn) -> Sequence[Choice]:
    return (
        Choice("committee", turn._("Only the committee knows my name")),
        Choice("all", turn._("All who handle the case")),
        Choice("cancel", turn._("Cancel")),
    )


def _nameless(turn: Turn) -> Grievance | None:
    case = _case(turn)
    return case if case is not None and case.state in cases.OPEN and case.reporter_name is None else None


def _to_be_named(turn: Turn) -> Grievance | None:
    case = _case(turn)
    return case if case is not None and _waiting(turn, case.id) else None


def _name(turn: Turn) -> None:
    at = turn.now + WAIT
    event = Event(
        kind="named",
        due=at.isoformat(),
        case_id=turn.subject,
        entry_id=new_id(),
        reporter_id=turn.reporter,
        text="",
        name=turn.answers["name"],
        name_for=turn.answers["for"],
    )
    intake.add(turn.session, event, turn.now)
    menu.show(turn, turn._("Your name is shown after {when}. Until then you can take it back.", when=turn.language.when(at)))


def _unname(turn: Turn) -> None:
    for event in _waiting(turn, turn.subject):
        intake.take_back(turn.session, event, turn.now)
    menu.show(turn, turn._("Taken back. No officer has seen your name."))


CONVERSATIONS = (
    Conversation(
        "name",
        _name,
        (
            pin.question(),
            Question("name", _name_text, check=take_name),
            Question("for", lambda turn: turn._("Who may read it?"), _who, chosen=unless_cancelled),
        ),
        about=_nameless,
    ),
    Conversation(
        "unname",
        _unname,
        (pin.question(),),
        about=_to_be_named,
    ),
)
