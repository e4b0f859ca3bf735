/** The started processes' side of the pipe to the demo that started them. */

/** The one argument of a started process, as the demo passed it. */
export const settingsFromParent = <Settings>(): Settings => JSON.parse(process.argv[2] ?? '{}') as Settings;

/** Sends a message to the demo, and answers when it is on its way. */
export const tellParent = (message: object): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, {}, () => resolve()); // a demo that is gone needs no news
    else resolve();
  });

/** Ends this process when the demo that started it is gone, whatever way it went. */
export const endWithParent = (): void => {
  process.on('disconnect', () => process.exit(0));
  process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group: the demo ends its processes, in its own order
};
