"""GET /export/runs and /export/logs: runs of the caller's organization, or the log of one."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagy_gql.auth.permissions import Permission
from dagy_gql.errors import BadUserInput, Forbidden
from dagy_gql.services import log_export, run_export, run_filters
from dagy_gql.services.run_filters import RunWish
from dagy_gql.web.downloads import attachment, format_of, parameters
from dagy_gql.web.routes import Routes

_MAX_FILTER = 10_000


class ExportRoutes(Routes):
    def routes(self) -> list[Route]:
        return [
            self.route("/export/runs", ExportRoutes.runs),
            self.route("/export/logs", ExportRoutes.logs),
        ]

    async def runs(self, request: Request) -> Response:
        actor = await self._actor(request, Permission.RUNS_READ)
        wanted = parameters(request, {"format", "filter"})
        format_, wish = format_of(wanted), _wish(wanted.get("filter"))
        pieces = await run_export.export(self.rt, actor, wish, format_=format_)
        return attachment(pieces, f"runs.{format_}", format_.media_type)

    async def logs(self, request: Request) -> Response:
        actor = await self._actor(request, Permission.PAYLOADS_READ)
        if not actor.can(Permission.RUNS_READ):
            raise Forbidden(Permission.RUNS_READ.name, field=request.url.path)
        wanted = parameters(request, {"run", "task"})
        if "run" not in wanted:
            raise BadUserInput("Name the run by its slug.", field="run")
        task_key = wanted.get("task")
        file = await log_export.export(self.rt, actor, wanted["run"], task_key=task_key)
        return attachment(file.pieces, file.name, "text/plain; charset=utf-8")


def _wish(text: str | None) -> RunWish:
    if text is None:
        return RunWish()
    if len(text) > _MAX_FILTER:
        raise BadUserInput(f"A filter has at most {_MAX_FILTER} characters.", field="filter")
    try:
        document: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadUserInput(f"The filter is not JSON: {error}.", field="filter") from error
    return run_filters.of_document(document)
