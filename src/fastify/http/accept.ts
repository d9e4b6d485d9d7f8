/** The media types a GraphQL answer can be sent as. Of two the client likes equally, the first is sent. */
const mediaTypes = ['application/json', 'application/graphql-response+json'] as const;

export type MediaType = (typeof mediaTypes)[number];

interface Range {
  readonly name: string;
  /** From 0, not wanted, to 1. */
  readonly quality: number;
}

/**
 * The media type an `Accept` header asks for, or undefined if it allows neither (RFC 9110, section 12.5.1).
 *
 * No header, or only a wildcard, gives `application/json`: a client that knows the newer type names it.
 */
export function negotiate(accept: string | undefined): MediaType | undefined {
  const ranges = (accept ?? '*/*').split(',').map(readRange);
  let best:
    | { readonly mediaType: MediaType; readonly quality: number; readonly position: number }
    | undefined;
  for (const mediaType of mediaTypes) {
    const position = mostSpecific(ranges, mediaType);
    const quality = ranges[position]?.quality ?? 0;
    if (quality === 0) continue;
    const better = best === undefined || quality > best.quality;
    if (better || (quality === best?.quality && position < best.position))
      best = { mediaType, quality, position };
  }
  return best?.mediaType;
}

function readRange(text: string): Range {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { name, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The position of the range that decides about `mediaType`, or -1. */
function mostSpecific(ranges: readonly Range[], mediaType: MediaType): number {
  const positions = [mediaType, 'application/*', '*/*'].map((name) =>
    ranges.findIndex((range) => range.name === name),
  );
  return positions.find((position) => position >= 0) ?? -1;
}
