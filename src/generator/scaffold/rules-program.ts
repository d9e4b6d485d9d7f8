/** The rules folder and the freshly generated code as one program. What is generated is in memory only. */

import { posix, resolve } from 'node:path';
import type { ts } from 'ts-morph';
import type { Model } from '../model.js';
import type { Plan } from '../plan/types/plan.js';
import { compiler } from './compiler.js';
import { createProgram } from './program.js';
import { ruleFilesIn } from './rule-files.js';
import type { RulesFile } from './syntax.js';

export interface RulesInput {
  readonly plan: Plan;
  readonly model: Model;
  /** Absolute; the other paths are below it and are what people are shown. */
  readonly root: string;
  /** The folder of rules: `src/rules`. */
  readonly rules: string;
  /** The output folder: `generated/`. */
  readonly output: string;
  /** What would be generated now: path -> text. */
  readonly generated: ReadonlyMap<string, string>;
}

export interface RulesProgram {
  readonly program: ts.Program;
  /** Every file of the rules folder itself but its index, by the name that rules are filed under: `access`. */
  readonly files: ReadonlyMap<string, RulesFile>;
  readonly index: RulesFile | undefined;
  /** Gives each rule of the plan its contract's type, so that the compiler says what does not fit. */
  readonly contracts: ts.SourceFile;
  /** The contracts themselves. */
  readonly generatedRules: { readonly path: string; readonly source: ts.SourceFile };
  /** How the rules folder imports the contracts: `../../generated/rules.js`. */
  readonly contractsModule: string;
  /** Path shown to people, of a name in the rules folder. */
  readonly pathOf: (name: string) => string;
}

/**
 * `own` reads the rules folder and the generated code alone: enough to tell what is there, and quick. `all` reads what
 * they import as well, so that types can be checked.
 */
export function openRules(input: RulesInput, reach: 'own' | 'all'): RulesProgram {
  const { plan, root } = input;
  const rules = trimmed(input.rules);
  const back = posix.relative(rules, trimmed(input.output));
  const contractsModule = `${back.startsWith('.') ? back : `./${back}`}/rules.js`;
  const names = ruleFilesIn(resolve(root, rules));
  const pathOf = (name: string) => posix.join(rules, `${name}.ts`);
  const absolute = (path: string) => posix.resolve(trimmed(root), path);

  const generatedRules = posix.join(trimmed(input.output), 'rules.ts');
  const contractsPath = absolute(pathOf('.tableloom-contracts'));
  const overlay = new Map([...input.generated].map(([path, text]) => [absolute(path), text]));
  overlay.set(contractsPath, contractsText(plan, contractsModule));
  const roots = [...names.map((name) => absolute(pathOf(name))), contractsPath];
  const program = createProgram({ roots, overlay, root, reach });

  const checker = program.getTypeChecker();
  const all = new Map(
    names.map((name): [string, RulesFile] => {
      const path = pathOf(name);
      const source = sourceOf(program, absolute(path));
      return [name, { path, source, exports: exportsOf(checker, source) }];
    }),
  );
  const index = all.get('index');
  all.delete('index');
  return {
    program,
    files: all,
    index,
    contracts: sourceOf(program, contractsPath),
    generatedRules: { path: generatedRules, source: sourceOf(program, absolute(generatedRules)) },
    contractsModule,
    pathOf,
  };
}

/** The first lines are a rule each, in the order of the plan: an error's line tells the rule. */
function contractsText({ rules }: Plan, module: string): string {
  const files = [...new Set(rules.map((rule) => rule.file))];
  const lines = [
    ...rules.map(
      ({ name, file }) => `export const ${name}: Rules['${name}'] = file${files.indexOf(file)}.${name};`,
    ),
    `import type { Rules } from '${module}';`,
    ...files.map((file, at) => `import * as file${at} from './${file}.js';`),
  ];
  return `${lines.join('\n')}\n`;
}

function exportsOf(checker: ts.TypeChecker, source: ts.SourceFile): Set<string> {
  const module = checker.getSymbolAtLocation(source);
  const symbols = module ? checker.getExportsOfModule(module) : [];
  const isValue = (symbol: ts.Symbol) => {
    const target = symbol.flags & compiler.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return (target.flags & compiler.SymbolFlags.Value) !== 0;
  };
  return new Set(symbols.filter(isValue).map((symbol) => symbol.name));
}

function sourceOf(program: ts.Program, path: string): ts.SourceFile {
  const source = program.getSourceFile(path);
  if (!source) throw new Error(`${path} is not in the program`);
  return source;
}

function trimmed(path: string): string {
  return path.split('\\').join('/').replace(/\/$/, '');
}
