/** Where the map ends, in degrees. South of it there are no VPs, usually. */
export const NORTH = 84;
const SOUTH = -58;
const POLE = -90;

/** How far south the map must go. */
export function southFor(latitudes: Iterable<number>): number {
  for (const latitude of latitudes) if (latitude < SOUTH + 2) return POLE;
  return SOUTH;
}

/** A place on a map of this width, in pixels: latitude and longitude as they are. */
export function placed(latitude: number, longitude: number, width: number): readonly [x: number, y: number] {
  const scale = width / 360;
  return [(longitude + 180) * scale, (NORTH - latitude) * scale];
}
