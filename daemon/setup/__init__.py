"""Setting a desk up: what is known of mail providers, the files that are written, and trying the servers out."""
