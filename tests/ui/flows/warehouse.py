"""What the tests of the web UI deploy: one that waits, one that fails, one that writes."""

import time
from pathlib import Path
from typing import Any, Literal

from dagy import flow, get_logger, get_run_context, task, unmapped

Wrapping = Literal["paper", "ribbon"]


@task
def take_orders(count: int) -> list[int]:
    get_logger().info("%d orders taken", count)
    return list(range(1, count + 1))


@task
def wait_at(gate: str, orders: list[int]) -> int:
    """Until the file is there; without a name the gate stands open."""
    print("waiting at the gate")
    while gate and not Path(gate).exists() and not get_run_context().is_cancelled():
        time.sleep(0.02)
    return len(orders)


@task
def pack(order: int, wrapping: Wrapping, waited: int) -> str:
    print(f"order {order} of {waited} is packed in {wrapping}")
    return f"parcel {order}"


@task
def ship(parcels: list[str]) -> dict[str, Any]:
    get_logger().warning("%d parcels leave the house", len(parcels))
    return {"shipped": len(parcels), "last": parcels[-1]}


@flow(description="Orders, packed and shipped once the gate is open", tags={"team": "warehouse"})
def orders(count: int = 2, wrapping: Wrapping = "paper", gate: str = "") -> dict[str, Any]:
    taken = take_orders(count)
    waited = wait_at(gate, taken)
    return ship(pack.map(taken, wrapping=unmapped(wrapping), waited=unmapped(waited)))


@task
def count_boxes() -> int:
    print("42 boxes are on the shelf")
    return 42


@task
def check_boxes(boxes: int, mended: str) -> int:
    print(f"checking {boxes} boxes")
    if not Path(mended).exists():
        raise ValueError("box 7 is missing")
    return boxes


@task
def sign(boxes: int) -> str:
    return f"{boxes} boxes, signed"


@flow(description="Fails until a file says that it is mended")
def stocktaking(mended: str = "/nowhere") -> str:
    return sign(check_boxes(count_boxes(), mended))


@task
def write(lines: int) -> int:
    for number in range(1, lines + 1):
        print(f"line {number}")
    return lines


@flow(description="Writes a long log")
def diary(lines: int = 5_000) -> int:
    return write(lines)
