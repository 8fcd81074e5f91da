"""The agent: a pure loop over models and tools, without page, database or settings."""
