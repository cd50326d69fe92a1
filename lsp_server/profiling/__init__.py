"""Profiles: recorded, found, read under limits in a child process, and linked to the project there."""
