"""What passes between an editor and the server: greeting, messages, open documents, findings as the protocol has them."""
