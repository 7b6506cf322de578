"""Small HTML pieces, and the text of an HTML page in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from html.parser import HTMLParser

_BLOCKS = frozenset(
    "div p tr h1 h2 h3 h4 li ul ol section table thead tbody br hr header footer".split()
)


def esc(text: object) -> str:
    """`text` escaped for HTML content."""
    return escape(str(text), quote=False)


def tag(name: str, inner: str, cls: str = "", style: str = "") -> str:
    """One element around the HTML `inner`."""
    attrs = (f' class="{cls}"' if cls else "") + (f' style="{style}"' if style else "")
    return f"<{name}{attrs}>{inner}</{name}>"


def div(inner: str, cls: str = "", style: str = "") -> str:
    """A block of its own."""
    return tag("div", inner, cls, style)


def span(inner: str, cls: str = "", style: str = "") -> str:
    """An inline element."""
    return tag("span", inner, cls, style)


def flex(*blocks: str, cls: str = "") -> str:
    """Blocks side by side."""
    return div("".join(blocks), f"flex {cls}".strip())


def row(cells: Iterable[str], cell: str = "td", cls: str = "") -> str:
    """A table row of HTML cells."""
    return tag("tr", "".join(f"<{cell}>{c}</{cell}>" for c in cells), cls)


def span_row(inner: str, columns: int, cls: str = "sec") -> str:
    """A table row of one cell over `columns` columns."""
    return f'<tr class="{cls}"><td colspan="{columns}">{inner}</td></tr>'


def table(head: Sequence[str], rows: Iterable[str], cls: str = "", widths: str = "") -> str:
    """A table with header cells `head` (HTML) and ready-made rows; `widths` in percent."""
    cols = "".join(f'<col style="width:{w}%">' for w in widths.split())
    top = tag("thead", row(head, "th")) if head else ""
    return tag("table", f"<colgroup>{cols}</colgroup>{top}<tbody>{''.join(rows)}</tbody>", cls)


def pairs(items: Iterable[tuple[str, str]], sep: str = " : ", cls: str = "") -> str:
    """Label and value lines (plain text), one div a pair."""
    return div(
        "".join(
            div(f"<span class=k>{esc(k)}{sep}</span><span class=v>{esc(v)}</span>")
            for k, v in items
        ),
        cls,
    )


class _Text(HTMLParser):
    """Collects the text: blocks make lines, cells of a row are set apart by a space."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """A block starts a line."""
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A block ends a line, a cell ends with a space."""
        if tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        """Text as it stands."""
        self.parts.append(data)


def text_of(html: str) -> str:
    """The text of `html` in document order, one line a block, spaces folded."""
    parser = _Text()
    parser.feed(html)
    lines = (
        re.sub(r"[ \t\r\f\v\u00a0]+", " ", s).strip() for s in "".join(parser.parts).split("\n")
    )
    return "\n".join(s for s in lines if s)
