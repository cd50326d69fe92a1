"""The files of a workspace: which there are, what changed in them, and their facts, from the cache or made by workers."""
