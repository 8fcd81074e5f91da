"""Loopback servers that speak the wire formats of the three vendors."""

from tests.vendors.script import Call, Figures, Say, Script, Search, Think
from tests.vendors.server import Seen, VendorServer

__all__ = ["Call", "Figures", "Say", "Script", "Search", "Seen", "Think", "VendorServer"]
