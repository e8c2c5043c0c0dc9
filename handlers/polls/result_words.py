"""How a result is said, in text, in pictures and in workbooks alike: what is withheld and why, how many chose something.

Small numbers are said as what they are: rounding (models.anonymity.rounding) shows an option of one or two votes as none or
as three, and which of them is true must not be told, so no figure of none or three is given as exact.
"""

from __future__ import annotations

from config.i18n import N_, Language
from handlers.chat.words import bar
from handlers.polls import in_words
from models.anonymity import counts
from models.anonymity.rounding import BASE
from models.anonymity.suppression import Withheld
from models.polls.polls import SCALE, Content, Question
from models.polls.results import Shown
from models.polls.tally import Table

_BAR = 5
"""Blocks: what stands beside them is to fit the same line."""
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


def why(reader: Language, withheld: Withheld, unit: str, threshold: int) -> str:
    """Why something of this unit is not shown. `threshold`: the poll's."""
    least = {Withheld.FEW_ANSWERS: counts.enough(threshold), Withheld.OPEN: counts.open_from(threshold)}
    return reader.gettext(_WHY[withheld], unit=unit, least=least.get(withheld, threshold))


UNVERIFIED = N_("Not verified: also those who joined without a slip of their own could answer.")
NOBODY = N_("Nobody or hardly anybody of {unit} was asked this and answered.")
FRANKER = N_(
    "When asked again, more people usually answer, and more frankly: a lower figure need not mean that things got worse."
)


def labels(reader: Language, question: Question) -> list[str]:
    """The answers there were to choose from; the ends of a scale say which is which."""
    if question.kind == "yesno":
        return [reader.gettext("Yes (an answer)"), reader.gettext("No (an answer)")]
    if question.kind == "scale":
        low, high = reader.gettext("1 (lowest)"), reader.gettext("{best} (highest)", best=SCALE)
        return [low, *map(str, range(2, SCALE)), high]
    return [in_words.words(reader, option) for option in question.options]


def answered(question: Question, table: Table, result: Shown) -> int:
    """Of how many people the percentages are."""
    if question.kind == "several":
        return max(result.respondents - table.silent, *table.votes)
    return sum(table.votes)


def share(reader: Language, votes: int, of: int) -> str:
    """How many of `of` people chose something."""
    if votes == 0:
        return reader.gettext("none or a few")
    if votes == BASE:
        return reader.gettext("about {number} people", number=votes)
    percent = reader.percent(votes / of, 1 if of >= _EXACT else 0)
    return reader.gettext("{percent} · {number} people", percent=percent, number=reader.number(votes))


def rounding(reader: Language) -> str:
    return reader.gettext(
        "Figures are approximate: an option that one or two people chose is counted as none or as three, and others make up "
        "for it, so that nobody's choice shows."
    )


def people(reader: Language, number: int) -> str:
    return reader.ngettext("{number} person answered", "{number} people answered", number, number=reader.number(number))


def lines(reader: Language, content: Content, unit: str, shown: Shown | Withheld, threshold: int) -> list[str]:
    """The result of one unit: who took part, then question by question; what is withheld says so and why."""
    if isinstance(shown, Withheld):
        return [why(reader, shown, unit, threshold)]
    took_part = reader.number(shown.respondents)
    found = [reader.gettext("About {count} people took part.", count=took_part)]
    if shown.invited > shown.respondents:
        text = reader.gettext(
            "About {count} people took part, of at least {invited} who were asked.",
            count=took_part,
            invited=reader.number(shown.invited),
        )
        found = [text]
    for number in range(len(content.questions)):
        said = question_lines(reader, content, number, unit, shown, threshold)
        found.append("\n".join([f"{number + 1}. {said[0]}", *said[1:]]))
    found.append(rounding(reader))
    before = shown.before
    if isinstance(before, Withheld):
        found.append(why(reader, before, unit, threshold) if before is not Withheld.NO_EARLIER else "")
    else:
        text = reader.gettext("The time before, about {count} people took part.", count=reader.number(before.respondents))
        found.append(text + " " + reader.gettext(FRANKER))
    return [one for one in found if one]


def without_bars(lines: list[str]) -> str:
    """The same for who hears it read, and where the picture cannot be had."""
    return "\n".join(line.lstrip("▓░ ") for line in lines)


def question_lines(reader: Language, content: Content, number: int, unit: str, shown: Shown, threshold: int) -> list[str]:
    """One question, and how many chose what."""
    question, table = content.questions[number], shown.tables[number]
    head = in_words.words(reader, question.text)
    if isinstance(table, Withheld):
        return [head, why(reader, table, unit, threshold)]
    if table is None:
        return [head, reader.gettext("Answers in people's own words: see below.")]
    of = max(1, answered(question, table, shown))
    bars = [
        f"{bar(votes / of, _BAR)} {label}: {share(reader, votes, of)}"
        for label, votes in zip(labels(reader, question), table.votes, strict=True)
    ]
    if table.silent:
        bars.append(reader.gettext("(no answer)") + ": " + reader.gettext("about {number} people", number=table.silent))
    return [head, *bars]
