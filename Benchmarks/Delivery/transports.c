// How a client of each transport asks, and reads what it gets.
#define _GNU_SOURCE
#include "load.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Ends the head with a zero and returns its end, or NULL if it is not complete; another status than
/// `status` is a failure.
static char *head_end(struct stream *stream, char *start, char *end, const char *status) {
  char *found = memmem(start, end - start, "\r\n\r\n", 4);
  if (!found) return NULL;
  *found = 0;
  if (strncmp(start, "HTTP/1.1 ", 9) || strncmp(start + 9, status, 3))
    fail("stream %d: %s%.*s", index_of(stream), start, (int)(end - found - 4), found + 4);
  return found + 4;
}

/// Copies the value of a field, from its name to the end of its line; 0 if there is none.
static int copy_field(const char *head, const char *name, char *value, int room) {
  const char *field = strcasestr(head, name);
  if (!field) return 0;
  field += strlen(name);
  return snprintf(value, room, "%.*s", (int)strcspn(field, "\r"), field);
}

// MARK: Server-sent events

static char *take_events(struct stream *stream, char *start, char *end) {
  if (!stream->has_begun) {
    char *next = head_end(stream, start, end, "200");
    if (!next) return start;
    stream->has_begun = 1;
    start = next;
  }
  return take_updates(stream, start, end);
}

// MARK: WebSocket

// Always the same key, so that the answer to it is known.
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

enum { TEXT = 0x81, CLOSE = 0x88, PING = 0x89, PONG = 0x8a, MASKED = 0x80 };

static void answer_ping(struct stream *stream, const char *payload, int size) {
  char frame[6 + 125] = {PONG, MASKED | size};  // a mask of zeros leaves the payload as it is
  memcpy(frame + 6, payload, size);
  send_all(stream->descriptor, frame, 6 + size);
}

static char *take_frames(struct stream *stream, char *start, char *end) {
  if (!stream->has_begun) {
    char *next = head_end(stream, start, end, "101");
    if (!next) return start;
    if (!strcasestr(start, ACCEPT)) fail("stream %d: no handshake: %s", index_of(stream), start);
    stream->has_begun = 1;
    start = next;
  }
  while (end - start >= 2) {
    unsigned char *frame = (unsigned char *)start;
    long size = frame[1] & 0x7f;
    int head = size == 127 ? 10 : size == 126 ? 4 : 2;
    if (end - start < head) break;
    if (head > 2) size = 0;
    for (int i = 2; i < head; i++) size = size << 8 | frame[i];
    if (end - start < head + size) break;
    char *payload = start + head;
    start = payload + size;
    switch (frame[0]) {
      case TEXT:
        if (take_updates(stream, payload, start) != start) fail("stream %d: a body is cut", index_of(stream));
        break;
      case PING: answer_ping(stream, payload, size); break;
      case PONG: break;
      case CLOSE: fail("stream %d: a close frame", index_of(stream));
      default: fail("stream %d: a frame that begins with %02x", index_of(stream), frame[0]);
    }
  }
  return start;
}

// MARK: Long polling

// A wait of 50 s is longer than the load leaves a stream alone: an answer without news did not wait.

/// Asks for what comes after an answer: with its `next` in the query, or, as Nchan has it, with two of
/// its fields.
static void ask_again(struct stream *stream, const char *head, const char *body) {
  char request[512], date[64], tag[64];
  int size;
  const char *next = strstr(body, "\"next\":\"");
  if (next) {
    next += strlen("\"next\":\"");
    size = snprintf(request, sizeof request,
                    "GET /topics/t/updates?after=%.*s&wait=50 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
                    (int)strcspn(next, "\""), next, port);
  } else {
    if (!copy_field(head, "\r\nLast-Modified: ", date, sizeof date) ||
        !copy_field(head, "\r\nEtag: ", tag, sizeof tag))
      fail("stream %d: an answer without a cursor: %s", index_of(stream), head);
    size = snprintf(request, sizeof request,
                    "GET /topics/t/updates HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                    "If-Modified-Since: %s\r\nIf-None-Match: %s\r\n\r\n", port, date, tag);
  }
  if (size >= sizeof request) fail("stream %d: a cursor of %d bytes", index_of(stream), size);
  send_all(stream->descriptor, request, size);
}

static char *take_answer(struct stream *stream, char *start, char *end) {
  char length[16], *body = head_end(stream, start, end, "200");
  if (!body) return start;
  if (!copy_field(start, "\r\nContent-Length: ", length, sizeof length))
    fail("stream %d: an answer without a length: %s", index_of(stream), start);
  char *next = body + atoi(length);
  if (next > end) {
    body[-4] = '\r';  // the head is read again with the rest
    return start;
  }
  if (next < end) fail("stream %d: more than an answer", index_of(stream));
  int received = stream->received;
  if (take_updates(stream, body, end) != end) fail("stream %d: a body is cut", index_of(stream));
  *end = 0;
  if (stream->received == received)
    fail("stream %d: an answer without an update: %s", index_of(stream), body);
  ask_again(stream, start, body);
  return end;
}

const struct transport transports[] = {
    {"sse", "GET /topics/t/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/event-stream\r\n\r\n", 0,
     take_events},
    {"websocket",
     "GET /topics/t/socket HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY "\r\n\r\n", 0, take_frames},
    {"long-polling", "GET /topics/t/updates?wait=50 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", 1, take_answer},
    {0}};
