"""Text cut into lines. Pure.

Of a line that is drawn again and again with `\\r`, as progress bars do, only the newest state
counts: at most one a second, and the last one when the line ends."""

from dagy.runner.protocol import LINE_LIMIT_BYTES

REDRAW_SECONDS = 1.0
# A line without an end must not fill the memory; what is told is cut shorter anyway.
_REST_LIMIT = LINE_LIMIT_BYTES * 2


class LineSplitter:
    def __init__(self) -> None:
        self._rest = ""
        self._told: str | None = None
        self._told_at = float("-inf")

    def feed(self, text: str, now: float) -> list[str]:
        """The lines that `text` completes, or a state that may be told already."""
        *whole, rest = (self._rest + text).split("\n")
        lines = [line for each in whole for line in self._ended(each)]
        self._rest = _newest(rest) if "\r" in rest else rest[:_REST_LIMIT]
        return [*lines, *self.due(now)]

    @property
    def waits(self) -> bool:
        """True when `due` will have something to tell."""
        return "\r" in self._rest and self._state not in ("", self._told)

    def due(self, now: float) -> list[str]:
        """The state of the line that is being redrawn, once a second."""
        if not self.waits or now - self._told_at < REDRAW_SECONDS:
            return []
        self._told, self._told_at = self._state, now
        return [self._told]

    def end(self) -> list[str]:
        """What was written without a final newline."""
        rest, self._rest = self._rest, ""
        return self._ended(rest) if rest else []

    @property
    def _state(self) -> str:
        return self._rest.strip("\r")

    def _ended(self, line: str) -> list[str]:
        told, self._told = self._told, None
        if "\r" in line:
            line = _newest(line).strip("\r")
        return [] if told is not None and line in (told, "") else [line]


def _newest(line: str) -> str:
    """The last state that shows anything, marked as one by the `\\r` at its end."""
    states = [each for each in line.split("\r") if each.strip()]
    state = states[-1][:_REST_LIMIT] if states else ""
    return f"{state}\r" if line.endswith("\r") else f"\r{state}"
