"""Laboratory results: tables, rows, values with their unit and range, and what is doubtful."""
