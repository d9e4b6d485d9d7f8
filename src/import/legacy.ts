/** What import.yaml names of Tyler Setup's own: how attributes of the legacy tables become fields. */
import type { InvertibleTransform, Transform } from 'tableloom/runtime';

/** Whether somebody is active is a flag there, and one of three statuses here. */
export const activity: InvertibleTransform = {
  forward: (value) => (value === true || String(value).toLowerCase() === 'true' ? 'ACTIVE' : 'INACTIVE'),
  back: (value) => value === 'ACTIVE',
};

/** Details and values are documents, text of documents, or plain text. */
export const document: InvertibleTransform = {
  forward(value) {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return value;
    }
  },
  back: (value) => value,
};

/** Nothing there says whether an invitation was used: it has expired, or it may be used. */
export const invitation: Transform = (value, { importedAt }) =>
  Number(value) < importedAt.getTime() ? 'EXPIRED' : 'ACTIVE';
