"""The core: pure, total, told everything it needs to know, and asked for every decision."""
