"""Which passwords are taken."""

import pytest

from dagy_gql.auth import passwords
from dagy_gql.errors import BadUserInput

ADDRESS = "ada.lovelace@example.com"


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "abababababab",
        "PasswordPassword",
        "1234567890",
        "0987654321",
        "89012345678",
        "abcdefghijkl",
        "qwertyuiop",
        "poiuytrewq",
        "Password123",
        "Pass-word-1234",
        "1q2w3e4r5t",
        "Administrator",
        "ada.lovelace@example.com",
        "Ada.Lovelace",
        "ada.lovelace1815",
        "Ada.Lovelace@Example.COM!",
    ],
)
def test_what_is_tried_first_is_refused_with_what_to_do(password: str) -> None:
    with pytest.raises(BadUserInput, match="easy to guess") as caught:
        passwords.check(password, email=ADDRESS, field="newPassword")
    assert caught.value.extensions == {"code": "BAD_USER_INPUT", "field": "newPassword"}


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "another battery staple",
        "another long password",
        "T7-kfa0Lz9",
        "my ada.lovelace password of 1815",
        "x8 ada 4711 pq",
        "пароль из слов",
    ],
)
def test_others_are_taken(password: str) -> None:
    passwords.check(password, email=ADDRESS)


def test_a_short_name_in_an_address_may_be_in_a_password() -> None:
    passwords.check("bob likes tea", email="bob@example.com")


@pytest.mark.parametrize("password", ["a b c d e", "x" * 1025, ""])
def test_a_password_has_a_length(password: str) -> None:
    with pytest.raises(BadUserInput, match="from 10 to 1024 characters"):
        passwords.check(password)
