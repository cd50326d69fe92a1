"""Text in, findings out: no editor, no network, no clock, no disk but the tables beside the code."""
