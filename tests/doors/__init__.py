"""Every way into the app, found by itself, and people who try them all."""
