"""Hidden text of a page taken out: what an earlier program read, and read wrongly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pikepdf
from pikepdf import ContentStreamInlineImage, ContentStreamInstruction, Operator, Page, Pdf

Instruction = ContentStreamInstruction | ContentStreamInlineImage

#: The text rendering mode that shows nothing (ISO 32000-1, 9.3.6).
_INVISIBLE = 3
_MAY_HIDE = re.compile(rb"\b3\s+Tr\b")
_SHOWS = frozenset(("Tj", "TJ", "'", '"'))


def without_hidden_text(pdf: Pdf, page: Page) -> None:
    """Take the text that is drawn in invisible mode out of the page's own content.

    Only of text objects that show nothing else, so that nothing visible moves. What is hidden in
    forms, or behind a picture, stays. A content stream that cannot be parsed stays as it is.
    """
    try:
        if not _MAY_HIDE.search(_content(page)):
            return
        before = list(pikepdf.parse_content_stream(page))
        after = list(_kept(before))
        if len(after) != len(before) or any(a is not b for a, b in zip(after, before, strict=True)):
            page.obj.Contents = pdf.make_stream(pikepdf.unparse_content_stream(after))
    except (pikepdf.PdfError, pikepdf.PdfParsingError):
        return


def _content(page: Page) -> bytes:
    contents = page.obj.get("/Contents")
    streams = contents if isinstance(contents, pikepdf.Array) else [contents]
    return b"\n".join(s.read_bytes() for s in streams if isinstance(s, pikepdf.Stream))


def _kept(instructions: Iterable[Instruction]) -> Iterator[Instruction]:
    """The instructions without text that is not seen."""
    mode, saved = 0, list[int]()
    block: list[Instruction] | None = None
    seen = False
    for instruction in instructions:
        operator = str(instruction.operator)
        if operator == "q":
            saved.append(mode)
        elif operator == "Q" and saved:
            mode = saved.pop()
        elif operator == "Tr" and instruction.operands:
            mode = int(str(instruction.operands[0]))
        elif operator == "BT":
            block, seen = [], False
        if block is None:
            yield instruction
            continue
        block.append(instruction)
        seen |= operator in _SHOWS and mode != _INVISIBLE
        if operator == "ET":
            yield from block if seen else _silent(block)
            block = None
    yield from block or ()


def _silent(block: Iterable[Instruction]) -> Iterator[Instruction]:
    """A text object without its text: what it sets lasts beyond it, and so stays."""
    for instruction in block:
        operator = str(instruction.operator)
        if operator not in _SHOWS:
            yield instruction
        elif operator == '"':
            for name, value in zip(("Tw", "Tc"), instruction.operands, strict=False):
                yield ContentStreamInstruction([value], Operator(name))
