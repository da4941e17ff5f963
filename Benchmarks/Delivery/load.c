// Opens event streams, publishes, checks every delivery, and tells what they cost the server.
//
//     load PORT STREAMS UPDATES BURST BYTES PID
//
// PID is the server's. Prints one line of key=value; or exits 1 and says what was missing. The first
// burst is checked like the others but not measured.
#define _GNU_SOURCE
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

enum { EVENTS = 1024, INPUT = 1 << 18, OPENING = 100, PER_ADDRESS = 25000, DIGITS = 10, PATIENCE = 20 };

struct stream {
  int descriptor;
  int received;  // complete updates, -1 before the first byte
  int inside;    // bytes of the body that is being read, 0 between two
  int number;    // its number, as far as it was read
};

struct publisher {
  int descriptor, length;  // of what is in `answer`
  char answer[4096];
};

static int port, stream_count, update_count, burst, body_size, pid;
static struct stream *streams;
static struct publisher *publishers;
static int *order;  // the number at each place, as the first stream that came so far has it
static int opened, started, answered, published, poller;
static long deliveries, reads;
static double begun;  // when the last stream was opened, or the last burst

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
  va_list values;
  va_start(values, format);
  vfprintf(stderr, format, values);
  fprintf(stderr, "\n%d of %d streams opened, %d started; %d updates sent, %d of the last %d answered\n",
          opened, stream_count, started, published, answered, burst);
  for (int i = 0, shown = 0; i < opened && shown < 5; i++)
    if (streams[i].received < published && ++shown)
      fprintf(stderr, "stream %d has %d of %d updates\n", i, streams[i].received, published);
  exit(1);
}

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

static void delivered(struct stream *stream) {
  int index = stream - streams, place = stream->received++, number = stream->number;
  int first = place / burst * burst;  // of the burst that is due
  if (place >= published) fail("stream %d: more updates than were published", index);
  if (stream->inside != body_size) fail("stream %d: a body of %d bytes", index, stream->inside);
  if (order[place] < 0) {
    // Those of one burst have no order of their own, but the same one in all streams.
    if (number / burst * burst != first) fail("stream %d: update %d at place %d", index, number, place);
    for (int i = first; i < place; i++)
      if (order[i] == number) fail("stream %d: update %d twice", index, number);
    order[place] = number;
  }
  if (order[place] != number)
    fail("stream %d: update %d where others have %d", index, number, order[place]);
  deliveries++;
}

/// A body begins with `@`, which nothing else in a stream has, and ten digits, and is one line.
static void scan(struct stream *stream, const char *next, const char *end) {
  while (next < end) {
    if (!stream->inside) {
      if (!(next = memchr(next, '@', end - next))) return;
      next++;
      stream->inside = 1;
      stream->number = 0;
    }
    for (; next < end && stream->inside <= DIGITS && *next != '\n'; next++, stream->inside++)
      stream->number = stream->number * 10 + *next - '0';
    const char *line_end = memchr(next, '\n', end - next);
    stream->inside += (line_end ? line_end : end) - next;
    if (!line_end) return;
    delivered(stream);
    stream->inside = 0;
    next = line_end + 1;
  }
}

static void read_stream(struct stream *stream) {
  static char input[INPUT];
  ssize_t got = recv(stream->descriptor, input, INPUT, 0);
  if (got <= 0) fail("stream %td was closed: %s", stream - streams, got ? strerror(errno) : "end");
  if (stream->received < 0) {
    if (memcmp(input, "HTTP/1.1 200", 12)) fail("stream %td: %.*s", stream - streams, (int)got, input);
    stream->received = 0;
    started++;
  }
  reads++;
  scan(stream, input, input + got);
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
  if (!field || strncmp(answer, "HTTP/1.1 201", 12)) fail("not published: %s", answer);
  if (publisher->length < head_end + 4 - answer + atoi(field + 17)) return;
  publisher->length = 0;
  answered++;
}

static void turn(void) {
  struct epoll_event events[EVENTS];
  int ready = epoll_wait(poller, events, EVENTS, 100);
  if (seconds(CLOCK_MONOTONIC) > begun + PATIENCE) fail("not complete after %d s", PATIENCE);
  for (int i = 0; i < ready; i++) {
    int index = events[i].data.u32;
    if (index < stream_count) read_stream(&streams[index]);
    else read_answer(&publishers[index - stream_count]);
  }
}

// MARK: Writing

static void send_all(int descriptor, const char *bytes, int size) {
  if (send(descriptor, bytes, size, MSG_NOSIGNAL) != size) fail("send: %m");
}

/// One update on each publishing connection, and all that follows from them.
static void publish(void) {
  char request[256 + body_size], number[16];
  answered = 0;
  begun = seconds(CLOCK_MONOTONIC);
  for (int i = 0; i < burst; i++) {
    int head = sprintf(request,
                       "POST /topics/t/updates HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                       "Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n", port, body_size);
    memset(request + head, 'x', body_size);
    int digits = sprintf(number, "%c%0*d", opened ? '@' : '-', DIGITS, published + i);
    memcpy(request + head, number, digits);
    send_all(publishers[i].descriptor, request, head + body_size);
  }
  if (opened) published += burst;
  long due = (long)published * opened;
  while (answered < burst || deliveries < due) {
    // If the server had to wake this process for each delivery, that would be what is measured.
    if (due - deliveries > (long)burst * opened / 8) usleep(500);
    turn();
  }
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
  char address[32], request[128];
  int size = sprintf(request, "GET /topics/t/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", port);
  for (; opened < count; opened++) {
    while (opened - started == OPENING) turn();
    sprintf(address, "127.0.0.%d", 1 + opened / PER_ADDRESS);
    streams[opened] = (struct stream){.descriptor = connection(opened, address), .received = -1};
    send_all(streams[opened].descriptor, request, size);
    begun = seconds(CLOCK_MONOTONIC);
  }
  while (started < count) turn();
}

static int ascending(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

int main(int count, char **arguments) {
  int *numbers[] = {&port, &stream_count, &update_count, &burst, &body_size, &pid}, ok = count == 7;
  for (int i = 0; ok && i < 6; i++) ok = (*numbers[i] = atoi(arguments[i + 1])) > 0;
  if (!ok || stream_count < 2 || update_count % burst || update_count == burst || body_size <= DIGITS)
    return puts("usage: load PORT STREAMS UPDATES BURST BYTES PID\n"
                "STREAMS from 2, UPDATES a multiple of BURST and more than one, BYTES from 11"), 64;
  poller = epoll_create1(0);
  streams = calloc(stream_count, sizeof *streams);
  publishers = calloc(burst, sizeof *publishers);
  order = malloc(update_count * sizeof *order);
  memset(order, -1, update_count * sizeof *order);
  rlim_t files = stream_count + burst + 16;
  if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){files, files})) fail("%ld open files: %m", (long)files);

  // What a server sets up once is there before its memory is looked at: publishers, and one stream.
  for (int i = 0; i < burst; i++) publishers[i].descriptor = connection(stream_count + i, "127.0.0.1");
  publish();
  open_streams(1);
  long memory = server_memory();
  open_streams(stream_count);
  while (seconds(CLOCK_MONOTONIC) < begun + 2) turn();
  memory = server_memory() - memory;

  publish();
  int rounds = update_count / burst - 1;
  double delays[rounds], measured = (double)rounds * burst * stream_count;
  double cpu = server_cpu(), own_cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  reads = 0;
  for (int i = 0; i < rounds; i++) {
    publish();
    delays[i] = seconds(CLOCK_MONOTONIC) - begun;
  }
  cpu = server_cpu() - cpu;
  own_cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - own_cpu;
  for (int i = 0; i < 5; i++) turn();  // an update too many would come now
  qsort(delays, rounds, sizeof *delays, ascending);
  printf("streams=%d updates=%d burst=%d cpu_us_per_delivery=%.3f rss_bytes_per_stream=%ld "
         "delay_us_median=%.0f reads_per_burst=%.2f client_cpu_us_per_delivery=%.3f\n",
         stream_count, update_count, burst, cpu / measured * 1e6, memory / (stream_count - 1),
         delays[rounds / 2] * 1e6, (double)reads / rounds / stream_count, own_cpu / measured * 1e6);
}
