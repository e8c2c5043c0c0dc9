"""What files of a poll's results are called: a picture for each question, a workbook, the list of codes. Made when they are
opened (handlers.polls.result_files), and known by these names alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from config.i18n import LANGUAGES
from models.messages.message import Media
from models.store.ids import is_id

CHART, TABLES, CODES = "chart", "tables", "codes"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Named:
    """What the name of such a file says: `chart-0-vi-<unit>-<round>`."""

    kind: str
    number: int
    language: str
    unit_id: str
    round_id: str

    def __str__(self) -> str:
        return f"{self.kind}-{self.number}-{self.language}-{self.unit_id}-{self.round_id}"


def named(attachment_id: str) -> Named | None:
    parts = attachment_id.split("-")
    if len(parts) != 5 or parts[0] not in (CHART, TABLES, CODES) or parts[2] not in LANGUAGES:
        return None
    if not (parts[1].isascii() and parts[1].isdecimal() and is_id(parts[3]) and is_id(parts[4])):
        return None
    return Named(parts[0], int(parts[1]), *parts[2:])


def media_of(name: Named) -> Media:
    if name.kind == CODES:
        return Media(str(name), name.round_id, "document", "ma-kiem-tra.txt", "text/plain")
    if name.kind == TABLES:
        return Media(str(name), name.round_id, "document", "ket-qua.xlsx", _XLSX)
    return Media(str(name), name.round_id, "photo", f"bieu-do-{name.number + 1}.png", "image/png")


def picture(place: int, language: str, unit_id: str, round_id: str, *, alt: str) -> Media:
    """The picture of the question that has this place among those with one. `alt`: what it shows, in words."""
    return replace(media_of(Named(CHART, place, language, unit_id, round_id)), alt=alt)
