"""Organization."""

import strawberry

from schema.fields import object_type
from schema.nodes import node_id


@object_type()
class Organization:
    id: strawberry.ID = node_id("Organization")
    name: str
    slug: str
