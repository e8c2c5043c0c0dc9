"""Names to look at before a list is written: whoever misread it sees it there, and nowhere else.

It stands alone because it judges nothing: a strange name is a name.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.i18n import clean, with_d
from models.people.roll import Line, Roll, RollPerson
from models.people.spoilt_letters import is_vietnamese

_SHOWN = 3


def remarkable(lines: Sequence[Line], roll: Roll) -> dict[str, list[RollPerson]]:
    """The first and the last of the list as it lies there, the shortest and the strangest names."""
    people = {person.staff_code: person for person in roll.people}
    ends = [people.get(with_d(clean(line.cells["staff_code"])).upper()) for line in (lines[0], lines[-1])]
    strange = sorted(roll.people, key=lambda person: -_strangeness(person.name))[:_SHOWN]
    return {
        "first": [person for person in ends[:1] if person],
        "last": [person for person in ends[1:] if person],
        "shortest": sorted(roll.people, key=lambda person: len(person.name))[:_SHOWN],
        "strangest": [person for person in strange if _strangeness(person.name)],
    }


def _strangeness(name: str) -> int:
    words = name.split()
    odd = sum(not (letter.isalpha() or letter in " '.-’") for letter in name)
    foreign, single = not is_vietnamese(name), len(words) == 1
    return 4 * odd + 3 * foreign + 2 * single + (len(words) > 6 or name.islower())
