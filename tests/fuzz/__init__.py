"""The API's document against the running stack, with generated requests."""
