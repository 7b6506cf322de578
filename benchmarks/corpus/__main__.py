"""``python -m benchmarks.corpus --half dev|gate [--part ci] [--out DIR]``: prints the folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.corpus.build import corpus
from benchmarks.corpus.model import HALVES
from benchmarks.corpus.render import MissingTool


def main() -> int:
    """Make the corpus on demand and print its folder; 3 where a tool or a font is missing."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.corpus", description="evaluation corpus with ground truth"
    )
    parser.add_argument("--half", choices=HALVES, required=True)
    parser.add_argument("--part", choices=["ci"], help="forty documents of the gate")
    parser.add_argument("--out", type=Path, help="write here instead of the cache")
    args = parser.parse_args()
    if args.part and args.half != "gate":
        parser.error("--part ci belongs to --half gate")
    try:
        folder = corpus(args.half, args.part, args.out)
    except (MissingTool, FileExistsError) as error:
        print(f"benchmarks.corpus: {error}", file=sys.stderr)
        return 3 if isinstance(error, MissingTool) else 2
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
