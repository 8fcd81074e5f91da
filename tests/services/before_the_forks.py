"""Imported by the process from which those are forked that get killed: what spares each of them."""

import gc

from sqlalchemy.orm import configure_mappers

import tests.services.killed  # noqa: F401

configure_mappers()
gc.collect()
gc.freeze()  # else the collector of each fork would copy all that it shares with the others
