"""One zygote: a process that has imported a flow version and forks a fresh child for every run."""

import asyncio
import contextlib
import logging
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dagy.runner.protocol import (
    ErrorInfo,
    Exited,
    ImportFailed,
    Kill,
    Ready,
    RunRequest,
    Shutdown,
    Start,
    Started,
    ZygoteOrder,
    line,
)
from dagy.runner.untrusted import BoundedLines, GarbledError, report
from dagy_gql.backends.local.sandbox import Sandbox, Shared

logger = logging.getLogger(__name__)

_READ_BYTES = 65536
_STDERR_KEPT_BYTES = 16384
_CLOSE_SECONDS = 1.0
# Imports make little garbage; looking for it costs a tenth of the time that ours take.
_PROGRAM = "import gc; gc.disable(); from dagy.runner.zygote import main; main()"
# bwrap tells of a signal as shells do, by 128 and its number.
_SIGNALLED = 128


@dataclass(frozen=True, slots=True)
class Child:
    """The host's side of a child: `events` speaks the runner protocol, `output` and `errors` are
    the raw bytes of fd 1 and 2, `exited` resolves when the process is gone (ZygoteGoneError: with
    its zygote)."""

    events: socket.socket
    output: int
    errors: int
    exited: asyncio.Future[Exited]


class ZygoteGoneError(Exception):
    """The zygote's process has ended; its runs have ended with it."""


class ImportFailedError(Exception):
    def __init__(self, error: ErrorInfo) -> None:
        super().__init__(error.message)
        self.error = error


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What user code may see of our environment: nothing that is Dagy's own."""
    return {name: value for name, value in environ.items() if not name.startswith("DAGY_")}


class Zygote:
    """Started by `open`; `exits[run_id]` resolves when that run's process is gone."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        control: socket.socket,
        *,
        is_confined: bool,
    ) -> None:
        self._process = process
        self._is_confined = is_confined
        self._control = control
        self._send_lock = asyncio.Lock()
        self.last_words = b""
        self._ready: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._read())
        self._stderr = asyncio.create_task(self._keep_stderr())
        self.exits: dict[str, asyncio.Future[Exited]] = {}
        self.idle_since = asyncio.get_running_loop().time()

    @classmethod
    async def open(
        cls, source: Path, entrypoint: str, sandbox: Sandbox, visible: Sequence[Shared] = ()
    ) -> "Zygote":
        """Start the process; it is imported once `ready()` has answered."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs, sandbox.filter() as filters:
            command = [sys.executable, "-P", "-c", _PROGRAM]
            command += ["--control-fd", str(theirs.fileno())]
            command += ["--source", str(source), "--entrypoint", entrypoint]
            process = await asyncio.create_subprocess_exec(
                *sandbox.command(command, source=source, visible=visible, filters=filters),
                cwd=source,
                env=clean_environment(os.environ),
                pass_fds=[theirs.fileno(), *filters],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        return cls(process, ours, is_confined=sandbox.bwrap is not None)

    @property
    def is_gone(self) -> bool:
        return self._reader.done()

    @property
    def is_idle(self) -> bool:
        return not self.exits

    async def ready(self, *, timeout_seconds: float) -> Ready:
        """Raises ImportFailedError; ZygoteGoneError if the import killed the process."""
        try:
            async with asyncio.timeout(timeout_seconds):
                return await asyncio.shield(self._ready)
        except TimeoutError as error:
            await self.close()
            raise ImportFailedError(
                ErrorInfo(
                    code="IMPORT_FAILED",
                    message=f"The flow's module was not imported within {timeout_seconds:g} s.",
                    hint="Keep slow work out of the module's top level; move it into a task.",
                )
            ) from error

    async def start(self, request: RunRequest) -> Child:
        """Fork a child for `request`; raises ZygoteGoneError."""
        ours, theirs = socket.socketpair()
        output, output_end = os.pipe()
        errors, errors_end = os.pipe()
        ours.setblocking(False)
        exited = self.exits[request.run_id] = asyncio.get_running_loop().create_future()
        try:
            with theirs:
                await self._send(Start(request), [theirs.fileno(), output_end, errors_end])
        except OSError as error:
            self.exits.pop(request.run_id, None)
            ours.close()
            os.close(output)
            os.close(errors)
            raise ZygoteGoneError from error
        finally:
            os.close(output_end)
            os.close(errors_end)
        return Child(ours, output, errors, exited)

    async def kill(self, run_id: str, signal_number: int) -> None:
        with contextlib.suppress(OSError):
            await self._send(Kill(run_id, signal_number), [])

    def abort(self) -> None:
        """Kill a process that obeys no more; every run in it dies with it."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def ended(self) -> ErrorInfo | None:
        """Why an import ended the process; None if a signal did, which says nothing of the code."""
        await asyncio.gather(self._stderr, return_exceptions=True)
        exit_code = await self._process.wait()
        if exit_code < 0 or (self._is_confined and exit_code > _SIGNALLED):
            return None
        return ErrorInfo(
            code="IMPORT_FAILED",
            message=f"Importing the flow's module ended the process with exit code {exit_code}.",
            traceback=self.last_words.decode("utf-8", "backslashreplace") or None,
            hint="Look for os._exit, or a library that ends the process when it cannot start.",
        )

    async def close(self) -> None:
        """End the process and every run in it."""
        with contextlib.suppress(OSError):
            await self._send(Shutdown(), [])
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        # A stray process may hold the other end open: do not wait for the end of the stream.
        for task in (self._reader, self._stderr):
            task.cancel()
        await asyncio.gather(self._reader, self._stderr, return_exceptions=True)
        self._control.close()

    async def _send(self, order: ZygoteOrder, fds: list[int]) -> None:
        data = line(order)
        loop = asyncio.get_running_loop()
        async with self._send_lock:
            if fds:
                sent = await self._send_with_fds(data, fds)
                data = data[sent:]
            if data:
                await loop.sock_sendall(self._control, data)

    async def _send_with_fds(self, data: bytes, fds: list[int]) -> int:
        while True:
            try:
                return socket.send_fds(self._control, [data], fds)
            except BlockingIOError:
                # The zygote is busy forking; its buffer of 200 kB empties in milliseconds.
                await asyncio.sleep(0.001)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        lines = BoundedLines()
        try:
            while data := await loop.sock_recv(self._control, _READ_BYTES):
                for text in lines.feed(data):
                    self._report(text)
        except OSError:
            pass
        except GarbledError as garbled:
            self._give_up(garbled)
        finally:
            self._all_gone()

    def _report(self, text: bytes) -> None:
        match report(text):
            case Ready() as ready if not self._ready.done():
                self._ready.set_result(ready)
            case ImportFailed(error=error) if not self._ready.done():
                self._ready.set_exception(ImportFailedError(error))
            case Exited(run_id=run_id) as exited:
                future = self.exits.pop(run_id, None)
                self.idle_since = asyncio.get_running_loop().time()
                if future is not None and not future.done():
                    future.set_result(exited)
            case Started() | Ready() | ImportFailed():
                pass

    def _give_up(self, garbled: GarbledError) -> None:
        """The module has found our socket: nothing that comes from there can be believed."""
        logger.warning("a zygote is ended", extra={"why": str(garbled)})
        if not self._ready.done():
            self._ready.set_exception(ImportFailedError(garbled.error))
        self.abort()

    def _all_gone(self) -> None:
        if not self._ready.done():
            self._ready.set_exception(ZygoteGoneError())
        self._ready.exception()
        for future in self.exits.values():
            if not future.done():
                future.set_exception(ZygoteGoneError())
        self.exits.clear()

    async def _keep_stderr(self) -> None:
        """The last words of an import that crashes the interpreter."""
        assert self._process.stderr is not None
        while data := await self._process.stderr.read(_READ_BYTES):
            self.last_words = (self.last_words + data)[-_STDERR_KEPT_BYTES:]
