"""What a poll came to: hidden from everybody until it is closed, then shown to the unit's officers, to members when
published. The picture of a question first, where a line can show one; all of it in words behind “Details”.

What may be shown of which unit was decided once for the whole tree when it was counted (models.anonymity.suppression); who
may see which unit is models.polls.access.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from config.i18n import LANGUAGES, Language, language
from handlers.broadcasts import reading
from handlers.chat import leafing, paging
from handlers.chat.conversation import Choice, Conversation, Known, Question, Turn, open_token, unless_unchanged
from handlers.chat.words import first_words, shortened
from handlers.polls import in_words, invitations, result_media, result_words, rounds
from models.anonymity import counts
from models.anonymity.suppression import Withheld
from models.broadcasts import broadcasts
from models.broadcasts.broadcasts import Draft, Words
from models.messages.message import Option
from models.messages.notes import note
from models.people import rights, units
from models.polls import access, results
from models.polls import rounds as round_rows
from models.polls.polls import Content, Poll, content_of
from models.polls.results import Shown
from models.polls.rounds import Round
from models.trust import audit

_REMARKS = 20
_HEAD = 60
"""Letters of what a poll is called, above a question in words: two rows of a phone."""


@note
@dataclass(slots=True)
class Asked:
    """Whose result is looked at, where it is not that of the unit that asked; and which of its questions, from 0 on among
    those that have a picture."""

    unit_id: str = ""
    place: int = 0


class Told(NamedTuple):
    """A round, the poll it is of, and what that asks."""

    round: Round
    poll: Poll
    content: Content


class Sight(NamedTuple):
    """A unit's result as somebody looks at it. `officer`: not as a member who may read what was published."""

    told: Told
    unit_id: str
    unit: str
    shown: Shown | Withheld
    officer: bool

    @property
    def drawn(self) -> list[int]:
        """The questions that have a picture."""
        return [number for number, question in enumerate(self.told.content.questions) if question.kind != "text"]


def of(turn: Turn) -> Told | None:
    """The round this run is about."""
    row = round_rows.with_poll(turn.session, turn.subject)
    return Told(*row, content_of(turn.session, row[1])) if row else None


def unit_of(turn: Turn, poll: Poll) -> str:
    """The unit that is asked for: the one that asked, unless another was tapped."""
    return turn.notes(Asked).unit_id or poll.author_unit_id


def _as_officer(turn: Turn, poll: Poll, unit_id: str) -> bool:
    return bool(turn.offices) and access.may_see(turn.session, poll, unit_id, turn.member.person_id, turn.now.date())


def seen(turn: Turn) -> Told | None:
    """The round, if this person may see this unit's result, as an officer or, where it is published, as a member."""
    told = of(turn) if turn.person is not None else None
    if told is None or turn.person is None:
        return None
    unit_id = unit_of(turn, told.poll)
    if _as_officer(turn, told.poll, unit_id):
        return told
    may = told.round.published and access.may_member_see(turn.session, told.poll, unit_id, turn.person.unit_id)
    return told if may else None


def asked_unit(_turn: Turn, _subject: str, value: str) -> Known:
    """Which unit's result, and, where a page of something of it was tapped, which page."""
    unit_id, _, page = value.partition(".")
    number = paging.number_in(page)
    return Known(notes=(Asked(unit_id, number - 1), paging.Pages(number)))


def _sight(turn: Turn) -> Sight:
    told = turn.thing(Told)
    unit_id = unit_of(turn, told.poll)
    shown = results.results(turn.session, told.round, [unit_id])[unit_id]
    return Sight(told, unit_id, units.get(turn.session, unit_id).name, shown, _as_officer(turn, told.poll, unit_id))


def heading(reader: Language, content: Content, name: str) -> str:
    return f"🗳 {in_words.words(reader, content.title)} · {name}"


# A picture, or one question in words.


def _show(turn: Turn) -> None:
    sight = _sight(turn)
    one, poll, content = sight.told
    head = heading(turn.language, content, sight.unit)
    if isinstance(sight.shown, Withheld) or not sight.drawn:
        why = result_words.lines(turn.language, content, sight.unit, sight.shown, poll.threshold)
        turn.say("\n".join([head, why[0]]), _options(turn, sight, 0))
        return
    place = min(turn.notes(Asked).place, len(sight.drawn) - 1)
    number = sight.drawn[place]
    took_part = turn._("about {count} people took part", count=turn.language.number(sight.shown.respondents))
    which = turn._("Question {number}/{total}", number=place + 1, total=len(sight.drawn))
    lines = [f"{head} · {took_part} · {which}", *unverified(turn.language, poll)]
    words = result_words.question_lines(turn.language, content, number, sight.unit, sight.shown, poll.threshold)
    if turn.sender.line in turn.site.uploads:
        media = result_media.picture(place, turn.language.code, sight.unit_id, one.id, alt=result_words.without_bars(words))
        turn.say("\n".join(lines), _options(turn, sight, place), media=media)
    else:
        lines[0] = f"{first_words(head, _HEAD)} · {took_part} · {which}"
        turn.say("\n".join([*lines, *words]), _options(turn, sight, place))


def _options(turn: Turn, sight: Sight, place: int) -> list[Option]:
    """Five at most."""
    one, poll, _ = sight.told
    is_counted, is_shown = one.state == "counted", isinstance(sight.shown, Shown)
    found = []
    if is_shown and place + 1 < len(sight.drawn):
        found.append(Option(_view(sight, f".{place + 2}"), turn._("Next question")))
    in_words = turn.sender.line not in turn.site.uploads  # which takes the room of two buttons
    if sight.officer and is_counted and not in_words:
        found.append(_tables(turn, sight))
    if sight.officer and is_counted and not one.published and sight.unit_id == poll.author_unit_id:
        found.append(Option(open_token("publish", one.id), turn._("Publish to members")))
    if is_counted:
        member, officer = (
            open_token("published_words", one.id, sight.unit_id),
            open_token("outcome_words", one.id, sight.unit_id),
        )
        found.append(Option(officer if sight.officer else member, turn._("Details")))
    if is_shown and in_words:
        member, officer = open_token("picture", one.id, sight.unit_id), open_token("chart", one.id, sight.unit_id)
        return [*found, Option(officer if sight.officer else member, turn._("See as a picture"))]
    back = Option(open_token("polls_desk"), turn._("Polls")) if sight.officer else Option(open_token("menu"), turn._("Menu"))
    return [*found, back]


def _tables(turn: Turn, sight: Sight) -> Option:
    return Option(open_token("tables", sight.told.round.id, sight.unit_id), turn._("Results (XLSX)"))


def _view(sight: Sight, at: str = "") -> str:
    """The token that shows it, at one of its questions."""
    value = f"{sight.unit_id}{at}"
    if sight.officer:
        return open_token("outcome", sight.told.round.id, value)
    return open_token("published", sight.told.round.id, value)


# All of it in words.


def _in_words(turn: Turn) -> None:
    """All questions and what people wrote, leaf by leaf."""
    sight = _sight(turn)
    one, poll, content = sight.told
    reader = turn.language
    parts = result_words.lines(reader, content, sight.unit, sight.shown, poll.threshold)
    parts += [*unverified(reader, poll), *_remarks(turn, sight.told, sight.unit_id)]
    leaf = leafing.leaf(parts, paging.asked(turn))
    words = "outcome_words" if sight.officer else "published_words"
    options = paging.options(turn, leaf, words, one.id, sight.unit_id)
    if sight.officer and one.state == "counted" and turn.sender.line not in turn.site.uploads:
        options.append(_tables(turn, sight))
    if sight.officer and _below(turn, poll, sight.unit_id):
        options.append(Option(open_token("outcome_units", one.id, sight.unit_id), turn._("Units below")))
    if poll.receipts and one.state == "counted":
        member, officer = open_token("codes", one.id, sight.unit_id), open_token("office_codes", one.id, sight.unit_id)
        options.append(Option(officer if sight.officer else member, turn._("List of codes")))
    options.append(Option(_view(sight), turn._("See the results")))
    turn.say("\n".join([heading(reader, content, sight.unit), *leaf.rows, *paging.place(reader, leaf)]), options)


def of_officer(turn: Turn) -> Told | None:
    """The round, if this officer may see this unit's result."""
    told = of(turn) if turn.offices else None
    return told if told is not None and _as_officer(turn, told.poll, unit_of(turn, told.poll)) else None


def _below(turn: Turn, poll: Poll, unit_id: str) -> Sequence[units.Unit]:
    return access.seen_below(turn.session, poll, unit_id, turn.member.person_id, turn.now.date())


def _units(turn: Turn) -> None:
    """The units right below, whose results this officer may see."""
    one, poll, content = turn.thing(Told)
    unit_id = unit_of(turn, poll)
    shown = paging.page(_below(turn, poll, unit_id), paging.asked(turn))
    rows = [Option(open_token("outcome", one.id, child.id), child.name) for child in shown.rows]
    text = turn._("Results of which unit?") if rows else turn._("No results of a unit below are open to you.")
    back = Option(open_token("outcome", one.id, unit_id), turn._("See the results"))
    lines = [heading(turn.language, content, units.get(turn.session, unit_id).name), text]
    lines += paging.place(turn.language, shown)
    turn.say("\n".join(lines), [*rows, *paging.options(turn, shown, "outcome_units", one.id, unit_id), back])


def unverified(reader: Language, poll: Poll) -> list[str]:
    """What must be said of a poll in which anybody could vote who has a team's code."""
    return [reader.gettext(result_words.UNVERIFIED)] if poll.voters == "anyone" else []


def _remarks(turn: Turn, told: Told, unit_id: str) -> list[str]:
    """Free answers of the unit and all below it, without what names somebody (handlers.polls.voting took that out)."""
    one, poll, content = told
    if one.state != "counted":
        return []
    below = units.below(turn.session, unit_id)
    found = []
    for number, question in enumerate(content.questions):
        if question.kind != "text":
            continue
        said = results.remarks(turn.session, one, below, number)
        if not said:
            found.append(
                turn._("Answers in people's own words are shown from {count} on.", count=counts.texts_from(poll.threshold))
            )
        found += [f"• “{shortened(words)}”" for words in said[:_REMARKS]]
        if len(said) > _REMARKS:
            found.append(turn._("and {count} more, in the file of results", count=len(said) - _REMARKS))
    return found


# Published to members.


def _publishable(turn: Turn) -> Told | None:
    """The round, if this officer answers for the unit that asked, or above it, and members have not seen it yet."""
    told = of(turn) if turn.offices else None
    if told is None or not turn.may(rights.MANAGE_POLL, told.poll.author_unit_id):
        return None
    return told if told.round.state == "counted" and not told.round.published else None


def _publish_sample(turn: Turn) -> None:
    """What members will read, as they will read it, and what they may open from there."""
    told = turn.thing(Told)
    said = _remarks(turn, told, told.poll.author_unit_id)
    turn.say("\n\n".join([_summary(turn, turn.language, told), *said]))


def _publish_text(turn: Turn) -> str:
    return turn._("Members will see this. Publish it?")


def _summary(turn: Turn, reader: Language, told: Told) -> str:
    one, poll, content = told
    shown = results.results(turn.session, one, [poll.author_unit_id])[poll.author_unit_id]
    name = units.get(turn.session, poll.author_unit_id).name
    lines = [
        heading(reader, content, name),
        *result_words.lines(reader, content, name, shown, poll.threshold),
        *unverified(reader, poll),
    ]
    if one.receipts_hash:
        text = reader.gettext("Check number of the list of codes (SHA-256): {hash}", hash=one.receipts_hash)
        lines.append(text)
    return "\n\n".join(lines)


def _publish(turn: Turn) -> None:
    one, poll, _ = told = turn.thing(Told)
    if not round_rows.publish(turn.session, one):
        turn.say(turn._("A colleague has just published it, comrade."), rounds.back(turn))
        return
    to = invitations.audience_of(turn.session, poll)
    broadcasts.create(
        turn.session,
        Draft(
            author_id=turn.member.person_id,
            unit_id=poll.author_unit_id,
            words=Words({code: _summary(turn, language(code), told) for code in LANGUAGES}),
            audience=to,
            kind=reading.kinds()[0],
            send_at=turn.now,
        ),
        turn.now,
    )
    audit.note(turn.session, turn.member.person_id, "publish", one.id, turn.now)
    turn.falls_due = True
    text = turn._("The results are published and on their way to those who were asked, comrade.")
    turn.say(text, rounds.back(turn))


CONVERSATIONS = (
    Conversation("outcome", _show, about=seen, begun=asked_unit, in_office=True, is_list=True),
    Conversation("published", _show, about=seen, begun=asked_unit, is_list=True),
    Conversation("outcome_words", _in_words, about=seen, begun=asked_unit, in_office=True, is_list=True),
    Conversation("published_words", _in_words, about=seen, begun=asked_unit, is_list=True),
    Conversation("outcome_units", _units, about=of_officer, begun=asked_unit, in_office=True, is_list=True),
    Conversation(
        "publish",
        _publish,
        (
            Question(
                "sure",
                _publish_text,
                lambda turn: [Choice("yes", turn._("Publish"), "main"), Choice("cancel", turn._("Cancel"), "quiet")],
                chosen=unless_unchanged,
                before=_publish_sample,
            ),
        ),
        about=_publishable,
        in_office=True,
        in_full=True,
    ),
)
