"""JavaScript's tables, which TypeScript's extend."""
