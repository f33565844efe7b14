"""`python -m dagy_gql.cli COMMAND`: the same commands without the SDK's `dagy` around them."""

from dagy_gql.cli.group import main

main()
