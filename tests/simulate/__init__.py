"""A desk's life in seconds: the real stages under a seeded world of people, servers, faults and a clock of its own."""
