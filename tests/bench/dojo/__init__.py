"""AgentDojo's tasks and attacks, played through the whole app by a model that obeys everybody."""
