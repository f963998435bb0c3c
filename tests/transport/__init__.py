"""The SMTP door, tried against a real server that fails as it is told to, and against ones that cheat."""
