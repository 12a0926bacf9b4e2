/** A room of the core. */
export interface Room {
  /** What it is for. */
  readonly is: string;
  /** The rooms that it may import. */
  readonly imports: readonly string[];
  /** The Node modules that it may import. */
  readonly node: readonly string[];
}

/** The rooms of the core by name, each above all that it may import. */
export const rooms: Readonly<Record<string, Room>>;
