"""What Dagy's own programs call themselves in the User-Agent header."""

USER_AGENT = "dagy-python"
CLI_USER_AGENT = "dagy-cli"
