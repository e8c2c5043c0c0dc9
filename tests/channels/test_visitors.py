"""Which names are ours, and where somebody comes from."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import BaseRequest

from bot.visitors import Visitors
from config.settings import Web


def request(
    peer: str = "203.0.113.9", *passed: str, host: str = "chat.example.vn", arrived: str = "192.168.1.5"
) -> BaseRequest:
    transport = Mock()
    known: dict[str, Any] = {"peername": (peer, 50000), "sockname": (arrived, 8080), "sslcontext": None}
    transport.get_extra_info = lambda name, default=None: known.get(name, default)
    headers = [("Host", host), *(("X-Forwarded-For", one) for one in passed)]
    return make_mocked_request("GET", "/chat", headers=headers, transport=transport)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("chat.example.vn", True),
        ("CHAT.example.vn", True),
        ("chat.example.vn:443", True),
        ("chat.example.vn:8443", False),
        ("chat.example.vn.evil.example", False),
        ("evil.example", False),
        ("evil.example:8080", False),
        ("localhost:8080", True),
        ("127.0.0.1:8080", True),
        ("[::1]:8080", True),
        ("localhost.evil.example", False),
        ("127.0.0.1.nip.io", False),
        ("192.168.1.5:8080", True),  # where it arrived: a number cannot be rebound
        ("192.168.1.6:8080", False),
        ("0.0.0.0:8080", False),
        ("x@chat.example.vn", True),
        ("chat.example.vn@evil.example", False),
        ("chat.example.vn/..", True),
        ("[::1", False),
        ("chat.example.vn:x", False),
        ("", False),
    ],
)
def test_which_names_are_ours(host: str, ours: bool) -> None:
    assert Visitors(Web(public_url="https://chat.example.vn")).names_us(request(host=host)) is ours


def test_without_a_public_address_only_this_machine_is_named() -> None:
    visitors = Visitors(Web())
    assert visitors.names_us(request(host="localhost:8080"))
    assert not visitors.names_us(request(host="chat.example.vn"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.9", "203.0.113.9", True),
        ("203.0.113.9", "203.0.113.10", False),
        ("::ffff:203.0.113.9", "203.0.113.9", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ],
)
def test_where_somebody_comes_from_has_a_name_that_says_nothing(one: str, other: str, same: bool) -> None:
    visitors = Visitors(Web())
    assert (visitors.origin(request(one)) == visitors.origin(request(other))) is same
    assert one not in visitors.origin(request(one))
    assert Visitors(Web()).origin(request(one)) != visitors.origin(request(one)), "another process knows it by another name"


PROXIED = Web.model_validate({"public_url": "https://chat.example.vn", "proxies": "127.0.0.1, 10.0.0.0/8"})


@pytest.mark.parametrize(
    ("peer", "passed", "seen"),
    [
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),  # the left one is what a stranger sent
        ("127.0.0.1", ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9, 10.1.2.3"], "203.0.113.9"),  # two proxies, both named
        ("127.0.0.1", ["2001:db8:1:2::1"], "2001:db8:1:2::7"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # not by a proxy: believed by nobody
        ("127.0.0.1", [], None),
        ("127.0.0.1", ["unknown"], None),
        ("127.0.0.1", [""], None),
    ],
)
def test_who_is_believed_about_where_somebody_comes_from(peer: str, passed: list[str], seen: str | None) -> None:
    visitors = Visitors(PROXIED)
    expected = visitors.origin(request(seen)) if seen else ""
    assert visitors.origin(request(peer, *passed)) == expected


def test_behind_a_proxy_that_is_not_named_nobody_is_told_apart() -> None:
    visitors = Visitors(Web(public_url="https://chat.example.vn"))
    assert not visitors.knows_addresses
    assert visitors.origin(request("203.0.113.9", "198.51.100.1")) == ""
