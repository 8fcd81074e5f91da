"""Servers on loopback that connectors are tested against."""
