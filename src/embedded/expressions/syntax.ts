import { syntaxErrorIn } from '../dynalite.js';

const grammars: Readonly<Record<string, 'condition' | 'projection' | 'update'>> = {
  ProjectionExpression: 'projection',
  UpdateExpression: 'update',
};

const tokens = /[A-Za-z_]\w*|[#:]\w+|\d+|<>|<=|>=|\S/g;

/**
 * DynamoDB's words for a syntax error: the token it stopped at, and what is around it. dynalite's parsers say what they
 * would have understood.
 *
 * @param message of dynalite: `Invalid UpdateExpression: Syntax error; Expected …`
 */
export function syntaxMessage(message: string, input: Readonly<Record<string, unknown>>): string {
  const [, clause = ''] = /^Invalid (\w+): Syntax error; Expected /.exec(message) ?? [];
  const text = input[clause];
  if (typeof text !== 'string') return message;
  const at = syntaxErrorIn(text, grammars[clause] ?? 'condition', {
    attrNames: input.ExpressionAttributeNames as object | undefined,
    attrVals: input.ExpressionAttributeValues as object | undefined,
  });
  if (at === undefined) return message;
  const found = [...text.matchAll(tokens)].map(([token]) => token);
  const places = [...text.matchAll(tokens)].map(({ index, 0: token }) => ({
    start: index,
    end: index + token.length,
  }));
  const stopped = places.findIndex(({ end }) => end > at);
  const [before, after] =
    stopped < 0 ? [places.at(-1), undefined] : [places[stopped - 1], places[stopped + 1]];
  const place = places[stopped];
  const near = text.slice((before ?? place)?.start ?? 0, (after ?? place)?.end ?? text.length);
  return `Invalid ${clause}: Syntax error; token: "${stopped < 0 ? '<EOF>' : found[stopped]}", near: "${near}"`;
}
