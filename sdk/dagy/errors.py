"""Errors people meet while writing, checking or running flows; each says what to do."""


class DagyError(Exception):
    """Base of every error that Dagy raises on purpose.

    Attributes:
        message: What happened, without the hint.
        hint: What to do about it; None where that is plain.
        code: A name for programs, such as "BAD_PARAMETER".
    """

    code = "DAGY_ERROR"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class TraceError(DagyError):
    """A flow cannot be turned into a graph.

    Attributes:
        where: The user's file:line; None where no line is at fault.
    """

    code = "TRACE_FAILED"

    def __init__(self, message: str, *, hint: str | None = None, where: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.where = where

    def __str__(self) -> str:
        text = super().__str__()
        return f"{self.where}: {text}" if self.where else text


class UnstableGraphError(TraceError):
    """The same source gives another graph in another process, at another time or place."""

    code = "GRAPH_UNSTABLE"


class SpecError(DagyError):
    """A FlowSpec document is not valid; `path` says where ("tasks[2].depends_on[0]")."""

    code = "SPEC_INVALID"

    def __init__(self, message: str, *, path: str = "", hint: str | None = None) -> None:
        super().__init__(f"{path}: {message}" if path else message, hint=hint)
        self.path = path


class BadParameterError(DagyError):
    """A parameter or argument is missing, unknown or of the wrong type."""

    code = "BAD_PARAMETER"

    def __init__(
        self,
        field: str,
        message: str,
        *,
        expected: str | None = None,
        got: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(f"{field}: {message}", hint=hint)
        self.field = field
        self.expected = expected
        self.got = got


class LoadError(DagyError):
    """`file.py:flow` does not name a flow that can be loaded."""

    code = "IMPORT_FAILED"


class ArtifactError(DagyError):
    """The source of a flow cannot be packed."""

    code = "ARTIFACT_INVALID"


class ArtifactLimitError(ArtifactError):
    """The run has saved as many files, or bytes in them, as it may."""

    code = "ARTIFACT_LIMIT_REACHED"


class NoActiveRunError(DagyError):
    """get_run_context() or save_artifact() was called outside of a run."""

    code = "NO_ACTIVE_RUN"


class ResultNotSerialisableError(DagyError):
    """A task returned something that JSON cannot hold."""

    code = "RESULT_NOT_SERIALISABLE"


class TaskTimedOutError(DagyError):
    """A task attempt ran longer than its timeout_seconds and was killed."""

    code = "TASK_TIMED_OUT"


class MemoryExceededError(DagyError):
    """A task attempt needed more than its memory_limit_mb."""

    code = "MEMORY_EXCEEDED"


class ProcessExitedError(DagyError):
    """The process of a task attempt ended without giving a result."""

    code = "PROCESS_EXITED"


class FlowFailedError(DagyError):
    """A flow that was called directly did not succeed."""

    code = "FLOW_FAILED"


class SecretNotFoundError(DagyError):
    """There is no secret of this name for the run's environment."""

    code = "SECRET_NOT_FOUND"


class SecretUnavailableError(DagyError):
    """The secret is there, but its value cannot be had now."""

    code = "SECRET_UNAVAILABLE"


class SecretLeakError(DagyError):
    """Something that cannot be masked, a file or a cache key, holds the value of a secret."""

    code = "SECRET_LEAKED"


class Cancelled(BaseException):
    """Raised inside a running task when its run is cancelled.

    Like KeyboardInterrupt it is no Exception, so that `except Exception` does not swallow it;
    `finally` blocks run.
    """
