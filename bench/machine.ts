import { cpus, release, totalmem, type } from 'node:os';
import type { Cores } from './children.js';

/** Where it was measured; figures of different machines cannot be compared. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly system: string;
  readonly node: string;
  /** Whether controller and load had a core each. */
  readonly pinned: boolean;
}

export function machine(cores: Cores | undefined): Machine {
  const all = cpus();
  return {
    processor: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGB: Math.round(totalmem() / 1e9),
    system: `${type()} ${release()}`,
    node: process.version,
    pinned: cores !== undefined,
  };
}

export function describe({ processor, cores, memoryGB, system, node, pinned }: Machine): string {
  const where = pinned
    ? 'controller and load pinned to a core each'
    : 'controller and load not pinned: figures disturb each other';
  return `${processor}, ${cores} cores, ${memoryGB} GB; ${system}; Node ${node}; ${where}`;
}
