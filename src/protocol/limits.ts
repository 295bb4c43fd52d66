/** The program's limit for a request line, its newline included: a longer one ends the reading (`bufio.Scanner`). */
export const longestRequest = 15 << 20;
