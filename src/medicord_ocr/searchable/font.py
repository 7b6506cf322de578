"""A font without shapes: text in it can be found and copied, whatever the script, and not seen.

A code is the UTF-16 unit of its character, and every character is as wide as the others. Viewers
want a font program all the same, so there is a TrueType one of 300 bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

from pikepdf import Array, Dictionary, Name, Object, Pdf

#: Width of every character, in thousandths of the font's size.
WIDTH = 500
#: Where characters end that have no UTF-16 unit of their own (planes 1-16) begin: private use.
_PRIVATE = 0xE000
#: Entries that a list of a CMap may have (Adobe Technical Note 5014).
_ENTRIES = 100
_CMAP = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
%bendcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class Codes:
    """The codes of the characters that were used."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._private = 0

    def encode(self, text: str) -> bytes:
        """The text as codes of two bytes each, in hex."""
        return b"".join(b"%04X" % self._code(char) for char in text)

    def _code(self, char: str) -> int:
        code = self._codes.get(char)
        if code is None:
            code = ord(char)
            if code > 0xFFFF:
                code = _PRIVATE + self._private % 0x1900
                self._private += 1
            self._codes[char] = code
        return code

    def to_unicode(self) -> bytes:
        """The CMap that tells what the codes mean (ISO 32000-1, 9.10.3)."""
        entries = [
            b"<%04X> <%b>\n" % (code, char.encode("utf-16-be").hex().upper().encode())
            for char, code in sorted(self._codes.items(), key=lambda item: item[1])
        ]
        return _CMAP % b"".join(_blocks(entries))


def _blocks(entries: list[bytes]) -> Iterable[bytes]:
    for start in range(0, len(entries), _ENTRIES):
        block = entries[start : start + _ENTRIES]
        yield b"%d beginbfchar\n%bendbfchar\n" % (len(block), b"".join(block))


def make_font(pdf: Pdf, codes: Codes) -> Object:
    """The font as an object of that file, when all text was encoded."""
    name = Name("/GlyphLessFont")
    program = _program()
    descriptor = pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=name,
            Flags=5,  # fixed pitch, and none of the standard characters
            FontBBox=Array([0, 0, WIDTH, 1000]),
            Ascent=1000,
            Descent=0,
            CapHeight=1000,
            ItalicAngle=0,
            StemV=80,
            FontFile2=pdf.make_stream(program, Length1=len(program)),
        )
    )
    glyphs = zlib.compress(b"\x00\x01" * 0x10000, 9)
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=descriptor,
        DW=WIDTH,
        CIDToGIDMap=pdf.make_stream(glyphs, Filter=Name.FlateDecode),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_stream(codes.to_unicode()),
        )
    )


def _program() -> bytes:
    """A TrueType font, 1000 units an em: an empty glyph, and one that all characters have.

    That one is a line there and back. It has no area, so that nothing can be filled; it has a
    box, which pdfium and so Chrome mark when the text is found.
    """
    line = struct.pack(">5hHH2B2h", 1, 0, 0, WIDTH, 1000, 1, 0, 0x31, 0x01, WIDTH, 1000)
    tables = {
        b"glyf": line,
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh",
            *(0x00010000, 0x00010000, 0, 0x5F0F3CF5, 0, 1000, 0, 0),
            *(0, 0, WIDTH, 1000, 0, 8, 2, 0, 0),
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhh8xhH", 0x00010000, 1000, 0, 0, WIDTH, 0, 0, WIDTH, 1, 0, 0, 0, 2
        ),
        b"hmtx": struct.pack(">HhHh", WIDTH, 0, WIDTH, 0),
        b"loca": struct.pack(">3H", 0, 0, len(line) // 2),
        b"maxp": struct.pack(">IH13H", 0x00010000, 2, 2, 1, 0, 0, 1, *(0,) * 8),
    }
    head = struct.pack(">IHHHH", 0x00010000, len(tables), 64, 2, 32)
    body = b""
    start = len(head) + 16 * len(tables)
    for tag, data in tables.items():
        padded = data + bytes(-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        head += tag + struct.pack(">III", total, start + len(body), len(data))
        body += padded
    return head + body
