"""A poll in words: its questions, what can be answered, and what its anonymity means."""

from __future__ import annotations

from config.i18n import Language
from models.polls.polls import SCALE, Content, Poll
from models.polls.polls import Question as Asked


def words(reader: Language, by_language: object) -> str:
    assert isinstance(by_language, dict)
    text: str = by_language.get(reader.code) or by_language["vi"]
    return text


def labels(reader: Language, question: Asked) -> list[str]:
    """The answers there are to choose from."""
    if question.kind == "yesno":
        return [reader.gettext("Yes (an answer)"), reader.gettext("No (an answer)")]
    if question.kind == "scale":
        return [str(number) for number in range(1, SCALE + 1)]
    return [words(reader, option) for option in question.options]


def explained(reader: Language, poll: Poll) -> str:
    """What anonymous means here, its threshold and its limit, in one line."""
    return reader.gettext(
        "Anonymous: nobody sees who answered what; answers are shown only for {k} people or more together. Your own taps "
        "still stand on this phone.",
        k=poll.shown_from,
    )


def numbered(reader: Language, content: Content, number: int) -> str:
    return reader.gettext("Question {number} of {total}:", number=number + 1, total=len(content.questions)) + " "


def asked_lines(reader: Language, given: Content) -> list[str]:
    """The questions and what can be answered, as text."""
    found = []
    for number, question in enumerate(given.questions, 1):
        line = f"{number}. {words(reader, question.text)}"
        if question.when is not None:
            asked, option = question.when
            answer = labels(reader, given.questions[asked])[option]
            line += (
                " ("
                + reader.gettext("only if question {number} is answered “{answer}”", number=asked + 1, answer=answer)
                + ")"
            )
        offered = reader.gettext("in their own words") if question.kind == "text" else " / ".join(labels(reader, question))
        found.append(f"{line}\n   {offered}")
    return found
