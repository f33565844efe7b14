"""The version of the SDK; artifacts carry it."""

VERSION = "0.1.0"
