/** Does a task for each item, in their order, at most so many at a time. */
export async function atMost<T>(limit: number, items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values(); // all workers take from it
  const worker = async (): Promise<void> => {
    for (const item of rest) await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
