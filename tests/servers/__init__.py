"""Servers on loopback that speak what the users' own servers and the vendors of tools speak."""
