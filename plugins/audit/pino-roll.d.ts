declare module 'pino-roll' {
  import type { SonicBoom, SonicBoomOpts } from 'sonic-boom';

  interface Options extends SonicBoomOpts {
    file: string;
    size?: string;
    frequency?: 'daily' | 'hourly';
    extension?: string;
    limit?: { count: number; removeOtherLogFiles?: boolean };
  }
  export default function roll(options: Options): Promise<SonicBoom>;
}
