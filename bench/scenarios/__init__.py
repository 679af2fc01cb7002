"""One representative request for every HTTP endpoint, with its upstreams in memory."""
