"""The same work without Dagy, standard library only: `plain.py forty|single|fan_out|burst`."""

import subprocess
import sys


def naive_fibo(n: int) -> int:
    return n if n < 2 else naive_fibo(n - 1) + naive_fibo(n - 2)


def forty() -> int:
    value = 0
    for _ in range(40):
        value = naive_fibo(10)
    return value


def single() -> int:
    return naive_fibo(10)


def fan_out(count: int = 100) -> int:
    return sum(naive_fibo(10) for _ in range(count))


def burst(count: int = 50) -> int:
    """As many scripts at once as runs are triggered at once, since each run is a process."""
    command = [sys.executable, __file__, "single"]
    return sum(script.wait() for script in [subprocess.Popen(command) for _ in range(count)])


if __name__ == "__main__":
    {"forty": forty, "single": single, "fan_out": fan_out, "burst": burst}[sys.argv[1]]()
