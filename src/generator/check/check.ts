import type { Diagnostic } from '../diagnostics.js';
import type { Model } from '../model.js';
import type { Layout } from '../plan/layout.js';

export function checkModel(_model: Model): Diagnostic[] {
  return [];
}

export function checkLayout(_model: Model, layout: Layout): Diagnostic[] {
  return [...layout.findings];
}
