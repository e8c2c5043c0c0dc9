"""The made-up union that the demo and the tests begin with: one factory, two teams, and the federation above."""

from __future__ import annotations

from dataclasses import dataclass

from models.people import invites, persons
from models.people.offices import Office
from models.people.units import Unit
from models.store.database import Session

NAME = "Công đoàn cơ sở Công ty May Sông Lam"


@dataclass(frozen=True, slots=True)
class Codes:
    """The joining codes of the sample union; `team` may be used by anybody, the others once."""

    team: str
    second_team: str
    leader: str
    chair: str
    superior: str


def found(session: Session) -> Codes:
    """Makes the union's units, its officers on the roll, and a code for each."""
    province = Unit(kind="ldld_tinh", code="LDLD", name="Liên đoàn Lao động tỉnh")
    factory = Unit(kind="cdcs", code="SONGLAM", name=NAME, parent_id=province.id, sector="ngoai_nha_nuoc")
    teams = [
        Unit(kind="to_cong_doan", code=f"SONGLAM-MAY{number}", name=f"Tổ may {number}", parent_id=factory.id)
        for number in (1, 2)
    ]
    for unit in (province, factory, *teams):
        session.add(unit)
        session.flush()
    codes = [
        _officer(session, unit.id, role, name, staff_code)
        for unit, role, name, staff_code in (
            (teams[0], "leader", "Trần Thị Mai", "SL001"),
            (factory, "chair", "Nguyễn Văn Hùng", "SL002"),
            (province, "superior", "Lê Thị Hòa", "LD001"),
        )
    ]
    return Codes(invites.issue(session, teams[0].id), invites.issue(session, teams[1].id), *codes)


def _officer(session: Session, unit_id: str, role: str, name: str, staff_code: str) -> str:
    somebody = persons.add(session, unit_id, name=name, staff_code=staff_code)
    session.add(Office(person_id=somebody.id, unit_id=unit_id, role=role))
    session.flush()
    return invites.issue(session, unit_id, person_id=somebody.id, uses=1)
