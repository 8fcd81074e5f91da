"""Which part of a plan a model or a tool needs."""

import pytest

from assistant.agent.acts import Effect
from assistant.agent.catalog import DEFAULTS, MODELS
from assistant.agent.prices import cost
from assistant.agent.tools import TOOLS
from assistant.agent.types import Usage
from assistant.connectors.mcp_server import Offered
from assistant.connectors.mcp_tools import tool_of
from assistant.services.features import ACTING, FEATURES, LARGE_MODELS, SERVERS, needed_for


def price_of(model):
    return cost(Usage(model.provider, model.id, input_tokens=1_000, output_tokens=1_000))


@pytest.mark.parametrize(
    "model", [each for each in MODELS.values() if each.status != "retired"], ids=lambda m: m.id
)
def test_a_large_model_costs_twice_as_much_as_its_vendors_usual_one(model):
    usual = price_of(MODELS[DEFAULTS[model.provider]])
    assert model.large == (price_of(model) >= 2 * usual > 0)
    assert needed_for(model) == (LARGE_MODELS if model.large else "")


def test_of_our_tools_only_what_acts_in_others_systems_needs_something():
    needs = {tool.name: needed_for(tool) for tool in TOOLS}
    assert {name for name, needed in needs.items() if needed} == {
        "create_event",
        "update_event",
        "delete_event",
        "draft_email",
        "send_email",
        "reply_email",
        "delete_email",
    }
    assert set(needs.values()) == {"", ACTING}


@pytest.mark.parametrize("effect", Effect)
def test_each_tool_of_a_server_needs_the_same(effect):
    offered = Offered("calculator", "", {})
    tool = tool_of("sums", "localhost", offered, effect, lambda name, given: None)
    assert needed_for(tool) == SERVERS


def test_a_feature_needs_itself_and_has_words():
    assert [needed_for(each) for each in FEATURES] == list(FEATURES)
    assert all(FEATURES.values())
