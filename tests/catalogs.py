"""Are the catalogs complete? `python -m tests.catalogs` says what is missing; `--update` adds new msgids to them.

Words are extracted from the code, so a sentence nobody translated cannot reach a worker.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from config.i18n import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("handlers", "config")
"""Where words are looked for: handlers has all of them, but for why a setting is wrong, which config knows."""
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None}


def extracted() -> Catalog:
    """Every msgid in the code."""
    catalog = Catalog()
    for room in ROOMS:
        found = extract_from_dir(ROOT / room, [("**.py", "python")], keywords=KEYWORDS)
        for _file, _line, msgid, _comments, _context in found:
            catalog.add(msgid)
    return catalog


def path(language: str) -> Path:
    return ROOT / "locales" / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    return read_po(io.BytesIO(path(language).read_bytes()), locale=language, abort_invalid=True)


def _strings(value: str | tuple[str, ...] | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def faults(language: str, wanted: Catalog, kept: Catalog) -> list[str]:
    """What is wrong with a catalog: a msgid missing, untranslated, fuzzy, no longer used, or with other placeholders."""
    found = [f"{language}: not in the code any more: {m.id!r}" for m in kept if m.id and m.id not in wanted]
    for message in wanted:
        if not message.id:
            continue
        mine: Message | None = kept.get(message.id)
        if mine is None or not all(_strings(mine.string)) or mine.fuzzy:
            found.append(f"{language}: not translated: {message.id!r}")
            continue
        allowed = placeholders(_strings(message.id)[-1])
        if any(placeholders(text) != allowed for text in _strings(mine.string)):
            found.append(f"{language}: other placeholders: {message.id!r}")
    return found


def update() -> None:
    """Adds new msgids to each catalog and drops unused ones; English says the msgid itself."""
    wanted = extracted()
    for language in LANGUAGES:
        kept = read(language)
        merged = Catalog(locale=language, header_comment=f"# Hai Chiều, {language}")
        for message in wanted:
            if message.id:
                mine = kept.get(message.id)
                merged.add(message.id, (mine.string if mine else None) or (message.id if language == "en" else ""))
        with path(language).open("wb") as file:
            write_po(file, merged, width=120, sort_output=True, omit_header=False, include_previous=False)
        head = '# Hai Chiều, {}\nmsgid ""\nmsgstr ""\n"Language: {}\\n"\n"Plural-Forms: {}\\n"\n'
        head += '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        body = path(language).read_text("utf-8").split("\n\n", 1)[1]
        path(language).write_text(head.format(language, language, merged.plural_forms) + "\n" + body, "utf-8")


def main() -> int:
    if "--update" in sys.argv:
        update()
    wanted = extracted()
    found = [fault for language in LANGUAGES for fault in faults(language, wanted, read(language))]
    print("\n".join(found) or f"{len(wanted)} msgids, complete in {', '.join(LANGUAGES)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
