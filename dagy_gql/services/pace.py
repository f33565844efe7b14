"""How often a busy worker turns to the database: the more it runs, the more it does at once."""

import asyncio

# A flush is eight round trips and a commit. With one run nobody waits for it; with sixteen, a
# pause of 30 ms puts three runs of a full machine into each, and readers are still less than the
# promised 50 ms behind.
_SECONDS_A_RUN = 0.002
_LIMIT_SECONDS = 0.03


class Pace:
    """Keeps `wait` calls apart by a pause that grows with the number of runs."""

    def __init__(self) -> None:
        self._last = float("-inf")

    async def wait(self, runs: int) -> None:
        loop = asyncio.get_running_loop()
        pause_seconds = min(runs * _SECONDS_A_RUN, _LIMIT_SECONDS)
        remaining_seconds = self._last + pause_seconds - loop.time()
        if remaining_seconds > 0:
            await asyncio.sleep(remaining_seconds)
        self._last = loop.time()
