/** The error's text in a line. */
export function textOf(line: string | undefined): { error_type: string; message: string } {
  const { response: body } = JSON.parse(line ?? '') as { response: { error: string } };
  return JSON.parse(body.error) as { error_type: string; message: string };
}
