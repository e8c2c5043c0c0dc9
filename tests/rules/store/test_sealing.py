"""What the database keeps is silent without its keys, and the key file is guarded like a key."""

from __future__ import annotations

import hmac
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.store.sealing import Keyring, KeyringError, Unsealable, keyed_hash, seal, unseal

RING = Keyring.new()
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=500)


@given(st.one_of(TEXT, st.sampled_from(["intake.body", "outbound.body"])), TEXT, TEXT)
def test_what_was_sealed_opens(place: str, row: str, text: str) -> None:
    assert RING.unseal(place, row, RING.seal(place, row, text)) == text


@given(TEXT)
def test_lengths_tell_little_and_nothing_repeats(text: str) -> None:
    sealed, again = RING.seal("p", "r", text), RING.seal("p", "r", text)
    assert sealed != again
    assert (len(sealed) - 30) % 64 == 0
    assert len(sealed) - 30 >= len(text.encode()) + 4


def test_short_words_all_look_alike() -> None:
    assert len({len(RING.seal("p", "r", word)) for word in ("", "có", "không", "x" * 60)}) == 1


LEFT = ("conversation.state", "intake.body", "outbound.body", "mailbox.body", "news.body")
SYLLABLES = "chuyền trưởng bắt tăng ca đêm ai xin về thì bị ghi sổ và mất chuyên cần cơm ca hai ôi thiu mười người đau bụng"


@pytest.mark.parametrize("place", LEFT)
def test_what_turns_leave_is_of_one_size(place: str) -> None:
    """A look at the menu and a long grievance; only a very long text is longer, and nothing of another place."""
    chance = random.Random(1)

    def words(letters: int) -> str:
        return " ".join(chance.choices(SYLLABLES.split(), k=letters))[:letters]

    sizes = [len(RING.seal(place, "r", text)) for text in ("", "Menu", words(400), words(3500), words(20_000))]
    assert len(set(sizes[:4])) == 1 < len(set(sizes))
    assert len({len(RING.seal("entry.text", "r", text)) for text in ("", words(3500))}) == 2


@pytest.mark.parametrize("place", LEFT)
def test_what_was_kept_as_it_was_still_opens(place: str) -> None:
    """Before what turns leave was compressed."""
    assert RING.unseal(place, "r", RING.seal_bytes(place, "r", "Tăng ca tháng 5".encode())) == "Tăng ca tháng 5"


@pytest.mark.parametrize(("place", "row"), [("entry.text", "other"), ("person.name", "row"), ("entry.tex", "t:row")])
def test_moved_text_does_not_open(place: str, row: str) -> None:
    with pytest.raises(Unsealable):
        RING.unseal(place, row, RING.seal("entry.text", "row", "Tăng ca"))


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=255))
def test_altered_text_does_not_open(at: int, change: int) -> None:
    sealed = bytearray(RING.seal("p", "r", "Tăng ca tháng 5"))
    sealed[at % len(sealed)] ^= change
    with pytest.raises(Unsealable):
        RING.unseal("p", "r", bytes(sealed))


@pytest.mark.parametrize(
    "sealed", [b"", b"\x00", b"\x00\x01", b"\x00\x01" + bytes(12), b"\x00\x01" + bytes(27), b"\xff" * 99]
)
def test_scraps_do_not_open(sealed: bytes) -> None:
    with pytest.raises((Unsealable, ValueError)):
        RING.unseal("p", "r", sealed)


def test_another_key_does_not_open_and_the_error_says_no_word() -> None:
    with pytest.raises(Unsealable) as refused:
        Keyring.new().unseal("entry.text", "r", RING.seal("entry.text", "r", "bí mật"))
    assert "bí mật" not in str(refused.value)


def test_rotation_seals_with_the_new_and_opens_the_old() -> None:
    old = RING.seal("p", "r", "trước")
    ring = RING.rotated().rotated()
    assert ring.current == RING.current + 2
    assert ring.unseal("p", "r", old) == "trước"
    new = ring.seal("p", "r", "sau")
    assert int.from_bytes(new[:2]) == ring.current
    with pytest.raises(Unsealable):
        RING.unseal("p", "r", new)
    assert ring.keyed_hash("account", "x") == RING.keyed_hash("account", "x"), "look-ups outlive rotation"


def test_hashes_keep_purposes_and_parts_apart() -> None:
    hashes = [
        *(RING.keyed_hash("a", "b", "c"), RING.keyed_hash("a", "bc"), RING.keyed_hash("ab", "c"), RING.keyed_hash("a")),
        *(RING.keyed_hash("a", "c", "b"), Keyring.new().keyed_hash("a", "b", "c")),
    ]
    assert len(set(hashes)) == len(hashes)
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in hashes)


@given(st.binary(min_size=32, max_size=32), st.lists(TEXT, min_size=1, max_size=4))
def test_hashes_are_hmac(key: bytes, parts: list[str]) -> None:
    """By whatever way they are computed: look-ups of years hang on it."""
    plain = hmac.digest(key, "\x1f".join(parts).encode(), "sha256")
    assert Keyring(key, {1: bytes(32)}).keyed_hash(*parts) == plain[:16].hex()


def test_the_keyring_belongs_to_the_session() -> None:
    class Session:
        info = {"keyring": RING}

    assert unseal(Session(), "p", "r", seal(Session(), "p", "r", "chữ")) == "chữ"
    assert keyed_hash(Session(), "a", "b") == RING.keyed_hash("a", "b")


# The key file.


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "haichieu.key"


def test_a_key_file_comes_back_as_it_was(path: Path) -> None:
    ring = RING.rotated()
    ring.write(path)
    again = Keyring.read(path)
    assert again.current == ring.current
    assert again.unseal("p", "r", ring.seal("p", "r", "chữ")) == "chữ"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["haichieu.key"]


def test_a_missing_file_names_the_command(path: Path) -> None:
    with pytest.raises(KeyringError, match="missing"):
        Keyring.read(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601, 0o777])
def test_a_file_that_others_may_read_is_refused(path: Path, mode: int) -> None:
    RING.write(path)
    path.chmod(mode)
    with pytest.raises(KeyringError, match="open"):
        Keyring.read(path)


GOOD = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


DAMAGED = [
    *("", "{", "null", "[]", "1", '"x"', "{}", "\ufffd\x00", '{"lookup": "KEY"}', '{"lookup": "KEY", "seal": {}}'),
    *('{"lookup": "KEY", "seal": {"1": "c2hvcnQ="}}', '{"lookup": "KEY", "seal": {"one": "KEY"}}'),
    *('{"lookup": 5, "seal": {"1": "KEY"}}', '{"lookup": "KEY", "seal": {"1": null}}', '{"lookup": "KEY", "seal": ["KEY"]}'),
]


@pytest.mark.parametrize("content", [content.replace("KEY", GOOD) for content in DAMAGED], ids=range(len(DAMAGED)))
def test_a_damaged_file_says_so_and_shows_no_key(path: Path, content: str) -> None:
    RING.write(path)
    path.write_text(content)
    with pytest.raises(KeyringError, match="damaged") as refused:
        Keyring.read(path)
    assert GOOD not in str(refused.value)
    assert refused.value.__cause__ is None


def test_half_a_file_is_never_left(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    RING.write(path)
    before = path.read_bytes()

    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(json, "dump", full)
    with pytest.raises(OSError, match="No space"):
        RING.rotated().write(path)
    assert path.read_bytes() == before
