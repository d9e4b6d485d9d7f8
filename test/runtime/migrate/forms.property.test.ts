/** What a form says of records is what the generated code stores of them. */

import type { EntityCodec, Item } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { DiagnosticsError } from '../../../src/generator/diagnostics/print.js';
import { storedForm } from '../../../src/generator/plan/lookup/stored-forms.js';
import { codecOf } from '../../../src/runtime/migrate/codec.js';
import { cleaned } from '../../../src/runtime/write/changes.js';
import { drawProject } from '../../fuzz/draw/draw.js';
import { textsOf } from '../../fuzz/draw/project.js';
import { drawWrites } from '../../fuzz/draw/steps.js';
import type { Values } from '../../fuzz/oracle/declarations.js';
import { type Loaded, load } from '../../fuzz/play/load.js';
import { emptyTally, Play } from '../../fuzz/play/play.js';
import { Mismatch } from '../../fuzz/play/question.js';
import { Dice } from '../../support/dice.js';
import { runs } from '../../support/runs.js';

test('a form, as JSON, stores a record as the generated code does', async () => {
  let records = 0;
  for (let number = 0; number < runs(12); number++) {
    const drawn = drawProject(number);
    const loaded = await accepted(drawn);
    if (!loaded) continue;
    const ends: (() => Promise<void>)[] = [];
    const play = await Play.of(textsOf(drawn.project), loaded, emptyTally(), (close) => ends.push(close));
    try {
      for (const step of drawWrites(new Dice(number), play.declared, drawn.pools)) await play.write(step);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
    } finally {
      for (const end of ends) await end();
    }
    const codecs = loaded.module('items') as Readonly<Record<string, EntityCodec<Values>>>;
    const { plan } = loaded.run;
    for (const entity of plan.entities) {
      const codec = codecs[entity.names.codec];
      const form = codecOf(JSON.parse(JSON.stringify(storedForm(plan, entity))));
      for (const record of play.state.get(entity.name) ?? []) {
        if (!codec) continue;
        records += 1;
        const item = cleaned(codec.item({ ...record, __typename: entity.name }));
        const read = form.read(item);
        expect({ ...item, ...cleaned(form.item(read)) }).toEqual(item);
        expect(derivedOf(form, read)).toEqual(derivedOf(codec, { ...record, __typename: entity.name }));
      }
    }
  }
  expect(records).toBeGreaterThan(100);
});

async function accepted(drawn: ReturnType<typeof drawProject>): Promise<Loaded | undefined> {
  try {
    return await load(textsOf(drawn.project));
  } catch (error) {
    if (error instanceof DiagnosticsError) return undefined;
    throw error;
  }
}

type Derived = Pick<
  EntityCodec<never>,
  'entries' | 'versions' | 'guards' | 'counters' | 'references' | 'referencedBy'
>;

function derivedOf(codec: Derived, record: object) {
  const one = record as never;
  const items = (all: readonly (Item | undefined)[] = []) => all.map((item) => item && cleaned(item));
  return {
    entries: items(codec.entries?.(one)),
    versions: items(codec.versions?.(one)),
    guards: codec.guards?.(one) ?? [],
    counters: codec.counters?.(one) ?? [],
    references: (codec.references?.(one) ?? []).map(({ name, key, to }) => ({ name, key, to: to.name })),
    referencedBy: (codec.referencedBy?.(one) ?? []).map(({ table, ...rest }) => ({
      ...rest,
      table: table.name,
    })),
  };
}
