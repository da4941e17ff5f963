// Publishes over HTTP or to Redis itself, reads what arrives, and tells how late or how many.
//
//     load PROTOCOL delay STREAMS UPDATES READ-PORT WRITE-PORT
//     load PROTOCOL rate TOPICS SECONDS READ-PORT WRITE-PORT…
//
// PROTOCOL is http, with server-sent events, or redis, with PUBLISH and SUBSCRIBE. `delay`: one publisher,
// all streams of one topic, an update only when the last has arrived everywhere. `rate`: PUBLISHERS
// connections spread over the ports, each with its next update as soon as the last is answered, to one
// topic after the other; one stream for each. Prints one line of key=value; or exits 1 and says what is
// missing.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PUBLISHERS = 64, TOPICS = 100, BODY = 128, DIGITS = 10, INPUT = 1 << 16, PATIENCE = 20, WARM_UP = 20 };

/// What is sent, with a place for the topic and one for the body, and how a whole answer begins and ends.
struct protocol {
  const char *name, *subscribe, *publish;
  const char *subscribed[2], *published[2];
};

static const struct protocol protocols[] = {
    {"http",
     "GET /topics/t%02d/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n",
     "POST /topics/t%02d/updates HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"
     "Content-Length: 128\r\n\r\n%s",
     {"HTTP/1.1 200", "\r\n\r\n"}, {"HTTP/1.1 201", "}"}},
    {"redis",
     "*2\r\n$9\r\nSUBSCRIBE\r\n$3\r\nt%02d\r\n",
     "*3\r\n$7\r\nPUBLISH\r\n$3\r\nt%02d\r\n$128\r\n%s\r\n",
     {"*3\r\n$9\r\nsubscribe", ":1\r\n"}, {":", "\r\n"}},
    {0}};

struct connection {
  int descriptor, has_begun, kept;
  char input[INPUT + 1];     // `kept` bytes of it wait for what follows
  int sent;                  // of a publisher: its updates
  int expected[PUBLISHERS];  // of a stream: the number that comes next from each publisher
};

static const struct protocol *protocol = protocols;
static int topics = 1, stream_count, publisher_count, begun, poller;
static struct connection *streams, *publishers;
static long published, answered, deliveries;
static double since, *delays;  // of all deliveries, where they are wanted

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
  va_list values;
  va_start(values, format);
  vfprintf(stderr, format, values);
  fprintf(stderr, "\n%d of %d streams begun; %ld updates sent, %ld answered; %ld of %ld deliveries\n",
          begun, stream_count, published, answered, deliveries, published * stream_count / topics);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void send_all(struct connection *connection, const char *bytes, int size) {
  if (send(connection->descriptor, bytes, size, MSG_NOSIGNAL) != size) fail("send: %m");
}

static int receive(struct connection *connection, const char *who) {
  ssize_t got = recv(connection->descriptor, connection->input + connection->kept, INPUT - connection->kept, 0);
  if (got <= 0) fail("a %s was closed: %s", who, got ? strerror(errno) : "end");
  connection->kept += got;
  connection->input[connection->kept] = 0;
  return connection->kept;
}

// MARK: Updates

/// `@`, which nothing else that a server sends has, the publisher and the number of its update.
static void write_body(char *body, int publisher, int number) {
  memset(body, 'x', BODY);
  int head = sprintf(body, "@%02d%0*d", publisher, DIGITS, number);
  body[head] = 'x';
  body[BODY - 1] = '#';
  body[BODY] = 0;
}

static void publish(int index) {
  char body[BODY + 1], request[512];
  struct connection *publisher = &publishers[index];
  write_body(body, index, publisher->sent);
  int size = sprintf(request, protocol->publish, (index + publisher->sent) % topics, body);
  publisher->sent++;
  published++;
  send_all(publisher, request, size);
}

/// An update of each publisher is the one after its last for this topic: none is lost, comes twice, or
/// overtakes another.
static char *take(struct connection *stream, char *next, char *end, double time) {
  char model[BODY + 1];
  while ((next = memchr(next, '@', end - next))) {
    if (end - next < BODY) return next;
    int index = stream - streams, publisher = 10 * (next[1] - '0') + next[2] - '0';
    if (publisher < 0 || publisher >= publisher_count) fail("stream %d: no publisher %d", index, publisher);
    write_body(model, publisher, stream->expected[publisher]);
    if (memcmp(next, model, BODY))
      fail("stream %d: %.*s\nwhere this was due: %s", index, BODY, next, model);
    stream->expected[publisher] += topics;
    if (delays) delays[deliveries] = time - since;
    deliveries++;
    next += BODY;
  }
  return end;
}

static void read_stream(struct connection *stream) {
  int size = receive(stream, "stream");
  double time = delays ? now() : 0;
  char *next = stream->input, *end = next + size;
  if (!stream->has_begun) {
    const char *const *answer = protocol->subscribed;
    char *found = strstr(next, answer[1]);
    if (!found) return;
    if (strncmp(next, answer[0], strlen(answer[0]))) fail("no stream: %s", next);
    begun += stream->has_begun = 1;
    next = found + strlen(answer[1]);
  }
  next = take(stream, next, end, time);
  stream->kept = end - next;
  memmove(stream->input, next, stream->kept);
}

/// Returns whether the answer is complete.
static int read_answer(struct connection *publisher) {
  const char *const *answer = protocol->published;
  int size = receive(publisher, "publisher"), tail = strlen(answer[1]);
  if (strncmp(publisher->input, answer[0], strlen(answer[0]))) fail("not published: %s", publisher->input);
  if (size < tail || strcmp(publisher->input + size - tail, answer[1])) return 0;
  publisher->kept = 0;
  answered++;
  return 1;
}

/// Reads what is there, and publishes on each connection that has its answer, until the time given.
static void turn(double until) {
  struct epoll_event events[256];
  int ready = epoll_wait(poller, events, 256, 1000 * PATIENCE);
  if (ready <= 0) fail("nothing for %d s", PATIENCE);
  for (int i = 0; i < ready; i++) {
    int index = events[i].data.u32;
    if (index < stream_count) read_stream(&streams[index]);
    else if (read_answer(&publishers[index - stream_count]) && now() < until) publish(index - stream_count);
  }
}

static void await_all(void) {
  while (answered < published || deliveries < published * stream_count / topics) turn(0);
}

// MARK: Connections

static void open_connection(struct connection *connection, int index, const char *port) {
  struct sockaddr_in end = {.sin_family = AF_INET, .sin_port = htons(atoi(port)),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
  int descriptor = connection->descriptor = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  if (connect(descriptor, (struct sockaddr *)&end, sizeof end)) fail("connect to port %s: %m", port);
  if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event)) fail("epoll_ctl: %m");
}

static void open_all(const char *read_port, char **write_ports, int write_port_count) {
  char request[256];
  poller = epoll_create1(0);
  streams = calloc(stream_count, sizeof *streams);
  publishers = calloc(publisher_count, sizeof *publishers);
  for (int i = 0; i < stream_count; i++) {
    int topic = i % topics;
    for (int p = 0; p < publisher_count; p++)
      streams[i].expected[p] = ((topic - p) % topics + topics) % topics;
    open_connection(&streams[i], i, read_port);
    send_all(&streams[i], request, sprintf(request, protocol->subscribe, topic));
  }
  while (begun < stream_count) turn(0);
  for (int i = 0; i < publisher_count; i++)
    open_connection(&publishers[i], stream_count + i, write_ports[i % write_port_count]);
}

// MARK: Measuring

static int ascending(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

static void measure_delay(int updates) {
  double *all = malloc(((long)updates + WARM_UP) * stream_count * sizeof *all);
  for (int i = 0; i < WARM_UP + updates; i++) {
    if (i == WARM_UP) delays = all - deliveries;
    usleep(2000);  // each update finds all at rest
    since = now();
    publish(0);
    await_all();
  }
  long count = (long)updates * stream_count;
  qsort(all, count, sizeof *all, ascending);
  printf("delay_us=%.0f p99_us=%.0f\n", all[count / 2] * 1e6, all[count * 99 / 100] * 1e6);
}

/// The first half second is not in the rate; the time until the last has arrived is.
static void measure_rate(int seconds) {
  double start = now(), end = start + seconds;
  for (int i = 0; i < publisher_count; i++) publish(i);
  while (now() < start + 0.5) turn(end);
  long before = deliveries;
  start = now();
  while (now() < end) turn(end);
  await_all();
  printf("rate=%.0f updates=%ld\n", (deliveries - before) / (now() - start), published);
}

int main(int count, char **arguments) {
  int is_rate = count > 2 && !strcmp(arguments[2], "rate");
  int amount[2] = {count > 6 ? atoi(arguments[3]) : 0, count > 6 ? atoi(arguments[4]) : 0};
  while (count > 6 && protocol->name && strcmp(protocol->name, arguments[1])) protocol++;
  if (amount[0] < 1 || amount[1] < 1 || !protocol->name || (is_rate && amount[0] > TOPICS) ||
      (!is_rate && (strcmp(arguments[2], "delay") || count > 7))) {
    fputs("usage: load http|redis delay STREAMS UPDATES READ-PORT WRITE-PORT\n"
          "       load http|redis rate TOPICS SECONDS READ-PORT WRITE-PORT…\n", stderr);
    return 64;
  }
  stream_count = amount[0];
  if (is_rate) topics = stream_count;
  publisher_count = is_rate ? PUBLISHERS : 1;
  open_all(arguments[5], arguments + 6, count - 6);
  if (is_rate) measure_rate(amount[1]);
  else measure_delay(amount[1]);
}
