const first = process.ppid;

/** Whether the process that started this one is gone, so that another has taken its place. */
export function isParentGone(): boolean {
  return process.ppid !== first;
}
