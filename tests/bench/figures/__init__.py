"""The figures, by the names that `--only` takes, in the order in which they are taken."""

from collections.abc import Callable

from tests.bench.figures import bytes_down, first_load, painting, prompts, starts, streaming
from tests.bench.load import Bench
from tests.bench.report import Row

FIGURES: dict[str, Callable[[Bench], list[Row]]] = {
    "idle": streaming.idle,
    "bytes": bytes_down.measure,
    "streams": streaming.measure,
    "saturation": streaming.saturation,
    "prompts": prompts.alone,
    "history": prompts.in_long_conversation,
    "page": first_load.measure,
    "browser": painting.measure,
    "warm": starts.warm,
}
