/** Edge attributes: the fields of a connection's edges besides Relay's own, which a join answers. */

import { fieldNamed, type Model, namedType, type PatternModel, type SdlField } from '../model.js';
import type { ThroughAccess } from '../plan/types/access.js';
import { answeredFields } from './answers.js';
import { fieldAt, isConnection } from './sdl.js';

export interface EdgeFields {
  /** The connection type. */
  readonly connection: string;
  /** The edge type. */
  readonly edge: string;
  /** Those that no rule answers. */
  readonly fields: readonly SdlField[];
}

/** Of the connection that a pattern's field returns; undefined where it returns none. */
export function edgeFieldsOf(model: Model, pattern: PatternModel): EdgeFields | undefined {
  const { sdl } = model;
  const field = fieldAt(model, pattern.for);
  if (field?.type.kind !== 'named' || !isConnection(sdl, field.type)) return undefined;
  const connection = sdl.types.get(field.type.name);
  const edges = fieldNamed(connection, 'edges');
  const edge = edges && sdl.types.get(namedType(edges.type));
  if (!connection || !edge) return undefined;
  const further = edge.fields.filter(({ name }) => name !== 'node' && name !== 'cursor');
  const answered = further.length > 0 ? answeredFields(model) : undefined;
  const fields = further.filter(({ name }) => !answered?.has(`${edge.name}.${name}`));
  return { connection: connection.name, edge: edge.name, fields };
}

/** What the edges of a pattern through a join carry; null where that is nothing. */
export function edgeOf(model: Model, pattern: PatternModel): ThroughAccess['edge'] {
  const edge = edgeFieldsOf(model, pattern);
  if (!edge || edge.fields.length === 0) return null;
  return { connection: edge.connection, attributes: edge.fields.map(({ name }) => name) };
}
