"""Everything that the module of an endpoint must not do at import."""

from __future__ import annotations

import os
import socket
import time

import requests

STAGE = os.environ.get("STAGE")
EVERYTHING = dict(os.environ)
STARTED = time.time()
SESSION = requests.Session()

with socket.socket() as unused:
    ADDRESS = unused.getsockname()
