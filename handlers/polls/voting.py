"""Voting: the invitation carries the first question, each tap is an answer, the last one sends the ballot.

n questions take n + 1 taps. Leaving half-way leaves nothing. What is sent is sealed at once and reaches its box in
transactions that name nobody (models.polls.ballots); the answers a person tapped still stand on the screen of their own
phone, and they are told so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from config import keyboards
from config.i18n import fold
from handlers.chat import menu
from handlers.chat.conversation import Again, Choice, Conversation, Invalid, Known, Question, Stop, Turn, is_member
from handlers.chat.words import first_words
from handlers.polls import in_words
from models.anonymity import identifying
from models.messages.notes import note
from models.polls import ballots, rounds
from models.polls.ballots import NotCast
from models.polls.polls import QUESTIONS, SINGLE, SKIP, TEXT_WORDS, Answer, Content, Unfit, is_asked
from models.polls.polls import Question as Asked
from models.polls.rounds import Round
from models.store.throwaway_keys import NoRoundKey


@note
@dataclass(slots=True)
class Voting:
    """Whether this person was let in, and what is marked so far of each question that takes several answers, by its number:
    numbers of options, in the order in which they were tapped."""

    may: bool = False
    marked: dict[int, list[int]] = field(default_factory=dict)


def _content(turn: Turn) -> Content:
    form = rounds.form_of(turn.session, turn.subject)
    return form.content if form else Content({"vi": ""}, (), ())


def why_not(turn: Turn) -> str:
    """Why this person cannot vote here; empty when they can."""
    try:
        ballots.may_vote(turn.session, turn.subject, turn.member.person_id, turn.now)
    except NotCast as error:
        return reason(turn, error)
    return ""


def _is_barred(turn: Turn) -> bool:
    """Asked once in a run, and again by the last tap (models.polls.ballots.cast)."""
    voting = turn.notes(Voting)
    voting.may = voting.may or not why_not(turn)
    return not voting.may


def reason(turn: Turn, error: NotCast) -> str:
    return {
        "unknown": turn._("There is no such poll."),
        "closed": turn._("This poll is closed. Thank you for your interest."),
        "not_invited": turn._(
            "This poll is not addressed to you, or only to those who joined with a one-time slip; your union team has slips."
        ),
        "already": turn._("You have taken part in this poll already. Thank you."),
    }[error.why]


def _begun(turn: Turn, subject: str, value: str) -> Known:
    """The answer that a button of the invitation gives to the first question; nothing for one that has no such button."""
    form = rounds.form_of(turn.session, subject)
    if form is None or (first := form.content.questions[0]).kind not in SINGLE:
        return Known()
    return Known({"a0": value} if value == SKIP or (value.isdecimal() and int(value) < first.choices) else {})


def _when(number: int) -> Callable[[Turn], bool]:
    def when(turn: Turn) -> bool:
        content = _content(turn)
        return number < len(content.questions) and is_asked(content.questions, number, answers_of(turn, number))

    return when


def answers_of(turn: Turn, count: int | None = None) -> list[Answer]:
    """What was answered, as a ballot has it."""
    questions = _content(turn).questions
    found: list[Answer] = []
    for number, question in enumerate(questions[: len(questions) if count is None else count]):
        given = turn.answers.get(f"a{number}", SKIP)
        if given == SKIP or not is_asked(questions, number, found):
            found.append(None)
        elif question.kind == "text":
            found.append(given)
        elif question.kind == "several":
            found.append([int(part) for part in given.split(",")])
        else:
            found.append(int(given) if given.isdecimal() else None)
    return found


def _takes_words(number: int) -> Callable[[Turn], bool]:
    return lambda turn: any(asked.kind == "text" for asked in _content(turn).questions[number : number + 1])


def _text(number: int) -> Callable[[Turn], str]:
    def text(turn: Turn) -> str:
        question = _content(turn).questions[number]
        asked = in_words.numbered(turn.language, _content(turn), number) + in_words.words(turn.language, question.text)
        if question.kind == "several":
            return asked + "\n" + turn._("You can mark several, then “Done”.")
        return asked

    return text


def _choices(number: int) -> Callable[[Turn], Sequence[Choice]]:
    def choices(turn: Turn) -> Sequence[Choice]:
        question = _content(turn).questions[number]
        named = list(enumerate(in_words.labels(turn.language, question)))
        skip = Choice(SKIP, turn._("Skip"))
        if question.kind != "several":
            return [*(Choice(str(place), label) for place, label in named), skip]
        marked = turn.notes(Voting).marked.get(number, [])
        done = Choice("done", turn._("Done")) if marked else skip
        return [*(Choice(str(place), ("☑ " if place in marked else "☐ ") + label, "switch") for place, label in named), done]

    return choices


def _chosen(number: int) -> Callable[[Turn, str], str]:
    def chosen(turn: Turn, value: str) -> str:
        if _content(turn).questions[number].kind != "several" or value == SKIP:
            return value
        marked = turn.notes(Voting).marked.setdefault(number, [])
        if value == "done":
            return ",".join(map(str, sorted(marked)))
        marked.remove(int(value)) if int(value) in marked else marked.append(int(value))
        raise Again

    return chosen


def _check(number: int) -> Callable[[Turn, str], str]:
    """Typed answers: free text; several numbers for a question with several answers; or all that is left in one line."""

    def check(turn: Turn, text: str) -> str:
        questions = _content(turn).questions
        question = questions[number]
        if question.kind == "text":
            if not fold(text):
                raise Invalid(turn._("There were no words in that message. Please write a few."))
            if len(text) > TEXT_WORDS:
                raise Invalid(turn._("Please write at most {count} characters.", count=TEXT_WORDS))
            return identifying.without(text)
        if not (given := keyboards.numbers(text)):
            raise Invalid(turn._("Please choose one of these."))
        if question.kind == "several":
            if not all(1 <= one <= question.choices for one in given):
                raise Invalid(turn._("Please choose one of these."))
            return ",".join(str(one - 1) for one in sorted(set(given)))
        return _in_one_line(turn, questions, number, given)

    return check


def _in_one_line(turn: Turn, questions: Sequence[Asked], number: int, given: Sequence[int]) -> str:
    """“1 3 2”: an answer to this question and to those after it."""
    answers = _line(questions[number:], given, number)
    if not answers:
        raise Invalid(turn._("Please choose one of these."))
    turn.answers.update(answers)
    raise Again


def _line(questions: Sequence[Asked], given: Sequence[int], first: int = 0) -> dict[str, str]:
    """The answers that these numbers are to these questions; none where they do not fit all of them."""
    fits = len(questions) >= len(given) and all(
        question.kind in SINGLE and question.when is None and 1 <= one <= question.choices
        for question, one in zip(questions, given, strict=False)
    )
    return {f"a{first + place}": str(one - 1) for place, one in enumerate(given)} if fits else {}


def in_one_line(turn: Turn, text: str) -> tuple[str, Known] | None:
    """“1 3 2” under an invitation, which is the newest list on the screen: the round, and the answers."""
    given = keyboards.numbers(text)
    token = turn.state.offered[0].token.split(":") if turn.state.offered and turn.state.run is None else [""]
    if token[0] != "vote" or len(given) < 2:
        return None
    form = rounds.form_of(turn.session, token[1])
    return (token[1], Known(_line(form.content.questions, given))) if form else None


def _review(turn: Turn) -> str:
    content = _content(turn)
    lines = [turn._("Your answers, before they are sent:")]
    for question, answer in zip(content.questions, answers_of(turn), strict=True):
        lines.append(f"• {first_words(in_words.words(turn.language, question.text), 20)} → {_said(turn, question, answer)}")
    lines.append(turn._("Once sent, they cannot be changed or taken back."))
    return "\n".join(lines)


def _said(turn: Turn, question: Asked, answer: Answer) -> str:
    named = in_words.labels(turn.language, question)
    if answer is None:
        return turn._("(no answer)")
    if isinstance(answer, str):
        return f"“{first_words(answer)}”"
    chosen = answer if isinstance(answer, list) else [answer]
    return "; ".join(named[one] for one in chosen if one < len(named))


def _sending(turn: Turn) -> Sequence[Choice]:
    return (
        Choice("send", turn._("Send my answers"), "main"),
        Choice("anew", turn._("Answer anew")),
        Choice("cancel", turn._("Do not take part"), "quiet"),
    )


def _sent(turn: Turn, value: str) -> str:
    if value == "cancel":
        raise Stop(turn._("Nothing was sent and nothing is kept. You can still take part until the poll closes."))
    if value == "anew":
        turn.answers.clear()
        turn.run.put(Voting())
        raise Again
    return value


def _gate_passed(_turn: Turn, _value: str) -> str:
    raise Stop


def _finish(turn: Turn) -> None:
    try:
        cast = ballots.cast(turn.session, turn.subject, turn.member.person_id, answers_of(turn), turn.now)
    except NotCast as error:
        menu.show(turn, reason(turn, error))
        return
    except Unfit:
        turn.answers.clear()
        menu.show(turn, turn._("Those answers do not fit this poll any more. Nothing was sent; please begin again."))
        return
    except NoRoundKey:
        menu.show(turn, turn._("This poll cannot take answers at the moment. Nothing was sent; please try again later."))
        return
    when = turn.language.when(cast.closes_at)
    lines = [turn._("Thank you for your opinion. It is counted when the poll closes: {when}.", when=when)]
    if cast.code:
        text = turn._(
            "Your code: {code}. You will find it in the list published after the count; it tells no answer.", code=cast.code
        )
        lines.append(text)
    menu.show(turn, "\n\n".join(lines))


def open_for(turn: Turn) -> list[tuple[Round, Content]]:
    """The rounds this person may still vote in."""
    found = []
    for one in rounds.under_way(turn.session):
        try:
            ballots.may_vote(turn.session, one.id, turn.member.person_id, turn.now)
        except NotCast:
            continue
        form = rounds.form_of(turn.session, one.id)
        assert form is not None
        found.append((one, form.content))
    return found


_ASKED = tuple(
    Question(
        f"a{number}",
        _text(number),
        _choices(number),
        _check(number),
        _chosen(number),
        when=_when(number),
        takes_words=_takes_words(number),
    )
    for number in range(QUESTIONS)
)

CONVERSATIONS = (
    Conversation(
        "vote",
        _finish,
        (
            Question(
                "gate",
                why_not,
                lambda turn: [Choice("menu", turn._("Menu"))],
                chosen=_gate_passed,
                when=_is_barred,
            ),
            *_ASKED,
            Question("send", _review, _sending, chosen=_sent, binds=True),
        ),
        allowed=is_member,
        subject="one",
        begun=_begun,
    ),
)
