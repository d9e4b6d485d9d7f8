/**
 * Headers of every answer. Answers are data: a browser that takes one for a page loads nothing, shows it in no frame, and
 * asks for the next one encrypted.
 */
export const secureHeaders = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;
