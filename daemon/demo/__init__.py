"""A desk at work for half a minute: a mail world of our own, people who write, and the real daemon between them."""
