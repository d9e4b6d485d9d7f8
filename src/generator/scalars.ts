/** How values of scalars are stored: as the declaration says, or as the scalars are commonly used. */

import type { Encoding } from './encodings.js';
import type { Model, Sdl } from './model.js';

/** GraphQL's own, and those of graphql-scalars and AWS AppSync by their names. */
const known: Readonly<Record<Exclude<Encoding, 'enum'>, string>> = {
  integer: 'Int PositiveInt NonNegativeInt NegativeInt NonPositiveInt UnsignedInt Port',
  safeInteger: 'SafeInt',
  decimal:
    'Float PositiveFloat NonNegativeFloat NegativeFloat NonPositiveFloat UnsignedFloat Latitude Longitude',
  boolean: 'Boolean',
  time: 'DateTime DateTimeISO',
  document: 'JSON JSONObject Object',
  text:
    'ID String Date Time LocalDate LocalTime LocalDateTime TimeZone UtcOffset ISO8601Duration EmailAddress URL UUID GUID Cuid ULID ' +
    'ObjectID Hexadecimal HexColorCode HSL HSLA RGB RGBA IP IPv4 IPv6 MAC ISBN JWT PhoneNumber PostalCode NonEmptyString ' +
    'Currency CountryCode CountryName Locale LocaleCode IBAN SemVer DeweyDecimal DID AccountNumber RoutingNumber SSN SESSN ' +
    'AWSDate AWSTime AWSEmail AWSURL AWSPhone AWSIPAddress',
};

const byName: ReadonlyMap<string, Encoding> = new Map(
  Object.entries(known).flatMap(([encoding, names]) =>
    names.split(' ').map((name) => [name, encoding as Encoding] as const),
  ),
);

/** The words that say what a scalar is. */
const words: Readonly<Record<string, Encoding>> = {
  text: 'text',
  integer: 'safeInteger',
  decimal: 'decimal',
  boolean: 'boolean',
  time: 'time',
  document: 'document',
};

/** The schema with what the declaration says of its scalars. */
export function withScalars(sdl: Sdl, declared: Model['scalars']): Sdl {
  const scalars = declared.flatMap(({ name, values }) => {
    const encoding = words[values.text];
    return encoding ? [[name.text, encoding] as const] : [];
  });
  return { ...sdl, scalars: new Map(scalars) };
}

/** Undefined for a scalar that nothing tells of: its values count as text. And for any other type, whatever its name. */
export function scalarEncoding(sdl: Sdl, name: string): Encoding | undefined {
  if ((sdl.types.get(name)?.kind ?? 'scalar') !== 'scalar') return undefined;
  return sdl.scalars.get(name) ?? byName.get(name);
}

/** An attribute, by the name of its innermost type and how its values are stored. */
interface OfScalar {
  readonly of: string;
  readonly element: Encoding;
}

/** Whether nothing says what an attribute of a custom scalar holds. */
export function isUnknownScalar(sdl: Sdl, { of, element }: OfScalar): boolean {
  return element === 'text' && scalarEncoding(sdl, of) === undefined;
}

/** What to do where an undeclared scalar is not what is needed; undefined for any other attribute. */
export function scalarHint(sdl: Sdl, attribute: OfScalar, values: string): string | undefined {
  return isUnknownScalar(sdl, attribute)
    ? `If that is what its values are, declare \`scalars: { ${attribute.of}: ${values} }\`.`
    : undefined;
}
