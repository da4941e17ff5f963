// The bodies that are published, and that each stream gets each of them once, whole, and in the order
// in which the others get them.
#include "load.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int published;
long deliveries;

static int *order;   // the number at each place, as the first stream that came so far has it
static char *model;  // a body

/// A body begins with `@`, which nothing else that a server sends has, and its number.
void write_body(char *body, int number, int is_due) {
  char head[16];
  sprintf(head, "%c%0*d", is_due ? '@' : '-', DIGITS, number);
  memset(body, 'x', body_size);
  memcpy(body, head, 1 + DIGITS);
  body[body_size - 1] = '#';
}

void expect(int updates) {
  order = malloc(updates * sizeof *order);
  memset(order, -1, updates * sizeof *order);
  model = malloc(body_size);
  write_body(model, 0, 1);
}

static void delivered(struct stream *stream, int number) {
  int index = index_of(stream), place = stream->received++;
  int first = place / burst * burst;  // of the burst that is due
  if (place >= published) fail("stream %d: more updates than were published", index);
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

char *take_updates(struct stream *stream, char *start, char *end) {
  while ((start = memchr(start, '@', end - start))) {
    if (end - start < body_size) return start;
    if (memcmp(start + 1 + DIGITS, model + 1 + DIGITS, body_size - 1 - DIGITS))
      fail("stream %d: a body that nobody has published: %.*s", index_of(stream), body_size, start);
    int number = 0;
    for (int i = 1; i <= DIGITS; i++) number = number * 10 + start[i] - '0';
    delivered(stream, number);
    start += body_size;
  }
  return end;
}
