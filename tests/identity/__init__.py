"""Providers that can be told to lie, and what becomes of those who come back from them."""
