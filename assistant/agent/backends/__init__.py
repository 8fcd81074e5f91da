"""What stands behind the tools, as they see it: protocols and their values."""
