"""The proofs of the house: they mirror its rooms, and run against real servers."""
