"""Benchmarks of medicord-ocr: the evaluation corpus and its tools."""
