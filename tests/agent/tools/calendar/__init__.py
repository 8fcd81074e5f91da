"""Tests of the tools for calendars."""
