"""GET /audit/export: the audit log of the caller's organization, streamed."""

from datetime import UTC, datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagy_gql.auth.permissions import Permission
from dagy_gql.errors import BadUserInput, Forbidden
from dagy_gql.repositories.audit import AuditFilter
from dagy_gql.repositories.pagination import decode_id
from dagy_gql.services import audit_export
from dagy_gql.web.downloads import attachment, format_of, parameters
from dagy_gql.web.files import Files

_PARAMETERS = {"format", "actor", "action", "resourceType", "resourceId", "after", "before"}


class AuditRoutes(Files):
    """Behind the same guard as files."""

    def routes(self) -> list[Route]:
        async def export(_: Files, request: Request) -> Response:
            return await self.export(request)

        return [Route("/audit/export", partial(self._guarded, export), methods=["GET"])]

    async def export(self, request: Request) -> Response:
        actor = await self._actor(request, Permission.AUDIT_READ)
        if not actor.can(Permission.AUDIT_DIFFS):
            raise Forbidden(Permission.AUDIT_DIFFS.name, field=request.url.path)
        wanted = parameters(request, _PARAMETERS)
        format_, filter_ = format_of(wanted), _filter(wanted)
        pieces = await audit_export.export(self.rt, actor, filter_, format_=format_)
        return attachment(pieces, f"audit.{format_}", format_.media_type)


def _filter(wanted: dict[str, str]) -> AuditFilter:
    type_name, key = wanted.get("resourceType"), None
    if "resourceId" in wanted:
        type_of_id, key = decode_id(wanted["resourceId"], field="resourceId")
        type_name = type_name or type_of_id
    return AuditFilter(
        actor_name=wanted.get("actor"),
        action=wanted.get("action"),
        resource_type=type_name,
        resource_id=key,
        after=_moment(wanted, "after"),
        before=_moment(wanted, "before"),
    )


def _moment(wanted: dict[str, str], name: str) -> datetime | None:
    if name not in wanted:
        return None
    try:
        moment = datetime.fromisoformat(wanted[name])
        if moment.tzinfo is None:
            raise BadUserInput(f"{wanted[name]!r} has no time zone: add Z.", field=name)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadUserInput(f"{wanted[name][:50]!r} is not a time.", field=name) from error
