"""Plain HTTP beside GraphQL: archives come in, files of runs go out."""

from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dagy.names import is_media_type
from dagy_gql.auth.permissions import Permission
from dagy_gql.errors import NotFound
from dagy_gql.repositories.pagination import encode_id
from dagy_gql.services import artifacts
from dagy_gql.services.artifacts import Download
from dagy_gql.web.routes import Routes, answer

# What a browser may show; all of it sandboxed, so that a report cannot act as our page.
_SHOWN_TYPES = ("text/html", "text/plain", "image/svg+xml", "image/png", "image/jpeg")
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"


class Files(Routes):
    def routes(self) -> list[Route]:
        return [
            self.route("/artifacts/uploads/{sha256}", Files.upload, "PUT"),
            self.route("/files/{artifact_id}", Files.download),
        ]

    async def upload(self, request: Request) -> Response:
        actor = await self._actor(request, Permission.FLOWS_WRITE)
        length = request.headers.get("content-length", "")
        if length.isdigit():
            artifacts.check_size(self.rt, int(length))
        row = await artifacts.upload(
            self.rt, actor, sha256=request.path_params["sha256"], chunks=request.stream()
        )
        stored = {"id": encode_id("Artifact", row["id"]), "sha256": row["sha256"]}
        return answer({"artifact": stored}, 201)

    async def download(self, request: Request) -> Response:
        actor = await self._actor(request, Permission.PAYLOADS_READ)
        text = request.path_params["artifact_id"]
        try:
            key = UUID(text)
        except ValueError as error:
            raise NotFound("artifact", text) from error
        return _file(await artifacts.download(self.rt, actor, artifact_id=key))


def _file(found: Download) -> Response:
    content_type = found.row["content_type"]
    shown = (
        is_media_type(content_type)
        and content_type.partition(";")[0].strip().lower() in _SHOWN_TYPES
    )
    if content_type.startswith("text/") and "charset" not in content_type:
        content_type += "; charset=utf-8"
    disposition = "inline" if shown else "attachment"
    name = quote(found.row["name"].rpartition("/")[2], safe="", errors="replace")
    return FileResponse(
        found.path,
        headers={
            "Content-Type": content_type if shown else "application/octet-stream",
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{name}",
            "Content-Security-Policy": _SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-cache",
        },
    )
