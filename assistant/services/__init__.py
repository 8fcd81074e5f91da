"""Where the agent and the tables meet: modules of plain async functions."""
