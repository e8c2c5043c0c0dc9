"""What will happen to a broadcast if it is sent as it stands: how many people, how many without a phone here, how long it
takes, and whether a line's month has room for it.

An audience that depends on what people told or did on their phones (language, membership, confirmation) is not counted
exactly and not taken where it is very small: two previews that differ by one person would tell about that person. Nor is
that of a poll counted exactly, which is for those who have joined with a slip.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

from handlers.chat.conversation import Turn
from models.anonymity import counts
from models.broadcasts import ledger
from models.broadcasts.broadcasts import Draft
from models.messages import month_quota


@dataclass(frozen=True, slots=True)
class Forecast:
    """`size` is how many people it is for, as it may be said; 0 where it must not go out. `by_line` counts who is sent
    to."""

    size: int
    few: bool
    unreached: int
    by_line: dict[str, int]


def of(turn: Turn, made: Draft) -> Forecast:
    asked = f"forecast:{made.kind}:{made.urgent}:{made.audience.dump()}"
    if asked not in turn.found:
        turn.found[asked] = _count(turn, made)
    return cast("Forecast", turn.found[asked])


def _count(turn: Turn, made: Draft) -> Forecast:
    lines = [line.name for line in turn.site.lines]
    mutable = ledger.can_be_muted(made.kind, urgent=made.urgent)
    counted = ledger.forecast(turn.session, made.audience, made.kind, lines, turn.now, mutable=mutable)
    size, k = sum(counted.values()), turn.site.notices.threshold
    few = made.audience.is_private and size < k
    by_line = {line: count for (line, state), count in counted.items() if state == "queued"}
    if few:
        size = 0
    elif made.audience.is_private or (made.audience.verified and size >= 2 * k):
        size = counts.about(size, k)
    return Forecast(size, few, size - sum(by_line.values()), by_line)


def lines(turn: Turn, made: Draft, plan: Forecast) -> list[str]:
    """What the sender should know before sending."""
    k = turn.site.notices.threshold
    if plan.few:
        return [turn._("Fewer than {k} people would receive this. So that nobody is singled out, it cannot be sent.", k=k)]
    if not plan.size:
        return [turn._("Nobody would receive this. Please choose somebody else, comrade.")]
    said = turn.language.ngettext("{count} person will receive it.", "{count} people will receive it.", plan.size)
    rough = made.audience.is_private or made.audience.verified
    found = [turn._("About {count} people will receive it.", count=plan.size) if rough else said]
    if plan.size < 2 * k:
        found = [turn._("It goes to fewer than {count} people.", count=2 * k)]
    without = counts.about(plan.unreached, k)
    if plan.size >= 2 * k and without:
        text = turn._(
            "About {count} of them have no phone here or have such notices switched off: their team leaders can tell them.",
            count=without,
        )
        found.append(text)
    found.append(turn._("It takes about {time}.", time=duration(turn, _seconds(turn, plan))))
    return found + _month(turn, plan)


def _seconds(turn: Turn, plan: Forecast) -> float:
    rates = {line.name: line.per_second for line in turn.site.lines}
    return max((count / rates[name] for name, count in plan.by_line.items() if rates.get(name)), default=0.0)


def duration(turn: Turn, seconds: float) -> str:
    """“less than a minute”, “12 minutes”, “2 hours”."""
    if seconds < 60:
        return turn._("less than a minute")
    if seconds < 90 * 60:
        minutes = math.ceil(seconds / 60)
        return turn.language.ngettext("{count} minute", "{count} minutes", minutes)
    return turn.language.ngettext("{count} hour", "{count} hours", math.ceil(seconds / 3600))


def _month(turn: Turn, plan: Forecast) -> list[str]:
    """Lines whose service allows only so many messages a month."""
    found = []
    for line in turn.site.lines:
        wanted = plan.by_line.get(line.name, 0)
        if not (line.per_month and wanted):
            continue
        used = month_quota.sent(turn.session, line.name, month_quota.month_of(turn.now))
        left = max(0, line.per_month - line.reserve - used)
        if wanted > left and plan.size >= 2 * turn.site.notices.threshold:
            found.append(
                turn._(
                    "⚠ {service} allows {limit} messages a month and keeps {reserve} for answers: {left} are left, so about "
                    "{later} people get this after {day}.",
                    service=line.name.partition(":")[0].partition("_")[0].capitalize(),
                    limit=line.per_month,
                    reserve=line.reserve,
                    left=left,
                    later=max(counts.about(wanted - left, turn.site.notices.threshold), turn.site.notices.threshold),
                    day=turn.language.day(month_quota.next_month(turn.now)),
                )
            )
    return found
