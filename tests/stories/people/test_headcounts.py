"""How many people work where, and how many slips there are: seen and corrected from above, and by nobody for themselves."""

from __future__ import annotations

from models.people.units import Unit
from models.trust.audit import Audit
from tests.actors import Person
from tests.running_app import RunningApp
from tests.stories.acts import rows
from tests.stories.people.test_consents import slips


async def test_the_unit_above_sees_slips_and_enters_the_headcount(
    chair: Person, leader: Person, worker: Person, service: RunningApp
) -> None:
    codes = await slips(service, 4)
    await chair.taps("Thông báo của đơn vị", "Thêm…", "Sĩ số và phiếu tham gia")
    before = await chair.sees("Tổ may 1: sĩ số chưa nhập, đã in 4 phiếu", "Tổ may 2: sĩ số chưa nhập, đã in 0 phiếu")
    await chair.taps("Tổ may 1")
    for wrong in ("nhiều", "0", "-3", "40 người", "9" * 30):
        await chair.says(wrong)
        await chair.sees("Đề nghị đồng chí nhập một số người")
    await chair.says("1.040")
    await chair.sees("Tổ may 1: sĩ số 1.040")
    [team] = [unit for unit in await rows(service, Unit) if unit.code == "SONGLAM-MAY1"]
    assert team.headcount == 1040
    assert [row.subject for row in await rows(service, Audit) if row.verb == "headcount"] == [team.id]
    await worker.says(codes[0])  # a slip that is used up is one that was printed
    await chair.taps("Sĩ số và phiếu tham gia")
    assert "đã in 4 phiếu" in before and await chair.sees("Tổ may 1: sĩ số 1.040, đã in 4 phiếu")


async def test_nobody_enters_their_own(leader: Person, service: RunningApp) -> None:
    await leader.taps("Thông báo của đơn vị", "Thêm…", "Sĩ số và phiếu tham gia")
    shown = await leader.sees("Dưới đơn vị đồng chí không có đơn vị nào")
    assert "Tổ may" not in shown
    await leader.says("Tổ may 1")
    await leader.does_not_see("có bao nhiêu người lao động")
