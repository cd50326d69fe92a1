/** One request to the suppliers' service. */
async function fetchLevel(productId: number): Promise<number> {
  const response = await fetch(`https://stock.example.org/levels/${productId}`);
  const body = await response.json();
  return body.level;
}

/** Slow: waits for each answer before it asks for the next. */
export async function stockLevels(productIds: number[]): Promise<Map<number, number>> {
  const levels = new Map<number, number>();
  for (const productId of productIds) {
    levels.set(productId, await fetchLevel(productId));
  }
  return levels;
}

/** The same levels: all questions are on their way at once. */
export async function stockLevelsFast(productIds: number[]): Promise<Map<number, number>> {
  const levels = await Promise.all(productIds.map((productId) => fetchLevel(productId)));
  return new Map(productIds.map((productId, index) => [productId, levels[index]]));
}
