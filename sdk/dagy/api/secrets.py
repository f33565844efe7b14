"""Secrets: what `dagy secrets` needs."""

from collections.abc import Iterator

from dagy.api import documents
from dagy.api.calls import Calls, converted, found, given
from dagy.api.errors import NotFoundError
from dagy.api.models import RevealedSecret, Secret


class SecretCalls(Calls):
    """Methods of DagyClient about secrets. No environment means the secret for all of them."""

    def secrets(
        self, *, environment: str | None = None, limit: int | None = None
    ) -> Iterator[Secret]:
        """All of them, or those of one environment; never a value."""
        return self.pages(
            documents.SECRETS,
            {"filter": given(environment=environment)},
            Secret,
            connection=lambda data: data["secrets"],
            limit=limit,
        )

    def secret(self, name: str, *, environment: str | None = None) -> Secret:
        """Raises NotFoundError."""
        asked = {"name": name, "environment": environment}
        return found(self.execute(documents.SECRET, asked)["secret"], Secret, f"secret '{name}'")

    def set_secret(
        self,
        name: str,
        value: str,
        *,
        environment: str | None = None,
        description: str | None = None,
    ) -> Secret:
        """Make the secret, or a new version of it."""
        try:
            existing = self.secret(name, environment=environment)
        except NotFoundError:
            fields = given(environment=environment, description=description)
            data = self.execute(
                documents.CREATE_SECRET, {"input": {"name": name, "value": value, **fields}}
            )
            return converted(data["createSecret"]["secret"], Secret)
        fields = given(description=description)
        data = self.execute(
            documents.UPDATE_SECRET, {"input": {"id": existing.id, "value": value, **fields}}
        )
        return converted(data["updateSecret"]["secret"], Secret)

    def delete_secret(self, secret_id: str) -> None:
        self.execute(documents.DELETE_SECRET, {"input": {"id": secret_id}})

    def reveal_secret(self, secret_id: str, *, version: int | None = None) -> RevealedSecret:
        """The value, by default the current one. Noted in the audit log."""
        data = self.execute(
            documents.REVEAL_SECRET, {"input": {"id": secret_id, **given(version=version)}}
        )
        return converted(data["revealSecret"], RevealedSecret)
