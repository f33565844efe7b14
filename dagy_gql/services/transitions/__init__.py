"""The only place where the state of runs and task runs changes.

Every move is checked against the table, carries the run's fence where a worker makes it, and
writes its event in the same transaction. Messages to followers leave after the commit.
"""
