"""The SendGrid emulator, by raw requests and by SendGrid's own client."""
