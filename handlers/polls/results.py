"""What a poll came to: hidden from everybody until it is closed, then shown to the unit's officers, to members when
published.

What may be shown of which unit was decided once for the whole tree when it was counted (models.anonymity.suppression); who
may see which unit is models.polls.access.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from config.i18n import LANGUAGES, Language, language
from handlers.broadcasts import overview, reading
from handlers.chat import paging
from handlers.chat.conversation import Choice, Conversation, Known, Question, Turn, open_token, unless_unchanged
from handlers.chat.words import bar, shortened
from handlers.polls import in_words, invitations, result_words
from models.anonymity import counts
from models.anonymity.suppression import Withheld
from models.broadcasts import broadcasts
from models.broadcasts.broadcasts import Draft, Words
from models.messages.message import Option
from models.messages.notes import note
from models.people import rights, units
from models.polls import access, results, rounds
from models.polls.polls import Content, Poll, content_of
from models.polls.polls import Question as PollQuestion
from models.polls.results import Shown
from models.polls.rounds import Round
from models.polls.tally import Table
from models.trust import audit

_REMARKS = 20


@note
@dataclass(slots=True)
class Asked:
    """Whose result is looked at, where it is not that of the unit that asked."""

    unit_id: str = ""


class Told(NamedTuple):
    """A round, the poll it is of, and what that asks."""

    round: Round
    poll: Poll
    content: Content


def of(turn: Turn) -> Told | None:
    """The round this run is about."""
    row = rounds.with_poll(turn.session, turn.subject)
    return Told(*row, content_of(turn.session, row[1])) if row else None


def unit_of(turn: Turn, poll: Poll) -> str:
    """The unit that is asked for: the one that asked, unless another was tapped."""
    return turn.notes(Asked).unit_id or poll.author_unit_id


def seen(turn: Turn) -> Told | None:
    """The round, if this person may see this unit's result, as an officer or, where it is published, as a member."""
    told = of(turn) if turn.person is not None else None
    if told is None or turn.person is None:
        return None
    unit_id = unit_of(turn, told.poll)
    if turn.offices and access.may_see(turn.session, told.poll, unit_id, turn.member.person_id, turn.now.date()):
        return told
    may = told.round.published and access.may_member_see(turn.session, told.poll, unit_id, turn.person.unit_id)
    return told if may else None


def asked_unit(_turn: Turn, _subject: str, value: str) -> Known:
    """Which unit's result, and, where a page of the units below it was tapped, which page of them."""
    unit_id, _, page = value.partition(".")
    return Known(notes=(Asked(unit_id), paging.Pages(paging.number_in(page))))


def heading(reader: Language, content: Content, name: str) -> str:
    return f"🗳 {in_words.words(reader, content.title)}\n{name}"


def lines_of(reader: Language, told: Told, unit: str, shown: Shown | Withheld) -> list[str]:
    """The result of one unit, question by question; what is withheld says so and why."""
    _, poll, content = told

    def why(withheld: Withheld) -> str:
        return result_words.why(reader, withheld, unit, poll.threshold)

    if isinstance(shown, Withheld):
        return [why(shown)]
    took_part = reader.number(shown.respondents)
    found = [reader.gettext("About {count} people took part.", count=took_part)]
    if shown.invited > shown.respondents:
        text = reader.gettext(
            "About {count} people took part, of at least {invited} who were asked.",
            count=took_part,
            invited=reader.number(shown.invited),
        )
        found = [text]
    for number, (question, table) in enumerate(zip(content.questions, shown.tables, strict=True), 1):
        lines = [f"{number}. {in_words.words(reader, question.text)}"]
        if isinstance(table, Withheld):
            lines.append(why(table))
        elif table is not None:
            lines += _bars(reader, question, table, shown)
        else:
            lines.append(reader.gettext("Answers in people's own words: see below."))
        found.append("\n".join(lines))
    found.append(result_words.rounding(reader))
    before = shown.before
    if isinstance(before, Withheld):
        found.append(why(before) if before is not Withheld.NO_EARLIER else "")
    else:
        text = reader.gettext("The time before, about {count} people took part.", count=reader.number(before.respondents))
        found.append(text + " " + reader.gettext(result_words.FRANKER))
    return [one for one in found if one]


def unverified(reader: Language, poll: Poll) -> list[str]:
    """What must be said of a poll in which anybody could vote who has a team's code."""
    return [reader.gettext(result_words.UNVERIFIED)] if poll.voters == "anyone" else []


def _bars(reader: Language, question: PollQuestion, table: Table, shown: Shown) -> list[str]:
    of = max(1, result_words.answered(question, table, shown))
    labels = result_words.labels(reader, question)
    lines = [
        f"{bar(votes / of)} {label}: {result_words.share(reader, votes, of)}"
        for label, votes in zip(labels, table.votes, strict=True)
    ]
    if table.silent:
        lines.append(reader.gettext("(no answer)") + ": " + reader.gettext("about {number} people", number=table.silent))
    return lines


def _show(turn: Turn) -> None:
    one, poll, content = turn.thing(Told)
    unit_id = unit_of(turn, poll)
    shown = results.results(turn.session, one, [unit_id])[unit_id]
    name = units.get(turn.session, unit_id).name
    lines = [heading(turn.language, content, name), *lines_of(turn.language, turn.thing(Told), name, shown)]
    lines += [*unverified(turn.language, poll), *_remarks(turn, one, poll, content, unit_id)]
    turn.say("\n\n".join(lines), _options(turn, one, poll, unit_id))


def _remarks(turn: Turn, one: Round, poll: Poll, content: Content, unit_id: str) -> list[str]:
    """Free answers of the unit and all below it, without what names somebody (handlers.polls.voting took that out)."""
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


def _options(turn: Turn, one: Round, poll: Poll, unit_id: str) -> list[Option]:
    found = []
    officer = bool(turn.offices) and access.may_see(turn.session, poll, unit_id, turn.member.person_id, turn.now.date())
    if one.state == "counted":
        token = open_token("chart", one.id, unit_id) if officer else open_token("picture", one.id, unit_id)
        found.append(Option(token, turn._("See as a picture")))
        if poll.receipts:
            token = open_token("office_codes", one.id, unit_id) if officer else open_token("codes", one.id, unit_id)
            found.append(Option(token, turn._("List of codes")))
    if officer:
        below = paging.page(units.children(turn.session, unit_id), paging.asked(turn))
        for child in below.rows:
            if access.may_see(turn.session, poll, child.id, turn.member.person_id, turn.now.date()):
                found.append(Option(open_token("outcome", one.id, child.id), child.name))
        found += paging.options(turn, below, "outcome", one.id, unit_id)
        if one.state == "counted":
            found.append(Option(open_token("tables", one.id, unit_id), turn._("Results (XLSX)")))
        if one.state == "counted" and not one.published and unit_id == poll.author_unit_id:
            found.append(Option(open_token("publish", one.id), turn._("Publish to members")))
        found.append(Option(open_token("polls_desk"), turn._("Polls")))
    return [*found, Option(open_token("menu"), turn._("Menu"))]


def _publishable(turn: Turn) -> Told | None:
    """The round, if this officer answers for the unit that asked, or above it, and members have not seen it yet."""
    told = of(turn) if turn.offices else None
    if told is None or not turn.may(rights.MANAGE_POLL, told.poll.author_unit_id):
        return None
    return told if told.round.state == "counted" and not told.round.published else None


def _publish_text(turn: Turn) -> str:
    one, poll, content = told = turn.thing(Told)
    said = _remarks(turn, one, poll, content, poll.author_unit_id)
    return "\n\n".join([turn._("Members will see this:"), _summary(turn, turn.language, *told), *said])


def _summary(turn: Turn, reader: Language, one: Round, poll: Poll, content: Content) -> str:
    shown = results.results(turn.session, one, [poll.author_unit_id])[poll.author_unit_id]
    name = units.get(turn.session, poll.author_unit_id).name
    lines = [
        heading(reader, content, name),
        *lines_of(reader, Told(one, poll, content), name, shown),
        *unverified(reader, poll),
    ]
    if one.receipts_hash:
        text = reader.gettext("Check number of the list of codes (SHA-256): {hash}", hash=one.receipts_hash)
        lines.append(text)
    return "\n\n".join(lines)


def _publish(turn: Turn) -> None:
    one, poll, content = turn.thing(Told)
    if not rounds.publish(turn.session, one):
        turn.say(turn._("A colleague has just published it, comrade."), overview.options(turn))
        return
    to = invitations.audience_of(turn.session, poll)
    broadcasts.create(
        turn.session,
        Draft(
            author_id=turn.member.person_id,
            unit_id=poll.author_unit_id,
            words=Words({code: _summary(turn, language(code), one, poll, content) for code in LANGUAGES}),
            audience=to,
            kind=reading.kinds()[0],
            send_at=turn.now,
        ),
        turn.now,
    )
    audit.note(turn.session, turn.member.person_id, "publish", one.id, turn.now)
    turn.falls_due = True
    turn.say(turn._("The results are published and on their way to those who were asked, comrade."), overview.options(turn))


CONVERSATIONS = (
    Conversation("outcome", _show, about=seen, begun=asked_unit, in_office=True, is_list=True),
    Conversation("published", _show, about=seen, begun=asked_unit),
    Conversation(
        "publish",
        _publish,
        (
            Question(
                "sure",
                _publish_text,
                lambda turn: [Choice("yes", turn._("Publish")), Choice("cancel", turn._("Cancel"))],
                chosen=unless_unchanged,
            ),
        ),
        about=_publishable,
        in_office=True,
    ),
)
