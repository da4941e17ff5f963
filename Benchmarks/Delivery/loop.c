// The reference: what a delivery costs when nothing is left to do but one send for each stream.
//
//     loop PORT
//
// One thread, one epoll, one topic whatever its name, and of HTTP only what load.c says. All updates
// that one turn of the loop reads go out as one chunk, by one send for each stream. A stream that does
// not take the whole of it at once is closed: there is no queue.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 512, ANSWERS = 4096, INPUT = 1 << 17, OUTPUT = 1 << 20, CHUNK_HEAD = 10 };

/// Indexed by descriptor.
struct connection {
  int position;  // in `streams`, -1 for a connection that makes ordinary requests
  int kept;      // length of `rest`
  char *rest;    // the beginning of a request that is not complete
};

struct answer {
  int descriptor;
  unsigned long id;
};

static struct connection *connections;
static int *streams, stream_count, stream_room;
static char input[INPUT + 1], output[OUTPUT];
static int length;  // of what is in `output`, 0 for nothing
static struct answer answers[ANSWERS];
static int answer_count;
static unsigned long last_id;
static int poller;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void drop(int descriptor) {
  struct connection *connection = &connections[descriptor];
  if (connection->position >= 0) {
    int moved = streams[--stream_count];
    streams[connection->position] = moved;
    connections[moved].position = connection->position;
    connection->position = -1;
  }
  free(connection->rest);
  connection->rest = NULL;
  connection->kept = 0;
  close(descriptor);
}

static void reply(int descriptor, const char *bytes, int size) {
  if (send(descriptor, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) != size) drop(descriptor);
}

/// Sends what this turn has collected to every stream, and only then answers its publishers.
static void deliver(void) {
  if (!answer_count) return;
  char head[CHUNK_HEAD + 1];
  snprintf(head, sizeof head, "%08x\r\n", length - CHUNK_HEAD);
  memcpy(output, head, CHUNK_HEAD);
  memcpy(output + length, "\r\n", 2);
  length += 2;
  for (int i = 0; i < stream_count;) {
    if (send(streams[i], output, length, MSG_DONTWAIT | MSG_NOSIGNAL) == length) i++;
    else drop(streams[i]);  // another stream takes its place
  }
  length = 0;
  for (int i = 0; i < answer_count; i++) {
    char id[32], answer[160];
    int size = snprintf(id, sizeof id, "{\"id\":\"%lu\"}", answers[i].id);
    size = snprintf(answer, sizeof answer,
                    "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
                    "Content-Length: %d\r\n\r\n%s", size, id);
    reply(answers[i].descriptor, answer, size);
  }
  answer_count = 0;
}

static void publish(int descriptor, const char *data, int size) {
  if (length + size + 64 > OUTPUT || answer_count == ANSWERS) deliver();
  if (!length) length = CHUNK_HEAD;
  length += sprintf(output + length, "id: %lu\ndata: ", ++last_id);
  memcpy(output + length, data, size);
  memcpy(output + length + size, "\n\n", 2);
  length += size + 2;
  answers[answer_count++] = (struct answer){descriptor, last_id};
}

static void begin_stream(int descriptor) {
  static const char head[] =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  if (stream_count == stream_room) {
    stream_room = stream_room ? 2 * stream_room : 1024;
    streams = realloc(streams, stream_room * sizeof *streams);
    if (!streams) fail("realloc");
  }
  connections[descriptor].position = stream_count;
  streams[stream_count++] = descriptor;
  reply(descriptor, head, sizeof head - 1);
}

/// Answers the requests that are complete; returns how many bytes they had, or -1 for a wrong one.
static int requests(int descriptor, char *start, char *end) {
  char *next = start;
  for (;;) {
    char *head_end = memmem(next, end - next, "\r\n\r\n", 4);
    if (!head_end) return next - start;
    *head_end = 0;
    char *body = head_end + 4;
    if (!strncmp(next, "GET /topics/", 12) && strstr(next, "/events HTTP/1.1")) {
      begin_stream(descriptor);
      return end - start;
    }
    char *field = strcasestr(next, "\r\nContent-Length:");
    if (strncmp(next, "POST /topics/", 13) || !field) return -1;
    long size = strtol(field + 17, NULL, 10);
    if (size < 0 || size > INPUT / 2) return -1;
    *head_end = '\r';
    if (end - body < size) return next - start;
    publish(descriptor, body, size);
    next = body + size;
  }
}

static void readable(int descriptor) {
  struct connection *connection = &connections[descriptor];
  int kept = connection->kept;
  if (kept) memcpy(input, connection->rest, kept);
  ssize_t got = recv(descriptor, input + kept, INPUT - kept, MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return drop(descriptor);
  if (connection->position >= 0) return;  // a stream has nothing to say
  char *end = input + kept + got;
  int used = requests(descriptor, input, end);
  if (used < 0 || (!used && end == input + INPUT)) return drop(descriptor);
  free(connection->rest);
  connection->rest = NULL;
  connection->kept = end - input - used;
  if (!connection->kept) return;
  if (!(connection->rest = malloc(connection->kept))) fail("malloc");
  memcpy(connection->rest, input + used, connection->kept);
}

static void accept_all(int listener) {
  int descriptor;
  while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    connections[descriptor] = (struct connection){.position = -1};
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event)) fail("epoll_ctl");
  }
  if (errno != EAGAIN && errno != ECONNABORTED) fail("accept");
}

int main(int count, char **arguments) {
  if (count != 2) return fprintf(stderr, "usage: loop PORT\n"), 64;
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  connections = calloc(files.rlim_max, sizeof *connections);  // memory that is not touched is not there
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(listener, (struct sockaddr *)&address, sizeof address)) fail("bind");
  if (listen(listener, 4096)) fail("listen");
  poller = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
  if (epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event)) fail("epoll_ctl");
  for (;;) {
    int ready = epoll_wait(poller, events, EVENTS, -1), is_asked = 0;
    for (int i = 0; i < ready; i++) {
      if (events[i].data.fd == listener) is_asked = 1;
      else readable(events[i].data.fd);
    }
    deliver();
    if (is_asked) accept_all(listener);  // last, so that no descriptor changes hands within a turn
  }
}
