"""A fresh run against the published one: same bits, same verdicts, or what differs and how far."""
