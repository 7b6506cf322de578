"""Doubtful fields put to a language model, which may choose among what was read and no more.

Optional and off (``LLM_ENABLED``). Only fields that are for review anyway are asked about, the
patient's identifiers masked; what comes back is held against the readings, in code, and stays for
review. Whatever goes wrong leaves the document as it was, with a warning.
"""

from medicord_ocr.llm.correct import corrected

__all__ = ["corrected"]
