/** What labels say of a sample. */
export type Labels = Readonly<Record<string, string | number>>;

/** A value of a metric, and what it is of. */
export type Sample = readonly [value: number, labels?: Labels];

/** The text format of Prometheus, version 0.0.4. */
export class MetricsText {
  #text = '';

  gauge(name: string, help: string, samples: readonly Sample[]): this {
    return this.#metric('gauge', name, help, samples);
  }

  /** Quantiles. */
  summary(name: string, help: string, samples: readonly Sample[]): this {
    return this.#metric('summary', name, help, samples);
  }

  /** @param name ends with `_total` */
  counter(name: string, help: string, samples: readonly Sample[]): this {
    return this.#metric('counter', name, help, samples);
  }

  /** One without samples is not told of. */
  #metric(type: string, name: string, help: string, samples: readonly Sample[]): this {
    if (samples.length === 0) return this;
    const lines = samples.map(([value, labels = {}]) => `${name}${shown(labels)} ${String(value)}\n`);
    this.#text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    return this;
  }

  toString(): string {
    return this.#text;
  }
}

function shown(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
