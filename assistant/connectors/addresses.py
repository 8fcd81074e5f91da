"""Which addresses are public. Python's `is_global` says yes to tunnels, relays and multicast."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

UNICAST = IPv6Network("2000::/3")
TRANSLATED = IPv6Network("64:ff9b::/96")  # NAT64: how a network without IPv4 reaches it
ISATAP = 0x0000_5EFE

REFUSED = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # Azure's inside, although it looks public
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",  # Teredo, ORCHID, benchmarks: protocols, no hosts of the web
            "2001:db8::/32",
            "2002::/16",  # 6to4, given up: an IPv4 address of anybody's choice is inside
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)


def public(address: str) -> bool:
    """Whether an address is one host of the internet, and nothing inside of some network."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        inside = _inside(found)
        if inside is not None:
            return public(str(inside))
        if found.scope_id or found not in UNICAST or _isatap(found):
            return False
    return not any(found in network for network in REFUSED)


def _inside(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 host that is meant by an address of IPv6, None when it means none."""
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped


def _isatap(address: IPv6Address) -> bool:
    """A tunnel to an IPv4 host, whichever network it seems to stand in."""
    return (int(address) >> 32) & 0xFDFF_FFFF == ISATAP
