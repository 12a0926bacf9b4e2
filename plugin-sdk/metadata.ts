import { defineService } from './define-service.js';

/** Where a vantage point (VP) is. */
export interface VpLocation {
  /** Degrees north, -90 to 90. */
  readonly latitude: number;
  /** Degrees east, -180 to 180. */
  readonly longitude: number;
  /** Both as they were written, with a comma between and no blanks: `52.370,4.90`. */
  readonly text: string;
}

/** What is known of a vantage point beside what it says itself. What is not known is not there. Frozen. */
export interface VpMetadata {
  /** The autonomous system that its IPv4 address is in. */
  readonly asn4?: number;
  /** The autonomous system that its IPv6 address is in. */
  readonly asn6?: number;
  /** The country's code, two letters, as written. */
  readonly cc?: string;
  /** The state or region. */
  readonly st?: string;
  /** The town, for people. */
  readonly place?: string;
  readonly latlong?: VpLocation;
  readonly shortname?: string;
  /** The code of the nearest airport, three letters, as written. */
  readonly iata?: string;
  /** In the order in which they were written, each once. */
  readonly tags: readonly string[];
  /** Attributes that are none of the above, by their names in lower case: each value that was written. Without prototype. */
  readonly other: Readonly<Record<string, readonly string[]>>;
}

/** What is known of vantage points. `watch` tells when something of it has changed. */
export interface Metadata {
  /** The same object for as long as nothing of it has changed; undefined where nothing is known. */
  of(monitorName: string | undefined): VpMetadata | undefined;
  /** The monitor names of all that something is known of, connected or not. */
  names(): Iterable<string>;
}

/** Offered by the plugin `metadata`, or another one in its place; what it knows is there when handlers of `start` run. */
export const metadata = defineService<Metadata>('metadata');
