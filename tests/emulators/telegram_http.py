"""Requests in the four forms the Bot API takes: query, form, JSON and multipart; and its answers.

Source: core.telegram.org/bots/api, "Making requests".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.emulators.telegram_rules import bad


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request."""

    name: str
    content_type: str
    content: bytes


def response(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, headers={"Content-Type": "application/json"})


async def read_params(request: web.BaseRequest, query: str) -> dict[str, Any]:
    """Parameters from the query and the body, whichever of the four ways they came."""
    params: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("multipart/form-data"):
        for key, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                params[key] = Upload(value.filename, value.content_type, value.file.read())
                value.file.close()
            else:
                params[key] = value
        return params
    body = await request.read()
    try:
        if kind.startswith("application/json"):
            params |= json.loads(body or b"{}")
        elif body:
            params |= parse_qsl(body.decode(), keep_blank_values=True)
    except (ValueError, TypeError):
        raise bad("can't parse request body") from None
    return params
