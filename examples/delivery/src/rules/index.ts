export * from './shipments.js';
