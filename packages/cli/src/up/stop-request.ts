/** A request to stop that may come at any time, from Ctrl-C, `weir down` or a terminal that goes away. */
export interface StopRequest {
  readonly asked: () => boolean;
  /** Resolves with the first request. */
  readonly first: Promise<void>;
  /** Names what a second request does. */
  readonly onSecond: (act: () => void) => void;
}

/** Listens for requests to stop for the rest of this process's life. */
export function listenForStop(): StopRequest {
  let asked = false;
  let actOnSecond: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (asked) actOnSecond();
        asked = true;
        resolve();
      });
    }
  });
  return { asked: () => asked, first, onSecond: (act) => (actOnSecond = act) };
}
