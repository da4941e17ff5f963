// The reference: what a delivery costs when nothing is left to do but one send for each client.
//
//     loop PORT
//
// One thread, one epoll, one topic whatever its name, and of HTTP and WebSocket only what the load says.
// All updates that one turn of the loop reads go out joined: one chunk of events, frames one behind the
// other, or one page for those that wait for it; by one send for each client. A client that does not take
// the whole of it at once is closed: there is no queue.
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

enum { EVENTS = 512, ANSWERS = 4096, INPUT = 1 << 17, OUTPUT = 1 << 20, BODY = 1 << 15, MARGIN = 256 };
enum kind { EVENT_STREAM, SOCKET, WAITING, KINDS };

/// Those that get the same bytes.
struct audience {
  int *members, count, room;
  int length;   // of what this turn has collected, from `output + MARGIN` on
  char *start;  // of what goes out
  int size;
  char output[OUTPUT];
};

/// Indexed by descriptor.
struct connection {
  int position;  // in its audience, -1 for a connection that makes ordinary requests
  enum kind kind;
  int kept;    // length of `rest`
  char *rest;  // the beginning of a request that is not complete
};

struct answer {
  int descriptor;
  unsigned long id;
};

static struct connection *connections;
static struct audience audiences[KINDS];
static char input[INPUT + 1];
static struct answer answers[ANSWERS];
static int answer_count;
static unsigned long last_id, sent_id;
static int poller;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void drop(int descriptor) {
  struct connection *connection = &connections[descriptor];
  if (connection->position >= 0) {
    struct audience *audience = &audiences[connection->kind];
    int moved = audience->members[--audience->count];
    audience->members[connection->position] = moved;
    connections[moved].position = connection->position;
    connection->position = -1;
  }
  free(connection->rest);
  connection->rest = NULL;
  connection->kept = 0;
  close(descriptor);
}

static int send_at_once(int descriptor, const char *bytes, int size) {
  return send(descriptor, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) == size;
}

static void reply(int descriptor, const char *bytes, int size) {
  if (!send_at_once(descriptor, bytes, size)) drop(descriptor);
}

static void join(int descriptor, enum kind kind) {
  struct audience *audience = &audiences[kind];
  if (audience->count == audience->room) {
    audience->room = audience->room ? 2 * audience->room : 1024;
    audience->members = realloc(audience->members, audience->room * sizeof *audience->members);
    if (!audience->members) fail("realloc");
  }
  connections[descriptor].kind = kind;
  connections[descriptor].position = audience->count;
  audience->members[audience->count++] = descriptor;
}

// MARK: Formats

/// A frame of text; the head is at most 4 bytes, as the text is shorter than 64 KB.
static int write_frame(char *frame, const char *text, int size) {
  int head = size < 126 ? 2 : 4;
  frame[0] = (char)0x81;
  frame[1] = size < 126 ? size : 126;
  if (head == 4) {
    frame[2] = size >> 8;
    frame[3] = size;
  }
  memcpy(frame + head, text, size);
  return head + size;
}

/// In JSON some bytes of the data would have to be escaped; the load sends none of them.
static void collect(const char *data, int size) {
  static char item[BODY + 64];
  int item_size = sprintf(item, "{\"id\":\"%lu\",\"data\":\"", last_id);
  memcpy(item + item_size, data, size);
  item_size += size;
  memcpy(item + item_size, "\"}", 2);
  item_size += 2;

  struct audience *audience = &audiences[EVENT_STREAM];
  char *next = audience->output + MARGIN + audience->length;
  int head = sprintf(next, "id: %lu\ndata: ", last_id);
  memcpy(next + head, data, size);
  memcpy(next + head + size, "\n\n", 2);
  audience->length += head + size + 2;

  audience = &audiences[SOCKET];
  audience->length += write_frame(audience->output + MARGIN + audience->length, item, item_size);

  audience = &audiences[WAITING];
  if (audience->length) audience->output[MARGIN + audience->length++] = ',';
  memcpy(audience->output + MARGIN + audience->length, item, item_size);
  audience->length += item_size;
}

/// What goes out of what was collected, with the bytes before and after it.
static void enclose(enum kind kind, const char *head, const char *tail) {
  struct audience *audience = &audiences[kind];
  int head_size = strlen(head), tail_size = strlen(tail);
  audience->start = audience->output + MARGIN - head_size;
  memcpy(audience->start, head, head_size);
  memcpy(audience->output + MARGIN + audience->length, tail, tail_size);
  audience->size = head_size + audience->length + tail_size;
  audience->length = 0;
}

/// Sends what this turn has collected to every client, and only then answers its publishers.
static void deliver(void) {
  if (!answer_count) return;
  char head[MARGIN], tail[64];
  sprintf(head, "%x\r\n", audiences[EVENT_STREAM].length);
  enclose(EVENT_STREAM, head, "\r\n");
  enclose(SOCKET, "", "");
  int tail_size = sprintf(tail, "],\"next\":\"%lu\",\"reset\":false}", last_id);
  sprintf(head,
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n{\"updates\":[",
          12 + audiences[WAITING].length + tail_size);
  enclose(WAITING, head, tail);
  sent_id = last_id;

  for (enum kind kind = 0; kind < KINDS; kind++) {
    struct audience *audience = &audiences[kind];
    for (int i = 0; i < audience->count;) {
      if (send_at_once(audience->members[i], audience->start, audience->size)) i++;
      else drop(audience->members[i]);  // another takes its place
    }
  }
  struct audience *waiting = &audiences[WAITING];
  while (waiting->count) connections[waiting->members[--waiting->count]].position = -1;

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

// MARK: Requests

static void publish(int descriptor, const char *data, int size) {
  // Frames take the most room.
  if (audiences[SOCKET].length + size > OUTPUT - 2 * MARGIN || answer_count == ANSWERS) deliver();
  last_id++;
  collect(data, size);
  answers[answer_count++] = (struct answer){descriptor, last_id};
}

static void begin_stream(int descriptor) {
  static const char head[] =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  join(descriptor, EVENT_STREAM);
  reply(descriptor, head, sizeof head - 1);
}

/// The load has always the same key, so there is nothing to compute.
static void begin_socket(int descriptor) {
  char answer[512], place[64];
  int size = sprintf(answer,
                     "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  size += write_frame(answer + size, place, sprintf(place, "{\"next\":\"%lu\",\"reset\":false}", sent_id));
  join(descriptor, SOCKET);
  reply(descriptor, answer, size);
}

/// Waits, or gets the last page again: there is no more history, since the load publishes only when all
/// have what came before.
static void begin_wait(int descriptor, const char *request) {
  const char *after = strstr(request, "?after=");
  if (after && strtoul(after + 7, NULL, 10) < sent_id)
    reply(descriptor, audiences[WAITING].start, audiences[WAITING].size);
  else join(descriptor, WAITING);
}

/// Answers the requests that are complete; returns how many bytes they had, or -1 for a wrong one.
static int requests(int descriptor, char *start, char *end) {
  char *next = start;
  for (;;) {
    char *head_end = memmem(next, end - next, "\r\n\r\n", 4);
    if (!head_end) return next - start;
    *head_end = 0;
    char *body = head_end + 4;
    if (!strncmp(next, "GET /topics/", 12)) {  // and then nothing more, before it has an answer
      if (strstr(next, "/events HTTP/1.1")) begin_stream(descriptor);
      else if (strstr(next, "/socket HTTP/1.1")) begin_socket(descriptor);
      else if (strstr(next, "/updates?")) begin_wait(descriptor, next);
      else return -1;
      return end - start;
    }
    char *field = strcasestr(next, "\r\nContent-Length:");
    if (strncmp(next, "POST /topics/", 13) || !field) return -1;
    long size = strtol(field + 17, NULL, 10);
    if (size < 0 || size > BODY) return -1;
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
  if (connection->position >= 0) return;  // has nothing to say
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
