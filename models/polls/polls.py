"""A poll: what is asked, by whom and of whom. A round (models.polls.rounds) is one opening of it.

Nothing of a poll changes after it is made: whether it is anonymous, its threshold and its questions are what people were
told when they answered. Another question is another poll.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import bindparam, select
from sqlmodel import Field, col

from models.anonymity import counts
from models.store import codes
from models.store.columns import Id, Ref
from models.store.database import Base, Session
from models.store.ids import new_id, random_code
from models.store.sealing import seal, unseal

Kind = Literal["one", "several", "scale", "yesno", "text"]
Repeat = Literal["", "weekly", "monthly", "quarterly", "yearly"]
Voters = Literal["slips", "anyone"]
Answer = int | list[int] | str | None
"""An option by its number from 0, several of them, words, or none: skipped, or not asked."""

SKIP = "skip"
"""Stands in a draft where a question was left unanswered."""
SINGLE = ("one", "yesno", "scale")
"""Kinds with one answer of a few."""
SCALE = 5
QUESTIONS, OPTIONS, WORDS, OPTION_WORDS, TEXT_WORDS = 20, 12, 500, 60, 1000
"""Most questions of a poll, options of a question; letters in a question, an option, a free answer."""

Fault = Literal["questions", "options", "words", "option_words", "condition", "threshold", "audience", "answer"]


class Unfit(Exception):
    """What cannot be asked, or answered, that way: `fault`, and in which question (from 0; -1: in none)."""

    def __init__(self, fault: Fault, question: int = -1) -> None:
        super().__init__(fault, question)
        self.fault = fault
        self.question = question


class Poll(Base, table=True):
    """`body` (title, questions, audience) is sealed. `threshold` is k: no smaller group of respondents is ever shown.
    `receipts`: voters get a code to check that theirs was
    counted. `rates`: it rates the committee of `author_unit_id`, which is never shown its own rating by team."""

    __tablename__ = "poll"

    id: str = Id()
    code: str = Field(unique=True, max_length=12)
    author_id: str | None = Ref("person", optional=True)
    author_unit_id: str = Ref("unit")
    body: bytes
    threshold: int = counts.LEAST
    voters: str = Field(default="slips", max_length=8)
    repeat: str = Field(default="", max_length=10)
    open_days: int = 7
    receipts: bool = False
    rates: bool = False

    @property
    def is_open(self) -> bool:
        """Whether anybody could vote, also with accounts that somebody made."""
        return self.voters == "anyone"

    @property
    def shown_from(self) -> int:
        """How many people's answers are shown together, at least."""
        return counts.open_from(self.threshold) if self.is_open else counts.enough(self.threshold)


@dataclass(frozen=True, slots=True)
class Question:
    """Words by language. `options`: of kinds "one" and "several". `when`: asked only of those who gave that answer
    (number of an earlier question of one choice, number of its option)."""

    kind: Kind
    text: Mapping[str, str]
    options: Sequence[Mapping[str, str]] = ()
    when: tuple[int, int] | None = None

    @property
    def choices(self) -> int:
        """How many answers there are to choose from."""
        return {"yesno": 2, "scale": SCALE, "text": 0}.get(self.kind, len(self.options))


@dataclass(frozen=True, slots=True)
class Content:
    """What a poll asks. `audience`: ids of units; all below them is meant, too. `rule`: the whole rule, where it is narrower
    (models.broadcasts.audiences.Audience.dump)."""

    title: Mapping[str, str]
    questions: Sequence[Question]
    audience: Sequence[str]
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a poll is held, as people are told before they answer: who may (`voters`), how long a round stands open, and when
    the next one opens. `threshold`, `receipts` and `rates`: as in `Poll`."""

    threshold: int = counts.LEAST
    voters: Voters = "slips"
    repeat: Repeat = ""
    open_days: int = 7
    receipts: bool = False
    rates: bool = False


_USUAL = Terms()


def create(
    session: Session, author_unit_id: str, content: Content, terms: Terms = _USUAL, *, author_id: str | None = None
) -> Poll:
    """Raises `Unfit`."""
    _check(content)
    if terms.threshold < counts.LEAST:
        raise Unfit("threshold")
    poll_id = new_id()
    body = json.dumps(asdict(content), ensure_ascii=False)
    poll = Poll(
        id=poll_id,
        code=free_code(session),
        author_id=author_id,
        author_unit_id=author_unit_id,
        body=seal(session, "poll.body", poll_id, body),
        **asdict(terms),
    )
    session.add(poll)
    session.flush()
    return poll


def content_of(session: Session, poll: Poll) -> Content:
    kept = json.loads(unseal(session, "poll.body", poll.id, poll.body))
    for question in kept["questions"]:
        question["when"] = tuple(question["when"]) if question["when"] else None
    return Content(**kept | {"questions": [Question(**question) for question in kept["questions"]]})


_CODED = select(col(Poll.id)).where(col(Poll.code) == bindparam("code"))


def free_code(session: Session) -> str:
    """`YK-` (ý kiến) and six letters: a name, to be read aloud."""
    return codes.free(session, _CODED, lambda: f"YK-{random_code(6)}")


def of_units(session: Session, unit_ids: Sequence[str], *, most: int) -> Sequence[Poll]:
    """The polls of these units; which of them is newest, its rounds say (models.polls.rounds)."""
    return session.execute(select(Poll).where(col(Poll.author_unit_id).in_(unit_ids)).limit(most)).scalars().all()


def _check(content: Content) -> None:
    if not 0 < len(content.questions) <= QUESTIONS:
        raise Unfit("questions")
    if not content.audience:
        raise Unfit("audience")
    for number, question in enumerate(content.questions):
        if not question.text or not all(0 < len(words) <= WORDS for words in question.text.values()):
            raise Unfit("words", number)
        if question.kind in ("one", "several") and not 2 <= len(question.options) <= OPTIONS:
            raise Unfit("options", number)
        if not all(0 < len(words) <= OPTION_WORDS for option in question.options for words in option.values()):
            raise Unfit("option_words", number)
        if question.when is not None:
            asked, option = question.when
            earlier = content.questions[asked] if 0 <= asked < number else None
            if earlier is None or earlier.kind in ("several", "text") or not 0 <= option < earlier.choices:
                raise Unfit("condition", number)


def is_asked(questions: Sequence[Question], number: int, answers: Sequence[Answer]) -> bool:
    """Whether this question is for somebody who answered the earlier ones like this."""
    when = questions[number].when
    return when is None or answers[when[0]] == when[1]


def check_answers(questions: Sequence[Question], answers: Sequence[Answer]) -> None:
    """One answer or None for each question. Raises `Unfit`: a forged tap, or a question that was not asked."""
    if len(answers) != len(questions):
        raise Unfit("answer")
    for number, (question, answer) in enumerate(zip(questions, answers, strict=True)):
        if answer is None:
            continue
        fits = is_asked(questions, number, answers)
        if question.kind == "text":
            fits = fits and isinstance(answer, str) and 0 < len(answer) <= TEXT_WORDS
        else:
            chosen = answer if question.kind == "several" and isinstance(answer, list) else [answer]
            fits = fits and all(type(one) is int and 0 <= one < question.choices for one in chosen)
            fits = fits and 0 < len(chosen) == len(set(chosen)) and isinstance(answer, list) is (question.kind == "several")
        if not fits:
            raise Unfit("answer", number)
