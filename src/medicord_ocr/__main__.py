"""``python -m medicord_ocr``: the same as the ``medicord-ocr`` command."""

from medicord_ocr.cli import main

if __name__ == "__main__":
    main()
