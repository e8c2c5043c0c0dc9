"""What will happen to a broadcast if it is sent as it stands: for how many people it is, how many of them have joined here,
how long it takes, and whether a line's month has room for it.

All of it from the union's own list or as it stood last night (models.broadcasts.sizes): two previews of a day never differ
by what somebody did between them, and neither does a refusal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

from config.i18n import Language
from handlers.chat.conversation import Turn
from models.anonymity import counts, night_counts
from models.anonymity.counts import Size
from models.broadcasts import broadcasts, sizes
from models.broadcasts.broadcasts import POLL, Draft
from models.messages import month_quota


@dataclass(frozen=True, slots=True)
class Forecast:
    """`heads`: how many of them, at least, have joined with a slip of their own. `refused`: it must not go out."""

    size: Size
    heads: int
    refused: bool


def of(turn: Turn, made: Draft) -> Forecast:
    asked = f"forecast:{made.audience.dump()}"
    if asked not in turn.found:
        turn.found[asked] = _count(turn, made)
    return cast("Forecast", turn.found[asked])


def _count(turn: Turn, made: Draft) -> Forecast:
    k = turn.site.notices.threshold
    # What repeats an earlier one, or puts it right, is for those whom that was for, or for some of them.
    if (first := _first(turn, made)) is not None:
        size = Size.load(first.shown_size)
        return Forecast(Size("some", size.number) if made.audience.unconfirmed else size, 0, refused=False)
    size, heads = sizes.of(turn.session, made.audience, turn.now.date(), k), sizes.heads(turn.session, made.audience)
    if made.audience.verified and size.how != "some":  # a poll: nobody else is asked
        size = Size("least", heads) if heads else Size("few")
    return Forecast(size, heads, sizes.chooses_among_few(turn.session, made.audience, k))


def _first(turn: Turn, made: Draft) -> broadcasts.Broadcast | None:
    return broadcasts.get(turn.session, made.corrects or made.follows or "")


def size_line(reader: Language, size: Size) -> str:
    """For how many people something is: the same to its sender, to who is to agree to it, and afterwards."""
    match size.how:
        case "exact":
            return reader.ngettext("{count} person will receive it.", "{count} people will receive it.", size.number)
        case "least":
            return reader.gettext("At least {count} people will receive it.", count=reader.number(size.number))
        case "few":
            return reader.gettext("Too few are known for a number to be said.")
        case "some" if size.number:
            return reader.gettext(
                "Of {count} people it goes only to those whom this fits; how many they are is shown to nobody.",
                count=reader.number(size.number),
            )
        case "some":
            return reader.gettext("It goes only to those whom this fits; how many they are is shown to nobody.")


def refusals(turn: Turn, plan: Forecast) -> list[str]:
    """Why it must not go out, whatever kind it is of."""
    if plan.refused:
        text = turn._(
            "⚠ Too few people have joined there with a slip of their own to choose among them by what they do on their "
            "phones. Please choose everybody, or a larger unit, comrade."
        )
        return [text]
    if plan.size == Size("exact", 0):
        return [turn._("⚠ Nobody would receive this. Please choose somebody else, comrade.")]
    return []


def lines(turn: Turn, made: Draft, plan: Forecast) -> list[str]:
    """What the sender should know before sending."""
    if plan.refused or plan.size == Size("exact", 0):
        return []
    found = [size_line(turn.language, plan.size)]
    if plan.size.number:
        found[0] += " " + turn._("It takes {time}.", time=duration(turn, _seconds(turn, plan)))
    # What is told in person is a notice: votes are not.
    if not (made.audience.role or made.audience.verified or made.corrects or made.kind == POLL):
        found += missed_lines(turn.language, plan.size, plan.heads, turn.site.notices.threshold)
    return found + _month(turn, plan)


def missed_lines(reader: Language, size: Size, heads: int, k: int) -> list[str]:
    """How many do not receive it here, roughly: the same before it goes out and afterwards, as of last night and in steps.
    So few that one of them could be known are not said, nor that they are few: the sentence is that of who knows nothing."""
    if size.how == "some":
        return []
    missed = size.number - heads if heads else 0
    if missed < counts.enough(k):
        return [reader.gettext("Team leaders can tell in person whoever has not joined here.")]
    about = round(missed / counts.step(k)) * counts.step(k)
    text = reader.gettext(
        "About {count} people do not receive it here: team leaders should tell them in person.", count=reader.number(about)
    )
    return [text]


def _seconds(turn: Turn, plan: Forecast) -> float:
    """On the slowest line: who uses which is not counted."""
    rates = [line.per_second for line in turn.site.lines if line.per_second]
    return plan.size.number / min(rates, default=1.0)


def duration(turn: Turn, seconds: float) -> str:
    """“less than a minute”, “12 minutes”, “2 hours”."""
    if seconds < 60:
        return turn._("less than a minute")
    if seconds < 90 * 60:
        minutes = math.ceil(seconds / 60)
        return turn.language.ngettext("{count} minute", "{count} minutes", minutes)
    return turn.language.ngettext("{count} hour", "{count} hours", math.ceil(seconds / 3600))


def _month(turn: Turn, plan: Forecast) -> list[str]:
    """Lines whose service allows only so many messages a month, as last night: each reply uses one."""
    found = []
    month = month_quota.month_of(turn.now)
    for line in turn.site.lines:
        if not line.per_month:
            continue
        used = night_counts.floor_of(turn.session, counts.SENT, f"{line.name}:{month}")
        left = max(0, line.per_month - line.reserve - used)
        if plan.size.number > left:
            found.append(
                turn._(
                    "⚠ {service} allows {limit} messages a month and keeps {reserve} for answers: about {left} were left "
                    "last night. Who does not get this there gets it after {day}.",
                    service=line.service,
                    limit=line.per_month,
                    reserve=line.reserve,
                    left=left,
                    day=turn.language.day(month_quota.next_month(turn.now)),
                )
            )
    return found
