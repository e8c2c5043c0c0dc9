"""Where grievances of some kinds go first: config/routes.toml, read and judged once.

It is judged before the service starts: a route that nobody ends, or that names what there is not, would be noticed by the
first worker who needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from config.i18n import N_
from config.tables import table

FILE = "config/routes.toml"


class RoutesError(ValueError):
    """What is wrong in the file: a msgid and its values."""

    def __init__(self, why: str, **values: str) -> None:
        super().__init__(why.format(**values))
        self.why, self.values = why, values


@dataclass(frozen=True, slots=True)
class Route:
    """As in the file; `otherwise` is its `else`, empty where there is none."""

    name: str
    categories: tuple[str, ...]
    level: str
    roles: tuple[str, ...]
    otherwise: str
    verified: bool


@lru_cache(maxsize=1)
def routes() -> Mapping[str, Route]:
    """All of them, by name. Raises `RoutesError`."""
    return read(table("routes"))


def read(given: Mapping[str, Mapping[str, Any]]) -> dict[str, Route]:
    """The routes of such a table. Raises `RoutesError` for the first fault."""
    found = {name: _route(name, row) for name, row in given.items()}
    taken: dict[str, str] = {}
    for name, route in found.items():
        for category in route.categories:
            if category in taken:
                why = N_("the routes “{route}” and “{other}” are both of “{value}”")
                raise RoutesError(why, route=taken[category], other=name, value=category)
            taken[category] = name
        if route.categories and not route.otherwise:
            raise RoutesError(N_("route “{route}” has no “else”: its cases would have no other way"), route=name)
        if route.otherwise and route.otherwise not in found:
            why = N_("“else” of route “{route}” is “{value}”, which is no route")
            raise RoutesError(why, route=name, value=route.otherwise)
    for name in found:
        _follow(found, name)
    return found


_KNOWN = frozenset(("categories", "level", "roles", "else", "verified"))


def _route(name: str, row: Mapping[str, Any]) -> Route:
    levels = {kind["level"] for kind in table("units").values()}
    for key in row.keys() - _KNOWN:
        raise RoutesError(N_("route “{route}” has “{value}”, which means nothing there"), route=name, value=key)
    if row.get("level") not in levels:
        why = N_("the level of route “{route}” is “{value}”, which is none")
        raise RoutesError(why, route=name, value=str(row.get("level", "")))
    for kind, why in (
        ("roles", N_("route “{route}” names the role “{value}”, which there is not")),
        ("categories", N_("route “{route}” names the category “{value}”, which there is not")),
    ):
        for value in row.get(kind, ()):
            if value not in table(kind):
                raise RoutesError(why, route=name, value=str(value))
    return Route(
        name,
        tuple(row.get("categories", ())),
        row["level"],
        tuple(row.get("roles", ())),
        row.get("else", ""),
        bool(row.get("verified", False)),
    )


def _follow(found: Mapping[str, Route], name: str) -> None:
    seen = [name]
    while following := found[seen[-1]].otherwise:
        if following in seen:
            raise RoutesError(N_("the routes {names} lead in a circle"), names=" → ".join([*seen, following]))
        seen.append(following)


def chain(category: str) -> list[Route]:
    """The route of this kind and those that take its place, in order; none where the kind has no route."""
    return chain_in(routes(), category)


def chain_in(found: Mapping[str, Route], category: str) -> list[Route]:
    """The same in these routes."""
    first = next((route for route in found.values() if category in route.categories), None)
    listed = [first] if first is not None else []
    while listed and listed[-1].otherwise:
        listed.append(found[listed[-1].otherwise])
    return listed
