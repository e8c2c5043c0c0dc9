"""The tables that a union may tune, read once from the TOML files beside this module."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=4)
def folder(name: str) -> dict[str, dict[str, Any]]:
    """The contents of config/<name>/*.toml, by the name of the file."""
    files = sorted(resources.files("config").joinpath(name).iterdir(), key=lambda file: file.name)
    tables = (file for file in files if file.name.endswith(".toml"))
    return {file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8")) for file in tables}


@lru_cache(maxsize=16)
def table(name: str) -> dict[str, Any]:
    """The contents of config/<name>.toml."""
    return tomllib.loads(resources.files("config").joinpath(f"{name}.toml").read_text("utf-8"))
