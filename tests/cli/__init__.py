"""The command line and the API client, against a server of canned answers."""
