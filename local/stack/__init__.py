"""The one-machine stack; see `session.running`."""
