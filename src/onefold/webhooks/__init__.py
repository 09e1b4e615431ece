"""What leaves the server on its own: changes, read from the outbox after the commit, sent to other systems."""
