// load -p PORT [-c CONNECTIONS] [-d SECONDS] [-w WARM-UP] [-m MARK]: requests a second over TCP, one at a time on each connection.
// A request is answered when a line with MARK in it has come (an echo server is measured with the default, which the request holds).
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct { int fd; long sent; char rest[65536]; int held; } connection;

static long now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000L + t.tv_nsec; }
static int order(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
static long id = 100000000;

static void ask(connection *c) {
  char line[512];
  int n = snprintf(line, sizeof line, "{\"invoke_id\":\"%ld\",\"type\":\"tool\",\"action\":\"invoke_tool\",\"request\":{\"provider\":\"p\",\"tool\":\"t\",\"credentials\":{},\"tool_parameters\":{\"pad\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}}\n", id++);
  c->sent = now();
  if (write(c->fd, line, n) != n) { perror("write"); exit(1); }
}

int main(int count, char **args) {
  int port = 0, connections = 1, option; double seconds = 3, warm = 1; const char *mark = "\"invoke_tool\"";
  while ((option = getopt(count, args, "p:c:d:w:m:")) != -1) {
    if (option == 'p') port = atoi(optarg);
    if (option == 'c') connections = atoi(optarg);
    if (option == 'd') seconds = atof(optarg);
    if (option == 'w') warm = atof(optarg);
    if (option == 'm') mark = optarg;
  }
  int poll = epoll_create1(0), most = 20000000, *times = malloc(sizeof(int) * most);
  connection *all = calloc(connections, sizeof(connection));
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  for (int i = 0; i < connections; i++) {
    all[i].fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(all[i].fd, (void *)&address, sizeof address)) { perror("connect"); return 1; }
    int one = 1; setsockopt(all[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {EPOLLIN, {.ptr = &all[i]}}; epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &event);
  }
  for (int i = 0; i < connections; i++) ask(&all[i]);
  long begin = now() + (long)(warm * 1e9), end = begin + (long)(seconds * 1e9), answers = 0;
  struct epoll_event events[256];
  for (long t = now(); t < end; t = now()) {
    int ready = epoll_wait(poll, events, 256, 2000);
    if (ready == 0) { fprintf(stderr, "no answer for 2 s\n"); return 1; }
    for (int i = 0; i < ready; i++) {
      connection *c = events[i].data.ptr;
      long k = read(c->fd, c->rest + c->held, sizeof c->rest - c->held);
      if (k <= 0) { fprintf(stderr, "closed\n"); return 1; }
      c->held += k;
      char *at = c->rest, *stop = c->rest + c->held, *newline;
      while ((newline = memchr(at, 10, stop - at))) {
        if (memmem(at, newline - at, mark, strlen(mark))) {
          long came = now();
          if (came > begin && answers < most) times[answers++] = (int)(came - c->sent);
          ask(c);
        }
        at = newline + 1;
      }
      c->held = stop - at;
      memmove(c->rest, at, c->held);
    }
  }
  qsort(times, answers, sizeof(int), order);
  printf("{\"connections\":%d,\"rps\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f}\n", connections, answers / seconds, times[answers / 2] / 1e3, times[answers * 99 / 100] / 1e3);
  return 0;
}
