"""Who asks over HTTP: which name of ours they used, and from which address they come.

A name that is not ours may have been made to lead here by somebody else's name server (DNS rebinding): the page of such a
name could talk to us as if it were ours. So only these are taken: the host of HAICHIEU_WEB__PUBLIC_URL, the names of this
machine for itself, and the very address at which the connection arrived, which is a number and nobody's to rebind.

An address is only a name in the memory of this process, hashed with a key that dies with it: budgets are counted by it, and
it is never written or logged. IPv6 counts by /64, which is what one subscriber has. `X-Forwarded-For` is believed from the
proxies that the operator has named, and from nobody else, because anybody may send it. We speak no TLS ourselves, so behind
an https address stands a proxy; where it is not named, everybody seems to come from it, and then nobody's address is known.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from aiohttp import web

from config.settings import Network, Web

_PORTS = {"http": 80, "https": 443}
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def address(text: str) -> IPv4Address | IPv6Address | None:
    """The address this text names; an IPv4 address in the clothes of IPv6 is what it is."""
    try:
        found = ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


class Visitors:
    """Judges by what the operator has set: the public address, and the proxies in front."""

    def __init__(self, settings: Web) -> None:
        self._public = urlsplit(settings.public_url)
        self._proxies: Sequence[Network] = settings.proxies
        self._key = secrets.token_bytes(32)

    @property
    def knows_addresses(self) -> bool:
        return bool(self._proxies) or self._public.scheme != "https"

    def names_us(self, request: web.BaseRequest) -> bool:
        """Whether the request was made to a name of ours."""
        try:
            named = urlsplit(f"//{request.headers.get('Host', '')}")
            host, port = named.hostname or "", named.port
        except ValueError:
            return False
        if host in _HERE:
            return True
        if host == self._public.hostname:
            usual = _PORTS.get(self._public.scheme)
            return (port or usual) == (self._public.port or usual)
        here = request.transport.get_extra_info("sockname") if request.transport else None
        number = address(host)
        return number is not None and here is not None and number == address(str(here[0]))

    def is_our_page(self, request: web.BaseRequest) -> bool:
        """Browsers name the site whose page opens a socket or sends a file; pages of other sites may not."""
        if not self.names_us(request):
            return False
        try:
            named = urlsplit(request.headers.get("Origin", ""))
        except ValueError:
            return False
        if named.scheme not in _PORTS or not named.netloc:
            return False
        same_public = (named.scheme, named.netloc) == (self._public.scheme, self._public.netloc)
        return same_public or named.netloc.lower() == request.host.lower()

    def origin(self, request: web.BaseRequest) -> str:
        """The opaque name of where this comes from; empty where nobody can tell."""
        if not self.knows_addresses:
            return ""
        found = address(request.remote or "")
        passed = [address(one) for line in request.headers.getall("X-Forwarded-For", ()) for one in line.split(",")]
        while found is not None and self._is_proxy(found):
            # Each proxy adds whom it heard from on the right: what stands left of a stranger's entry is the stranger's word.
            if not passed:
                return ""
            found = passed.pop()
        if found is None:
            return ""
        whole = IPv6Network((found, 64), strict=False) if isinstance(found, IPv6Address) else found
        return hashlib.blake2b(str(whole).encode(), key=self._key, digest_size=12).hexdigest()

    def _is_proxy(self, found: IPv4Address | IPv6Address) -> bool:
        return any(found in network for network in self._proxies)
