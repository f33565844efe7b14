"""What the tests of forms and graphs deploy: parameters of many shapes, a chain that fails."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from dagy import flow, task


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Parcel:
    label: str
    colour: Colour


@task
def echo(value: Any) -> Any:
    return value


@task
def stop(value: Any) -> Any:
    raise ValueError("the belt stands still")


@flow(description="Gives back what it was given")
def labels(names: list[str], parcel: Parcel, account: int = 9_007_199_254_740_993) -> Any:
    return echo([names, account])


@flow(description="Twelve tasks in a row, of which the eighth fails")
def conveyor(start: int = 0) -> Any:
    value = start
    for _ in range(7):
        value = echo(value)
    value = stop(value)
    for _ in range(4):
        value = echo(value)
    return value
