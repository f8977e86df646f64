import { createMemoryStore } from '../../support/memory-store.ts';
import { describeStoreContract } from '../../support/store-contract.ts';

const objects = new Map<string, Uint8Array>();

describeStoreContract('memory', () => ({
  newStore: () => createMemoryStore(objects),
  damage: async (key, data) => void (data ? objects.set(key, data) : objects.delete(key)),
}));
