"""QR codes as pictures that need no file and no script."""

import segno


def qr_image(text: str) -> str:
    """Return a QR code of ``text`` as the address of an SVG; a quarter of it may be soiled."""
    code = segno.make_qr(text, error="q")
    return code.svg_data_uri(border=4, light="#fff", dark="#000", scale=4, omitsize=True)
