"""How soon the union answers and settles: config/sla.toml, for everybody and for single units, judged before the service
starts: a number that is none would be met by the first case that is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from config.i18n import N_
from config.tables import table

FILE = "config/sla.toml"

_NUMBERS = ("first_reply_hours", "urgent_first_reply_hours", "again_minutes", "warn_at", "silence_days")
_BY_LEVEL = ("settle_days", "urgent_settle_days")
OF_UNITS = ("first_reply_hours", "urgent_first_reply_hours", *_BY_LEVEL)
"""What a unit may have otherwise."""


class SlaError(ValueError):
    """What is wrong in the file: a msgid and its values."""

    def __init__(self, why: str, **values: str) -> None:
        super().__init__(why.format(**values))
        self.why, self.values = why, values


def hours_to_answer(codes: Sequence[str], *, urgent: bool) -> int:
    """Of the wall's clock. `codes`: of the unit that is to answer and those above it, nearest first."""
    name = "urgent_first_reply_hours" if urgent else "first_reply_hours"
    return int(next(one[name] for one in _said(codes) if name in one))


def days_to_settle(codes: Sequence[str], level: str, *, urgent: bool) -> int:
    """Of work. `level`: that of the unit whose code is the first."""
    name = "urgent_settle_days" if urgent else "settle_days"
    return int(next(one[name][level] for one in _said(codes) if level in one.get(name, {})))


def _said(codes: Sequence[str]) -> list[Mapping[str, Any]]:
    """The nearest first; the union's own at the end, which has everything."""
    given = table("sla")
    return [*(given["units"][code] for code in codes if code in given["units"]), given]


def check(given: Mapping[str, Any]) -> None:
    """Raises `SlaError` for the first fault."""
    levels = sorted({kind["level"] for kind in table("units").values()})
    for name in (*_NUMBERS, *_BY_LEVEL):
        if name not in given:
            raise SlaError(N_("“{key}” is missing: put it back as it was"), key=name)
    for name in _BY_LEVEL:
        for level in levels:
            if level not in given[name]:
                raise SlaError(N_("“{key}” is missing: put it back as it was"), key=f"{name}.{level}")
    _numbers({key: value for key, value in given.items() if key != "units"}, (*_NUMBERS, *_BY_LEVEL), levels, "")
    if given["warn_at"] >= 100:
        raise SlaError(N_("“{key}” is {value}: write a number below 100, in per cent"), key="warn_at", value="100+")
    for code, own in given.get("units", {}).items():
        if not isinstance(own, Mapping):
            raise SlaError(N_("“{key}” means nothing here: write [units.{key}] and below it what is otherwise"), key=code)
        _numbers(own, OF_UNITS, levels, f"units.{code}.")


def _numbers(given: Mapping[str, Any], known: Sequence[str], levels: Sequence[str], front: str) -> None:
    for name, value in given.items():
        if name not in known:
            why = N_("“{key}” means nothing there: what may stand there is {known}")
            raise SlaError(why, key=front + name, known=", ".join(known))
        if name not in _BY_LEVEL:
            _number(front + name, value)
            continue
        if not isinstance(value, Mapping) or not value.keys() <= set(levels):
            why = N_("“{key}” is to say the days of some levels: {known}")
            raise SlaError(why, key=front + name, known=", ".join(levels))
        for level, days in value.items():
            _number(f"{front}{name}.{level}", days)


def _number(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SlaError(N_("“{key}” is {value}: write a whole number from 1 on"), key=name, value=str(value))
