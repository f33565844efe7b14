"""GET /audit/export: the audit log of the caller's organization, streamed."""

from datetime import UTC, datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from dagy_gql.auth.permissions import Permission
from dagy_gql.errors import BadUserInput, Forbidden
from dagy_gql.repositories.audit import AuditFilter
from dagy_gql.repositories.pagination import decode_id
from dagy_gql.services import audit_export
from dagy_gql.services.audit_export import Format
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
        wanted = dict(request.query_params)
        format_, filter_ = _format(wanted), _filter(wanted)
        pieces = await audit_export.export(self.rt, actor, filter_, format_=format_)
        disposition = f'attachment; filename="audit.{format_}"'
        headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
        return StreamingResponse(pieces, media_type=format_.media_type, headers=headers)


def _format(wanted: dict[str, str]) -> Format:
    name = wanted.get("format", Format.JSONL)
    if name not in set(Format):
        known = " and ".join(Format)
        raise BadUserInput(f"There is no format {name[:50]!r}, only {known}.", field="format")
    return Format(name)


def _filter(wanted: dict[str, str]) -> AuditFilter:
    for name in sorted(wanted.keys() - _PARAMETERS):
        known = ", ".join(sorted(_PARAMETERS))
        raise BadUserInput(f"{name[:50]!r} is no parameter. There are: {known}.", field=name[:50])
    for name, value in wanted.items():
        if "\x00" in value:
            raise BadUserInput(f"{name} must not contain NUL.", field=name)
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
