"""The editor's side and the command line's."""
