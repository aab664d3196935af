"""Plans: what a study will cost, and how precise it will be, from pilot runs."""
