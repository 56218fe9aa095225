"""Addresses to which webhooks may be sent: public ones, and others that the operator allows.

Staff choose the URL, but the request comes from the server's network. Without this check a webhook
could reach hosts that only that network can reach. The check is on the IP address of the
connection, not on the host name.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Self
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_HOST = re.compile(r"(?!.*\.\d+$)[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_IN_BRACKETS = re.compile(r"(.*@)?\[[^\[\]]+\](:\d*)?")
_NAT64 = IPv6Network("64:ff9b::/96")
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))
"""6to4 and Teredo: IPv6 addresses that contain IPv4 addresses."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Hosts and networks to which webhooks may be sent though they are not public."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    schemes: tuple[str, ...] = ("https",)

    @classmethod
    def read(cls, entries: Iterable[str]) -> Self:
        """Return the hosts and networks in the entries. Raises ValueError for an invalid entry."""
        hosts, networks = set[str](), list[Network]()
        for entry in filter(None, (each.strip().lower() for each in entries)):
            try:
                networks.append(ip_network(entry))
            except ValueError:
                if not _HOST.fullmatch(entry):
                    message = f"{entry} is no host, address or network such as 10.0.0.0/8"
                    raise ValueError(message) from None
                hosts.add(entry)
        return cls(frozenset(hosts), tuple(networks))

    @property
    def _schemes(self) -> str:
        return " or ".join(f"{scheme}://" for scheme in self.schemes)

    def permits(self, host: str, address: Address) -> bool:
        """Return whether webhooks may connect to this address of a host."""
        plain = _embedded(address)
        return (
            host.lower() in self.hosts
            or any(each in network for network in self.networks for each in (address, plain))
            or is_public(address)
        )

    def problem_of(self, url: str) -> str | None:
        """Return the reason why nothing can be sent to this URL; None if there is none.

        The host name is not resolved. The text is for the person who gave the URL.
        """
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return "It is no URL: its host or its port is malformed."
        if parts.scheme not in self.schemes:
            return f"Give a URL that begins with {self._schemes}."
        if not host or not url.isascii() or not url.isprintable():
            return "Give the host, and write all in ASCII: names as xn--…, other text as %…."
        if not _is_host(host, parts.netloc):
            return f"{host} is no name of a host, and no IP address."
        if parts.username is not None or parts.password is not None:
            return "Leave out the user name: messages are signed, and URLs are not kept secret."
        if parts.fragment:
            return "Leave out what follows the #: it would not be sent."
        address = _literal(host)
        if address is not None and not self.permits(host, address):
            return f"{host} is no public address; the setting JOINERY_WEBHOOK_ALLOW may allow it."
        return None


def is_public(address: Address) -> bool:
    """Return whether an address is public and is a unicast address."""
    plain = _embedded(address)
    if plain is not address:
        return is_public(plain)
    if isinstance(address, IPv6Address) and (
        address.is_site_local or any(address in tunnel for tunnel in _TUNNELS)
    ):
        return False
    return address.is_global and not (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )


def _embedded(address: Address) -> Address:
    """Return the IPv4 address in an IPv4-mapped or NAT64 address; the same address otherwise."""
    if not isinstance(address, IPv6Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address


def _is_host(host: str, authority: str) -> bool:
    """Return whether the host in this authority, which may have a port, is a name or an address."""
    if "[" in authority:
        return bool(_IN_BRACKETS.fullmatch(authority)) and _literal(host) is not None
    labels = host.removesuffix(".").split(".")
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
