"""What a rewrite is told of the project, and what the project says of the rewrite: the target, what a model may look up."""
