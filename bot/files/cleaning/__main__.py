"""The process in which one file is cleaned: `python -m bot.files.cleaning KIND`, the file on stdin.

On stdout comes one line of JSON, then the clean file. Started by apart.py only; it has neither keys nor settings.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import cast

from bot.files.cleaning import Refused, clean
from models.messages.message import FileKind

MEMORY = 1024 * 2**20
SECONDS = 30


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kind = cast("FileKind", sys.argv[1])
    head: dict[str, str]
    try:
        found = clean(sys.stdin.buffer.read(), kind)
    except Refused as refused:
        head, content = {"why": refused.why}, b""
    except MemoryError:
        head, content = {"why": "large"}, b""
    except Exception:  # its words may be the document's
        head, content = {"why": "damaged"}, b""
    else:
        head, content = {"kind": found.kind, "mime": found.mime}, found.content
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
