"""A self assessment as a workbook: written, filled in elsewhere, read back, and merged with what was answered meanwhile."""
