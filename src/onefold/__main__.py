"""``python -m onefold``: the command line."""

from onefold.cli.main import main

main()
