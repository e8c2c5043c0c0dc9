"""Routes that lead in a circle, or name what there is not, stop the start with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from config import routes, settings
from config.routes import RoutesError
from config.tables import table

GOOD: dict[str, dict[str, Any]] = {
    "first": {"categories": ["wage"], "level": "grassroots", "roles": ["inspection"], "else": "above"},
    "above": {"level": "superior"},
}
WRONG = [
    ({"above": {"level": "superior", "else": "first"}}, "circle"),
    ({"above": {"level": "superior", "else": "above"}}, "circle"),
    ({"above": {"level": "ministry"}}, "ministry"),
    ({"above": {}}, "level"),
    ({"above": {"level": "superior", "else": "nowhere"}}, "nowhere"),
    ({"first": {"categories": ["wage"], "level": "grassroots", "roles": ["king"], "else": "above"}}, "king"),
    ({"first": {"categories": ["weather"], "level": "grassroots", "else": "above"}}, "weather"),
    ({"first": {"categories": ["wage"], "level": "grassroots"}}, "no “else”"),
    ({"also": {"categories": ["wage"], "level": "grassroots", "else": "above"}}, "both"),
    ({"above": {"level": "superior", "role": ["chair"]}}, "means nothing"),
]


def test_the_file_is_in_order_and_each_kind_has_its_way() -> None:
    assert routes.read(table("routes")) == routes.routes()
    assert [one.name for one in routes.chain("harassment")] == ["harassment", "above"]
    assert [one.name for one in routes.chain("retaliation")] == ["retaliation", "inspectors"]
    assert [one.name for one in routes.chain("union_service")] == ["complaint", "above"]
    assert routes.chain("rumor")[0].verified and not routes.chain("wage")


@pytest.mark.parametrize(("changed", "says"), WRONG)
def test_what_is_wrong_is_said(changed: dict[str, dict[str, Any]], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert routes.read(GOOD)
    with pytest.raises(RoutesError, match=says):
        routes.read(GOOD | changed)
    monkeypatch.setattr(routes, "routes", lambda: routes.read(GOOD | changed))
    with pytest.raises(settings.SettingsError, match=says) as refused:
        settings.load()
    assert str(refused.value).startswith("config/routes.toml: ") and str(refused.value).endswith(".")
