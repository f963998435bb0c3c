"""Seeing that the desk works: what it tells its service manager, its keeper and a monitor."""
