import { Injectable } from "@nestjs/common";
import type { Order, Customer } from "./models";
import * as math from "./math";

export interface Line {
  sku: string;
  amount: number;
}

const RATES: Map<string, number> = new Map([["EUR", 1], ["USD", 1.1]]);

export const total = (lines: Line[], rate = 1): number => {
  let sum = 0;
  for (let i = 0; i < lines.length; i++) {
    sum += lines[i].amount * rate;
  }
  return sum;
};

@Injectable()
export class Orders<T extends Order> {
  private readonly seen: Set<string> = new Set();
  static limit = 100;

  constructor(private readonly db: Database, public name = "orders") {}

  async byCustomer(customers: Customer[]): Promise<T[]> {
    const found: T[] = [];
    for (const customer of customers) {
      const rows = await this.db.order.findMany({ where: { customerId: customer.id } });
      for (const row of rows) {
        if (!found.includes(row)) {
          found.push(row as T);
        }
      }
    }
    return found;
  }

  names = () => [...this.seen].map((name) => `${name}: ${this.name ?? "?"}`);

  *walk(order: T, depth = 0): Generator<Line> {
    if (depth > Orders.limit) return;
    switch (order.kind) {
      case "single":
        yield* order.lines;
        break;
      default:
        for (const child of order.children ?? []) yield* this.walk(child, depth + 1);
    }
  }

  get size() {
    let node = this.head, n = 0;
    while (node) {
      node = node.next;
      n++;
    }
    return n;
  }
}

export default function convert({ amount, ...rest }: Line, to: string): Line {
  try {
    const rate = RATES.get(to);
    return { ...rest, amount: math.round(amount * rate!) };
  } catch (error) {
    throw new Error(`no rate for ${to}`);
  } finally {
    RATES.delete("XXX");
  }
}

export function group(lines: Line[]) {
  return lines.reduce((groups, line) => ({ ...groups, [line.sku]: [...(groups[line.sku] || []), line] }), {});
}
