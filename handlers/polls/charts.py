"""Pictures of what a poll came to: one for each question, as Vega-Lite specifications (drawn by bot.files.drawing).

Nothing goes in but what may be shown (models.polls.results), and what is withheld is a sentence with its reason, never an
empty chart. Small numbers are drawn as what they are: rounding (models.anonymity.rounding) shows an option of one or two
votes as none or as three, and which of them is true must not be told, so no figure of none or three is given as exact.

A round is compared with the one before and no other: only for that pair it is known that nobody can be found by
subtracting (models.anonymity.suppression.comparable).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.i18n import DEFAULT, HERE, N_, Language
from handlers.polls.bars import Bar, Group, Shade, Spec, drawn
from handlers.polls.text_width import drawable
from models.anonymity import counts
from models.anonymity.rounding import BASE
from models.anonymity.suppression import Withheld
from models.polls.polls import SCALE, Question
from models.polls.results import Shown
from models.polls.tally import Table

_FEW = 0.12
"""No bar of none or a few is longer."""
_EXACT = 1000
"""From so many answers on, percentages have a decimal; of fewer it would pretend to know more than it does."""

_WHY = {
    Withheld.NOT_YET: N_("There is no result yet: the votes are not counted."),
    Withheld.FEW: N_(
        "The result of {unit} is not shown, so that nobody's answers can be guessed: fewer than {least} people took part "
        "there, or in a unit beside it whose answers could then be found by subtraction."
    ),
    Withheld.FEW_ANSWERS: N_(
        "The answers of {unit} to this question are not shown, so that nobody's can be guessed: that takes {least} who "
        "answered it, there and in the units beside it."
    ),
    Withheld.TWICE: N_(
        "The result of {unit} is not shown, so that nobody's answers can be guessed: an earlier poll of this year asked "
        "nearly the same people there, and the few in whom the two differ could then be found by subtraction."
    ),
    Withheld.OPEN: N_(
        "The result of {unit} is not shown: everybody could answer this poll, so only the result of all who were asked is "
        "shown, when {least} who joined with a slip of their own and not more without one took part."
    ),
    Withheld.CHANGED: N_(
        "Not compared with last time: since then a few people joined or left {unit}, and the difference would show "
        "what they answered."
    ),
    Withheld.NO_EARLIER: N_("Not compared with last time: there is no result of it for {unit}."),
}


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
        why = _why(reader, result, about.unit, about.threshold)
        return [drawn(drawable(about.title), [_where(about)], [], [why])]
    asked = [number for number, question in enumerate(questions) if question.kind != "text"]
    return [picture(reader, questions, number, result, about) for number in asked]


def picture(reader: Language, questions: Sequence[Question], number: int, result: Shown, about: About) -> Spec:
    """What one unit answered to one question, beside the round before where that may be compared."""
    question, table = questions[number], result.tables[number]
    assert table is not None
    title = _said(question.text, reader)
    if isinstance(table, Withheld):
        return drawn(title, [_where(about)], [], [_why(reader, table, about.unit, about.threshold)])
    answered = _answered(question, table, result)
    if not answered:
        return drawn(title, [_where(about)], [], [reader.gettext(_NOBODY, unit=drawable(about.unit)), _rounding(reader)])
    under = [f"{_people(reader, answered)} · {_where(about)}"]
    if question.kind == "scale":
        under.append(reader.gettext("Average: {mean} of {best}", mean=_mean(reader, table), best=SCALE))
    notes = [_rounding(reader), *([reader.gettext(UNVERIFIED)] if about.unverified else [])]
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
        then = _people(reader, _answered(question, old, before))
        under.append(reader.gettext("Last time: {people} · {day}", people=then, day=_day(about.before)))
        if question.kind == "scale":
            under.append(reader.gettext("Average last time: {mean} of {best}", mean=_mean(reader, old), best=SCALE))
        series = [
            (reader.gettext("This time"), series[0][1]),
            (reader.gettext("Last time"), _shares(reader, question, old, before, "before")),
        ]
        notes.insert(0, reader.gettext(_FRANKER))
    elif old is Withheld.CHANGED:
        notes.insert(0, _why(reader, old, about.unit, about.threshold))
    return drawn(title, under, _groups(reader, question, series, _order(question, table)), notes)


UNVERIFIED = N_("Not verified: also those who joined without a slip of their own could answer.")
_NOBODY = N_("Nobody or hardly anybody of {unit} was asked this and answered.")
_FRANKER = N_(
    "When asked again, more people usually answer, and more frankly: a lower figure need not mean that things got worse."
)


def _groups(
    reader: Language, question: Question, series: Sequence[tuple[str, Sequence[Bar]]], order: Sequence[int]
) -> list[Group]:
    """For each option the bars of each of the series."""
    labels = _labels(reader, question)
    if not series[0][0] and max(map(len, labels)) <= 14:  # beside the bar, where all are short
        return [Group("", [replace(series[0][1][option], name=labels[option])]) for option in order]
    return [Group(labels[option], [replace(bars[option], name=name) for name, bars in series]) for option in order]


def _labels(reader: Language, question: Question) -> list[str]:
    if question.kind == "yesno":
        return [reader.gettext("Yes (an answer)"), reader.gettext("No (an answer)")]
    if question.kind == "scale":
        low, high = reader.gettext("1 (lowest)"), reader.gettext("{best} (highest)", best=SCALE)
        return [low, *map(str, range(2, SCALE)), high]
    return [_said(option, reader) or f"({number})" for number, option in enumerate(question.options, 1)]


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
    of = max(_answered(question, table, result), 1)
    found = []
    for votes in table.votes:
        if votes == 0:
            found.append(Bar(min(_FEW, (BASE - 1) / of), reader.gettext("none or a few"), shade="few"))
        elif votes == BASE:
            found.append(Bar(votes / of, reader.gettext("about {number} people", number=votes), shade=shade))
        else:
            percent = reader.percent(votes / of, 1 if of >= _EXACT else 0)
            words = reader.gettext("{percent} · {number} people", percent=percent, number=reader.number(votes))
            found.append(Bar(votes / of, words, shade=shade))
    return found


def _answered(question: Question, table: Table, result: Shown) -> int:
    """Of how many people the percentages are."""
    if question.kind == "several":
        return max(result.respondents - table.silent, *table.votes)
    return sum(table.votes)


def _mean(reader: Language, table: Table) -> str:
    points = sum(number * votes for number, votes in enumerate(table.votes, 1))
    return reader.number(points / max(sum(table.votes), 1), 1)


def _rounding(reader: Language) -> str:
    return reader.gettext(
        "Figures are approximate: an option that one or two people chose is counted as none or as three, and others make up "
        "for it, so that nobody's choice shows."
    )


def _why(reader: Language, why: Withheld, unit: str, threshold: int) -> str:
    least = {Withheld.FEW_ANSWERS: counts.enough(threshold), Withheld.OPEN: counts.open_from(threshold)}.get(why, threshold)
    return reader.gettext(_WHY[why], unit=drawable(unit), least=least)


def _people(reader: Language, people: int) -> str:
    return reader.ngettext("{number} person answered", "{number} people answered", people, number=reader.number(people))


def _where(about: About) -> str:
    return f"{drawable(about.unit)} · {_day(about.closed)}"


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(HERE):%d/%m/%Y}"


def _said(words: Mapping[str, str], reader: Language) -> str:
    text = words.get(reader.code) or words.get(DEFAULT) or next(iter(words.values()))
    return drawable(text)
