"""What vendors' failures mean."""

import httpx2
import pytest

from assistant.agent.providers import faults
from assistant.agent.providers.faults import Fault, by_status, by_transport, raised
from assistant.errors import ProviderRejected


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (429, {"error": {"type": "rate_limit_error"}}, faults.RATE),
        (429, {"error": {"code": "insufficient_quota"}}, faults.SPENT),
        (429, {"error": {"details": {"error_code": "enforced_spend_limit_reached"}}}, faults.SPENT),
        (400, {"error": {"message": "Your credit balance is too low to use it"}}, faults.SPENT),
        (400, {"error": {"message": "prompt is too long: 9 tokens > 8 maximum"}}, faults.LONG),
        (400, {"error": {"code": "context_length_exceeded"}}, faults.LONG),
        (400, [{"error": {"details": [{"reason": "API_KEY_INVALID"}]}}], faults.KEY),
        (400, {"error": {"code": "content_policy_violation"}}, faults.POLICY),
        (401, {"error": {"type": "invalid_request_error"}}, faults.KEY),
        (529, None, faults.BUSY),
        (599, "plain words", faults.DOWN),
        (418, {}, faults.INVALID),
        (200, {"error": {"type": "overloaded_error"}}, faults.BUSY),
        (200, {"error": {"type": "invalid_request_error"}}, faults.INVALID),
        (200, {"error": {"type": "a_word_of_tomorrow"}}, faults.DOWN),
    ],
)
def test_a_status_and_its_body_tell_the_fault(status: int, body: object, fault: Fault) -> None:
    assert by_status(status, body) == fault


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (httpx2.ConnectTimeout(""), faults.UNREACHABLE),
        (httpx2.ReadTimeout(""), faults.SLOW),
        (httpx2.RemoteProtocolError(""), faults.CUT),
        (httpx2.DecodingError(""), faults.GARBAGE),
    ],
)
def test_a_failed_connection_tells_the_fault(error: Exception, fault: Fault) -> None:
    assert by_transport(error) == fault


def test_a_sentence_names_the_vendor_and_the_model() -> None:
    error = raised(faults.LONG, "openai", "gpt-4o", None)
    assert isinstance(error, ProviderRejected)
    assert str(error) == "The conversation is too long for gpt-4o."
    assert str(raised(faults.BUSY, "google", "", None)).startswith("Google is overloaded")
