/**
 * The fields of one key that answers several patterns.
 *
 * A key's partition is filled by equalities, then the head of its sort key is, then comes the order. Where some key
 * answers all of them, one does whose partition is what their equalities have in common: of a key with less there,
 * every question binds the missing field at the head of the sort key, and it can be moved. So one key is tried.
 */

export interface Question {
  /** Fields bound by equality. */
  readonly equals: readonly string[];
  /** Fields of the order. */
  readonly sorts: readonly string[];
}

export interface KeyFields {
  readonly partition: readonly string[];
  readonly sort: readonly string[];
}

/** Undefined where no one key answers them all. The order of fields is that of the first question that says one. */
export function commonKey(questions: readonly Question[]): KeyFields | undefined {
  const [first] = questions;
  if (!first) return undefined;
  const partition = first.equals.filter((field) => questions.every(({ equals }) => equals.includes(field)));
  const asked = questions.map(({ equals, sorts }) => ({
    head: equals.filter((field) => !partition.includes(field)),
    sorts,
  }));
  const sort: (string | undefined)[] = [];
  for (const { head, sorts } of asked) {
    for (const [at, field] of sorts.entries()) {
      const place = head.length + at;
      if (sort[place] !== undefined && sort[place] !== field) return undefined;
      sort[place] = field;
    }
  }
  // The heads, from the shortest: each contains the one before, and adds its own fields after it.
  let earlier: readonly string[] = [];
  for (const { head } of [...asked].sort((a, b) => a.head.length - b.head.length)) {
    if (!earlier.every((field) => head.includes(field))) return undefined;
    const added = head.filter((field) => !earlier.includes(field));
    const places = added.map((_, at) => earlier.length + at);
    const fixed = places.flatMap((place) => sort[place] ?? []);
    if (new Set(fixed).size < fixed.length || !fixed.every((field) => added.includes(field)))
      return undefined;
    const free = added.filter((field) => !fixed.includes(field));
    for (const place of places) sort[place] ??= free.shift();
    earlier = head;
  }
  const fields = Array.from(sort, (field) => field);
  return fields.every((field) => field !== undefined) ? { partition, sort: fields } : undefined;
}
