"""The schema of parameters with nested models: one document in which every reference resolves,
and of which every word is checked."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import jsonschema
import msgspec
import pydantic
import pytest

from dagy import flow, task
from dagy.errors import BadParameterError
from dagy.schemas import ordered_properties, without_order
from dagy.spec import FlowSpec
from dagy.validation import validate_parameters


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Address(pydantic.BaseModel):
    city: str
    color: Color = Color.RED


class Customer(pydantic.BaseModel):
    name: str
    address: Address
    others: list[Address] = []


class Node(pydantic.BaseModel):
    value: int
    children: list["Node"] = []


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(pydantic.BaseModel):
    kind: Literal["dog"]
    tricks: list[str]


class Pet(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    animal: Annotated[Cat | Dog, pydantic.Field(discriminator="kind")]
    price: Decimal = pydantic.Field(gt=0)
    code: str = pydantic.Field("ab", pattern="^[a-z]+$", max_length=3)
    born: date = date(2026, 1, 2)
    rest: timedelta = timedelta(1)
    names: set[str] = pydantic.Field(default=set(), max_length=2)
    by_name: dict[str, Address] = {}


@dataclass
class Tree:
    value: int
    kids: list["Tree"] = field(default_factory=list)


class Struct(msgspec.Struct):
    zulu: int
    alpha: Customer | None = None


class Row(TypedDict):
    second: int
    first: NotRequired[Color]


@dataclass
class Order:
    zone: int
    customer: Customer
    amount: int = 1


@task
def echo(x: Any) -> Any:
    return x


@flow
def main(
    zeta: int,
    customer: Customer,
    node: Node | None = None,
    pet: Pet | None = None,
    pets: list[Pet] | None = None,
    tree: Tree | None = None,
    struct: Struct | None = None,
    row: Row | None = None,
    order: Order | None = None,
    alpha: Literal["x", 1] = "x",
):
    return echo(zeta)


SCHEMA = main.spec().parameters


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(each) for each in value.values()))
    return set().union(*(references(each) for each in value)) if isinstance(value, list) else set()


def test_every_reference_resolves_at_the_root_and_nowhere_else_are_definitions():
    names = {each.removeprefix("#/$defs/") for each in references(SCHEMA)}
    assert names <= SCHEMA["$defs"].keys()
    # The enum of the models is written with its type, that of the TypedDict without one.
    assert {"Address-2", "Color-2", "Color", "Cat-2", "Node", "Tree", "Row", "Order"} <= names
    assert str(SCHEMA).count("'$defs'") == 1
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_order_of_the_signature_and_of_models_is_told():
    assert SCHEMA["x-order"] == list(main.signature.arguments)
    assert SCHEMA["$defs"]["Address-2"]["x-order"] == ["city", "color"]
    assert SCHEMA["$defs"]["Struct"]["x-order"] == ["zulu", "alpha"]
    assert SCHEMA["$defs"]["Row"]["x-order"] == ["second", "first"]
    assert SCHEMA["$defs"]["Order"]["x-order"] == ["zone", "customer", "amount"]
    assert SCHEMA["properties"]["customer"]["x-order"] == ["name", "address", "others"]
    shuffled = SCHEMA | {"properties": dict(sorted(SCHEMA["properties"].items()))}
    assert list(ordered_properties(shuffled)) == SCHEMA["x-order"]
    assert list(ordered_properties({"properties": {"b": 1, "a": 2}})) == ["b", "a"]


def test_the_order_of_fields_is_no_part_of_the_identity_of_a_flow():
    """A flow that was deployed without it goes on running."""
    document = main.spec().to_dict()
    document["parameters"] = without_order(document["parameters"])
    assert "x-order" not in str(document)
    assert FlowSpec.decode(document).sha256 == main.spec().sha256
    document["parameters"]["required"] = []
    assert FlowSpec.decode(document).sha256 != main.spec().sha256


def test_two_models_of_one_name_keep_their_own_fields():
    class Other(pydantic.BaseModel):
        size: int

    Other.__name__ = Other.__qualname__ = "Address"

    class Holder(pydantic.BaseModel):
        address: pydantic.create_model("Address", size=(int, ...))  # type: ignore[valid-type]

    @flow
    def both(a: Customer, b: Holder):
        return echo(1)

    schema = both.spec().parameters
    good = {"a": {"name": "n", "address": {"city": "c"}}, "b": {"address": {"size": 1}}}
    validate_parameters(schema, good)
    jsonschema.validate(good, schema)
    with pytest.raises(BadParameterError, match=r"b\.address\.size"):
        validate_parameters(schema, good | {"b": {"address": {"city": "c"}}})


def test_a_reference_to_another_document_says_nothing():
    class Odd(pydantic.BaseModel):
        x: Any = pydantic.Field(json_schema_extra={"$ref": "https://elsewhere.test/x"})

    @flow
    def odd(a: Odd):
        return echo(1)

    assert references(odd.spec().parameters) == set()


CUSTOMER = {"name": "n", "address": {"city": "c"}}
PET = {"animal": {"kind": "cat", "lives": 9}, "price": "1.5"}
BAD: list[tuple[dict[str, Any], str, str]] = [
    (
        {"customer": {"name": "n", "address": {"city": 5}}},
        "customer.address.city",
        "customer.address.city: expected string, got integer 5",
    ),
    ({"customer": {"name": "n", "address": {}}}, "customer.address.city", "it is required"),
    (
        {"customer": {"name": "n", "address": {"city": "c", "color": "green"}}},
        "customer.address.color",
        "expected one of 'red', 'blue', got string 'green'",
    ),
    (
        {"customer": CUSTOMER | {"others": [{"city": "c"}, {"city": None}]}},
        "customer.others[1].city",
        "expected string, got null",
    ),
    (
        {"node": {"value": 1, "children": [{"value": 2, "children": [{"value": "3"}]}]}},
        "node.children[0].children[0].value",
        "expected integer, got string '3'",
    ),
    (
        {"tree": {"value": 1, "kids": [{"value": 2, "kids": [{"value": "3"}]}]}},
        "tree.kids[0].kids[0].value",
        "expected integer, got string '3'",
    ),
    ({"pet": PET | {"animal": {"kind": "cat", "lives": "x"}}}, "pet.animal.lives", "integer"),
    ({"pet": PET | {"animal": {"kind": "fish"}}}, "pet.animal.kind", "one of 'cat', 'dog'"),
    ({"pet": PET | {"animal": {}}}, "pet.animal.kind", "one of 'cat', 'dog', got null"),
    ({"pet": PET | {"price": -1}}, "pet.price", "expected number or string, got integer -1"),
    ({"pet": PET | {"code": "A"}}, "pet.code", "expected pattern ^[a-z]+$"),
    ({"pet": PET | {"code": "abcd"}}, "pet.code", "expected maxLength 3"),
    ({"pet": PET | {"born": "soon"}}, "pet.born", "expected string (date)"),
    ({"pet": PET | {"rest": "a while"}}, "pet.rest", "expected string (duration)"),
    ({"pet": PET | {"names": ["a", "a"]}}, "pet.names", "expected no item twice"),
    ({"pet": PET | {"by_name": {"k": {"city": 1}}}}, "pet.by_name.k.city", "expected string"),
    ({"pet": PET | {"more": 1}}, "pet.more", "there is no such field"),
    ({"pets": [PET, PET | {"animal": {"kind": "dog", "tricks": [1]}}]}, "pets[1]", "string"),
    (
        {"struct": {"zulu": 1, "alpha": CUSTOMER | {"name": 1}}},
        "struct.alpha.name",
        "expected string",
    ),
    ({"row": {"second": 1, "first": "green"}}, "row.first", "expected one of 'blue', 'red'"),
    (
        {"order": {"zone": 1, "customer": {"name": "n", "address": {"city": 1}}}},
        "order.customer.address.city",
        "expected string, got integer 1",
    ),
    ({"alpha": True}, "alpha", "expected one of 1, 'x'"),
]


@pytest.mark.parametrize(("given", "path", "message"), BAD)
def test_what_is_wrong_deep_inside_is_refused_and_named_in_full(
    given: dict[str, Any], path: str, message: str
):
    with pytest.raises(BadParameterError) as caught:
        validate_parameters(SCHEMA, {"zeta": 1, "customer": CUSTOMER} | given)
    assert caught.value.field.startswith(path)
    assert message in caught.value.message


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"node": {"value": 1, "children": [{"value": 2, "children": []}]}},
        {
            "pet": PET
            | {"animal": {"kind": "dog", "tricks": ["sit"]}, "by_name": {"k": {"city": "c"}}}
        },
        {"struct": {"zulu": 1, "alpha": CUSTOMER}, "row": {"second": 1, "first": "red"}},
        {"order": {"zone": 1, "customer": CUSTOMER}},
    ],
)
def test_what_is_right_is_taken_and_a_standard_validator_and_the_flow_agree(given: dict[str, Any]):
    parameters = {"zeta": 1, "customer": CUSTOMER} | given
    validate_parameters(SCHEMA, parameters)
    jsonschema.validate(parameters, SCHEMA)
    main.bind(parameters)


def test_the_flow_itself_names_the_path_in_full_as_well():
    bad = {"name": "n", "address": {"city": 5}}
    with pytest.raises(BadParameterError) as caught:
        main.bind({"zeta": 1, "customer": bad})
    assert caught.value.field == "customer.address.city"
    with pytest.raises(BadParameterError) as caught:
        main.bind({"zeta": 1, "customer": CUSTOMER, "order": {"zone": 1, "customer": bad}})
    assert caught.value.field == "order.customer.address.city"


def test_definitions_deeper_in_the_document_of_an_earlier_version_are_followed():
    schema = {
        "type": "object",
        "properties": {"c": Customer.model_json_schema()},
        "required": ["c"],
        "additionalProperties": False,
    }
    with pytest.raises(BadParameterError, match=r"c\.address\.city: expected string"):
        validate_parameters(schema, {"c": {"name": "n", "address": {"city": 1}}})
