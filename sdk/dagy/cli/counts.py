"""Counts of a run's tasks in words: one place for every command that prints them."""

from dagy.api.models import TaskCounts

# What is told beside "3 of 5 tasks", in this order.
_TOLD = ("running", "retrying", "failed", "timed_out", "skipped", "cancelled")


def counts_text(counts: TaskCounts | None) -> str:
    """`253 of 300 tasks, 47 failed`; empty where nothing is known."""
    if counts is None or not counts.total:
        return ""
    head = f"{counts.done} of {counts.total} task{'' if counts.total == 1 else 's'}"
    rest = ((name.replace("_", " "), getattr(counts, name)) for name in _TOLD)
    return ", ".join([head, *(f"{count} {name}" for name, count in rest if count)])
