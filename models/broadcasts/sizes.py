"""How many people an audience is for, as officers may know it: from the union's own list, or as it stood last night.

Never from the rows of this moment: “36 people” that becomes 37 while somebody joins in front of the officer has told who. A
unit's headcount is what the list says, and covers what is below it; where it says none, whoever stands there by name, and
the heads of last night (models.people.heads), at least.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from models.anonymity import counts, night_counts
from models.anonymity.counts import Size
from models.broadcasts import audiences
from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import Broadcast
from models.people.persons import Person
from models.people.units import Unit
from models.store.database import Session


@dataclass(slots=True)
class _Tree:
    """What lies in some units: `said` by the list, `named` on it; `inside` those that the audience has, whole or in part."""

    children: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    said: dict[str, int] = field(default_factory=dict)
    named: dict[str, int] = field(default_factory=dict)
    sectors: dict[str, str] = field(default_factory=dict)


def of(session: Session, audience: Audience, day: date, k: int) -> Size:
    """How many it is for. Of who is chosen by what they told or did on their phones, only among how many."""
    if audience.role:  # offices are no secret
        return Size("exact", audiences.size(session, replace(audience, verified=False), day))
    tree = _tree(session, audience)
    known, number = True, 0
    for unit_id, whole in _pieces(tree, audience):
        here, whether = _listed(tree, unit_id) if whole else (tree.named.get(unit_id, 0), True)
        number, known = number + here, known and whether
    if not known:
        number = max(number, heads(session, audience))
    if audience.is_private:
        return Size("some", number)
    if known:
        return Size("exact", number)
    return Size("least", number) if number >= counts.enough(k) else Size("few")


def heads(session: Session, audience: Audience) -> int:
    """How many heads there were last night in what it takes, at least; 0 where it is not said. Of whom it then chooses some,
    this does not depend."""
    whole = [unit_id for unit_id, whole in _pieces(_tree(session, audience), audience) if whole]
    return sum(night_counts.floors(session, counts.UNDER, whole).values())


def leaves_out_few(session: Session, audience: Audience, k: int) -> bool:
    """Whether it leaves out a unit in which hardly anybody has joined: what those few do could be found by subtracting."""
    floors = night_counts.floors(session, counts.UNDER, audience.minus)
    return any(people < counts.enough(k) for people in floors.values())


def chooses_among_few(session: Session, audience: Audience, k: int) -> bool:
    """Whether it chooses by what people told or did, where so few have joined that one would be singled out. Asked of the
    unit and not of those chosen: whether it is five or four of them would tell what the fifth did."""
    by_phone = bool(audience.member or audience.language or audience.unconfirmed)
    return by_phone and heads(session, audience) < counts.enough(k)


def hides_asker(session: Session, row: Broadcast, k: int) -> bool:
    """Whether who asks about this broadcast is one of many: its sender knows from its code whom it was for."""
    first = session.get(Broadcast, row.corrects) if row.corrects else None
    if first is not None and not hides_asker(session, first, k):
        return False
    audience = Audience.load(row.audience)
    if audience.is_private:
        return False
    if audience.role:  # each stands for one, by their office
        return Size.load(row.shown_size).number >= counts.enough(k)
    return heads(session, audience) >= counts.enough(k)


def differ_by_few(session: Session, one: Audience, other: Audience, k: int) -> bool:
    """Whether these two have people in common, and so few that only one of them has that subtracting would find those."""
    mine, theirs = set(reach(session, one)), set(reach(session, other))
    if not mine & theirs or one == other:
        return False
    if _narrow(one) != _narrow(other):
        return True  # how many differ is not known to anybody, nor to be told
    above = dict(session.execute(select(col(Unit.id), col(Unit.parent_id))).all())
    apart = [only for only in (mine - theirs, theirs - mine) if only]
    return any(_heads_in(session, only, above) < counts.enough(k) for only in apart)


def _heads_in(session: Session, unit_ids: set[str], above: Mapping[str, str | None]) -> int:
    """How many heads there were last night in these units, at least: by units whole, or one by one."""
    whole = sum(night_counts.floors(session, counts.UNDER, _whole(unit_ids, above)).values())
    return max(whole, sum(night_counts.floors(session, counts.OWN, unit_ids).values()))


def reach(session: Session, audience: Audience) -> Iterable[str]:
    """The units it takes people of."""
    found = select(col(Unit.id)).where(col(Unit.id).in_(audiences.below(col(Unit.id).in_(audience.units), "chosen")))
    if audience.minus:
        found = found.where(col(Unit.id).not_in(audiences.below(col(Unit.id).in_(audience.minus), "left_out")))
    if audience.sector:
        found = found.where(col(Unit.id).in_(audiences.below(col(Unit.sector) == audience.sector, "of_sector")))
    return session.execute(found).scalars().all()


def _narrow(audience: Audience) -> Audience:
    """The rule without the units."""
    return replace(audience, units=(), minus=(), sector="")


def _whole(only: set[str], above: Mapping[str, str | None]) -> list[str]:
    """Units that are in `only` with everything below them, the highest of each line."""
    broken: set[str] = set()
    for unit_id, up in above.items():
        if unit_id not in only:
            while up is not None and up not in broken:
                broken.add(up)
                up = above.get(up)
    whole = {unit_id for unit_id in only if unit_id not in broken}
    return [unit_id for unit_id in whole if above[unit_id] not in whole]


def _tree(session: Session, audience: Audience) -> _Tree:
    scope = audiences.below(col(Unit.id).in_(audience.units), "chosen")
    rows = session.execute(
        select(col(Unit.id), col(Unit.parent_id), col(Unit.headcount), col(Unit.sector)).where(col(Unit.id).in_(scope))
    )
    tree = _Tree()
    for unit_id, parent_id, headcount, sector in rows:
        tree.said[unit_id], tree.sectors[unit_id] = headcount, sector
        tree.children[parent_id or ""].append(unit_id)
    named = select(col(Person.unit_id), func.count()).where(
        col(Person.unit_id).in_(scope), func.coalesce(col(Person.staff_hash), "") != ""
    )
    tree.named = dict(session.execute(named.group_by(col(Person.unit_id))).all())
    return tree


def _pieces(tree: _Tree, audience: Audience) -> list[tuple[str, bool]]:
    """The units it takes: whole with all that is below them, or (False) only those who belong to the unit itself."""
    found: list[tuple[str, bool]] = []
    broken = _above(tree, audience.minus)
    edge = [(unit_id, not audience.sector) for unit_id in _tops(tree, audience.units)]
    while edge:
        unit_id, taken = edge.pop()
        taken = taken or tree.sectors[unit_id] == audience.sector
        if unit_id in audience.minus:
            continue
        if taken and unit_id not in broken:
            found.append((unit_id, True))
            continue
        if taken:
            found.append((unit_id, False))
        edge += [(child, taken) for child in tree.children.get(unit_id, ())]
    return found


def _tops(tree: _Tree, unit_ids: Iterable[str]) -> list[str]:
    above = {child: up for up, children in tree.children.items() for child in children}
    chosen = set(unit_ids)

    def is_under(unit_id: str) -> bool:
        up = above.get(unit_id, "")
        while up in tree.said:
            if up in chosen:
                return True
            up = above.get(up, "")
        return False

    return [unit_id for unit_id in chosen if not is_under(unit_id)]


def _above(tree: _Tree, unit_ids: Iterable[str]) -> set[str]:
    """Everything that stands above one of these."""
    above = {child: up for up, children in tree.children.items() for child in children}
    found: set[str] = set()
    for unit_id in unit_ids:
        up = above.get(unit_id, "")
        while up in tree.said and up not in found:
            found.add(up)
            up = above[up]
    return found


def _listed(tree: _Tree, unit_id: str) -> tuple[int, bool]:
    """How many people the list has in a unit and below it, and whether it says of all of it."""
    order, edge = [], [unit_id]
    while edge:
        order.append(at := edge.pop())
        edge += tree.children.get(at, ())
    number: dict[str, tuple[int, bool]] = {}
    for at in reversed(order):
        below = [number[child] for child in tree.children.get(at, ())]
        people = tree.named.get(at, 0) + sum(count for count, _ in below)
        known = tree.said[at] > 0 or (bool(below) and all(whether for _, whether in below))
        number[at] = max(people, tree.said[at]), known
    return number[unit_id]
