"""The Gigs emulator, by raw requests."""
