import { tells } from './telling.js';

tells('docs/second-day.md', 'clinic');
