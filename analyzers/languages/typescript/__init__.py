"""What TypeScript adds to JavaScript's tables."""
