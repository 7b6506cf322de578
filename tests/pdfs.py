"""PDFs written by hand, object by object, for tests of intake."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_ID = b"0123456789abcdef"


@dataclass(frozen=True)
class Picture:
    """An image on a page: (x, y, width, height) in points, grey pixels row by row."""

    place: tuple[float, float, float, float]
    width: int
    height: int
    grey: bytes


@dataclass(frozen=True)
class Page:
    """A page: its content stream, boxes and turn as PDF writes them, images drawn first."""

    content: bytes = b""
    media: str = "0 0 612 792"
    extra: str = ""
    pictures: tuple[Picture, ...] = ()
    over: bytes = b""
    font: str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    annotations: tuple[str, ...] = ()


def text(x: float, y: float, words: str, size: float = 12, mode: int = 0) -> bytes:
    """Show text at a place."""
    escaped = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    line = f"BT /F1 {size} Tf {mode} Tr 1 0 0 1 {x} {y} Tm ({escaped}) Tj ET\n"
    return line.encode("cp1252")


def actual(x: float, y: float, shown: str, meant: str, size: float = 12) -> bytes:
    """Show glyphs that mean something else, by ActualText."""
    code = ("\ufeff" + meant).encode("utf-16-be").hex()
    return b"/Span << /ActualText <%s> >> BDC\n%sEMC\n" % (code.encode(), text(x, y, shown, size))


def pdf(*pages: Page, password: str | None = None, owner: str | None = None) -> bytes:
    """The file; with a password or an owner's password it is encrypted (RC4, 40 bits)."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for page in pages:
        kids.append(_add_page(objects, page))
    refs = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{refs}] >>".encode()
    trailer = ""
    if password is not None or owner is not None:
        key, entry = _security(password or "", owner or password or "")
        objects = [_encrypt(data, number, key) for number, data in enumerate(objects, 1)]
        objects.append(entry)
        trailer = f"/Encrypt {len(objects)} 0 R /ID [<{_ID.hex()}> <{_ID.hex()}>]"
    return _write(objects, trailer)


def _add_page(objects: list[bytes], page: Page) -> int:
    def add(data: bytes) -> int:
        objects.append(data)
        return len(objects)

    font = add(page.font.encode())
    drawn, names = b"", ""
    for number, picture in enumerate(page.pictures):
        data = zlib.compress(picture.grey)
        head = (
            f"<< /Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height} "
            f"/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode "
            f"/Length {len(data)} >>\nstream\n"
        )
        stream = add(head.encode() + data + b"\nendstream")
        names += f"/I{number} {stream} 0 R "
        x, y, width, height = picture.place
        drawn += f"q {width} 0 0 {height} {x} {y} cm /I{number} Do Q\n".encode()
    content = page.content + drawn + page.over
    stream = add(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    notes = " ".join(f"{add(note.encode())} 0 R" for note in page.annotations)
    return add(
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{page.media}] {page.extra} /Annots [{notes}] "
        f"/Resources << /Font << /F1 {font} 0 R >> /XObject << {names} >> >> "
        f"/Contents {stream} 0 R >>".encode()
    )


def _write(objects: list[bytes], trailer: str) -> bytes:
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, data in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\n".encode()
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _rc4(key: bytes, data: bytes) -> bytes:
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def _security(user: str, owner: str) -> tuple[bytes, bytes]:
    """The file's key and its Encrypt dictionary (ISO 32000-1, algorithms 2-4, revision 2)."""

    def padded(password: str) -> bytes:
        return (password.encode("latin-1") + _PADDING)[:32]

    owner_key = hashlib.md5(padded(owner)).digest()[:5]
    o = _rc4(owner_key, padded(user))
    permissions = (-4).to_bytes(4, "little", signed=True)
    key = hashlib.md5(padded(user) + o + permissions + _ID).digest()[:5]
    u = _rc4(key, _PADDING)
    entry = f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{o.hex()}> /U <{u.hex()}> >>"
    return key, entry.encode()


def _encrypt(data: bytes, number: int, key: bytes) -> bytes:
    """The object with its stream encrypted (algorithm 1); our strings are none that matter."""
    head, found, rest = data.partition(b"\nstream\n")
    if not found:
        return data
    own = hashlib.md5(key + number.to_bytes(3, "little") + b"\0\0").digest()[:10]
    body = rest.removesuffix(b"\nendstream")
    return head + found + _rc4(own, body) + b"\nendstream"
