import { GraphQLObjectType, GraphQLSchema, GraphQLString, graphql } from 'graphql';
import {
  alreadyExists,
  errorCodes,
  forbidden,
  KeyError,
  notFound,
  ruleMissing,
  TableloomError,
  unauthenticated,
} from 'tableloom/runtime';
import { text } from 'tableloom/runtime/generated';
import { expect, test } from 'vitest';
import { fromAws, valueTaken, versionConflict } from '../../src/runtime/errors.js';

test("a client finds the code and the details in the error's extensions", async () => {
  const resolve = () => {
    throw valueTaken({ entity: 'User', field: 'email' }, new Error('arn:aws:secret'));
  };
  const query = new GraphQLObjectType({ name: 'Query', fields: { me: { type: GraphQLString, resolve } } });
  const answer = await graphql({ schema: new GraphQLSchema({ query }), source: '{ me }' });
  expect(JSON.parse(JSON.stringify(answer.errors))).toEqual([
    {
      message: 'Another User has this email.',
      locations: [{ line: 1, column: 3 }],
      path: ['me'],
      extensions: { code: 'UNIQUE_VIOLATION', entity: 'User', field: 'email' },
    },
  ]);
});

test('every code is told in a sentence', () => {
  for (const [code, sentence] of Object.entries(errorCodes)) {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
  }
});

test('each kind of error has its code, and is a TableloomError', () => {
  const errors = [
    notFound('User', { id: '1' }),
    alreadyExists('User'),
    versionConflict('User', 1, 2),
    valueTaken({ entity: 'User', field: 'email' }),
    unauthenticated(),
    forbidden(),
    ruleMissing('signIn'),
    new KeyError('x'),
  ];
  expect(errors.map(({ code }) => code)).toEqual([
    'NOT_FOUND',
    'ALREADY_EXISTS',
    'VERSION_CONFLICT',
    'UNIQUE_VIOLATION',
    'UNAUTHENTICATED',
    'FORBIDDEN',
    'RULE_MISSING',
    'KEY_INVALID',
  ]);
  for (const error of errors) {
    expect(error).toBeInstanceOf(TableloomError);
    expect(error.extensions.code).toBe(error.code);
    expect(errorCodes).toHaveProperty(error.code);
  }
  expect(notFound('User').message).toBe('There is no such User.');
  expect(notFound('User', { tenant: 't', id: 7 }).message).toBe('There is no User with tenant "t", id 7.');
});

test('a detail cannot pass for another code', () => {
  expect(new TableloomError('NOT_FOUND', 'x', { code: 'FORBIDDEN' }).extensions.code).toBe('NOT_FOUND');
});

test('what the SDK throws becomes an error of ours, ours stay as they are', () => {
  const ours = forbidden();
  expect(fromAws(ours)).toBe(ours);
  const named = (name: string, more: object = {}) => Object.assign(new Error('theirs'), { name, ...more });
  const reasons = (...codes: string[]) => ({
    CancellationReasons: codes.map((Code) => ({ Code, Message: 'Item size has exceeded' })),
  });
  const cases: [Error, string][] = [
    [named('ThrottlingException'), 'BUSY'],
    [named('RequestLimitExceeded'), 'BUSY'],
    [named('TransactionConflictException'), 'CONFLICT'],
    [named('TransactionInProgressException'), 'CONFLICT'],
    [named('ConditionalCheckFailedException'), 'CONFLICT'],
    [named('TransactionCanceledException'), 'CONFLICT'],
    [named('TransactionCanceledException', reasons('None', 'ThrottlingError')), 'BUSY'],
    [named('TransactionCanceledException', reasons('None', 'ValidationError')), 'ITEM_TOO_LARGE'],
    [named('TransactionCanceledException', reasons('ItemCollectionSizeLimitExceeded')), 'ITEM_TOO_LARGE'],
    [named('ItemCollectionSizeLimitExceededException'), 'ITEM_TOO_LARGE'],
    [named('ResourceNotFoundException'), 'STORAGE_REFUSED'],
    [named('AbortError'), 'CANCELLED'],
    [named('TimeoutError'), 'STORAGE_UNAVAILABLE'],
    [named('ECONNREFUSED'), 'STORAGE_UNAVAILABLE'],
    [named('CredentialsProviderError'), 'STORAGE_UNAVAILABLE'],
  ];
  for (const [error, code] of cases) {
    expect(fromAws(error), error.name).toMatchObject({ code, cause: error });
    expect(fromAws(error).message).not.toContain('theirs');
  }
  expect(fromAws('a string').code).toBe('STORAGE_UNAVAILABLE');
});

test("a key's error says what was needed, never the value", () => {
  expect(() => text(null as unknown as string)).toThrow('A key needs text, not null.');
  expect(() => text({ password: 'x' } as unknown as string)).toThrow('A key needs text, not an object.');
});
