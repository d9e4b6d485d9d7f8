/**
 * Headers of every answer. Answers are data: a browser that takes one for a page loads nothing, shows it in no frame, shares
 * nothing with it, and asks for the next one encrypted. All that the package helmet sets is set or answered for here; a test compares
 * them. It is not used, as Fastify's plugin of it sets headers on all routes of an application.
 */
export const secureHeaders = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
} as const;
