/** Of each type but text and enums, a value and its text. */
export const samples = {
  integer: { value: 1, text: '0000000001' },
  safeInteger: { value: 1, text: '0000000000000001' },
  decimal: { value: 1.5, text: '1500:15' },
  boolean: { value: true, text: 'true' },
  time: { value: '2026-01-31T09:30:00.000Z', text: '2026-01-31T09:30:00.000Z' },
} as const;
