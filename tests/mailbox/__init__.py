"""The IMAP door, tried against a real Dovecot and against servers that misbehave."""
