"""Tell by its first bytes what is evidently no file of a tester; the readers judge the rest."""

HEAD_BYTES = 1024
_MARKS = (
    (b"%PDF-", "a PDF"),
    (b"\xff\xd8\xff", "a photo"),
    (b"\x89PNG\r\n", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"{\\rtf", "a text document"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
)
_PAGES = (b"<!doctype html", b"<html")


def foreign_kind(head: bytes) -> str:
    """Return in words what a file is when it can be none of a tester; empty when a reader may try it."""
    if not head:
        return "an empty file"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "a picture"
    for mark, words in _MARKS:
        if head.startswith(mark):
            return words
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        return "a web page"
    return ""
