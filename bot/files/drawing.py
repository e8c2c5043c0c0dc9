"""Drawing a Vega-Lite specification: a PNG for a chat or a page.

What draws is a V8 with Vega in it (vl-convert): the first picture takes a second and 90 MB, which stay; each after it a
quarter of a second, and while it draws no other thread of Python runs. So a service draws in a process of its own
(`render_apart`). It could fetch data, maps and images, and for images cannot even be told not to; so a specification that
asks for anything by address is refused here.

The font is ours (bot/print/fonts), so that a machine without fonts, or with others, draws the same.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

FORMAT = "v6.4"
"""The version of Vega-Lite that draws; newer ones of the library must not change our pictures by themselves."""
_COLOURS = 48
SECONDS = 60
_ROOT = Path(__file__).resolve().parents[2]


class NotDrawn(Exception):
    """It failed, or took too long."""


class Fetches(ValueError):
    """The specification asks for something by its address."""


@cache
def _drawer() -> ModuleType:
    import vl_convert

    # A directory of real files: the drawer keeps their paths, not their content.
    vl_convert.register_font_directory(str(resources.files("bot") / "print" / "fonts"))
    return vl_convert


def render_png(spec: Mapping[str, Any], scale: float = 1) -> bytes:
    """One pixel for each of the specification, times `scale`. Raises `Fetches`."""
    _check(spec)
    drawn = _drawer().vegalite_to_png(dict(spec), vl_version=FORMAT, scale=scale, allowed_base_urls=[])
    return _small(drawn)


async def render_apart(specs: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """Several PNGs, drawn in one process that then ends. Raises `NotDrawn`. Cancelled, it leaves no process."""
    # -P and PYTHONPATH: our own packages and no others that happen to lie in the working directory; and no key to lose.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot.files.drawing"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await process.communicate(json.dumps(specs).encode())
    except TimeoutError:
        raise NotDrawn from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise NotDrawn
    return [b64decode(line) for line in said.split()]


def _small(png: bytes) -> bytes:
    """The same in a few colours: a fifth of the bytes, on a phone that pays for them."""
    from PIL import Image

    packed = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def _check(part: object) -> None:
    if isinstance(part, Mapping):
        if "url" in part or part.get("type") == "image" or part.get("mark") == "image":
            raise Fetches
        part = list(part.values())
    if isinstance(part, list | tuple):
        for inner in part:
            _check(inner)


if __name__ == "__main__":
    for _spec in json.load(sys.stdin):
        sys.stdout.buffer.write(b64encode(render_png(_spec)) + b"\n")
