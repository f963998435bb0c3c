"""The subcommands of `postdesk`, one module each."""
