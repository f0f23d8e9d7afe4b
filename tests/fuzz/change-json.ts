import type { Json } from './json-text.ts';

/** How many values a value has in it, itself included. */
export function countPlaces(value: Json): number {
  return childrenOf(value).reduce((sum, child) => sum + countPlaces(child), 1);
}

/** Changes the value at a place, counted depth first; 0 is the whole. */
export function changeAt(value: Json, place: number, change: (found: Json) => Json): Json {
  if (place === 0) return change(value);
  let left = place - 1;
  const visit = (child: Json): Json => {
    const places = countPlaces(child);
    const isHere = left >= 0 && left < places;
    const changed = isHere ? changeAt(child, left, change) : child;
    left = isHere ? -1 : left - places;
    return changed;
  };
  switch (value.kind) {
    case 'array':
      return { ...value, items: value.items.map(visit) };
    case 'object':
      return { ...value, members: value.members.map(([name, child]) => [name, visit(child)]) };
    case 'text':
    case 'known':
      return value;
  }
}

/** Without one of its items or members; null where there is none. */
export function withoutOne(value: Json, at: number): Json {
  switch (value.kind) {
    case 'array':
      return { ...value, items: value.items.toSpliced(at % (value.items.length || 1), 1) };
    case 'object':
      return { ...value, members: value.members.toSpliced(at % (value.members.length || 1), 1) };
    case 'text':
    case 'known':
      return { kind: 'text', text: 'null' };
  }
}

/** With one member more, though it may have one of that name. */
export function withMember(value: Json, name: string, member: Json): Json {
  return value.kind === 'object'
    ? { ...value, members: [...value.members, [name, member]] }
    : { kind: 'object', members: [[name, member]] };
}

/** One of its members gets another name. */
export function withName(value: Json, at: number, name: string): Json {
  if (value.kind !== 'object') return value;
  const chosen = at % (value.members.length || 1);
  return {
    ...value,
    members: value.members.map(([old, member], index) => [index === chosen ? name : old, member]),
  };
}

function childrenOf(value: Json): readonly Json[] {
  switch (value.kind) {
    case 'array':
      return value.items;
    case 'object':
      return value.members.map(([, member]) => member);
    case 'text':
    case 'known':
      return [];
  }
}
