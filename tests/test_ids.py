"""Slugs of runs stand in screenshots, tickets and talks: every word has to be fit for that."""

import re

import pytest

from dagy.slugs import new_slug as local_slug
from dagy_gql import ids
from dagy_gql.ids import ADJECTIVES, NOUNS, new_slug

WORDS = (*ADJECTIVES, *NOUNS)

# Not a list of all that may hurt, but of what lists of friendly words have had in them, our own
# included: looks and bodies, ability, age, origin, faith, drugs, money, war, death, insults.
TOUCHY = """
abnormal adorable amazon ancient angel angry ape arab arrogant arty asian ass attractive baboon
baby bald banana beaver bitter black blind blonde bloody boob bomb bossy brainy brown bug bull
busty busy buxom camel cheeky chicken chubby clumsy cobra cock coon corpse cougar cow coy crab
crazy creepy cripple crippled cuddly curvy cute dark dead deaf dirty dizzy dodo dog dolphinfish
donkey drunk dull dumb dwarf elderly elephant enlightened evil exotic fair faithful fat fatal
fearless ferocious fierce flabby flesh fluffy foolish foreign foxy fragrant frail fuzzy gay
ginormous goat god goose gorgeous gorilla greedy grim groovy gross hairy handsome hippo hog holy
horny hot huge hulk hungry hyena idle ignorant imported infidel innocent insane itchy jackal
jackass jealous juicy junky kid killer king kinky lame lanky lazy leech little lizard loose loud
louse lusty macho mad maggot mammoth mean melon messy mole mongrel monkey moist monster mouse
mule muscular mute naive naked nasty native naughty nazi needy nosy noxious nude nutty obese odd
old opium oriental overweight pagan pale parasite peach petite pig pious plump poor possum
poisonous porky pretty prickly proud psycho pushy pussy python queen queer rabid rat
raunchy rich rotten rough rude sacred savage scary scruffy sexy shark sheep shrew shrimp shy
sick silly simple sinful skinny skunk slave sleazy slim slimy sloppy sloth slow slug slut small
smelly snail snake sneaky snob spade spider spicy squat stallion steamy stinky stupid swine tall
tart tender thick thin thirsty tiny tit toad tough toxic tramp turkey ugly uncouth urban vain
vermin vile viper virgin vulture wasp weak weasel weird wet whale white whore wicked wild wimp
wolf woodcock worm yellow young
"""
SLURS = ("coon", "dyke", "fag", "gook", "kike", "nig", "paki", "spic", "tard", "tranny", "wog")


@pytest.mark.parametrize("words", [ADJECTIVES, NOUNS], ids=["adjectives", "nouns"])
def test_words_are_many_short_plain_and_unique(words: tuple[str, ...]) -> None:
    assert len(words) >= 200
    assert len(set(words)) == len(words)
    assert [word for word in words if not re.fullmatch("[a-z]{3,9}", word)] == []
    assert sorted(words) == list(words)


def test_no_word_is_one_that_somebody_minds() -> None:
    assert set(TOUCHY.split()).intersection(WORDS) == set()
    assert [word for word in WORDS if any(slur in word for slur in SLURS)] == []


def test_no_adjective_is_also_a_noun() -> None:
    """No run is called maple-maple."""
    assert set(ADJECTIVES) & set(NOUNS) == set()


def test_a_slug_is_two_words_and_an_ending_that_can_be_read_aloud() -> None:
    slugs = [new_slug() for _ in range(10_000)]

    assert len(set(slugs)) == len(slugs)
    for slug in slugs:
        adjective, noun, ending = slug.split("-")
        assert adjective in ADJECTIVES
        assert noun in NOUNS
        assert re.fullmatch("[2-9a-hjkmnp-z]{6}", ending)
        assert len(slug) <= ids.MAX_SLUG


def test_local_runs_are_called_after_such_words_too() -> None:
    """`dagy run` without a server has a short list of its own."""
    for _ in range(500):
        adjective, noun, number = local_slug().split("-")
        assert not {adjective, noun}.intersection(TOUCHY.split())
        assert re.fullmatch("[0-9]{3}", number)
