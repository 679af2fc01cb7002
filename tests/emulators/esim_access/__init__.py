"""The eSIM Access emulator against its vendor's documentation."""
