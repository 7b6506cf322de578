"""The evaluation corpus: rendered medical documents with ground truth, in two halves.

``python -m benchmarks.corpus --half dev|gate [--part ci] [--out DIR]`` makes a half where it
is not cached yet and prints its folder. ``python -m benchmarks.corpus.samples samples`` makes
``samples/``. It needs Chromium and the fonts of ``apt-packages.txt`` (Debian package names, one
a line).

The halves share no template family, letterhead, medicine or font: tune on ``dev``, measure on
``gate``. Beside each picture or PDF lies its ground truth, SPEC 3's core fields and:

- texts are as printed: a reference range keeps its brackets, an evaluator should fold them. Of a
  range printed for men and women, ``reference_range`` is the one of the patient's sex without its
  label; ``reference_range_alternatives`` holds the other ways to print it.
- ``value`` is the printed number (Khmer digits, decimal comma and thousands resolved), else text.
- ``abnormal`` follows value and range, else the printed mark (letter, star, arrow, word, bold),
  else null; null too where the page prints neither range nor mark.
- ``schedule`` is there where times of day are printed in a grid or as ``1-0-1`` (then
  ``frequency`` is the code and ``dosage`` null); a blank or ``-`` cell is null, ``0`` is ``"0"``.
- a laboratory's doctor is the requester, a prescription's the prescriber, an imaging report's the
  signatory. A page without a report date prints no other date than the birth and, in a column's
  heading, that of a previous result.
- ``meta.rotation`` is clockwise, in degrees; ``meta.dpi`` is the sheet's in a photo; the text of
  stamps is not in ``raw_text``.
"""
