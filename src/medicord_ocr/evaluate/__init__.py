"""Accuracy against ground truth: ``NAME.json`` beside ``NAME.ext`` (the contract's section 7).

``evaluate`` reads a folder and gives a ``Report``; ``check`` holds it against limits;
``tables`` shows it. How texts are compared stands in ``fold``, what counts as right, accepted,
silent and invented in ``score``, how rows find each other in ``matching``.
"""

from medicord_ocr.evaluate.report import METRICS, DocumentScore, Report, check, tables
from medicord_ocr.evaluate.run import evaluate
from medicord_ocr.evaluate.statistics import Metric

__all__ = ["METRICS", "DocumentScore", "Metric", "Report", "check", "evaluate", "tables"]
