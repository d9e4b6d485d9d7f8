/** What an entity says of its records besides what they store, each by its key with the first word of it. */

import type { Span } from './diagnostics/diagnostic.js';
import type { EntityModel, Word } from './model.js';

export function settingsOf(entity: EntityModel): Word[] {
  const { identity, stored, secret, generate, readDefault, renamed, normalize, encode, compute, unique } =
    entity;
  const { immutable, ttl, sets, references, movable, transitions, validate } = entity;
  const first = (text: string, word: { readonly at: Span } | undefined): Word[] =>
    word ? [{ text, at: word.at }] : [];
  return [
    ...first('identity', identity?.[0]),
    ...first('stored', stored[0]?.name),
    ...first('secret', secret[0]),
    ...first('generate', generate[0]?.field),
    ...first('default', entity.default[0]?.field),
    ...first('readDefault', readDefault[0]),
    ...first('renamed', renamed[0]?.from),
    ...first('normalize', normalize[0]?.field),
    ...first('encode', encode[0]?.field),
    ...first('compute', compute[0]?.field),
    ...first('unique', unique.flatMap(({ fields }) => fields)[0]),
    ...first('immutable', immutable === true ? undefined : immutable[0]),
    ...first('ttl', ttl),
    ...first('sets', sets[0]),
    ...first('references', references[0]?.name),
    ...first('movable', movable[0]),
    ...first('transitions', transitions[0]?.field),
    ...first('validate', validate[0]?.field),
  ];
}
