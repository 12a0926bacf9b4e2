/**
 * A list that still fails and of which nothing can be left out, as far as was tried: pieces are left out, large ones first.
 * @param most how often it is tried
 */
export async function shrunk<T>(
  items: readonly T[],
  fails: (some: readonly T[]) => Promise<boolean>,
  most = 1_500,
): Promise<readonly T[]> {
  let few = items;
  let tries = 0;
  for (let size = Math.ceil(items.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < few.length && tries < most;) {
      const fewer = [...few.slice(0, at), ...few.slice(at + size)];
      tries++;
      if (await fails(fewer)) few = fewer;
      else at += size;
    }
  }
  return few;
}
