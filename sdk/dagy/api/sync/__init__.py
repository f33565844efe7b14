"""The blocking client, made of `dagy.api.aio` by `make client`: change that one."""
