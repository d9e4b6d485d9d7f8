/** Metrics as Prometheus reads them: its text format, version 0.0.4 ("Exposition formats", prometheus.io). */
import type { Instrument } from './instruments.js';
import type { Registry, Series } from './registry.js';

export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

export function prometheusText(registry: Registry): string {
  const lines: string[] = [];
  for (const { instrument, series } of registry.all()) {
    const { name, kind, help } = instrument;
    lines.push(
      `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}`,
      `# TYPE ${name} ${kind}`,
    );
    for (const one of series) {
      if (kind === 'histogram') lines.push(...histogram(instrument, one));
      else lines.push(`${name}${labelled(instrument, one)} ${one.value}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Buckets are cumulative. */
function histogram(instrument: Instrument, series: Series): string[] {
  const { name, buckets: bounds = [] } = instrument;
  let count = 0;
  const buckets = series.buckets.map((size, at) => {
    count += size;
    return `${name}_bucket${labelled(instrument, series, String(bounds[at] ?? '+Inf'))} ${count}`;
  });
  const labels = labelled(instrument, series);
  return [...buckets, `${name}_sum${labels} ${series.value}`, `${name}_count${labels} ${count}`];
}

function labelled({ labels }: Instrument, series: Series, bound?: string): string {
  const pairs = labels.map((label, at) => `${label}="${escaped(series.labels[at] ?? '')}"`);
  if (bound !== undefined) pairs.push(`le="${bound}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
