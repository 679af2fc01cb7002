"""An emulator of SendGrid's Web API v3 for sending mail, built on the shared frame.

`python -m local.emulators.sendgrid --port 8094` serves it. Nothing leaves the machine: accepted
mails are kept and shown by `GET /_admin/state`.
"""
