/** One thing that a file says of a VP. */
export interface Fact {
  readonly line: number;
  /** The monitor name of the VP. */
  readonly name: string;
  readonly attribute: string;
  readonly value: string;
}

/** What in a file is not as it should be. */
export interface Mistake {
  readonly line: number;
  readonly wrong: string;
}

/** What reading a file brings, one after the other. */
export type Found = Fact | Mistake;

/** A piece of a file, so that a message can show it. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
