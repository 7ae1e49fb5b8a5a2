import assert from "node:assert/strict";
import { test } from "node:test";
import { readAhead } from "../../src/run/step-files";

/** Gives 1, 2, 3, … up to `last`, then ends or throws, and writes down what it was asked for. */
function createSource(
  last: number,
  error: Error | null = null,
): { told: string[]; items: AsyncGenerator<number> } {
  const told: string[] = [];
  async function* generate(): AsyncGenerator<number> {
    try {
      for (let item = 1; item <= last; item++) {
        told.push(`read ${item}`);
        yield item;
      }
      if (error !== null) throw error;
      told.push("end");
    } finally {
      told.push("closed");
    }
  }
  return { told, items: generate() };
}

/** Lets whatever waits for the event loop come in. */
async function turn(): Promise<void> {
  for (let count = 0; count < 3; count++) await new Promise(setImmediate);
}

test("the next item is read while one is worked on, after the work began, and no more than that", async () => {
  const { told, items } = createSource(3);
  for await (const item of readAhead(items)) {
    told.push(`begin ${item}`);
    await turn();
    told.push(`done ${item}`);
  }
  assert.deepEqual(told, [
    "read 1",
    "begin 1",
    "read 2",
    "done 1",
    "begin 2",
    "read 3",
    "done 2",
    "begin 3",
    "end",
    "closed",
    "done 3",
  ]);
});

test("nothing is read before the first item is asked for", async () => {
  const { told, items } = createSource(1);
  const ahead = readAhead(items);
  await turn();
  assert.deepEqual(told, []);
  await ahead.return();
  await items.return(undefined);
});

test("an empty source gives nothing", async () => {
  const { told, items } = createSource(0);
  for await (const item of readAhead(items)) assert.fail(String(item));
  assert.deepEqual(told, ["end", "closed"]);
});

test("an error of the source is met in its turn, when what came before it is done", async () => {
  const broken = new Error("broken");
  const { told, items } = createSource(2, broken);
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  try {
    const run = async (): Promise<void> => {
      for await (const item of readAhead(items)) {
        await turn();
        told.push(`done ${item}`);
      }
    };
    await assert.rejects(run(), broken);
    await turn();
  } finally {
    process.off("unhandledRejection", note);
  }
  assert.deepEqual(unhandled, []);
  assert.deepEqual(told, ["read 1", "read 2", "done 1", "closed", "done 2"]);
});

test("an error of the first item is met too", async () => {
  const broken = new Error("broken");
  await assert.rejects(readAhead(createSource(0, broken).items).next(), broken);
});

test("leaving early closes the source, after the read that is under way", async () => {
  const { told, items } = createSource(9);
  for await (const item of readAhead(items)) if (item === 2) break;
  assert.deepEqual(told, ["read 1", "read 2", "read 3", "closed"]);
});

test("an error of the work closes the source, and is the one that is thrown", async () => {
  const failed = new Error("failed");
  const { told, items } = createSource(1, new Error("broken"));
  const run = async (): Promise<void> => {
    for await (const item of readAhead(items)) {
      await turn();
      if (item === 1) throw failed;
    }
  };
  await assert.rejects(run(), failed);
  assert.deepEqual(told, ["read 1", "closed"]);
});
