"""Links to one attachment, for officers whose line cannot be sent files: `/media/<token>`, once, within two minutes.

Opening the link shows a page with a button; only the button gives the file and uses the link up. Messengers, virus scanners
and previews open links by themselves, and one that was used by a machine would be of no use to the officer. The token is the
only right to it, so the page sends no referrer, is not kept, and may not be framed; the file comes as what it is and nothing
else, in a sandbox, in case a reader should take it for a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aiohttp import web

from bot.clock import Clock
from bot.vault import Vault
from bot.writer import Writer
from config.i18n import DEFAULT, language
from handlers.files import attachments
from handlers.front import file_rights
from models.files import one_time_links
from models.files.one_time_links import Link
from models.store.database import Session

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
_FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"

_PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark"><title>{title}</title>
<style>body{{font:1.125rem/1.5 system-ui,sans-serif;max-width:28rem;margin:15vh auto;padding:0 1.25rem}}
button{{font:inherit;font-weight:600;min-height:3rem;padding:0 1.5rem;border:0;border-radius:.75rem}}
button{{background:#0b5c9e;color:#fff}}
</style></head><body><h1 style="font-size:1.25rem">{title}</h1><p>{words}</p>{form}</body></html>"""
_FORM = '<form method="post"><button>{button}</button></form>'


class MediaLinks:
    def __init__(self, writer: Writer, clock: Clock, vault: Vault) -> None:
        self._writer = writer
        self._clock = clock
        self._vault = vault

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.get("/media/{token}", self._ask, allow_head=False), web.post("/media/{token}", self._give)]

    async def _ask(self, request: web.Request) -> web.Response:
        token, now = _token(request), self._clock.now()
        found = await self._writer.read(lambda session: one_time_links.look(session, token, now)) if token else None
        return _over() if found is None else _page("ask", 200)

    async def _give(self, request: web.Request) -> web.Response:
        token, now = _token(request), self._clock.now()

        def use(session: Session) -> Link | None:
            found = one_time_links.use(session, token, now)
            # The office, or the case, may have passed to somebody else within the two minutes.
            may = found and file_rights.for_person(session, found.person_id, found.media.case_id, found.media.id, now)
            return found if may else None

        found = await self._writer.write(use, grouped=True) if token else None
        content = await self._vault.open(found.media.id) if found else None
        if found is None or content is None:
            return _over()
        shown = "attachment" if found.media.kind == "document" else "inline"
        headers = {
            **HEADERS,
            "Content-Security-Policy": _FILE_POLICY,
            "Content-Disposition": f'{shown}; filename="{found.media.name}"',
        }
        return web.Response(body=content, content_type=found.media.mime, headers=headers)


def _token(request: web.Request) -> str:
    token = request.match_info["token"]
    return token if _TOKEN.fullmatch(token) else ""


def _over() -> web.Response:
    """The same for used, expired and invented: nobody learns which."""
    return _page("over", 404)


def _page(name: str, status: int) -> web.Response:
    words = attachments.link_page(language(DEFAULT), name)
    form = _FORM.format(button=words["button"]) if "button" in words else ""
    body = _PAGE.format(title=words["title"], words=words["words"], form=form)
    headers = {**HEADERS, "Content-Security-Policy": _PAGE_POLICY}
    return web.Response(text=body, status=status, content_type="text/html", headers=headers)
