"""The run that the paper cites: which of its files are kept in the repository, and how."""
