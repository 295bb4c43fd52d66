/** A smaller file is read before a bar would be seen. */
const worthShowing = 64 << 20;

/** How far a file has been read, shown on a terminal. */
export interface Progress {
  update: (position: number) => void;
  stop: () => void;
}

const nothing: Progress = { update: () => undefined, stop: () => undefined };

/** A bar on stderr, where that is a terminal and the file is large enough; otherwise nothing. */
export async function openProgress(label: string, size: number, stream: NodeJS.WriteStream): Promise<Progress> {
  if (!stream.isTTY || size < worthShowing) return nothing;
  const { SingleBar } = await import('cli-progress');
  const { default: prettyBytes } = await import('pretty-bytes');
  const bar = new SingleBar({
    stream,
    format: `${label} {bar} {percentage} % of ${prettyBytes(size)}, {eta_formatted} to go`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    fps: 10,
    clearOnComplete: true,
  });
  bar.start(size, 0);
  let isShown = true;
  return {
    update: (position) => bar.update(position),
    stop() {
      if (isShown) bar.stop();
      isShown = false;
    },
  };
}
