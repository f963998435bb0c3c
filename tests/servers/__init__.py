"""Real servers that live for one test or one run, on loopback alone: each is stopped and swept away at its end."""
