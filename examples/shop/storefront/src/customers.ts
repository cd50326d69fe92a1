import { PrismaClient, type Customer, type Order } from "@prisma/client";
import { ordersOf } from "./orders.js";

const prisma = new PrismaClient();

export interface Account {
  customer: Customer;
  orders: Order[];
}

/** Slow: waits for one query per customer; the query is sent by the helper in orders.ts. */
export async function accounts(): Promise<Account[]> {
  const customers = await prisma.customer.findMany();
  const result: Account[] = [];
  for (const customer of customers) {
    const orders = await ordersOf(customer.id);
    result.push({ customer, orders });
  }
  return result;
}

/** The same accounts in one round trip: the orders come along. */
export async function accountsFast(): Promise<Account[]> {
  const customers = await prisma.customer.findMany({ include: { orders: true } });
  return customers.map((customer) => ({ customer, orders: customer.orders }));
}
