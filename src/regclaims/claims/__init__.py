"""Claims: decision rules, and verdicts from evidence."""
