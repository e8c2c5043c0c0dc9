"""Files that people send: where Telegram keeps them, and their bytes.

A file_id stays good; the path that getFile gives is good for at least an hour (core.telegram.org/bots/api#getfile), so it is
asked for anew at every try. Bots may have 20 MB: getFile says so before a byte is read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.channels.base import Gone, TooLarge, Unreachable
from bot.channels.telegram.request import AiohttpRequest, Client


async def fetch(client: Client, request: AiohttpRequest, files: str, file_id: str, most: int) -> AsyncIterator[bytes]:
    """The file's bytes. `files`: where the Bot API serves them, with the token."""
    path = await _path(client, file_id, most)
    async for piece in request.download(files + quote(path)):
        yield piece


async def _path(client: Client, file_id: str, most: int) -> str:
    failure: Exception
    found: Any = None
    try:
        found = await client.call("getFile", {"file_id": file_id})
    except Unreachable as error:
        failure = Unreachable(type(error).__name__)
    except (BadRequest, Forbidden) as error:
        failure = TooLarge() if "too big" in str(error).lower() else Gone(type(error).__name__)
    except RetryAfter:
        failure = Unreachable("asked to wait")
    except TelegramError as error:  # the operator's fault (the token), or no answer: neither is the file's end
        failure = Unreachable(type(error).__name__)
    else:
        path = found.get("file_path") if isinstance(found, dict) else None
        size = found.get("file_size") if isinstance(found, dict) else None
        if isinstance(size, int) and size > most:
            failure = TooLarge()
        elif isinstance(path, str) and path and ".." not in path:
            return path
        else:
            failure = Unreachable("no path")
    raise failure  # out here, without the library's error as its context
