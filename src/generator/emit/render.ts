/** Handlebars, made strict: a name the data lacks is an error, in `{{name}}` and in `{{#if name}}` alike. */

import Handlebars from 'handlebars';
import { Fragment } from './fragment.js';

export interface TemplateText {
  /** The generated file's name: `keys.ts`. */
  readonly name: string;
  readonly text: string;
}

/** One engine with its partials; compiled templates are kept. */
export class Renderer {
  private readonly handlebars = Handlebars.create();
  private readonly templates = new Map<string, Handlebars.TemplateDelegate>();

  constructor(templates: readonly TemplateText[], partials: readonly TemplateText[]) {
    for (const { name, text } of partials) this.handlebars.registerPartial(name, text);
    for (const { name, text } of templates) {
      this.templates.set(
        name,
        this.handlebars.compile(text, { strict: true, noEscape: true, knownHelpersOnly: true }),
      );
    }
  }

  names(): string[] {
    return [...this.templates.keys()];
  }

  /** @param place the text that represents a fragment of code */
  render(name: string, data: object, place: Place = noFragments): string {
    const template = this.templates.get(name);
    if (!template) throw new Error(`there is no template ${name}.hbs`);
    return template(checked(data, name, place), { allowProtoPropertiesByDefault: false });
  }
}

type Place = (fragment: Fragment) => string;

function noFragments(): never {
  throw new Error('this file is no code');
}

/** Throws where a template asks for a property the data does not have; `#if` and `#each` do not ask strictly by themselves. */
function checked<T extends object>(data: T, path: string, place: Place): T {
  return new Proxy(data, {
    get(target, property, receiver) {
      const value: unknown = Reflect.get(target, property, receiver);
      if (typeof property === 'symbol' || Array.isArray(target)) return wrap(value, path, property, place);
      if (!(property in target)) throw new Error(`template ${path}: there is no \`${property}\``);
      return wrap(value, path, property, place);
    },
  });
}

function wrap(value: unknown, path: string, property: string | symbol, place: Place): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Fragment) return place(value);
  return checked(value, `${path}.${String(property)}`, place);
}
