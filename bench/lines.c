// lines write SIZE BYTES: JSON lines on stdout.   lines read: MB a second from the first byte to the end, on stderr.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }

static void put(char *line, int size, int id) {
  int n = sprintf(line, "{\"invoke_id\":\"%09d\",\"type\":\"plugin_response\",\"response\":{\"pad\":\"", id);
  while (n < size - 4) line[n] = 'a' + n % 26, n++;
  memcpy(line + n, "\"}}\n", 4);
}

int main(int count, char **args) {
  if (count == 4) {
    int size = atoi(args[2]), per = 65536 / size ? 65536 / size : 1;
    long left = atol(args[3]);
    char *block = malloc((long)per * size + 256);
    for (int i = 0; i < per; i++) put(block + (long)i * size, size, i);
    for (; left > 0; left -= (long)per * size)
      for (long done = 0, all = (long)per * size; done < all;) {
        long k = write(1, block + done, all - done);
        if (k <= 0) return 1;
        done += k;
      }
    return 0;
  }
  char *buffer = malloc(1 << 20);
  double begin = 0;
  long bytes = 0, k;
  while ((k = read(0, buffer, 1 << 20)) > 0) { if (!bytes) begin = now(); bytes += k; }
  fprintf(stderr, "%.1f\n", bytes / 1e6 / (now() - begin));
  return 0;
}
