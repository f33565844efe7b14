"""Every operation of the schema, called by everybody who may or may not."""
