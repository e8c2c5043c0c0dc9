"""The emulator by itself, steered over HTTP, for benches and kill tests: the service is another process.

JSON in, JSON out, under /control/. GET state, sent, chat; POST users, deliver, redeliver, block, unblock,
fault, clear, limits, down, reset.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.emulators.telegram_faults import Limiter
from tests.emulators.telegram_http import Upload
from tests.emulators.telegram_people import User

if TYPE_CHECKING:
    from tests.emulators.telegram import TelegramEmulator

_TASKS: set[asyncio.Task[None]] = set()


async def answer(em: TelegramEmulator, request: web.BaseRequest, name: str) -> web.Response:
    asked = dict(request.query)
    if request.method == "POST" and (body := await request.read()):
        asked |= json.loads(body)
    try:
        result, status = await _do(em, name, asked), 200
    except (LookupError, TypeError, ValueError, RuntimeError) as error:
        result, status = {"error": f"{type(error).__name__}: {error}"}, 400
    text = json.dumps(result, ensure_ascii=False, default=lambda value: f"<{type(value).__name__}>")
    return web.Response(status=status, text=text, content_type="application/json")


async def _do(em: TelegramEmulator, name: str, asked: dict[str, Any]) -> Any:
    match name:
        case "state":
            return _state(em)
        case "sent":
            calls = em.sent[int(asked.get("since", 0)) :]
            wanted = asked.get("method")
            return [_call(call) for call in calls if wanted in (None, call.method)]
        case "chat":
            chat = em.chats[int(asked["id"])]
            return {"screen": chat.screen(), "inbox": [shown.json(chat) for shown in chat.inbox]}
        case "users":
            count = asked.pop("count", 1)
            return {"ids": [em.user(**asked).id for _ in range(count)]}
        case "deliver":
            return await _deliver(em, asked)
        case "redeliver":
            return {"statuses": await em.redeliver()}
        case "block" | "unblock":
            user = _user(em, asked)
            return {"status": await em.deliver(user.blocks() if name == "block" else user.unblocks())}
        case "fault":
            em.fault(**asked)
        case "clear":
            em.clear_faults()
        case "limits":
            em.limiter = Limiter() if asked.get("on", True) else None
        case "down":
            task = asyncio.create_task(_outage(em, float(asked.get("seconds", 1))))
            _TASKS.add(task)
            task.add_done_callback(_TASKS.discard)
        case "reset":
            em.reset(limits=em.limiter is not None)
        case _:
            raise LookupError(f"no such control: {name}")
    return {"ok": True}


def _user(em: TelegramEmulator, asked: dict[str, Any]) -> User:
    user = em.chats[int(asked["user"])]
    if not isinstance(user, User):
        raise TypeError(f"{asked['user']} is not a person")
    return user


async def _deliver(em: TelegramEmulator, asked: dict[str, Any]) -> Any:
    """`{"events": [{"user", "text" | "tap" | "command", "times"?} | {"update"}], "concurrency"?}`, or one."""
    events = asked.get("events", [asked])
    gate = asyncio.Semaphore(int(asked.get("concurrency", 40)))  # max_connections of a webhook, by default

    async def one(event: dict[str, Any]) -> int | None:
        async with gate:
            if (update := event.get("update")) is None:
                user = _user(em, event)
                if "tap" in event:
                    update = user.tap_update(event["tap"])
                elif "command" in event:
                    update = user.command(event["command"], event.get("argument", ""))
                else:
                    update = user.message_update(event["text"])
            return await em.deliver(update, times=int(event.get("times", 1)))

    return {"statuses": await asyncio.gather(*map(one, events))}


async def _outage(em: TelegramEmulator, seconds: float) -> None:
    await asyncio.sleep(0.05)  # the answer to this very request leaves first
    await em.down()
    await asyncio.sleep(seconds)
    await em.start()


def _call(call: Any) -> dict[str, Any]:
    params = {k: f"<{len(v.content)} bytes>" if isinstance(v, Upload) else v for k, v in call.params.items()}
    return {"method": call.method, "params": params, "at": call.at}


def _state(em: TelegramEmulator) -> dict[str, Any]:
    return {
        "url": em.url,
        "counters": {f"{method} {status}": count for (method, status), count in em.counters.items()},
        "sent": len(em.sent),
        "refused": len(em.refused),
        "pending": len(em.queue),
        "unanswered_taps": len(em.queries),
        "breaches": dict(em.limiter.breaches) if em.limiter else {},
        "faults": [{"kind": fault.kind, "hits": fault.hits} for fault in em.faults],
        "webhook": em.webhook.get("url", ""),
        "violations": em.violations,
    }


async def serve(em: TelegramEmulator) -> None:
    """Runs until SIGTERM or SIGINT; says where on one line of JSON."""
    over = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, over.set)
    await em.start()
    print(json.dumps({"url": em.url, "token": em.token, "pid": os.getpid()}), flush=True)
    await over.wait()
    await em.stop()
