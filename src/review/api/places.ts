/** Where a part of the schema is written: `User`, `User.email`, `Query.users.first`. */

import type { Span } from '../../generator/diagnostics/diagnostic.js';
import { fieldNamed, type Sdl } from '../../generator/model.js';

/** Of a part that has no place of its own, that of what it is part of. */
export function spanOf({ types }: Sdl, path: string): Span | undefined {
  const [name = '', field, argument] = path.split('.');
  const type = types.get(name);
  if (field === undefined || !type) return type?.at;
  const found = fieldNamed(type, field);
  if (!found) return type.values.includes(field) ? type.at : undefined;
  return argument === undefined
    ? found.at
    : (found.arguments.find((one) => one.name === argument)?.at ?? undefined);
}
