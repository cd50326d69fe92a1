"""TypeScript with JSX: TypeScript's tables."""
