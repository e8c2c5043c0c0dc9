"""The review of a grievance before it is sent: one card on a phone's screen, whose send buttons are the recipients by name,
and behind its last button all that can be changed, each without beginning again.

What the words say decides what is shown and nothing else: which category is guessed, who stands first, whom to call.
Whatever goes somewhere stands on a button that the writer taps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args
from zlib import crc32

from config.i18n import Language
from config.tables import table
from handlers.chat import identifying
from handlers.chat.conversation import Again, Choice, Invalid, Turn, unless_cancelled
from handlers.chat.words import category_name, destination, roles_named, send_to, shortened
from handlers.files import attachments
from handlers.grievances import categories, since
from models.anonymity.identifying import kinds_in
from models.broadcasts.broadcasts import Broadcast
from models.grievances import access, danger, exclusions, floods, routes, spoken_of
from models.grievances.cases import Grievance
from models.grievances.routes import Destination, Writer
from models.messages.notes import note
from models.people import offices, units

Mode = Literal["nobody", "committee", "all"]
Asks = Literal["", "category", "since"]
SENDS = 3
"""Recipients on the card; where there are more, the others stand behind its last button."""


@note
@dataclass(slots=True)
class Cover:
    """Who is to know its writer's name, and whether it goes without delay: the preset is the most that protects. What it is
    about (empty: as its words suggest) and since when, where that was said. `asks`: what is being changed; `whole`: whether
    all that can be is on the screen."""

    named_to: Mode = "nobody"
    at_once: bool = False
    category: str = ""
    since: str = ""
    asks: Asks = ""
    whole: bool = False


def mode(turn: Turn) -> Mode:
    return turn.notes(Cover).named_to


def is_named(turn: Turn) -> bool:
    return mode(turn) != "nobody"


def covers(turn: Turn) -> bool:
    """Whether this union delays anonymous messages at all."""
    return turn.site.relay_minutes[1] > 0


def delay(turn: Turn) -> str:
    low, high = turn.site.relay_minutes
    return f"{low}–{high}"


def is_covered(turn: Turn) -> bool:
    return covers(turn) and mode(turn) != "all" and not turn.notes(Cover).at_once


# What it is about, and where it may go.


def about_notice(turn: Turn) -> Broadcast | None:
    """The notice this is a question about (“askback”): it goes to the unit that sent it and passes nobody over."""
    return turn.judged if isinstance(turn.judged, Broadcast) else None


def about_case(turn: Turn) -> Grievance | None:
    """The case of their own for which somebody is made to suffer (“pressed”)."""
    return turn.judged if isinstance(turn.judged, Grievance) else None


def category(turn: Turn) -> str:
    """What it is about: as chosen, else as the words suggest."""
    if about_notice(turn) is not None:
        return "other"
    if about_case(turn) is not None:
        return "retaliation"
    chosen = turn.notes(Cover).category or turn.answers.get("category", "")  # the latter: kept by the version before
    return chosen if chosen in table("categories") else categories.guessed(turn.answers.get("text", ""))


def levels(turn: Turn) -> dict[units.Level, units.Unit]:
    """Whom this may be sent to, by level."""
    if (row := about_notice(turn)) is not None:
        asked = units.get(turn.session, row.unit_id)
        return {units.level(asked): asked} if offices.answering(turn.session, [asked], turn.now.date()) else {}
    if (case := about_case(turn)) is not None:
        return access.beyond(turn.session, case, turn.recipients, turn.now)
    return turn.recipients


def destinations(turn: Turn) -> list[Destination]:
    """Where it may go, what is to stand first first: the route of its kind, then the levels; above all who stands above
    whoever is spoken of."""
    key = f"destinations {category(turn)}"
    if key not in turn.found:
        turn.found[key] = _destinations(turn)
    found: list[Destination] = turn.found[key]
    return found


def _destinations(turn: Turn) -> list[Destination]:
    reached = levels(turn)
    listed = [Destination(reached[level]) for level in units.LEVELS if level in reached]
    if about_notice(turn) is not None:
        return listed
    assert turn.person is not None
    writer = Writer(turn.units, turn.person.id)
    first = routes.preset(turn.session, category(turn), writer, reached, turn.now.date())
    if first is not None and (case := about_case(turn)) is not None and first.roles:
        first = first if access.would_reach(turn.session, case, first.unit, first.roles, turn.now) else None
    if first is not None:
        listed = [first, *(one for one in listed if one != first)]
    return spoken_of.in_order(listed, _spoken_of(turn))


def _spoken_of(turn: Turn) -> set[units.Level]:
    return spoken_of.levels_in(turn.answers.get("text", ""))


def value_of(one: Destination) -> str:
    """What its button says: where another unit, or other roles, have taken its place, it leads nowhere."""
    return f"{one.level}.{crc32(' '.join([one.unit.id, *one.roles]).encode()):08x}"


def chosen_destination(turn: Turn) -> Destination | None:
    """Where the tapped button leads; None where nobody can be reached any more."""
    value = turn.answers["to"]
    if value != "danger":
        return next((one for one in destinations(turn) if value_of(one) == value), None)
    reached = levels(turn)
    level = exclusions.receiving(reached, None)
    return Destination(reached[level]) if level is not None else None


def _for_danger(turn: Turn) -> str:
    """Who is told of danger, in the middle of a sentence."""
    reached = levels(turn)
    level = exclusions.receiving(reached, None)
    return destination(turn.language, reached[level]) if level is not None else ""


# The card.


def text(turn: Turn) -> str:
    if turn.notes(Cover).whole:
        return _whole(turn)
    found = destinations(turn)
    lines = [
        turn._("A tap on “Send …” sends it at once.") if found else nobody(turn),
        f"“{shortened(' '.join(turn.answers['text'].split()), 160)}”",
        facts(turn),
        *attachments.review(turn)[:1],
        *_warnings(turn),
    ]
    return "\n".join(lines)


def facts(turn: Turn) -> str:
    """What it is about, who will know the name, when it arrives: in one line."""
    row, said = about_notice(turn), since.said(turn.language, since.read(turn.notes(Cover).since))
    parts = [row.code if row is not None else category_name(turn.language, category(turn)), said, _name_said(turn)]
    if is_covered(turn):
        parts.append(turn._("arrives after {minutes} minutes", minutes=delay(turn)))
    elif covers(turn):
        parts.append(turn._("arrives at once"))
    return " · ".join(filter(None, parts))


def _name_said(turn: Turn) -> str:
    name = turn.answers.get("name", "")
    return {
        "nobody": turn._("no name shown"),
        "committee": turn._("{name}, for the executive committee only", name=name),
        "all": turn._("by name: {name}", name=name),
    }[mode(turn)]


def _warnings(turn: Turn) -> list[str]:
    """Whom to call and who is told, where the words speak of danger; what in them could give somebody away."""
    lines = list(filter(None, [_help(turn)]))
    hints = [] if is_named(turn) else [identifying.warning(turn, kind) for kind in kinds_in(turn.answers["text"])]
    if hints:
        hints.append(turn._("You can change the words before you send them."))
    if _spoken_of(turn) & {one.level for one in destinations(turn)}:
        hints.append(turn._("This person may be among those who receive it."))
    if hints:
        lines.append("⚠ " + " ".join(hints))
    if voice := attachments.voice_warning(turn):
        lines.append("⚠ " + voice)
    return lines


def whom_to_call(turn: Turn, text: str) -> str:
    """Where a text speaks of danger; else nothing."""
    found = danger.spoken_of(text)
    if not found:
        return ""
    call = " · ".join(danger.numbers(found))
    if found[0] == "despair":
        said = turn._("You are not alone, and it is not your fault. Call {numbers}, now, at any hour.", numbers=call)
    else:
        said = turn._("In danger: call {numbers} at once, at any hour.", numbers=call)
    return "⚠ " + said


def _help(turn: Turn) -> str:
    """At once, before anything is sent: nobody who is in despair is asked to choose a category."""
    said, who = whom_to_call(turn, turn.answers["text"]), _for_danger(turn)
    if not said or not who:
        return said
    return said + " " + turn._("The first button tells {who} at once; without your name, if you like.", who=who)


def nobody(turn: Turn) -> str:
    if about_case(turn) is not None:
        return turn._(
            "Besides those who have this grievance, nobody of your union can receive this here yet. Please speak in person "
            "with a union officer whom you trust."
        )
    return turn._("Nobody of your union can receive this here yet. Please speak with your union team in person.")


def send_label(reader: Language, one: Destination) -> str:
    return (
        reader.gettext("Send to: {roles}", roles=roles_named(reader, one.roles)) if one.roles else send_to(reader, one.unit)
    )


def choices(turn: Turn) -> Sequence[Choice]:
    found = destinations(turn)
    more = Choice("more", turn._("Change, add a name, time…"))
    if turn.notes(Cover).whole:
        return [
            *_changes(turn),
            *_sends(turn, found[SENDS:]),
            Choice("back", turn._("Back")),
            Choice("cancel", turn._("Cancel")),
        ]
    if not found:
        return [more, Choice("cancel", turn._("Cancel"))]
    urgent, sends = Choice("danger", turn._("⚠ Somebody is in danger: send now")), _sends(turn, found[:SENDS])
    return [urgent, *sends, more] if danger.spoken_of(turn.answers["text"]) else [*sends, urgent, more]


def _sends(turn: Turn, found: Sequence[Destination]) -> list[Choice]:
    return [Choice(value_of(one), send_label(turn.language, one)) for one in found]


# Behind its last button.


def _whole(turn: Turn) -> str:
    """The words in full, and what the switches mean."""
    lines = [
        f"“{shortened(turn.answers['text'], 300)}”",
        {
            "nobody": turn._("Name: not shown. No officer will know who wrote this."),
            "committee": turn._("Name: {name}, for the executive committee only.", name=turn.answers.get("name", "")),
            "all": turn._("Name: {name}", name=turn.answers.get("name", "")),
        }[mode(turn)],
        *attachments.review(turn)[1:],
    ]
    if is_covered(turn):
        lines.append(turn._("The union receives it after {minutes} minutes, so that nobody can guess when it was sent.",
                            minutes=delay(turn)))  # fmt: skip
    return "\n".join(lines)


def _changes(turn: Turn) -> list[Choice]:
    labels: dict[Mode, str] = {
        "nobody": turn._("Do not show my name (anonymous)"),
        "committee": turn._("Only the committee knows my name"),
        "all": turn._("Add my name"),
    }
    found = [Choice("rewrite", turn._("Change the words"))]
    if about_notice(turn) is None:
        kind = category_name(turn.language, category(turn))
        found += [] if about_case(turn) else [Choice("category", turn._("About: {category}", category=kind))]
        found.append(Choice("since", turn._("Since when?")))
    found += [Choice(one, labels[one]) for one in get_args(Mode) if one != mode(turn)]
    if covers(turn) and mode(turn) != "all":
        at_once = Choice("at_once", turn._("No need to wait: pass it on at once"))
        covered = Choice("covered", turn._("Pass it on after {minutes} minutes", minutes=delay(turn)))
        found.append(at_once if is_covered(turn) else covered)
    return found


def judged(turn: Turn, value: str) -> str:
    unless_cancelled(turn, value)
    cover = turn.notes(Cover)
    cover.whole = value == "more"
    if value in ("more", "back"):
        raise Again
    if value == "rewrite":
        del turn.answers["text"]
        raise Again
    if value in ("category", "since"):
        cover.asks = "category" if value == "category" else "since"
        turn.answers.pop(value, None)
        raise Again
    if value in ("at_once", "covered"):
        cover.at_once = value == "at_once"
        raise Again
    if (named_to := next((one for one in _MODES if one == value), None)) is not None:
        cover.named_to = named_to
        raise Again
    if value != "danger" and (at := floods.free_at(turn.state.guard.filings, turn.now, turn.site.limits.filings)):
        raise Invalid(
            turn._(
                "You have sent many grievances in a row, so this one was not sent yet. It stays here: you can send it after "
                "{when}, or add to one you have sent. Danger can be sent at once.",
                when=turn.language.when(at + timedelta(minutes=1)),
            )
        )
    return value


_MODES: tuple[Mode, ...] = get_args(Mode)


# Each thing that can be changed, as a question of its own that is asked only then.


def changes_category(turn: Turn) -> bool:
    return turn.notes(Cover).asks == "category"


def categories_offered(turn: Turn) -> Sequence[Choice]:
    return [*categories.choices(turn), Choice("back", turn._("Keep it"))]


def category_chosen(turn: Turn, value: str) -> str:
    categories.turned(turn, value)
    cover = turn.notes(Cover)
    cover.asks = ""
    if value != "back":
        cover.category = value
    raise Again


def changes_since(turn: Turn) -> bool:
    return turn.notes(Cover).asks == "since"


def since_said(turn: Turn, words: str) -> str:
    found = since.typed(turn, words)  # raises Invalid
    return _since_kept(turn, str(found))


def since_chosen(turn: Turn, value: str) -> str:
    return _since_kept(turn, "" if value == since.FORGET else str(since.chosen(turn, value)))


def _since_kept(turn: Turn, kept: str) -> str:
    cover = turn.notes(Cover)
    cover.asks, cover.since = "", kept
    raise Again
