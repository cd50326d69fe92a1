import { PrismaClient, type Order } from "@prisma/client";

const prisma = new PrismaClient();

/** One query. Fine for one customer. */
export async function ordersOf(customerId: number): Promise<Order[]> {
  return prisma.order.findMany({ where: { customerId } });
}
