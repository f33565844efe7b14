"""PostgreSQL, Redis, API and workers as child processes of ours, for `dagy up` and tests."""
