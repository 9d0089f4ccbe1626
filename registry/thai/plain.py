"""The quick way for the texts that most are: Thai and Latin, spelt as they should be.

As bytes of Windows-874 a text is looked through and rewritten sign by sign in one go, a
tenth of what it takes letter by letter. Texts with any other sign, or with signs in an
order that has to be put right, are left to :mod:`registry.thai.text`.
"""

import re
from codecs import charmap_decode, charmap_encode
from collections.abc import Callable
from encodings.cp874 import decoding_table, encoding_table

CODING = "cp874"
#: What a sign becomes: signs by sign, and signs that go.
Table = tuple[bytes, bytes]

#: Neither control characters nor what Windows adds beyond ASCII, nor ํ, of which half
#: a ำ is made.
STRANGE = bytes([*range(0x20), 0x7F, *range(0x80, 0xA1), 0xED])
#: A tone behind ำ, a mark before the vowel that it stands over: in the wrong order.
DISORDER = re.compile(
    rb"[\xd3\xd8\xd9\xe8-\xec]"
    rb"(?:(?<=\xd3)[\xe8-\xeb]|(?<=[\xe8-\xec])[\xd1\xd4-\xda]|(?<=[\xd8\xd9])\xda)"
)
#: A mark or vowel twice; เ twice is แ.
DOUBLED = re.compile(rb"([\xd0-\xda\xe0-\xee])\1")
DOUBLED_E = b"\xe0\xe0"
#: A space between Thai words.
GAP = re.compile(rb" (?<=[\xa1-\xee] )(?=[\xa1-\xee])")


def read(text: str) -> bytes | None:
    """Return ``text`` as bytes; None if it is not plain, but for doubled signs."""
    try:
        # What ``encode`` does, without asking each time how.
        signs, _length = charmap_encode(text, "strict", encoding_table)
    except UnicodeEncodeError:
        return None
    if len(signs.translate(None, STRANGE)) != len(signs) or DISORDER.search(signs):
        return None
    return signs


def read_single(text: str) -> bytes | None:
    """Return ``text`` as bytes; None if it is not plain."""
    signs = read(text)
    return None if signs is None or DOUBLED.search(signs) else signs


def written(signs: bytes) -> str:
    """Return bytes as text again."""
    return charmap_decode(signs, "strict", decoding_table)[0]


def table(become: Callable[[str], str]) -> Table:
    """Return what becomes of each sign, one for one; of nothing, nothing is left."""
    signs, gone = bytearray(range(256)), bytearray()
    for code in range(256):
        try:
            sign = bytes([code]).decode(CODING)
        except UnicodeDecodeError:
            continue
        if code in STRANGE:
            continue
        told = become(sign)
        if told:
            (signs[code],) = told.encode(CODING)
        else:
            gone.append(code)
    return bytes(signs), bytes(gone)


def rewritten(signs: bytes, by: Table) -> bytes:
    """Return bytes with every sign as ``by`` has it, and single spaces."""
    return b" ".join(signs.translate(*by).split())
