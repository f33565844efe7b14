"""Four years of Seattle's weather, from a public data set to a report you can open.

The data is `seattle-weather.csv` of the PyPI package `vega_datasets` (NOAA daily summaries).
"""

import csv
import html
from collections import Counter
from importlib.metadata import distribution
from typing import Any, Literal

from dagy import flow, get_logger, save_artifact, task, unmapped

Unit = Literal["celsius", "fahrenheit"]
Day = dict[str, Any]
Month = dict[str, Any]

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
COLORS = {"sun": "#f2b705", "rain": "#3d7ea6", "snow": "#9fc8dc", "fog": "#9a9a9a"}


@task
def load_days() -> list[Day]:
    """Every day of the data set, temperatures in °C, precipitation in mm."""
    path = distribution("vega_datasets").locate_file("vega_datasets/_data/seattle-weather.csv")
    with open(str(path), newline="") as file:
        days = [
            {
                "date": row["date"].replace("/", "-"),
                "rain_mm": float(row["precipitation"]),
                "high": float(row["temp_max"]),
                "low": float(row["temp_min"]),
                "weather": row["weather"],
            }
            for row in csv.DictReader(file)
        ]
    get_logger().info("read %d days, %s to %s", len(days), days[0]["date"], days[-1]["date"])
    return days


@task
def years_of(days: list[Day]) -> list[int]:
    return sorted({int(day["date"][:4]) for day in days})


@task
def summarize(year: int, days: list[Day], unit: Unit) -> dict[str, Any]:
    """One year in twelve months."""
    months = [_month(number, _days_of(days, year, number), unit) for number in range(1, 13)]
    rain_mm = round(sum(month["rain_mm"] for month in months), 1)
    print(f"{year}: {rain_mm:g} mm of rain")
    return {"year": year, "rain_mm": rain_mm, "months": months}


def _days_of(days: list[Day], year: int, month: int) -> list[Day]:
    return [day for day in days if day["date"].startswith(f"{year}-{month:02d}-")]


def _month(number: int, days: list[Day], unit: Unit) -> Month:
    return {
        "month": number,
        "high": round(_in_unit(_mean([day["high"] for day in days]), unit), 1),
        "low": round(_in_unit(_mean([day["low"] for day in days]), unit), 1),
        "rain_mm": round(sum(day["rain_mm"] for day in days), 1),
        "weather": dict(Counter(day["weather"] for day in days)),
    }


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _in_unit(celsius: float, unit: Unit) -> float:
    return celsius * 9 / 5 + 32 if unit == "fahrenheit" else celsius


@task
def wettest(years: list[dict[str, Any]]) -> dict[str, Any]:
    year, month = max(
        ((year["year"], month) for year in years for month in year["months"]),
        key=lambda pair: pair[1]["rain_mm"],
    )
    return {"year": year, "month": MONTHS[month["month"] - 1], "rain_mm": month["rain_mm"]}


@task
def report(years: list[dict[str, Any]], record: dict[str, Any], unit: Unit) -> str:
    """Writes report.html: self-contained, no script, one chart a year."""
    sign = "°F" if unit == "fahrenheit" else "°C"
    charts = "".join(_chart(year, sign) for year in years)
    title = "Seattle's weather"
    lead = (
        f"The wettest month was {record['month']} {record['year']} "
        f"with {record['rain_mm']:g} mm of rain."
    )
    page = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        "<style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:46rem;color:#222}"
        "svg{width:100%;height:auto}text{font:11px system-ui;fill:#555}h2{margin-bottom:0}</style>"
        f"<h1>{title}</h1><p>{html.escape(lead)}</p>{charts}</html>"
    )
    return save_artifact("report.html", page).name


def _chart(year: dict[str, Any], sign: str) -> str:
    bars = "".join(_bar(month, sign) for month in year["months"])
    return (
        f"<h2>{year['year']}</h2><p>{year['rain_mm']:g} mm of rain</p>"
        f'<svg viewBox="0 0 720 190" role="img" aria-label="Weather of {year["year"]}">{bars}</svg>'
    )


def _bar(month: Month, sign: str) -> str:
    """A month: its days by kind of weather, its mean high and low below."""
    left, bottom, parts = (month["month"] - 1) * 60 + 8, 150.0, []
    for kind, days in sorted(month["weather"].items()):
        height = days * 4.5
        bottom -= height
        color = COLORS.get(kind, "#5b9aa0")
        parts.append(
            f'<rect x="{left}" y="{bottom:.1f}" width="44" height="{height:.1f}" fill="{color}">'
            f"<title>{days} days of {html.escape(kind)}</title></rect>"
        )
    name = MONTHS[month["month"] - 1]
    parts.append(f'<text x="{left}" y="166">{name}</text>')
    parts.append(f'<text x="{left}" y="181">{month["high"]:g}/{month["low"]:g}{sign}</text>')
    return "".join(parts)


@flow(description="Seattle's weather as a report", tags={"example": "weather"})
def weather(unit: Unit = "celsius") -> str:
    days = load_days()
    years = summarize.map(years_of(days), days=unmapped(days), unit=unmapped(unit))
    return report(years, wettest(years), unit)
