"""The clockwork: arq settings and thin jobs around the services."""
