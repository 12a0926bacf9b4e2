import type { Sample } from './samples.js';

const WIDTH = 760;
const PANEL = 96;
const GAP = 34;
const LEFT = 62;
const RIGHT = 12;
const TOP = 26;

interface Line {
  readonly label: string;
  readonly style: 'a' | 'b';
  readonly of: (sample: Sample) => number | undefined;
}

interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

const panels: readonly Panel[] = [
  { title: 'instances connected', lines: [{ label: '', style: 'a', of: ({ connected }) => connected }] },
  {
    title: 'memory, MB: resident, and heap after a collection (dashed)',
    lines: [
      { label: 'resident', style: 'a', of: ({ rss }) => rss },
      { label: 'heap', style: 'b', of: ({ heap }) => heap },
    ],
  },
  { title: 'descriptors', lines: [{ label: '', style: 'a', of: ({ descriptors }) => descriptors }] },
  { title: 'answer to a probe, ms: median', lines: [{ label: 'p50', style: 'a', of: ({ p50 }) => p50 }] },
  { title: 'answer to a probe, ms: 99 %', lines: [{ label: 'p99', style: 'a', of: ({ p99 }) => p99 }] },
  { title: 'waited for a core, %: controller or load', lines: [{ label: '', style: 'a', of: ({ waited }) => waited }] },
];

/** 1, 2 or 5 times a power of ten, and not below the value. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}

interface Scale {
  readonly end: number;
  readonly most: number;
  readonly y: number;
}

function pathOf(samples: readonly Sample[], { of, style }: Line, { end, most, y }: Scale): string {
  let pen = 'M';
  const steps = samples.flatMap((sample) => {
    const value = of(sample);
    if (value === undefined) {
      if (style === 'a') pen = 'M';
      return [];
    }
    const across = Math.round(LEFT + (sample.seconds / end) * (WIDTH - LEFT - RIGHT));
    const step = `${pen}${across} ${Math.round(10 * (y + PANEL - (value / most) * PANEL)) / 10}`;
    pen = 'L';
    return [step];
  });
  return `<path class="${style}" d="${steps.join('')}"/>`;
}

function panelOf(samples: readonly Sample[], { title, lines }: Panel, end: number, y: number): string {
  const values = samples.flatMap((sample) => lines.map(({ of }) => of(sample) ?? 0));
  const scale = { end, most: roundUp(Math.max(1e-3, ...values)), y };
  return [
    `<text x="${LEFT}" y="${y - 6}">${title}</text>`,
    `<path class="g" d="M${LEFT} ${y}H${WIDTH - RIGHT}M${LEFT} ${y + PANEL}H${WIDTH - RIGHT}"/>`,
    `<text class="n" x="${LEFT - 6}" y="${y + 4}">${scale.most}</text>`,
    `<text class="n" x="${LEFT - 6}" y="${y + PANEL + 4}">0</text>`,
    ...lines.map((line) => pathOf(samples, line, scale)),
  ].join('\n');
}

/** Minutes in steps of which there are about ten. */
function ticksOf(end: number): number[] {
  const step = roundUp(end / 60 / 10);
  return Array.from({ length: Math.floor(end / 60 / step) + 1 }, (_, index) => index * step);
}

/** The samples over time, as a picture that can be read on light and on dark ground. */
export function plot(samples: readonly Sample[], restarts: readonly number[]): string {
  const end = samples.at(-1)?.seconds ?? 1;
  const at = (seconds: number): number => Math.round(LEFT + (seconds / end) * (WIDTH - LEFT - RIGHT));
  const bottom = TOP + panels.length * (PANEL + GAP) - GAP;
  const marks = restarts.map((seconds) => `M${at(seconds)} ${TOP}V${bottom}`).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 34}" font-family="sans-serif" font-size="12">
<style>
text { fill: #57606a } .n { text-anchor: end } .m { text-anchor: middle }
path { fill: none; stroke-width: 1.3; stroke-linejoin: round } .a { stroke: #0969da } .b { stroke: #bf3989; stroke-dasharray: 4 3 }
.g { stroke: #8c959f; stroke-width: .6 } .r { stroke: #8c959f; stroke-width: .8; stroke-dasharray: 2 3 }
@media (prefers-color-scheme: dark) { text { fill: #adbac7 } .a { stroke: #539bf5 } .b { stroke: #e275ad } }
</style>
<path class="r" d="${marks}"/>
${panels.map((panel, index) => panelOf(samples, panel, end, TOP + index * (PANEL + GAP))).join('\n')}
${ticksOf(end)
  .map(
    (minutes) => `<text class="m" x="${at(minutes * 60)}" y="${bottom + 16}">${Math.round(minutes * 10) / 10}</text>`,
  )
  .join('\n')}
<text class="n" x="${WIDTH - RIGHT}" y="${bottom + 31}">minutes; dotted: the controller was killed or stopped</text>
</svg>
`;
}
