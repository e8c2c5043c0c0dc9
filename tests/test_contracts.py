"""The import contracts of pyproject.toml: each is kept, and each refuses an import that is planted for it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter import Contract
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

KINDS: dict[str, type[Contract]] = {
    "layers": LayersContract,
    "forbidden": ForbiddenContract,
    "independence": IndependenceContract,
    "protected": ProtectedContract,
}
PLANTED = [
    # contract, who imports, what it must not
    ("One arrow: bot, handlers, models, config", "models.people.units", "handlers.chat.words"),
    ("One arrow: bot, handlers, models, config", "handlers.chat.menu", "bot.clock"),
    ("Only one place knows python-telegram-bot", "bot.sending.outbox", "telegram"),
    ("Handlers know no service, no server, no scheduler and no SQL", "handlers.grievances.digest", "sqlalchemy"),
    ("Channels do not import each other", "bot.channels.zalo.channel", "bot.channels.webchat.socket"),
    ("Subjects of models", "models.grievances.cases", "models.polls.rounds"),
    ("Subjects of models", "models.messages.outbox", "models.broadcasts.ledger"),
    ("Subjects of models", "models.store.sealing", "models.people.accounts"),
    ("Subjects of handlers", "handlers.polls.writing", "handlers.grievances.filing"),
    ("Subjects of handlers", "handlers.chat.menu", "handlers.people.joining"),
    ("Rooms of bot", "bot.channels.base", "bot.sending.outbox"),
    ("Rooms of bot", "bot.demo.stage", "bot.commands.main"),
    ("Ballots and their keys: voting, boxing and counting only", "models.grievances.cases", "models.polls.boxes"),
    ("Ballots and their keys: voting, boxing and counting only", "handlers.polls.results", "models.polls.ballots"),
    ("Broadcasts are come to by their doors", "handlers.polls.writing", "handlers.broadcasts.progress"),
]


@pytest.fixture(scope="module")
def configured() -> dict[str, Any]:
    return read_configuration(str(Path(__file__).resolve().parent.parent / "pyproject.toml"))


@pytest.fixture(scope="module")
def imports(configured: dict[str, Any]) -> grimp.ImportGraph:
    return grimp.build_graph(
        *configured["session_options"]["root_packages"],
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=None,
    )


def is_kept(configured: dict[str, Any], name: str, imports: grimp.ImportGraph) -> bool:
    (options,) = (one for one in configured["contracts_options"] if one["name"] == name)
    contract = KINDS[options["type"]](name, configured["session_options"], options)
    return contract.check(deepcopy(imports), verbose=False).kept


def test_every_contract_has_a_planted_import(configured: dict[str, Any]) -> None:
    assert {one["name"] for one in configured["contracts_options"]} == {name for name, _, _ in PLANTED}


@pytest.mark.parametrize(("name", "importer", "imported"), PLANTED)
def test_a_forbidden_import_is_refused(
    configured: dict[str, Any], imports: grimp.ImportGraph, name: str, importer: str, imported: str
) -> None:
    assert is_kept(configured, name, imports)
    assert {importer, imported} <= imports.modules, "a planted import of what is not there proves nothing"
    planted = deepcopy(imports)
    planted.add_import(importer=importer, imported=imported)
    assert not is_kept(configured, name, planted)
