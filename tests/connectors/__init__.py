"""Tests of the connectors, against real servers on loopback."""
