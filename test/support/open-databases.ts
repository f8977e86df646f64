/** Databases on disk that work has opened, seen by their first statement. */
import { DatabaseSync } from 'node:sqlite';
import { vi } from 'vitest';

/** Does the work, and tells how it ended, how many databases it opened and how many of them are still open. */
export async function databasesOf(
  work: () => Promise<unknown>,
): Promise<{ failed: boolean; opened: number; open: number }> {
  const spy = vi.spyOn(DatabaseSync.prototype, 'exec');
  try {
    const failed = await work().then(
      () => false,
      () => true,
    );
    const opened = [...new Set(spy.mock.contexts)].filter((each) => each instanceof DatabaseSync);
    return { failed, opened: opened.length, open: opened.filter(({ isOpen }) => isOpen).length };
  } finally {
    spy.mockRestore();
  }
}
