/** Whether the server could be reached at the last request. */

let reachable = true;
const listeners = new Set<() => void>();

export const connection = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  reachable: () => reachable,
  report(now: boolean): void {
    if (reachable === now) return;
    reachable = now;
    for (const listener of listeners) listener();
  },
};
