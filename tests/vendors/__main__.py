"""`python -m tests.vendors --port 9100` serves all three vendors until it is stopped."""

import argparse
import asyncio
import sys
from contextlib import suppress

from tests.vendors.server import VendorServer


async def serve(port: int) -> None:
    """Listen until cancelled, and say where."""
    async with VendorServer(port) as server:
        sys.stdout.write(f"loopback vendors on {server.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9100)
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args().port))
