"""People, how they sign in, their sessions, links and API keys."""
