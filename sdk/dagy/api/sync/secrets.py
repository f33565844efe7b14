"""Secrets: list, set, reveal and delete."""

from collections.abc import Generator

from dagy.api import documents
from dagy.api.errors import NotFoundError
from dagy.api.models import RevealedSecret, Secret
from dagy.api.shapes import converted, found, given
from dagy.api.sync.calls import Calls


class SecretCalls(Calls):
    """Methods of DagyClient about secrets. No environment means the secret for all."""

    def secrets(
        self, *, environment: str | None = None, limit: int | None = None
    ) -> Generator[Secret, None, None]:
        """Yield the secrets, without their values.

        Args:
            environment: Only those of this environment.
            limit: At most so many; None for all.
        """
        return self._pages(
            documents.SECRETS,
            {"filter": given(environment=environment)},
            Secret,
            connection=lambda data: data["secrets"],
            limit=limit,
        )

    def secret(self, name: str, *, environment: str | None = None) -> Secret:
        """One secret, without its value.

        Raises:
            NotFoundError: There is none of this name there.
        """
        data = self._execute(documents.SECRET, {"name": name, "environment": environment})
        return found(data["secret"], Secret, f"secret '{name}'")

    def set_secret(
        self,
        name: str,
        value: str,
        *,
        environment: str | None = None,
        description: str | None = None,
    ) -> Secret:
        """Make the secret, or a new version of it.

        Args:
            name: What runs ask for with `dagy.secret(name)`.
            value: The value; it is stored encrypted.
            environment: Runs of this environment only; left out: of every one.
            description: What it is for; None keeps the one it has.
        """
        try:
            existing = self.secret(name, environment=environment)
        except NotFoundError:
            fields = given(environment=environment, description=description)
            data = self._execute(
                documents.CREATE_SECRET, {"input": {"name": name, "value": value, **fields}}
            )
            return converted(data["createSecret"]["secret"], Secret)
        fields = given(description=description)
        data = self._execute(
            documents.UPDATE_SECRET, {"input": {"id": existing.id, "value": value, **fields}}
        )
        return converted(data["updateSecret"]["secret"], Secret)

    def delete_secret(self, secret_id: str) -> None:
        """Delete the secret of this global id, with all its versions."""
        self._execute(documents.DELETE_SECRET, {"input": {"id": secret_id}})

    def reveal_secret(self, secret_id: str, *, version: int | None = None) -> RevealedSecret:
        """The value of a secret, by default the current one. The audit log notes it."""
        data = self._execute(
            documents.REVEAL_SECRET, {"input": {"id": secret_id, **given(version=version)}}
        )
        return converted(data["revealSecret"], RevealedSecret)
