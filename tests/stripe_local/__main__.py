"""`python -m tests.stripe_local --port 9200 --webhook URL` serves an account until stopped."""

import argparse
import sys
import threading
from contextlib import suppress
from datetime import timedelta

from tests.stripe_local.server import LocalStripe

HELP = "Type a number of days and Enter to let so much time pass; Ctrl-C ends.\n"


def serve(port: int, webhook: str) -> None:
    """Listen until interrupted, say how to use it, and let days pass that are typed."""
    with LocalStripe(port, webhook) as server:
        lines = [f"{name}={value}" for name, value in server.settings().items()]
        sys.stdout.write("\n".join(lines) + "\n" + HELP)
        sys.stdout.flush()
        for line in sys.stdin:
            if line.strip().isdigit():
                server.advance(timedelta(days=int(line)))
                sys.stdout.write(f"It is {server.now:%Y-%m-%d %H:%M}.\n")
                sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9200)
    parser.add_argument("--webhook", default="")
    with suppress(KeyboardInterrupt):
        options = parser.parse_args()
        serve(options.port, options.webhook)
