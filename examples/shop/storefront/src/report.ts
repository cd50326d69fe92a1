export interface Row {
  customerId: number;
  cents: number;
}

export interface Person {
  id: number;
  name: string;
}

/** Slow: filters all rows for each person. */
export function totals(people: Person[], rows: Row[]): Map<string, number> {
  const result = new Map<string, number>();
  for (const person of people) {
    for (const row of rows) {
      if (row.customerId === person.id) {
        result.set(person.name, (result.get(person.name) ?? 0) + row.cents);
      }
    }
  }
  return result;
}

/** The same totals: one walk over the rows, one over the people. */
export function totalsFast(people: Person[], rows: Row[]): Map<string, number> {
  const cents = new Map<number, number>();
  for (const row of rows) {
    cents.set(row.customerId, (cents.get(row.customerId) ?? 0) + row.cents);
  }
  return new Map(people.map((person) => [person.name, cents.get(person.id) ?? 0]));
}

/** Slow: `known.includes` looks through the whole array for every row. */
export function strangers(people: Person[], rows: Row[]): Row[] {
  const known = people.map((person) => person.id);
  const result: Row[] = [];
  for (const row of rows) {
    if (!known.includes(row.customerId)) {
      result.push(row);
    }
  }
  return result;
}

export function strangersFast(people: Person[], rows: Row[]): Row[] {
  const known = new Set(people.map((person) => person.id));
  return rows.filter((row) => !known.has(row.customerId));
}
