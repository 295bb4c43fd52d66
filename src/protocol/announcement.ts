/** Where a program in TCP mode says that it listens. */
export interface Announcement {
  host: string;
  port: number;
}

const jsonStart = '{"invoke_id":"","type":"info","response":{"host":"';
const jsonForm =
  /^(\{"invoke_id":"","type":"info","response":\{"host":")([^"\\]*)(","info":"plugin is running on )([^"\\]*)(:)(\d+)(","port":)(\d+)(\}\}\r?)$/;
const textForm = /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d (?:\S+:\d+: )?\[INFO\]plugin is running on )(.*)(:)(\d+)(\r?)$/;

/** Reads a start-up line, without its newline, in either format. */
export function parseAnnouncement(line: string): Announcement | undefined {
  const json = jsonForm.exec(line);
  if (json !== null) return { host: json[2] ?? '', port: Number(json[8]) };
  const text = textForm.exec(line);
  return text === null ? undefined : { host: text[2] ?? '', port: Number(text[4]) };
}

/** The same line, with another address in each place. */
export function rewriteAnnouncement(line: string, { host, port }: Announcement): string {
  return line.replace(jsonForm, `$1${host}$3${host}$5${port}$7${port}$9`).replace(textForm, `$1${host}$3${port}$5`);
}

/** Whether a line that begins so could still become an announcement; all other beginnings can be passed on at once. */
export function mayBecomeAnnouncement(start: string): boolean {
  if (start.startsWith('{'))
    return start.length < jsonStart.length ? jsonStart.startsWith(start) : start.startsWith(jsonStart);
  if (!/^\d/.test(start) || start.length > 256) return false;
  return start.length < 20 ? /^[\d/: ]*$/.test(start) : textForm.test(start) || isTextStart(start);
}

function isTextStart(start: string): boolean {
  const tag = start.slice(20).replace(/^\S+:\d+: /, '');
  const wanted = '[INFO]plugin is running on ';
  return tag.startsWith(wanted) || wanted.startsWith(tag) || !/\s/.test(tag);
}
