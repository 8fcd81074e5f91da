"""Pictures reach the models that see; the others read that there was one."""

from assistant.agent.attached import Document, Image
from assistant.agent.sight import BLIND, UNOPENED, seen_by
from assistant.agent.types import Message, Text

PICTURE = Image("7", "plan.png", "image/png", b"bytes", 2, 2)
ASKED = Message("user", (PICTURE, Text("What is it?")))


def test_a_model_that_sees_gets_the_picture() -> None:
    assert seen_by("claude-sonnet-5-5", (ASKED,)) == (ASKED,)


def test_a_model_that_does_not_see_reads_its_name_and_why() -> None:
    for model in ("scripted", "a model that nobody knows"):
        (message,) = seen_by(model, (ASKED,))
        assert message.parts == (Document("plan.png (file 7)", f"[{BLIND}]"), Text("What is it?"))


def test_a_picture_that_nobody_opened_is_not_sent() -> None:
    (message,) = seen_by("gpt-4o", (Message("user", (Image("7", "a.png", "image/png"),)),))
    assert message.parts == (Document("a.png (file 7)", f"[{UNOPENED}]"),)
