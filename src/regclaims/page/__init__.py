"""The page on which a reader finds a sentence, its verdict, and what the verdict rests on.

One file that needs nothing else and no network; without JavaScript it has everything too. `view`
says what stands on it, `effects`, `cells` and `maps` draw, `render` fills the templates.
"""
