import { tells } from './telling.js';

tells('docs/tutorial.md', 'repair-cafe');
