"""The extension that lets no mutation change anything without a word in the audit log."""

from collections.abc import Iterator
from contextlib import nullcontext

from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from dagy_gql import db


class Auditing(SchemaExtension):
    """What a resolver of a mutation commits carries a note, or is rolled back (see db.audited)."""

    def on_execute(self) -> Iterator[None]:
        is_mutation = self.execution_context.operation_type is OperationType.MUTATION
        with db.audited() if is_mutation else nullcontext():
            yield
