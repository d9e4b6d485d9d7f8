/** Every rule, a file per subject. */
export * from './access.js';
export * from './audit.js';
export * from './config.js';
export * from './contractors.js';
export * from './erasure.js';
export * from './sessions.js';
export * from './users.js';
