"""Documents as FHIR R4 (4.0.1) Bundles: what was read, what is doubted, and nothing besides.

What R4 asks for and the page does not say is marked absent (``data-absent-reason``), not filled
in. All resources are ``preliminary`` or of unknown status: a person has not looked yet.
"""

from medicord_ocr.fhir.bundle import bundle, bundle_json, failure

__all__ = ["bundle", "bundle_json", "failure"]
