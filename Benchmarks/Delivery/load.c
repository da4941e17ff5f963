// Opens streams, publishes, has every delivery checked, and tells what they cost the server.
//
//     load TRANSPORT PORT STREAMS UPDATES BURST BYTES QUIET PID
//
// PID is the server's, QUIET how many seconds the streams are left alone before the server's memory is
// read. Prints one line of key=value; or exits 1 and says what was missing. The first burst is checked
// like the others but not measured.
#define _GNU_SOURCE
#include "load.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 1024, INPUT = 1 << 18, OPENING = 100, PER_ADDRESS = 25000, PATIENCE = 20 };

struct publisher {
  int descriptor, length;  // of what is in `answer`
  char answer[4096];
};

int port, burst, body_size;
static int stream_count, update_count, quiet, pid;
static const struct transport *transport = transports;
static struct stream *streams;
static struct publisher *publishers;
static int opened, begun, answered, poller;
static long reads;
static double since;  // when the last stream was opened, or the last burst published

void fail(const char *format, ...) {
  va_list values;
  va_start(values, format);
  vfprintf(stderr, format, values);
  fprintf(stderr, "\n%d of %d streams opened, %d begun; %d updates sent, %d of the last %d answered\n",
          opened, stream_count, begun, published, answered, burst);
  for (int i = 0, shown = 0; i < opened && shown < 5; i++)
    if (streams[i].received < published && ++shown)
      fprintf(stderr, "stream %d has %d of %d updates\n", i, streams[i].received, published);
  exit(1);
}

int index_of(const struct stream *stream) { return stream - streams; }

static double seconds(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time)) fail("process %d has no clock: %m", pid);
  return time.tv_sec + time.tv_nsec / 1e9;
}

/// User and system time of all its threads, those that have ended too, by the scheduler's count.
static double server_cpu(void) {
  clockid_t clock;
  if (clock_getcpuclockid(pid, &clock)) fail("there is no process %d", pid);
  return seconds(clock);
}

/// In bytes; what `status` has as VmRSS is the same, but may lag behind by some hundred KB.
static long server_memory(void) {
  char path[64], line[256];
  long kilobytes = -1;
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file) && sscanf(line, "Rss: %ld", &kilobytes) != 1) {}
  if (file) fclose(file);
  if (kilobytes < 0) fail("cannot read %s", path);
  return kilobytes * 1024;
}

// MARK: Reading

static void read_stream(struct stream *stream) {
  static char input[INPUT + 1];
  int kept = stream->kept;
  memcpy(input, stream->rest, kept);
  ssize_t got = recv(stream->descriptor, input + kept, INPUT - kept, 0);
  if (got <= 0) fail("stream %d was closed: %s", index_of(stream), got ? strerror(errno) : "end");
  reads++;
  int had_begun = stream->has_begun;
  char *end = input + kept + got, *rest = transport->take(stream, input, end);
  begun += stream->has_begun - had_begun;
  if (!kept && rest == end) return;
  stream->kept = end - rest;
  stream->rest = realloc(stream->rest, stream->kept + 1);  // not 0, which would free it
  memcpy(stream->rest, rest, stream->kept);
}

static void read_answer(struct publisher *publisher) {
  char *answer = publisher->answer;
  size_t room = sizeof publisher->answer - 1 - publisher->length;
  ssize_t got = recv(publisher->descriptor, answer + publisher->length, room, 0);
  if (got <= 0) fail("a publisher was closed: %s", got ? strerror(errno) : "end");
  publisher->length += got;
  answer[publisher->length] = 0;
  char *head_end = strstr(answer, "\r\n\r\n"), *field = strcasestr(answer, "\r\nContent-Length:");
  if (!head_end) return;
  // Nchan answers 202 if nobody listens.
  if (!field || (strncmp(answer, "HTTP/1.1 201", 12) && strncmp(answer, "HTTP/1.1 202", 12)))
    fail("not published: %s", answer);
  if (publisher->length < head_end + 4 - answer + atoi(field + 17)) return;
  publisher->length = 0;
  answered++;
}

static void turn(void) {
  struct epoll_event events[EVENTS];
  int ready = epoll_wait(poller, events, EVENTS, 100);
  for (int i = 0; i < ready; i++) {
    int index = events[i].data.u32;
    if (index < stream_count) read_stream(&streams[index]);
    else read_answer(&publishers[index - stream_count]);
  }
}

static void await(void) {
  if (seconds(CLOCK_MONOTONIC) > since + PATIENCE) fail("not complete after %d s", PATIENCE);
  turn();
}

/// Until the server has read all requests: it has then nothing left to do.
static void let_server_rest(void) {
  double last, now = server_cpu();
  do {
    last = now;
    usleep(2000);
    now = server_cpu();
  } while (now > last);
}

// MARK: Writing

void send_all(int descriptor, const char *bytes, int size) {
  if (send(descriptor, bytes, size, MSG_NOSIGNAL) != size) fail("send: %m");
}

/// One update on each publishing connection, and all that follows from them; how long they took.
static double publish(void) {
  char request[256 + body_size];
  answered = 0;
  since = seconds(CLOCK_MONOTONIC);
  for (int i = 0; i < burst; i++) {
    int head = sprintf(request,
                       "POST /topics/t/updates HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                       "Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n", port, body_size);
    write_body(request + head, published + i, opened > 0);
    send_all(publishers[i].descriptor, request, head + body_size);
  }
  if (opened) published += burst;
  long due = (long)published * opened;
  while (answered < burst || deliveries < due) {
    // If the server had to wake this process for each delivery, that would be what is measured.
    if (due - deliveries > (long)burst * opened / 8) usleep(500);
    await();
  }
  double delay = seconds(CLOCK_MONOTONIC) - since;
  if (transport->is_held) let_server_rest();  // all have asked again
  return delay;
}

static int connection(int index, const char *address) {
  struct sockaddr_in end = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr(address)};
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int));
  // Ends by a reset: connections that wait out their time would be in the next measurement's way.
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
  if (bind(descriptor, (struct sockaddr *)&end, sizeof end)) fail("bind: %m");
  end.sin_port = htons(port);
  end.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, (struct sockaddr *)&end, sizeof end)) fail("connect: %m");
  if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event)) fail("epoll_ctl: %m");
  return descriptor;
}

/// Opens streams until there are `count`, at most a hundred at a time that have not begun.
static void open_streams(int count) {
  char address[32], request[512];
  int size = sprintf(request, transport->request, port);
  while (opened < count) {
    struct stream *stream = &streams[opened];
    sprintf(address, "127.0.0.%d", 1 + opened / PER_ADDRESS);
    stream->descriptor = connection(opened++, address);
    send_all(stream->descriptor, request, size);
    since = seconds(CLOCK_MONOTONIC);
    if (transport->is_held) begun += stream->has_begun = 1;
    if (transport->is_held && (begun % OPENING == 0 || begun == count)) let_server_rest();
    while (opened - begun == OPENING) await();
  }
  while (begun < count) await();
}

// MARK: Measuring

static int ascending(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

static void read_arguments(int count, char **arguments) {
  int *numbers[] = {&port, &stream_count, &update_count, &burst, &body_size, &quiet, &pid};
  int is_right = count == 9;
  for (int i = 0; is_right && i < 7; i++) is_right = (*numbers[i] = atoi(arguments[i + 2])) > 0;
  while (is_right && transport->name && strcmp(transport->name, arguments[1])) transport++;
  if (is_right && transport->name && stream_count >= 2 && update_count % burst == 0 &&
      update_count > burst && body_size >= DIGITS + 2 && !(transport->is_held && burst > 1))
    return;
  fputs("usage: load TRANSPORT PORT STREAMS UPDATES BURST BYTES QUIET PID\n"
        "TRANSPORT sse, websocket or long-polling, which has bursts of 1; STREAMS from 2;\n"
        "UPDATES a multiple of BURST and more than one; BYTES from 12\n", stderr);
  exit(64);
}

int main(int count, char **arguments) {
  read_arguments(count, arguments);
  poller = epoll_create1(0);
  streams = calloc(stream_count, sizeof *streams);
  publishers = calloc(burst, sizeof *publishers);
  expect(update_count);
  rlim_t files = stream_count + burst + 16;
  if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){files, files})) fail("%ld open files: %m", (long)files);

  // What a server sets up once is there before its memory is looked at: publishers, and one stream.
  for (int i = 0; i < burst; i++) publishers[i].descriptor = connection(stream_count + i, "127.0.0.1");
  publish();
  open_streams(1);
  long memory = server_memory();
  open_streams(stream_count);
  while (seconds(CLOCK_MONOTONIC) < since + quiet) turn();
  memory = server_memory() - memory;

  publish();
  int rounds = update_count / burst - 1;
  double delays[rounds], measured = (double)rounds * burst * stream_count;
  double cpu = server_cpu(), own_cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  reads = 0;
  for (int i = 0; i < rounds; i++) delays[i] = publish();
  cpu = server_cpu() - cpu;
  own_cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - own_cpu;
  for (int i = 0; i < 5; i++) turn();  // an update too many would come now
  qsort(delays, rounds, sizeof *delays, ascending);
  printf("streams=%d updates=%d burst=%d cpu_us_per_delivery=%.3f rss_bytes_per_stream=%ld "
         "delay_us_median=%.0f reads_per_burst=%.2f client_cpu_us_per_delivery=%.3f\n",
         stream_count, update_count, burst, cpu / measured * 1e6, memory / (stream_count - 1),
         delays[rounds / 2] * 1e6, (double)reads / rounds / stream_count, own_cpu / measured * 1e6);
}
