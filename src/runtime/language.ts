/**
 * Types of TypeScript under names that no schema has: for a generated file whose own types are called as TypeScript's
 * are, and which takes these then.
 */

export type LanguageDate = Date;
export type LanguagePick<T, K extends keyof T> = Pick<T, K>;
