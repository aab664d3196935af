"""What is measured on a fit, and on a cell."""
