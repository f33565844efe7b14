"""Flows and tasks in plain Python: the SDK of Dagy."""
