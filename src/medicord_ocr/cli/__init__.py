"""The command line: the only part of the program that prints or exits.

A thin layer over the library. Importing it costs nothing; each command imports what it needs
when it runs, so that ``--help`` stays quick.
"""

from __future__ import annotations


def main() -> None:
    """Run the ``medicord-ocr`` command and exit with its code."""
    from medicord_ocr.cli.faults import reporting

    with reporting():
        from medicord_ocr.cli.app import app

        app(prog_name="medicord-ocr")
