/** Every rule, a file per subject. */
export * from './devices.js';
export * from './equipment.js';
export * from './events.js';
