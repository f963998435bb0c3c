"""`python -m daemon` is the command `postdesk`."""

from daemon.cli import main

main()
