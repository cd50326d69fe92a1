import { expect, test } from "vitest";
import { Latest } from "../src/queue";

/** A job whose runs end when told, counting how many run at once. */
function job(): { run: () => Promise<void>; end: () => void; started: () => number; most: () => number } {
  const ends: (() => void)[] = [];
  let [started, now, most] = [0, 0, 0];
  return {
    run: async () => {
      started++;
      most = Math.max(most, ++now);
      await new Promise<void>((resolve) => ends.push(resolve));
      now--;
    },
    end: () => ends.shift()?.(),
    started: () => started,
    most: () => most,
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("requests during a run lead to one more run, never two at once", async () => {
  const work = job();
  const latest = new Latest(work.run);
  const first = latest.request();
  await turn();
  const second = latest.request();
  const third = latest.request();
  expect(work.started()).toBe(1);
  work.end();
  await first;
  const fourth = latest.request();
  await turn();
  expect(work.started()).toBe(2);
  for (let i = 0; i < 3; i++) {
    work.end();
    await turn();
  }
  await Promise.all([second, third, fourth]);
  expect(work.most()).toBe(1);
});

test("a run that fails does not stop the next", async () => {
  let count = 0;
  const latest = new Latest(async () => {
    if (count++ === 0) throw new Error("first");
  });
  await expect(latest.request()).rejects.toThrow("first");
  await latest.request();
  expect(count).toBe(2);
});
