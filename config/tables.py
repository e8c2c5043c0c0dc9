"""The tables that a union may tune, read once from the TOML files beside this module."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=16)
def table(name: str) -> dict[str, Any]:
    """The contents of config/<name>.toml."""
    return tomllib.loads(resources.files("config").joinpath(f"{name}.toml").read_text("utf-8"))
