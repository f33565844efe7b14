"""The asynchronous client. `dagy.api.sync` is made of it by `make client`."""
