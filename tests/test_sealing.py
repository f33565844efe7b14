"""Keys and what is sealed with them."""

import pytest

from dagy_gql.keys import SealError, fingerprint, new_key, read
from dagy_gql.sealing import Sealer, UnknownKeyError, key_of

OLD, NEW = new_key(), new_key()


def test_what_is_sealed_can_be_opened_and_names_its_key() -> None:
    sealer = Sealer(OLD)
    sealed = sealer.seal(b"value")
    assert sealer.open(sealed) == b"value"
    assert key_of(sealed) == sealer.key_id == fingerprint(read(OLD)[0])
    assert "value" not in sealed
    assert sealer.seal(b"value") != sealed


def test_the_first_key_seals_and_every_key_opens() -> None:
    sealed = Sealer(OLD).seal(b"value")
    both = Sealer(f"{NEW},{OLD}")
    assert both.open(sealed) == b"value"
    again = both.resealed(sealed)
    assert key_of(again) == Sealer(NEW).key_id
    assert Sealer(NEW).open(again) == b"value"
    assert both.resealed(again) is again


def test_keys_may_stand_in_lines() -> None:
    assert Sealer(f"{NEW}\n{OLD}\n").key_ids == Sealer(f" {NEW} , {OLD},").key_ids


def test_a_missing_key_is_named() -> None:
    sealed = Sealer(OLD).seal(b"value")
    with pytest.raises(UnknownKeyError, match=Sealer(OLD).key_id):
        Sealer(NEW).open(sealed)


def test_a_changed_text_is_refused() -> None:
    sealer = Sealer(OLD)
    sealed = sealer.seal(b"value")
    for wrong in (sealed[:-10] + "AAAAAAAAA=", f"{sealer.key_id}:", sealed.replace(":", ":A")):
        with pytest.raises(SealError, match="changed after"):
            sealer.open(wrong)


@pytest.mark.parametrize(
    "text",
    ["short", "ä" * 44, new_key()[:-2], f"{OLD},x", "=" * 44],
    ids=["short", "not ASCII", "cut off", "one good, one bad", "not base64"],
)
def test_a_bad_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(SealError) as caught:
        Sealer(text)
    assert "dagy secrets make-key" in str(caught.value)
    assert text not in str(caught.value)


@pytest.mark.parametrize("text", ["", " ", ",,\n"])
def test_no_key_says_how_to_make_one(text: str) -> None:
    with pytest.raises(SealError, match="DAGY_SECRETS_KEY is not set: make one with"):
        Sealer(text)


def test_a_sealer_shows_no_key() -> None:
    assert OLD not in repr(Sealer(OLD))
