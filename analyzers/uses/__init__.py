"""What is done with the rows of one query, wherever they go: which of their relations are read.

A second, smaller interpreter beside `evaluate`. That one says what surely happens, and says nothing of what it does not
know; this one says what may happen, and gives up (`Unknown`) where rows reach anything that it does not know. So what it
says of a relation that is never read holds.
"""
