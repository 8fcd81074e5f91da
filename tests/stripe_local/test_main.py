"""`python -m tests.stripe_local` for demos."""

import subprocess
import sys

import stripe


def test_it_serves_until_it_is_stopped_and_lets_days_pass() -> None:
    command = [sys.executable, "-m", "tests.stripe_local", "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:  # noqa: S603
        assert process.stdin is not None
        assert process.stdout is not None
        told = dict(process.stdout.readline().strip().split("=", 1) for _ in range(3))
        bases = {"api": told["STRIPE_API_BASE"]}
        client = stripe.StripeClient(told["STRIPE_SECRET_KEY"], base_addresses=bases)
        assert client.v1.customers.list().data == []
        process.stdout.readline()
        process.stdin.write("31\n")
        process.stdin.flush()
        assert process.stdout.readline().startswith("It is ")
        process.terminate()
