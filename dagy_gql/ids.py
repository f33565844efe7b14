"""Identifiers: UUIDv7 keys (a primary key is a time order) and human run slugs."""

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

from dagy_gql import clock

# No 0/o, 1/l/i: slugs are read aloud and typed.
_SLUG_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
# With 31**6 endings a pair of words, two of a million runs meet once in a hundred organizations:
# who writes a run tries again with another slug.
_ENDING = 6
MAX_SLUG = 9 + 1 + 9 + 1 + _ENDING

# Words that no reader minds in an office, 3 to 9 letters each: color, weather, temper and pace;
# animals, plants, landscape and music. Nothing of bodies, looks, age, origin, faith, drink, money,
# war or death, no first names, and no animal that is also an insult.
_ADJECTIVES = """
active agile airy alert alpine amber ample aqua arctic artful atomic auburn autumn azure
balanced basic beige blue bold brass breezy bright brisk bronze bubbly calm candid
careful central cheerful chilly citrus civil classic clear clever cloudy coastal cobalt
compact constant cool copper cordial cosmic cozy creative crimson crisp curious daily dapper
daring devoted diligent direct distant dotted dynamic eager early earnest elegant emerald
epic equal even exact expert fabled famous fast festive fine fleet floral fluent focused
formal forward fresh friendly gallant generous gentle gifted glad gleaming global golden
graceful grand grassy great green handy happy hardy harmonic helpful honest hopeful humble
icy ideal indigo inland inventive jade jaunty jolly jovial joyful joyous keen kind lasting
lavender leafy level light lilac linear lively local lofty logical loyal lucid lucky lunar
magnetic marble marine merry mild mindful mint misty modern modest musical natural
neat nimble noble northern novel oaken opal open orange orderly organic patient peaceful
pearl pleasant polar polished polite prime proper prudent purple quick quiet radiant rapid
ready regal regular reliable rosy royal ruby rural rustic sandy sapphire scarlet scenic
serene shady shiny silent silver sincere skilled sleek smart smooth snowy solar solid
sprightly spring stable starry steady stellar striped sturdy summer sunlit sunny swift
tactful teal thankful thrifty tidal tidy timely topaz tranquil true trusty upbeat useful
valiant valid vast velvet vibrant vigilant violet vital vivid warm wavy windy winter wise
witty woven zesty
"""
_NOUNS = """
acorn almond anchor antelope apple apricot arbor arch aspen atlas aurora avocado badger
balloon bamboo barley basil bay beacon beech bell birch bison blossom bluebird boulder
branch breeze bridge brook butterfly cabin cactus candle canoe canyon caravan cedar cello
chestnut chime cicada clarinet cliff cloud clover coast comet compass coral cove crane creek
cricket curlew cypress daffodil deer delta desert dolphin dove dragonfly dune echo elm ember
falcon fern ferret finch fiord firefly fjord flamingo flint flute forest fountain fox
gazelle geyser ginger glacier glade gopher grove gull hamster harbor harp heron hill hollow
horizon ibex iguana inlet island jaguar juniper kayak kestrel kiwi koala lagoon lake lantern
larch lark lemur linnet lion llama lotus lynx magpie mallard mango maple marigold marmot meadow
meteor mirror monsoon moon moss mountain nebula nectar nest nutmeg oak oasis oboe ocean
orbit orchard orchid oriole osprey otter owl oyster palm panda panther parrot pear pebble
pelican penguin pepper petal piano pine planet plateau plover pond poplar prairie puffin
quail quartz quince rabbit rainbow raven reed reef ridge river saffron sail salmon sapling
satellite sequoia shore sparrow spruce squirrel star starling stone stream summit sunrise
swan sycamore tapir teapot tern thistle thunder tiger toucan trail trout tulip tundra turtle
valley vanilla village viola violin walnut warbler waterfall wave willow wind wombat
woodland wren yak zebra zephyr
"""
ADJECTIVES = tuple(_ADJECTIVES.split())
NOUNS = tuple(_NOUNS.split())


_MS_BITS = 80
_NS_A_MILLISECOND = 1_000_000


def new_id() -> UUID:
    """By the database's clock (48 bits of ms come first), so that ids of all processes are in one
    order. The library takes the machine's and counts on within a millisecond."""
    identifier = uuid7()
    ahead_ms = clock.ahead_of_machine_ns() // _NS_A_MILLISECOND
    return UUID(int=identifier.int + (ahead_ms << _MS_BITS)) if ahead_ms else identifier


def new_slug() -> str:
    """A run's name, for example `brisk-otter-k7m2qx`, of at most `MAX_SLUG` letters."""
    ending = "".join(secrets.choice(_SLUG_ALPHABET) for _ in range(_ENDING))
    return f"{secrets.choice(ADJECTIVES)}-{secrets.choice(NOUNS)}-{ending}"
