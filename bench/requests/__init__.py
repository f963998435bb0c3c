"""Labelled requests: what customers write, and what a person at the desk would make of it."""
