"""Real servers on loopback, for what stands behind the tools."""
