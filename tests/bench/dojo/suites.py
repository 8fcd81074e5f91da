"""AgentDojo's tasks, without the SDKs of models that its package asks for."""

import sys
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

VERSION = (1, 2, 2)
PIPELINES = "agentdojo.agent_pipeline"


@lru_cache(maxsize=1)
def suites() -> dict[str, Any]:
    """The four suites by their names: tasks, attacks, tools, environments.

    The package of its pipelines imports every vendor's SDK when it begins. The tasks want some of
    its modules, none of which does, so it stands here without its beginning.
    """
    if PIPELINES not in sys.modules:
        found = find_spec("agentdojo")
        if found is None or not found.submodule_search_locations:
            raise ModuleNotFoundError("agentdojo is not installed")
        bare = ModuleType(PIPELINES)
        bare.__path__ = [f"{found.submodule_search_locations[0]}/agent_pipeline"]
        sys.modules[PIPELINES] = bare
    from agentdojo.task_suite.load_suites import get_suites  # needs what stands above

    import_module("agentdojo.default_suites.v1_1_2")  # which the package itself forgets to do
    return {name: suite.get_new_version(VERSION) for name, suite in get_suites("v1").items()}


def workspace() -> Any:
    """The suite of a mailbox, a calendar and files."""
    return suites()["workspace"]
