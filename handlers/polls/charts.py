"""Pictures of what a poll came to: one for each question, as Vega-Lite specifications (drawn by bot.files.drawing).

Nothing goes in but what may be shown (models.polls.results), and what is withheld is a sentence with its reason, never an
empty chart. The words are those of every result (handlers.polls.result_words).

A round is compared with the one before and no other: only for that pair it is known that nobody can be found by
subtracting (models.anonymity.suppression.comparable).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.i18n import DEFAULT, HERE, Language
from handlers.polls import result_words
from handlers.polls.bars import Bar, Group, Shade, Spec, drawn
from handlers.polls.text_width import drawable
from models.anonymity.rounding import BASE
from models.anonymity.suppression import Withheld
from models.polls.polls import SCALE, Question
from models.polls.results import Shown
from models.polls.tally import Table

_FEW = 0.12
"""No bar of none or a few is longer."""


@dataclass(frozen=True, slots=True)
class About:
    """What is the same in all pictures of one round. `closed`: when it closed; `before`: when the one before did.
    `unverified`: anybody could vote."""

    title: str
    unit: str
    closed: datetime
    threshold: int
    before: datetime | None = None
    unverified: bool = False


def pictures(reader: Language, questions: Sequence[Question], result: Shown | Withheld, about: About) -> list[Spec]:
    """One for each question, but none of free answers; just one that says why where nothing of the unit may be shown."""
    if isinstance(result, Withheld):
        why = _why(reader, result, about)
        return [drawn(drawable(about.title), [_where(about)], [], [why])]
    asked = [number for number, question in enumerate(questions) if question.kind != "text"]
    return [picture(reader, questions, number, result, about) for number in asked]


def picture(reader: Language, questions: Sequence[Question], number: int, result: Shown, about: About) -> Spec:
    """What one unit answered to one question, beside the round before where that may be compared."""
    question, table = questions[number], result.tables[number]
    assert table is not None
    title = _said(question.text, reader)
    if isinstance(table, Withheld):
        return drawn(title, [_where(about)], [], [_why(reader, table, about)])
    answered = result_words.answered(question, table, result)
    if not answered:
        return drawn(
            title,
            [_where(about)],
            [],
            [reader.gettext(result_words.NOBODY, unit=drawable(about.unit)), result_words.rounding(reader)],
        )
    under = [f"{result_words.people(reader, answered)} · {_where(about)}"]
    if question.kind == "scale":
        under.append(reader.gettext("Average: {mean} of {best}", mean=_mean(reader, table), best=SCALE))
    notes = [result_words.rounding(reader), *([reader.gettext(result_words.UNVERIFIED)] if about.unverified else [])]
    if silent := result.respondents - answered:
        notes.append(
            reader.ngettext(
                "{number} person was not asked this, or did not answer.",
                "{number} people were not asked this, or did not answer.",
                silent,
                number=reader.number(silent),
            )
        )
    before = result.before
    old = before.tables[number] if isinstance(before, Shown) else before
    series = [("", _shares(reader, question, table, result))]
    if isinstance(before, Shown) and isinstance(old, Table) and about.before is not None:
        then = result_words.people(reader, result_words.answered(question, old, before))
        under.append(reader.gettext("Last time: {people} · {day}", people=then, day=_day(about.before)))
        if question.kind == "scale":
            under.append(reader.gettext("Average last time: {mean} of {best}", mean=_mean(reader, old), best=SCALE))
        series = [
            (reader.gettext("This time"), series[0][1]),
            (reader.gettext("Last time"), _shares(reader, question, old, before, "before")),
        ]
        notes.insert(0, reader.gettext(result_words.FRANKER))
    elif old is Withheld.CHANGED:
        notes.insert(0, _why(reader, old, about))
    return drawn(title, under, _groups(reader, question, series, _order(question, table)), notes)


def _groups(
    reader: Language, question: Question, series: Sequence[tuple[str, Sequence[Bar]]], order: Sequence[int]
) -> list[Group]:
    """For each option the bars of each of the series."""
    labels = [drawable(one) or f"({number})" for number, one in enumerate(result_words.labels(reader, question), 1)]
    if not series[0][0] and max(map(len, labels)) <= 14:  # beside the bar, where all are short
        return [Group("", [replace(series[0][1][option], name=labels[option])]) for option in order]
    return [Group(labels[option], [replace(bars[option], name=name) for name, bars in series]) for option in order]


def _order(question: Question, table: Table | None) -> list[int]:
    """As asked; a scale from its best end; of several choices, which have no order of their own, the most chosen first."""
    order = list(range(question.choices))
    if question.kind == "scale":
        order.reverse()
    elif question.kind == "several" and table is not None:
        order.sort(key=lambda option: -table.votes[option])
    return order


def _shares(reader: Language, question: Question, table: Table, result: Shown, shade: Shade = "now") -> list[Bar]:
    """A bar for each option."""
    of = max(result_words.answered(question, table, result), 1)
    few = min(_FEW, (BASE - 1) / of)
    return [
        Bar(votes / of if votes else few, result_words.share(reader, votes, of), shade=shade if votes else "few")
        for votes in table.votes
    ]


def _mean(reader: Language, table: Table) -> str:
    points = sum(number * votes for number, votes in enumerate(table.votes, 1))
    return reader.number(points / max(sum(table.votes), 1), 1)


def _why(reader: Language, withheld: Withheld, about: About) -> str:
    return result_words.why(reader, withheld, drawable(about.unit), about.threshold)


def _where(about: About) -> str:
    return f"{drawable(about.unit)} · {_day(about.closed)}"


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(HERE):%d/%m/%Y}"


def _said(words: Mapping[str, str], reader: Language) -> str:
    text = words.get(reader.code) or words.get(DEFAULT) or next(iter(words.values()))
    return drawable(text)
