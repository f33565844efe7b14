"""What the web UI asks before it draws: one build serves every installation."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagy import __version__
from dagy_gql.settings import Settings
from dagy_gql.web.routes import answer


def ui_config(settings: Settings) -> Route:
    """GET /api/ui-config. Public: it says nothing that the sign-in page would not show."""
    config = {"version": __version__, "graphiql": settings.graphiql}

    async def read(request: Request) -> Response:
        response = answer(config)
        response.headers["Cache-Control"] = "no-cache"
        return response

    return Route("/api/ui-config", read, methods=["GET"])
