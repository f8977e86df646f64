/** What the page does with the server, one thing at a time. */

/** @param {(error: unknown) => void} tell of a failure */
export function createTurns(tell) {
  let busy = false;
  /** Ends with what is under way. */
  let underway = Promise.resolve();

  /** Passed over while something else is under way. @param {() => Promise<void>} work @param {(error: unknown) => void} [failed] */
  async function once(work, failed = tell) {
    if (busy) return;
    busy = true;
    underway = work()
      .catch(failed)
      .finally(() => {
        busy = false;
      });
    await underway;
  }

  /** Waits for what is under way. @param {() => Promise<void>} work */
  async function inTurn(work) {
    while (busy) await underway;
    await once(work);
  }
  return { once, inTurn, isBusy: () => busy };
}
