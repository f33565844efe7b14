"""The flows of an imaginary shop, for screenshots: they take their time, and one of them fails."""

import random
import time
from typing import Any, Literal

from dagy import flow, get_logger, task, unmapped

REGIONS = ["north", "south", "east", "west", "islands", "online"]
Currency = Literal["EUR", "USD", "GBP"]


def _work(seconds: float) -> None:
    time.sleep(seconds * random.uniform(0.7, 1.3))


@task
def load_orders(days: int) -> int:
    get_logger().info("reading the orders of %d days", days)
    for page in range(1, 9):
        _work(0.05)
        print(f"page {page} of 8: {random.randint(900, 1000)} orders")
    return days * 7_431


@task
def load_prices(currency: Currency) -> dict[str, float]:
    _work(0.3)
    get_logger().info("prices of today in %s", currency)
    return {"EUR": 1.0, "USD": 1.08, "GBP": 0.86}


@task
def load_customers() -> int:
    _work(0.5)
    return 18_204


@task
def clean_orders(orders: int) -> int:
    _work(0.4)
    get_logger().warning("%d orders had no address and were left out", orders // 1_000)
    return orders - orders // 1_000


@task
def convert(orders: int, prices: dict[str, float]) -> int:
    _work(0.4)
    return round(orders * prices["EUR"])


@task(retries=2, retry_delay_seconds=0.2)
def total_of(region: str, orders: int, seconds: float) -> dict[str, Any]:
    _work(seconds)
    print(f"{region}: {orders // 6} orders")
    return {"region": region, "orders": orders // 6, "revenue": orders * 3}


@task
def match_customers(orders: int, customers: int) -> float:
    _work(0.6)
    return round(orders / customers, 2)


@task
def write_report(totals: list[dict[str, Any]], per_customer: float) -> dict[str, Any]:
    _work(0.3)
    best = max(totals, key=lambda one: one["orders"])
    return {"regions": len(totals), "best": best["region"], "orders_per_customer": per_customer}


@task
def send_report(report: dict[str, Any]) -> str:
    get_logger().info("sent to 12 people; the best region is %s", report["best"])
    return "sent"


@flow(description="What was sold yesterday, by region, as a report", tags={"team": "sales"})
def nightly_sales(
    days: int = 1, currency: Currency = "EUR", seconds_per_region: float = 0.5
) -> str:
    orders = clean_orders(load_orders(days))
    converted = convert(orders, load_prices(currency))
    totals = total_of.map(REGIONS, orders=unmapped(converted), seconds=unmapped(seconds_per_region))
    per_customer = match_customers(converted, load_customers())
    return send_report(write_report(totals, per_customer))


@task
def collect_invoices() -> list[str]:
    _work(0.2)
    print("214 invoices are due")
    return [f"2026-{number:04d}" for number in range(214)]


@task
def render(invoices: list[str]) -> list[str]:
    for done in range(50, len(invoices), 50):
        _work(0.1)
        get_logger().info("%d of %d invoices are drawn", done, len(invoices))
    return invoices


@task
def sign(invoices: list[str]) -> list[str]:
    _work(0.2)
    return invoices


@task
def hand_over(invoices: list[str], bank: str) -> int:
    get_logger().info("connecting to %s", bank)
    _work(0.3)
    print(f"handing over invoice {invoices[0]}")
    get_logger().error("%s answered 503 Service Unavailable", bank)
    raise ConnectionError(f"{bank} takes no invoices at the moment (503)")


@task
def book(count: int) -> int:
    return count


@flow(description="Draws, signs and hands over the invoices that are due", tags={"team": "finance"})
def invoice_export(bank: str = "bank.example") -> int:
    return book(hand_over(sign(render(collect_invoices())), bank))


@task
def read_events(hours: int) -> int:
    _work(0.4)
    return hours * 120_000


@task
def sessions_of(events: int) -> int:
    _work(0.5)
    return events // 14


@flow(description="Visits of the web shop, from its events", tags={"team": "web"})
def web_sessions(hours: int = 6) -> int:
    return sessions_of(read_events(hours))


@task
def compare_stock(warehouse: str) -> int:
    _work(0.4)
    return random.randint(0, 40)


@flow(description="Compares the shelves with the books", tags={"team": "logistics"})
def stock_check(warehouse: str = "Lyon") -> int:
    return compare_stock(warehouse)


@task
def features(weeks: int) -> int:
    _work(0.5)
    return weeks * 52


@task
def train(rows: int, trees: int) -> float:
    _work(0.8)
    return 0.87


@flow(description="Who may leave us, by what they bought", tags={"team": "growth"})
def churn_model(weeks: int = 12, trees: int = 200) -> float:
    return train(features(weeks), trees)
