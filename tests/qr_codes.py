"""Reading QR codes with ZXing, which shares no code with what draws them."""

from __future__ import annotations

import png
import zxingcpp

QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def decode(image: bytes) -> list[str]:
    """The texts of the QR codes in a PNG, as a phone would read them."""
    width, height, rows, info = png.Reader(bytes=image).asRGB()
    white = 2 ** info["bitdepth"] - 1
    grey = bytes(value * 255 // white for row in rows for value in row[::3])
    view = zxingcpp.ImageView(grey, width, height, zxingcpp.ImageFormat.Lum)
    return [found.text for found in zxingcpp.read_barcodes(view, QR_CODES)]
