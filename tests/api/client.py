"""A GraphQL client for tests: one application in this process, one identity each."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from dagy_gql import clock
from dagy_gql.auth import tokens
from dagy_gql.enums import Role
from dagy_gql.repositories import accounts, organizations
from dagy_gql.repositories.api_keys import ApiKeyRepository, NewKey
from dagy_gql.repositories.environments import EnvironmentRepository
from dagy_gql.repositories.organizations import MembershipRepository


@dataclass
class Answer:
    body: dict[str, Any]

    @property
    def data(self) -> Any:
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return self.body.get("errors", [])

    @property
    def code(self) -> str:
        """Of the only error."""
        assert len(self.errors) == 1, self.body
        return str(self.errors[0]["extensions"]["code"])

    @property
    def field(self) -> str | None:
        assert len(self.errors) == 1, self.body
        value: str | None = self.errors[0]["extensions"].get("field")
        return value

    @property
    def message(self) -> str:
        assert len(self.errors) == 1, self.body
        return str(self.errors[0]["message"])


@dataclass
class Client:
    http: httpx.AsyncClient
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def __call__(self, query: str, **variables: Any) -> Answer:
        response = await self.http.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers=self.auth | self.headers,
        )
        assert response.status_code == 200, response.text
        return Answer(response.json())

    async def input(self, mutation: str, type_: str, selection: str, **values: Any) -> Answer:
        """A mutation with its one input."""
        query = f"mutation M($input: {type_}!) {{ {mutation}(input: $input) {{ {selection} }} }}"
        return await self(query, input=values)


@dataclass(frozen=True)
class Org:
    """An organization with a user for every role."""

    id: UUID
    keys: dict[Role, str]


async def make_org(slug: str) -> Org:
    now = clock.now()
    org_id = await organizations.add_organization(slug.title(), slug=slug, now=now)
    await EnvironmentRepository(org_id).add({"name": "production", "description": ""}, now=now)
    keys: dict[Role, str] = {}
    for role in Role:
        user_id = await accounts.add_user(f"{role}@{slug}.example", password_hash="-", now=now)
        await MembershipRepository(org_id).add(user_id, role, now=now)
        key = tokens.new(tokens.KEY_PREFIX)
        new_key = NewKey(role, key.prefix, key.sha256, created_by_id=user_id, role=role)
        await ApiKeyRepository(org_id).add(new_key, now=now)
        keys[role] = key.text
    return Org(org_id, keys)
