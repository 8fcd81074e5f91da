"""Tests of what brings the app up on one machine."""
