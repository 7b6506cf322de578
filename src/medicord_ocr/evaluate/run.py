"""Extract every document of a folder and hold it against its ground truth."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from medicord_ocr.errors import (
    EngineError,
    MedicordError,
    MissingDependency,
    SettingsError,
    UsageError,
)
from medicord_ocr.evaluate.report import DocumentScore, Report, summarise
from medicord_ocr.evaluate.score import score
from medicord_ocr.evaluate.statistics import Tally
from medicord_ocr.evaluate.truth import Pair, find_pairs, load
from medicord_ocr.options import Options
from medicord_ocr.schema import Document

Extract = Callable[[Path, Options], Document]
Progress = Callable[[int, int], None]


def evaluate(
    directory: Path,
    options: Options,
    *,
    extract: Extract | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
    limit: int | None = None,
) -> Report:
    """Measure accuracy on the documents of a folder that have ground truth beside them.

    A document that cannot be extracted is no reason to stop: all that is on it counts as missed.

    Args:
        directory: searched with its subfolders.
        options: of every extraction.
        extract: what is measured, the pipeline by default; picklable where ``jobs`` is over 1.
        jobs: processes, each with one thread.
        progress: called with documents done and all documents.
        limit: at most so many documents, spread evenly over the folder.

    Raises:
        UsageError: when the folder holds no document with ground truth.
        UnreadableInput: when a file of ground truth is not one.
        MissingDependency: when what reads documents is not installed.
        EngineError: when a process died (``jobs`` over 1).
    """
    folder = find_pairs(directory)
    pairs = _spread(folder.pairs, limit)
    scores = []
    for done, scored in enumerate(_scores(pairs, options, extract or _pipeline, jobs), 1):
        scores.append(scored)
        if progress is not None:
            progress(done, len(pairs))
    return summarise(scores, folder.problems)


def _spread(pairs: tuple[Pair, ...], limit: int | None) -> tuple[Pair, ...]:
    if limit is None or limit >= len(pairs):
        return pairs
    return tuple(pairs[i * len(pairs) // limit] for i in range(max(1, limit)))


def _pipeline(path: Path, options: Options) -> Document:
    from medicord_ocr.pipeline import extract

    return extract(path, options)


def _scores(
    pairs: tuple[Pair, ...], options: Options, extract: Extract, jobs: int
) -> Iterator[DocumentScore]:
    if jobs <= 1 or len(pairs) == 1:
        for pair in pairs:
            yield score_document(pair, options, extract)
        return
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    parallel = Parallel(n_jobs=min(jobs, len(pairs)), return_as="generator_unordered")
    try:
        yield from parallel(delayed(_in_worker)(pair, options, extract) for pair in pairs)
    except TerminatedWorkerError as error:
        raise EngineError(
            "a worker process died", hint="Run with --jobs 1 to see at which document"
        ) from error


def _in_worker(pair: Pair, options: Options, extract: Extract) -> DocumentScore:
    # Before Tesseract is loaded: its OpenMP reads the limit once.
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    import cv2

    cv2.setNumThreads(1)
    return score_document(pair, options, extract)


def score_document(pair: Pair, options: Options, extract: Extract) -> DocumentScore:
    """Extract one document and judge it.

    Raises:
        MissingDependency, UsageError: the set-up is wrong, not the document.
    """
    truth = load(pair.truth)
    document: Document | None = None
    error: str | None = None
    started = time.perf_counter()
    try:
        document = extract(pair.document, options)
    except (MissingDependency, SettingsError, UsageError):
        raise
    except MedicordError as failure:
        error = failure.code
    except Exception as failure:  # a fault of ours must not hide the other documents
        error = f"internal ({_where(failure)})"
    seconds = time.perf_counter() - started
    judged, tallies = score(truth, document)
    pages = document.pages if document else 0
    return DocumentScore(
        name=pair.name,
        content=truth.content,
        meta=truth.meta,
        seconds=seconds,
        pages=pages,
        error=error,
        tallies={**tallies, "seconds_per_page": Tally(seconds if pages else 0.0, pages)},
        judged=judged,
    )


def _where(failure: Exception) -> str:
    """The kind of a fault and the line that raised it; no message, which may quote the document."""
    frames = traceback.extract_tb(failure.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(failure).__name__}{place}"
