"""How it is sent: in its turn, by a child process, in one conversation or a batch, and what went wrong by name."""
