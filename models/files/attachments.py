"""What came with somebody's words: photos, documents, voice. The bytes are sealed files on disk (bot/vault.py); here is what
became of each.

No table holds an attachment's id beside a case or a chat. `Attachment` rows are found by a keyed hash of the id and say,
sealed, whether the file could be had; they are written by whoever fetches, in a transaction of its own, and never again.
Which case has it is told by models.grievances.enclosures, and by nothing here. The
id itself travels in the chat's sealed draft and in the sealed event, so nothing but the keys leads from a case to the moment
in which a file was fetched, or from there to a chat.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import delete, select
from sqlmodel import Field, col

from models.messages.message import FileKind
from models.store.database import Base, Session, insert_ignore
from models.store.sealing import keyed_hash, seal, unseal

LIMITS: Mapping[FileKind, int] = {"photo": 10 * 2**20, "document": 20 * 2**20, "voice": 10 * 2**20}
"""Bytes. 20 MB is what Telegram's getFile gives a bot (core.telegram.org/bots/api#getfile); it is the same on every line, so
that what can be sent does not depend on the app."""
MOST = 10
"""Files with one message: an album of Telegram has at most as many."""

State = Literal["fetching", "kept", "refused", "lost"]
"""`refused`: it was had, and is nothing we keep; `lost`: it could not be had."""


class Attachment(Base, table=True):
    """What became of one file. `id` is a keyed hash of the attachment's id."""

    __tablename__ = "attachment"

    id: str = Field(primary_key=True, max_length=32)
    body: bytes


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a file: `kind` and `mime` as its content says, `why` it was refused (see bot/files/cleaning)."""

    state: State
    kind: FileKind
    mime: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One attachment of a case or a draft. `number` counts those of its kind: photo 1, photo 2, document 1."""

    id: str
    kind: FileKind
    number: int
    fate: Fate

    @property
    def name(self) -> str:
        """What it is called wherever it is opened; never what it was called on the phone it came from."""
        stem = {"photo": "anh", "document": "tep", "voice": "ghi-am"}[self.kind]
        return f"{stem}-{self.number}.{EXTENSIONS.get(self.fate.mime, 'bin')}"


EXTENSIONS = {
    "image/jpeg": "jpg",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/plain": "txt",
    "audio/ogg": "ogg",
    "audio/aac": "aac",
    "audio/mpeg": "mp3",
    "audio/amr": "amr",
    "audio/wav": "wav",
    "audio/webm": "webm",
}


def record(session: Session, attachment_id: str, fate: Fate) -> bool:
    """Notes what became of a file, once; False when that was known."""
    row_id = _row_id(session, attachment_id)
    body = json.dumps({"state": fate.state, "kind": fate.kind, "mime": fate.mime, "why": fate.why})
    return insert_ignore(session, Attachment, [{"id": row_id, "body": seal(session, "attachment.body", row_id, body)}]) == 1


def fates(session: Session, attachment_ids: Iterable[str]) -> dict[str, Fate]:
    """What is known of these; nothing of those still being fetched."""
    hashed = {_row_id(session, one): one for one in attachment_ids}
    if not hashed:
        return {}
    rows = session.execute(select(Attachment).where(col(Attachment.id).in_(hashed))).scalars()
    return {hashed[row.id]: Fate(**json.loads(unseal(session, "attachment.body", row.id, row.body))) for row in rows}


def forget(session: Session, attachment_ids: Iterable[str]) -> None:
    hashed = [_row_id(session, one) for one in attachment_ids]
    session.execute(delete(Attachment).where(col(Attachment.id).in_(hashed)))


def numbered(session: Session, files: Sequence[Mapping[str, Any]]) -> list[Enclosed]:
    """These files (as drafts and events carry them: id and kind) with their numbers and what became of each."""
    known = fates(session, [file["id"] for file in files])
    counts: Counter[str] = Counter()
    found = []
    for file in files:
        kind = cast("FileKind", file["kind"])
        counts[kind] += 1
        found.append(Enclosed(file["id"], kind, counts[kind], known.get(file["id"], Fate("fetching", kind))))
    return found


def _row_id(session: Session, attachment_id: str) -> str:
    return keyed_hash(session, "attachment", attachment_id)
