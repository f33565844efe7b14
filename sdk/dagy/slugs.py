"""Names of local runs that people can say."""

import random

_FIRST = "amber brave calm clever eager gentle keen lively merry noble quick quiet sunny witty wise"
_SECOND = "badger crane dolphin eagle falcon heron ibex lynx marten otter owl panda raven seal wren"


def new_slug() -> str:
    rng = random.SystemRandom()
    return f"{rng.choice(_FIRST.split())}-{rng.choice(_SECOND.split())}-{rng.randrange(1000):03d}"
