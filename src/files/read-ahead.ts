/**
 * Reads the next item while the last one is being worked on. That it waits for the event loop first has the work begin
 * first: a statement is at the server while the next one is split.
 */
export async function* readAhead<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done === true) return;
      next = afterwards(() => iterator.next());
      // Its error is met when it is this one's turn, if it ever is.
      next.catch(() => {});
      yield value;
    }
  } finally {
    await next.catch(() => {});
    await iterator.return?.();
  }
}

function afterwards<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => work().then(resolve, reject));
  });
}
