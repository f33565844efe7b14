"""What the global options say, for the command that runs."""

from dataclasses import dataclass


@dataclass(slots=True)
class Session:
    """`format` is table, json or yaml. json and yaml print the whole document even when quiet."""

    format: str = "table"
    quiet: bool = False
    verbose: bool = False
    profile: str | None = None
    api_url: str | None = None

    @property
    def is_table(self) -> bool:
        return self.format == "table"
