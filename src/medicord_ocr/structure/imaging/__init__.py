"""Imaging reports: what was examined, and the text of its sections."""
