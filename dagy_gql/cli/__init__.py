"""The commands of the server side, one module each; `dagy` finds them by their entry points."""
