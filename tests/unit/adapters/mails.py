"""A mail with everything in it."""

from __future__ import annotations

from portal.ports.mail_transport import InlineImage, Message

PNG = b"\x89PNG\r\n\x1a\n not really"
MESSAGE = Message(
    to="taro@example.com",
    subject="Your eSIM is ready, Tarō",
    text="Hello Tarō\n.\nfrom a line with a dot",
    html='<p>Hello Tarō <img src="cid:qr"></p>',
    reference="esim-activation:801000000000001AAA",
    category="esim-activation",
    correlation_id="front-end.0001",
    images=(InlineImage("qr", "qr.png", PNG),),
)
