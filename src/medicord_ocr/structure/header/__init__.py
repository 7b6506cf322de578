"""Who issued a document and when: report date, facility, doctor; the patient is kept apart."""
