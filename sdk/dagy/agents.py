"""What Dagy's own programs call themselves in the User-Agent header."""

from dagy.version import VERSION

CLI_PRODUCT = "dagy-cli"
USER_AGENT = f"dagy-python/{VERSION}"
CLI_USER_AGENT = f"{CLI_PRODUCT}/{VERSION}"
