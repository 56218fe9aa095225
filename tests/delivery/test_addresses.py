"""The check of addresses: public ones, and others that the setting allows."""

from ipaddress import ip_address

import pytest

from delivery.addresses import Allowed, is_public

PUBLIC = ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
OTHERS = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.2.1",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.2.3",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "fc00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_one(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", OTHERS)
def test_any_other_is_not_public_but_may_be_allowed(text: str) -> None:
    address = ip_address(text)
    assert not is_public(address)
    assert not Allowed().permits("host.example", address)
    assert Allowed.read(["host.EXAMPLE"]).permits("Host.example", address)
    assert not Allowed.read(["other.example", "9.0.0.0/8"]).permits("host.example", address)


def test_a_network_is_allowed_however_its_addresses_are_written() -> None:
    allowed = Allowed.read(["10.0.0.0/8", "fd00::/8", "192.168.0.7"])
    for text in ("10.9.9.9", "::ffff:10.9.9.9", "64:ff9b::10.9.9.9", "fd00::5", "192.168.0.7"):
        assert allowed.permits("a.example", ip_address(text)), text
    for text in ("11.0.0.1", "192.168.0.8", "fc00::1", "127.0.0.1"):
        assert allowed.permits("a.example", ip_address(text)) is (text == "11.0.0.1"), text


def test_what_is_no_host_and_no_network_is_told() -> None:
    for text in ("10.0.0.1/8", "10.0.0.0/33", "a b", "https://a", "300.1.1.1", "a..b", "*.a"):
        with pytest.raises(ValueError, match="is no host, address or network"):
            Allowed.read([text])
    assert Allowed.read(["", " "]) == Allowed()


@pytest.mark.parametrize(
    "host",
    ["[::1]x", "x[::1]", "[v1.fe]", "a..b", ".", "h<x>", "h%00", "a" * 64, "a." * 127 + "ab"],
)
def test_what_is_neither_a_name_nor_an_address_is_refused(host: str) -> None:
    problem = Allowed().problem_of(f"https://{host}:9001/hook")
    assert problem is not None


@pytest.mark.parametrize(
    "host", ["example.com", "Example.COM.", "xn--bcher-kva.example", "a_b", "[2606:4700::1111]"]
)
def test_names_and_public_addresses_are_taken(host: str) -> None:
    assert Allowed().problem_of(f"https://{host}:9001/hook") is None
