"""The pages a browser is served: read once from the package (so that a wheel works), sent with headers that
allow nothing but this server's own files: no script or style inside a page, no other site, no cached copy.

`page(name)` is a handler for one HTML file; `routes()` serves what the pages load. A page links to
`/static/chat.css`; what is sent says `/static/<digest of all files>/chat.css`, so that browsers keep files
for ever and never mix two versions.

Files whose names begin with “demo” are the demo's: they take whole sessions from an address, which no page of a union may
ever do. They are served by `routes(demo=True)` only, under a path of their own, and a page by `page(name, demo=True)`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from functools import cache
from importlib import resources

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

DEMO = "/demo/static"
STRICT = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src blob:; "
        "connect-src 'self'; "
        "frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@cache
def files() -> dict[str, bytes]:
    """All that is here to be served."""
    return {
        entry.name: entry.read_bytes()
        for entry in sorted(resources.files(__name__).iterdir(), key=lambda entry: entry.name)
        if entry.name[entry.name.rfind(".") :] in TYPES
    }


@cache
def _digest() -> str:
    whole = hashlib.sha256()
    for name, content in files().items():
        whole.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return whole.hexdigest()[:16]


def page(name: str, *, demo: bool = False) -> Handler:
    """A handler that serves one HTML file of this package; in the demo the chat begins with a script of the demo's."""
    root = DEMO if demo else "/static"

    async def serve(_request: web.Request) -> web.StreamResponse:
        content = files()[name].replace(b'"/static/', f'"{root}/{_digest()}/'.encode())
        if demo:
            content = content.replace(b'/page.js"', b'/demo_chat.js"')
        return web.Response(body=content, content_type="text/html", charset="utf-8", headers=STRICT)

    return serve


def routes(*, demo: bool = False) -> list[web.RouteDef]:
    root, serve = (DEMO, _static) if demo else ("/static", _static_of_the_chat)
    return [
        web.get(f"{root}/{{name}}", serve),
        web.get(f"{root}/{{digest:[0-9a-f]{{16}}}}/{{name}}", serve),
    ]


async def _static_of_the_chat(request: web.Request) -> web.StreamResponse:
    if request.match_info["name"].startswith("demo"):
        raise web.HTTPNotFound
    return await _static(request)


async def _static(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    content = files().get(name)
    if content is None or name.endswith(".html"):
        raise web.HTTPNotFound
    etag = hashlib.sha256(content).hexdigest()[:32]
    current = request.match_info.get("digest") == _digest()
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache",
        "ETag": f'"{etag}"',
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    if any(known.value in (etag, "*") for known in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    kind = TYPES[name[name.rfind(".") :]]
    return web.Response(body=content, content_type=kind, charset="utf-8", headers=headers)
