"""From which address a request comes."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address that wrong passwords are counted by, besides the name.

    Behind our own proxy that is the last address of `X-Forwarded-For`, the one the proxy itself saw; whatever stands
    before it was written by the client. Without a proxy the header is nobody's word and is not read.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.ALUNITE_BEHIND_PROXY:
        return direct
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return forwarded or direct


# What one subscriber gets: whoever has a single IPv6 address has all of these.
IPV6_PREFIX = 64


def counted_address(request: HttpRequest) -> str:
    """Return what readers without a name are counted by: an IPv4 address, or the network of an IPv6 one."""
    return network_of(client_address(request))


def network_of(address: str) -> str:
    """Return what an address is counted by; what is no address is itself.

    >>> network_of("192.0.2.1"), network_of("2001:db8:1:2:3::9"), network_of("::ffff:192.0.2.1"), network_of("unix")
    ('192.0.2.1', '2001:db8:1:2::/64', '192.0.2.1', 'unix')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    # The number, not the text: the name of an interface, as in fe80::1%eth0, is no part of it.
    return str(ipaddress.IPv6Network((int(found), IPV6_PREFIX), strict=False))
