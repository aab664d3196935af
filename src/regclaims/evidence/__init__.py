"""From data to evidence: replicates, cells, contrasts."""
