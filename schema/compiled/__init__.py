"""Lists without graphql-core's work per field: a switch, and a count of what was not compiled."""
