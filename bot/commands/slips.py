"""Printing joining slips: A4 with cut lines, a QR code and the code in large letters, drawn by Typst.

The fonts are ours (bot/print/fonts): the usual free ones misplace the marks of Vietnamese capitals.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path


def spaced(code: str) -> str:
    """K7MP-4RXA: read aloud and typed in two halves."""
    return f"{code[:4]}-{code[4:]}"


def render(words: Mapping[str, object], slips: Sequence[tuple[str, str]], language: str) -> bytes:
    """A PDF of these slips, each a code and its link (empty: no QR code)."""
    import typst

    given = {
        "words": words,
        "language": language,
        "slips": [{"code": spaced(code), "qr": _square(link) if link else None} for code, link in slips],
    }
    print_directory = resources.files("bot") / "print"
    # A root of its own: the template can read no other file of this machine, and there are no packages to fetch.
    with tempfile.TemporaryDirectory(prefix="haichieu-print-") as root, resources.as_file(print_directory) as directory:
        template = Path(root) / "slips.typ"
        template.write_bytes((directory / "slips.typ").read_bytes())
        made = typst.compile(
            template,
            root=Path(root),
            font_paths=[directory / "fonts"],
            ignore_system_fonts=True,
            sys_inputs={"given": json.dumps(given, ensure_ascii=False)},
            format="pdf",
        )
    return made


def _square(link: str) -> str:
    import segno

    drawn = io.BytesIO()
    segno.make(link, error="m", micro=False).save(drawn, kind="svg", border=1, xmldecl=False)
    return drawn.getvalue().decode()
