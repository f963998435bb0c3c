"""Words into mails: the templates of the desk, and the bytes of each mail that leaves."""
