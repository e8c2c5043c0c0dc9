"""Every chain of evidence from a case to a person.

rows = [*cluster.rows(since), *wal.read(cluster, since).rows]          # PostgreSQL
rows = sqlite.read(path).rows                                          # SQLite
assert not paths(rows, cases={"grievance"}, people={"account"}, ignore=unit_ids), "\\n" + show(...)
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from .evidence import Row, marks_of


class Step(NamedTuple):
    row: Row
    evidence: str  # the mark this row shares with the row before it; empty for the first

    def __str__(self) -> str:
        return f"--{self.evidence}--> {self.row}" if self.evidence else str(self.row)


def paths(
    rows: Iterable[Row],
    cases: Collection[str],
    people: Collection[str],
    *,
    ignore: Collection[str] = (),
    ignore_rows: Collection[str] = (),
    times: bool = True,
) -> list[list[Step]]:
    """The shortest chain from each case to each person it reaches, shortest first; empty when there is none.

    cases and people are names of tables. ignore: tokens everybody shares (unit ids, officer ids).
    ignore_rows: ids (the first column) of rows that take no part, in any version, such as the accounts of
    officers acting in office. times=False leaves equal moments out, for stories whose clock stands still.
    A chain does not run on through a person or through another case: that one is reported by itself.
    """
    idle = set(ignore_rows)
    taking_part = [row for row in rows if row.id not in idle]
    ends = {*cases, *people}
    silent = {f"token:{form}" for token in ignore for form in (token, token.replace("-", "").lower())}
    bearers: dict[str, list[Row]] = defaultdict(list)
    for row in taking_part:
        for mark in row.marks:
            if mark not in silent and (times or not mark.startswith("time:")):
                bearers[mark].append(row)
    shortest: dict[tuple[object, object], list[Step]] = {}
    for case in taking_part:
        if case.table not in cases:
            continue
        for person, path in _from(case, bearers, ends, people).items():
            key = (case.id or case, person)
            if key not in shortest or len(path) < len(shortest[key]):
                shortest[key] = path
    return sorted(shortest.values(), key=lambda path: (len(path), [str(step) for step in path]))


def _from(
    case: Row, bearers: Mapping[str, list[Row]], ends: Collection[str], people: Collection[str]
) -> dict[object, list[Step]]:
    """Breadth first; each mark and each row is used once."""
    came: dict[Row, tuple[Row | None, str]] = {case: (None, "")}
    used: set[str] = set()
    queue, found = [case], dict[object, list[Step]]()
    for row in queue:
        for mark in sorted(row.marks - used):
            used.add(mark)
            for other in bearers.get(mark, ()):
                if other in came:
                    continue
                came[other] = (row, mark)
                if other.table in people:
                    found.setdefault((other.table, other.id or other), _trail(other, came))
                elif other.table not in ends:
                    queue.append(other)
    return found


def _trail(row: Row | None, came: Mapping[Row, tuple[Row | None, str]]) -> list[Step]:
    steps = []
    while row is not None:
        before, mark = came[row]
        steps.append(Step(row, mark))
        row = before
    return steps[::-1]


def show(found: list[list[Step]]) -> str:
    """For the message of a failed assertion."""
    return "\n".join("\n    ".join(str(step) for step in path) for path in found) or "nothing found"


def common(rows: Iterable[Row], more_than: int) -> dict[str, int]:
    """Marks that more than so many rows bear: look at them, then pass those that say nothing as `ignore`."""
    counts = Counter(mark for row in rows for mark in row.marks)
    return {mark: count for mark, count in counts.most_common() if count > more_than}


def of_records(tables: Mapping[str, Iterable[Mapping[str, object]]]) -> list[Row]:
    """Rows from decoded live records, {table: [{column: value}]}: as read with SQL, not from files."""
    return [
        Row(table, number, "live", next((v for v in record.values() if isinstance(v, str)), None), marks)
        for table, records in tables.items()
        for number, record in enumerate(records)
        for marks in [marks_of(record.values())]
    ]
