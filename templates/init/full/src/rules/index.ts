/** Every rule, by its name in access-patterns.yaml. `tableloom scaffold` adds those that are missing. */
export { gardener } from './access.js';
export { isThirsty } from './plants.js';
