"""Runs a traced flow: in process, or as a forked child that speaks `protocol`."""
