"""What stands behind the tools, as they see it: one protocol for each, and what goes through it."""
