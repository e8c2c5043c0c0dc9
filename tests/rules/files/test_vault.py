"""Sealed attachments on disk: whole or not there, for their owner only, and saying little by their size and time."""

from __future__ import annotations

import asyncio
import os
from datetime import date
from pathlib import Path

import pytest

from bot.vault import Vault
from models.store.ids import new_id
from models.store.sealing import Keyring

DAY = date(2026, 11, 23)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "a" / "media", Keyring.new())


async def test_what_is_put_in_comes_out(vault: Vault) -> None:
    name = new_id()
    assert await vault.open(name) is None
    await vault.put(name, b"\x00content\xff", DAY)
    assert await vault.open(name) == b"\x00content\xff"
    assert await Vault(vault.directory, Keyring.new()).open(name) is None, "another key opens nothing"
    await vault.remove([name, new_id()])
    assert await vault.open(name) is None


async def test_a_file_says_a_day_and_one_of_eight_sizes(vault: Vault) -> None:
    sizes = set()
    for length in (0, 1, 200_000, 262_140, 262_141, 3_000_000, 20 * 2**20):
        name = new_id()
        await vault.put(name, os.urandom(length), DAY)
        stat = (vault.directory / name).stat()
        assert stat.st_mode & 0o777 == 0o600 and stat.st_mtime == vault.directory.stat().st_mtime == 1795392000
        sizes.add(stat.st_size - 30)
    assert sizes == {2**18, 2**19, 2**22, 2**25}
    assert vault.directory.stat().st_mode & 0o777 == 0o700


async def test_a_file_moved_to_another_name_does_not_open(vault: Vault) -> None:
    one, other = new_id(), new_id()
    await vault.put(one, b"x", DAY)
    (vault.directory / one).rename(vault.directory / other)
    assert await vault.open(other) is None


@pytest.mark.parametrize("name", ["../haichieu.key", "", "/etc/passwd", "A" * 13, ".partial"])
async def test_only_ids_are_names(vault: Vault, name: str) -> None:
    assert await vault.open(name) is None and await vault.upload(name) is None
    await vault.remove([name])
    with pytest.raises(AssertionError):
        await vault.put(name, b"x", DAY)


async def test_a_disk_that_is_full_leaves_nothing_half_written(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        await vault.put(new_id(), b"x", DAY)
    assert not list(vault.directory.iterdir())
    assert "No space left" in vault.fault()


async def test_uploads_nobody_named_and_remains_of_a_crash_are_swept(vault: Vault) -> None:
    kept = new_id()
    await vault.put(kept, b"x", DAY)
    await vault.put_upload("0" * 32, b"x", DAY)
    (vault.directory / ".1234.partial").touch()
    await asyncio.to_thread(os.utime, vault.directory / ".1234.partial", (1795392000, 1795392000))
    await vault.sweep(date(2026, 11, 24))
    assert len(list(vault.directory.iterdir())) == 3
    await vault.sweep(date(2026, 11, 25))
    assert [path.name for path in vault.directory.iterdir()] == [kept]


def test_the_doctors_look_leaves_nothing(vault: Vault) -> None:
    assert vault.fault() == ""
    assert not list(vault.directory.iterdir())
    blocked = vault.directory / "file"
    blocked.touch()
    assert "HAICHIEU" not in Vault(blocked / "below", Keyring.new()).fault() != ""
