/** The name under which others know a base model. */

export interface PublicBase {
  name: string;
  revision: string | null;
  /** Whether the name is an id on the hub. */
  hub: boolean;
}

const hubPattern = /^(\w[\w.-]*\/[\w.-]+)(?:@([\w.-]+))?$/;

/** A base model as others may know it: its id on the hub, or a folder's last name; never a path of this machine. */
export function publicBase(base: string): PublicBase {
  const [, id, revision] = hubPattern.exec(base) ?? [];
  if (id !== undefined) return { name: id, revision: revision ?? null, hub: true };
  if (base === 'tiny') return { name: 'dermflow/tiny', revision: null, hub: false };
  return { name: base.split('/').findLast((part) => part !== '') ?? base, revision: null, hub: false };
}
