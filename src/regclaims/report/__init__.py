"""The paper: TeX from data, the bibliography, and the engine that makes a PDF of it."""
