"""Logging in with access tokens instead of passwords: where they come from, and what when none comes."""
