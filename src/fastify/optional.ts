/**
 * For `import('a-package').catch(…)` of a package that only some projects need.
 *
 * @param needs what needs it, as the beginning of a sentence
 */
export function orInstall(needs: string, name: string): (error: { readonly code?: unknown }) => never {
  return (error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(`${needs} the package ${name}. Install it: npm install ${name}`);
  };
}
