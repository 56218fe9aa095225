"""Telling the encoding of a file: UTF-8, UTF-16, or CP932, which is Shift_JIS on Windows.

Nothing in a file says that it is in CP932, and text in many other encodings decodes as CP932, into
Japanese that nobody wrote. So a file is taken for CP932 only if all of it decodes and what comes
out looks like Japanese. All else is read as UTF-8, and its lines that are not UTF-8 are refused.
"""

import codecs
import io
import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from commands.errors import CommandError

NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp932": "CP932 (Shift_JIS)"}
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CHUNK = 1 << 20
_SAMPLE = 2_000
"""Lines with more than ASCII that are looked at."""
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_BESIDE_LETTERS = re.compile(r"[A-Za-z][^\x00-\x7f]+|[^\x00-\x7f]+[A-Za-z]")


def detect(raw: io.BufferedReader) -> str:
    """Return the codec to decode the file with, and rewind it.

    Raises CommandError where it has the mark of UTF-16 and is not in it.
    """
    start = raw.peek(3)[:3]
    encoding = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "")
    if encoding == "utf-16" and not _decodes(raw, encoding):
        raise CommandError("it begins as UTF-16 and is not in it: save it in UTF-8")
    if not encoding:
        is_japanese = not _decodes(raw, "utf-8") and _decodes(raw, "cp932") and _is_japanese(raw)
        encoding = "cp932" if is_japanese else "utf-8"
    raw.seek(0)
    return encoding


def _decodes(raw: io.BufferedReader, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    raw.seek(0)
    try:
        while chunk := raw.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_japanese(raw: io.BufferedReader) -> bool:
    """Return whether a file that decodes as CP932 was written in it."""
    raw.seek(0)
    lines = list(islice(_lines_with_more_than_ascii(raw), _SAMPLE))
    # UTF-8 with some broken lines: no line of kanji or kana in CP932 is UTF-8 too.
    if any(_is_utf8(line) for line in lines):
        return False
    text = b"\n".join(lines).decode("cp932")
    return _is_written_in_common_characters(text) and _stands_apart(text)


def _lines_with_more_than_ascii(raw: io.BufferedReader) -> Iterator[bytes]:
    return (line for line in raw if not line.isascii())


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_written_in_common_characters(text: str) -> bool:
    """Return whether most of the text is kana and the kanji of every day.

    Those begin with a byte from 0x81 to 0x9F, which Latin-1, Thai, Cyrillic, EUC and Big5 lack.
    """
    characters = [one for run in _FOREIGN.findall(text) for one in run]
    if any(unicodedata.category(one) in ("Cc", "Co") or one == "\xa0" for one in characters):
        return False
    wide = [pair for one in characters if len(pair := one.encode("cp932")) == 2]
    common = sum(pair[0] <= 0x9F for pair in wide)
    return common > 0 and 2 * common >= len(wide)


def _stands_apart(text: str) -> bool:
    """Return whether most of what is not ASCII stands away from Latin letters.

    An accent that is misread is a kanji inside of a word: `H四洲e` for `Hélène` from an old Mac.
    """
    runs = len(_FOREIGN.findall(text))
    return 2 * len(_BESIDE_LETTERS.findall(text)) < runs
