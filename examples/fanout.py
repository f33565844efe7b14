"""Fan-out over a list, with a flaky service that is asked again: retries, delays and jitter."""

import random
from typing import Any

from dagy import flow, get_logger, get_run_context, task


@task
def shops(count: int) -> list[str]:
    return [f"shop-{number:03d}" for number in range(count)]


@task(retries=4, retry_delay_seconds=[0.05, 0.1, 0.2], retry_jitter_factor=0.5)
def fetch_sales(shop: str) -> dict[str, Any]:
    """Fails about one time in three on its first attempts, as services do."""
    context = get_run_context()
    attempt = context.task.attempt if context.task else 1
    dice = random.Random(f"{context.run_id}/{shop}/{attempt}")
    if attempt < 4 and dice.random() < 0.33:
        raise ConnectionError(f"{shop} did not answer (attempt {attempt})")
    return {"shop": shop, "sales": random.Random(shop).randint(100, 10_000)}


@task
def total(sales: list[dict[str, Any]]) -> dict[str, Any]:
    best = max(sales, key=lambda one: one["sales"])
    get_logger().info("%d shops reported; the best is %s", len(sales), best["shop"])
    return {"shops": len(sales), "total": sum(one["sales"] for one in sales), "best": best["shop"]}


@flow(description="Fan-out with a flaky service", tags={"example": "fanout"})
def fanout(count: int = 24) -> dict[str, Any]:
    return total(fetch_sales.map(shops(count)))
