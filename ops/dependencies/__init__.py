"""Which packages ship, and which of them have known vulnerabilities."""
