"""Methods that were added: a module each."""
