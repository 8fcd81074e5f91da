"""The attacks that are written out reach their goals where nothing stands in their way."""

import pytest

from tests.bench.dojo.attacks import CANARY, calls_of, poisoned
from tests.bench.dojo.suites import workspace


@pytest.mark.parametrize("name", sorted(workspace().injection_tasks))
def test_an_attack_reaches_its_goal_in_agentdojos_own_simulator(name):
    from agentdojo.functions_runtime import FunctionsRuntime

    attack = workspace().injection_tasks[name]
    before, after = poisoned(attack), poisoned(attack)
    calls = calls_of(attack, poisoned(attack))
    runtime = FunctionsRuntime(workspace().tools)
    assert not attack.security("", poisoned(attack), before)
    for function, arguments in calls:
        _, error = runtime.run_function(after, function, arguments)
        assert error is None
    assert attack.security("", before, after)


def test_every_place_that_others_write_to_says_what_the_attack_wants():
    attack = workspace().injection_tasks["injection_task_0"]
    told = poisoned(attack).model_dump_json(
        include={
            "inbox": {"initial_emails"},
            "calendar": {"initial_events"},
            "cloud_drive": {"initial_files"},
        }
    )
    assert told.count(CANARY) == len(workspace().get_injection_vector_defaults())
