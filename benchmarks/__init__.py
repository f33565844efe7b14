"""Measures Dagy as its users meet it, beside a plain Python script that does the same work."""
