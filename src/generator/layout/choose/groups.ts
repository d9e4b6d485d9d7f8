/**
 * The fewest groups that things can be put into, where `make` says whether some of them can be one group.
 *
 * A part of a group is a group as well. What cannot be together two by two is in different groups, so things that
 * are not connected by such pairs are solved apart. A connected set of up to `exactly` things is solved by going
 * through all of its subsets: the answer is the minimum. A larger one is searched, each thing put into every group
 * that takes it; things of which no two can be together bound the search from below, and where it meets the bound,
 * as it does but for contrived sets, the answer is the minimum too.
 */

export interface Grouping<Thing, Group> {
  /** The group of these things; undefined where they cannot be one. One thing is always a group. */
  readonly make: (things: readonly Thing[]) => Group | undefined;
  /** Of groupings with equally many groups the one with the smallest sum is taken, then the earliest. */
  readonly cost: (group: Group) => number;
}

const exactly = 14;
const patience = 100_000;

/** In the order of each group's first thing. */
export function fewestGroups<Thing, Group>(
  things: readonly Thing[],
  { make, cost }: Grouping<Thing, Group>,
): Group[] {
  const pairs = things.map((one, at) =>
    things.map((other, to) => at === to || make(at < to ? [one, other] : [other, one]) !== undefined),
  );
  const found: { first: number; group: Group }[] = [];
  for (const part of connected(pairs)) {
    const solver = new Solver(
      part.map((at) => things[at] as Thing),
      part.map((at) => part.map((to) => pairs[at]?.[to] ?? false)),
      { make, cost },
    );
    for (const { members, group } of part.length <= exactly ? solver.throughSubsets() : solver.search())
      found.push({ first: part[members[0] ?? 0] ?? 0, group });
  }
  return found.sort((a, b) => a.first - b.first).map(({ group }) => group);
}

interface Chosen<Group> {
  readonly members: readonly number[];
  readonly group: Group;
}

class Solver<Thing, Group> {
  private readonly things: readonly Thing[];
  private readonly pairs: readonly (readonly boolean[])[];
  private readonly grouping: Grouping<Thing, Group>;
  private readonly groups = new Map<number, Chosen<Group> | undefined>();

  constructor(
    things: readonly Thing[],
    pairs: readonly (readonly boolean[])[],
    grouping: Grouping<Thing, Group>,
  ) {
    this.things = things;
    this.pairs = pairs;
    this.grouping = grouping;
  }

  /** The best grouping of every subset, from those of smaller ones. */
  throughSubsets(): Chosen<Group>[] {
    const best: { count: number; cost: number; last: number }[] = [{ count: 0, cost: 0, last: 0 }];
    const all = 2 ** this.things.length - 1;
    for (let set = 1; set <= all; set++) {
      const first = set & -set;
      const others = set ^ first;
      let chosen = { count: Infinity, cost: Infinity, last: 0 };
      // The group of the first thing: with all others, then with ever fewer.
      for (let more = others; ; more = (more - 1) & others) {
        const rest = best[others ^ more];
        const found = rest && rest.count + 1 <= chosen.count ? this.group(first | more) : undefined;
        if (rest && found) {
          const sum = rest.cost + this.grouping.cost(found.group);
          if (rest.count + 1 < chosen.count || sum < chosen.cost)
            chosen = { count: rest.count + 1, cost: sum, last: first | more };
        }
        if (more === 0) break;
      }
      best.push(chosen);
    }
    const answer: Chosen<Group>[] = [];
    for (let set = all; set > 0; set ^= best[set]?.last ?? set) {
      const found = this.group(best[set]?.last ?? 0);
      if (found) answer.push(found);
    }
    return answer;
  }

  /** Each thing into every group that takes it, the largest first; given up when patience ends. */
  search(): Chosen<Group>[] {
    const bound = this.apart();
    let best: number[][] | undefined;
    let steps = 0;
    const put = (at: number, groups: number[][]): void => {
      const isDone = best !== undefined && (best.length === bound || steps++ > patience);
      if (isDone || (best && groups.length >= best.length)) return;
      if (at === this.things.length) {
        best = groups;
        return;
      }
      const order = groups
        .map((_, to) => to)
        .sort((a, b) => (groups[b]?.length ?? 0) - (groups[a]?.length ?? 0));
      for (const to of order) {
        const joined = [...(groups[to] ?? []), at];
        if (!joined.every((one) => this.pairs[at]?.[one]) || !this.made(joined)) continue;
        put(
          at + 1,
          groups.map((group, other) => (other === to ? joined : group)),
        );
      }
      put(at + 1, [...groups, [at]]);
    };
    put(0, []);
    return (best ?? []).flatMap((members) => {
      const group = this.made(members);
      return group === undefined ? [] : [{ members, group }];
    });
  }

  /** Things of which no two can be together. */
  private apart(): number {
    const chosen: number[] = [];
    const friends = (at: number) => this.pairs[at]?.filter(Boolean).length ?? 0;
    const order = this.things.map((_, at) => at).sort((a, b) => friends(a) - friends(b));
    for (const at of order) if (chosen.every((one) => !this.pairs[at]?.[one])) chosen.push(at);
    return chosen.length;
  }

  private group(set: number): Chosen<Group> | undefined {
    if (this.groups.has(set)) return this.groups.get(set);
    const members = this.things.flatMap((_, at) => (set & (1 << at) ? [at] : []));
    const last = members.at(-1) ?? 0;
    const isPossible =
      members.every((at) => this.pairs[last]?.[at]) &&
      (members.length <= 2 || this.group(set ^ (1 << last)) !== undefined);
    const group = isPossible ? this.made(members) : undefined;
    const found = group === undefined ? undefined : { members, group };
    this.groups.set(set, found);
    return found;
  }

  private made(members: readonly number[]): Group | undefined {
    return this.grouping.make(members.map((at) => this.things[at] as Thing));
  }
}

function connected(pairs: readonly (readonly boolean[])[]): number[][] {
  const part = pairs.map((_, at) => at);
  const root = (at: number): number => {
    const up = part[at] ?? at;
    return up === at ? at : root(up);
  };
  pairs.forEach((row, at) => {
    row.forEach((isTogether, to) => {
      if (isTogether) part[Math.max(root(at), root(to))] = Math.min(root(at), root(to));
    });
  });
  const parts = new Map<number, number[]>();
  for (const at of part.keys()) parts.set(root(at), [...(parts.get(root(at)) ?? []), at]);
  return [...parts.values()];
}
