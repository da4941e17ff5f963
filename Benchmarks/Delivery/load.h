// What the parts of the load share: load.c publishes and measures, transports.c knows how a client of
// each transport asks and reads, check.c what each of them must receive.
#pragma once

enum { DIGITS = 10 };

struct stream {
  int descriptor;
  int received;   // updates
  int has_begun;  // its head was read, or, if that comes with the first update only, it has asked
  int kept;       // length of `rest`
  char *rest;     // the beginning of what is not yet complete
};

struct transport {
  const char *name;
  const char *request;  // with a place for the port
  int is_held;          // its request gets no answer before there is an update, and is then repeated
  /// Takes what is complete of the bytes from `start` to `end`, which may be written on, and returns
  /// the first that it leaves.
  char *(*take)(struct stream *stream, char *start, char *end);
};

extern const struct transport transports[];  // the last has no name
extern int port, burst, body_size;

__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);
int index_of(const struct stream *stream);
void send_all(int descriptor, const char *bytes, int size);

// check.c
extern int published;     // updates
extern long deliveries;   // of all streams together
void expect(int updates); // once, before anything else
void write_body(char *body, int number, int is_due);
char *take_updates(struct stream *stream, char *start, char *end);
