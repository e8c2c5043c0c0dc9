"""Times that are none stop the start with a sentence; a unit's own hold for it and below (config/sla.toml)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from config import settings, sla
from config.sla import SlaError
from config.tables import table

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"first_reply_hours": 0}, "whole number"),
    ({"first_reply_hours": 1.5}, "whole number"),
    ({"first_reply_hours": True}, "whole number"),
    ({"warn_at": 100}, "below 100"),
    ({"settle_days": {"team": 3, "grassroots": 5}}, "settle_days.superior"),
    ({"settle_days": {"team": 3, "grassroots": 5, "superior": 10, "ministry": 1}}, "some levels"),
    ({"settle_hours": 3}, "settle_hours"),
    ({"units": {"SONGLAM": {"settle_days": {"team": -1}}}}, "units.SONGLAM.settle_days.team"),
    ({"units": {"SONGLAM": {"settle_days": 4}}}, "some levels"),
    ({"units": {"SONGLAM": {"warn_at": 50}}}, "units.SONGLAM.warn_at"),
    ({"units": {"SONGLAM": 5}}, "SONGLAM"),
]


@pytest.mark.parametrize(("changed", "says"), WRONG)
def test_what_is_wrong_is_said(changed: dict[str, Any], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = copy.deepcopy(table("sla"))
    sla.check(given)
    with pytest.raises(SlaError, match=says):
        sla.check(given | changed)
    for name, value in changed.items():
        monkeypatch.setitem(table("sla"), name, value)
    with pytest.raises(settings.SettingsError, match=says) as refused:
        settings.load()
    assert str(refused.value).startswith("config/sla.toml: ") and str(refused.value).endswith(".")


@pytest.mark.parametrize("name", ["first_reply_hours", "settle_days", "silence_days"])
def test_what_is_missing_is_said(name: str) -> None:
    with pytest.raises(SlaError, match=name):
        sla.check({key: value for key, value in table("sla").items() if key != name})


def test_the_nearest_that_says_something_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"CONGTY": {"first_reply_hours": 8, "settle_days": {"team": 2}}, "TO1": {"settle_days": {"team": 1}}}
    monkeypatch.setitem(table("sla"), "units", own)
    paths = (["TO1", "CONGTY"], ["TO2", "CONGTY"], ["TO2"])
    assert [sla.days_to_settle(codes, "team", urgent=False) for codes in paths] == [1, 2, 3]
    assert sla.days_to_settle(["CONGTY"], "grassroots", urgent=False) == 5, "what it does not say is as above"
    assert sla.days_to_settle(["TO1", "CONGTY"], "team", urgent=True) == 1
    assert sla.hours_to_answer(["TO1", "CONGTY"], urgent=False) == 8
    assert sla.hours_to_answer(["TO1", "CONGTY"], urgent=True) == 2
