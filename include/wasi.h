/* wasi.h - what a WebAssembly program sees of the host through WASI preview 1.
 *
 * A configuration says which arguments, environment, directories, sockets and
 * standard streams a program gets. It starts out with nothing: no arguments, no
 * environment, no directories, no sockets, standard input at its end, standard
 * output and error discarded. One configuration can serve many instances.
 *
 * Ownership: strings and bytes are copied. `own` marks what changes hands, as
 * in wasm.h. Functions that return bool return false when memory has run out
 * or an argument is no good, and then change nothing. No configuration is
 * thread-safe by itself.
 */
#ifndef WASI_H
#define WASI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef own
#define own
#define WASI_H_OWN
#endif

#ifndef WASI_API_EXTERN
#if defined(__GNUC__)
#define WASI_API_EXTERN __attribute__((visibility("default")))
#else
#define WASI_API_EXTERN
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ----------------------------------------------------------- configuration */

typedef struct wasi_config_t wasi_config_t;

/* An empty configuration; NULL when memory has run out. */
WASI_API_EXTERN own wasi_config_t *wasi_config_new(void);
/* NULL is allowed. Programs already set up keep what they have. */
WASI_API_EXTERN void wasi_config_delete(own wasi_config_t *config);

/* Appends one argument. The first one is the program's name. */
WASI_API_EXTERN bool wasi_config_add_arg(wasi_config_t *config,
                                         const char *arg);

/* Sets one environment variable; a variable of that name is replaced. False
 * also when `name` is empty or has a '=' in it. */
WASI_API_EXTERN bool wasi_config_set_env(wasi_config_t *config,
                                         const char *name, const char *value);
/* Sets all environment variables of this process. */
WASI_API_EXTERN bool wasi_config_inherit_env(wasi_config_t *config);

/* What a program may do in a directory. */
typedef enum {
    WASI_DIR_READ_WRITE = 0,
    WASI_DIR_READ_ONLY = 1, /* nothing below it can be changed */
} wasi_dir_access_t;

/* Gives the program the host directory `host_path` under the name
 * `guest_path`, and no way out of it. It is opened when a program is set up:
 * a directory that is not there is reported then. */
WASI_API_EXTERN bool wasi_config_add_dir(wasi_config_t *config,
                                         const char *host_path,
                                         const char *guest_path,
                                         wasi_dir_access_t access);

/* ---------------------------------------------------- directories in memory */

/* Files that are not on the host: a directory with what is below it. Programs
 * and the embedder may use it at the same time, from any thread. Paths are
 * those of a guest in it: relative, UTF-8, with '/' between names. */
typedef struct wasi_memdir_t wasi_memdir_t;

/* An empty directory. What is in it takes up to `limit` bytes of memory, names
 * and attributes included; a program that wants more gets the error "no
 * space". NULL when memory has run out. */
WASI_API_EXTERN own wasi_memdir_t *wasi_memdir_new(size_t limit);
/* Configurations and programs that use it keep it alive. NULL is allowed. */
WASI_API_EXTERN void wasi_memdir_delete(own wasi_memdir_t *dir);

/* Makes a directory, and those it is in, unless they are there. */
WASI_API_EXTERN bool wasi_memdir_add_dir(wasi_memdir_t *dir, const char *path);
/* Makes a file of these bytes (a copy), and the directories it is in; a file
 * that is there is replaced. False also when there is no room. */
WASI_API_EXTERN bool wasi_memdir_write(wasi_memdir_t *dir, const char *path,
                                       const void *data, size_t size);
/* Copies up to *size bytes of a file from `offset` on to `data`; *size becomes
 * how many these were, 0 at the end. False when there is no such file. */
WASI_API_EXTERN bool wasi_memdir_read(wasi_memdir_t *dir, const char *path,
                                      uint64_t offset, void *data,
                                      size_t *size);
/* The size of a file, 0 for a directory. False when there is neither. */
WASI_API_EXTERN bool wasi_memdir_size(wasi_memdir_t *dir, const char *path,
                                      uint64_t *size);
/* Calls `each` with the name of everything in the directory `path` ("." for
 * all), until it returns false. False when there is no such directory. */
WASI_API_EXTERN bool wasi_memdir_list(wasi_memdir_t *dir, const char *path,
                                      bool (*each)(void *env,
                                                   const char *name),
                                      void *env);
/* Removes a file, a link, or an empty directory. */
WASI_API_EXTERN bool wasi_memdir_remove(wasi_memdir_t *dir, const char *path);

/* Gives the program this directory under the name `guest_path`. It is shared,
 * not copied: what one program writes the next one sees. */
WASI_API_EXTERN bool wasi_config_add_memdir(wasi_config_t *config,
                                            wasi_memdir_t *dir,
                                            const char *guest_path,
                                            wasi_dir_access_t access);

/* ----------------------------------------------------------------- sockets */

/* Gives the program a socket that listens for TCP connections at `address`:
 * "127.0.0.1:8080", "[::1]:8080", "localhost:0". The host is an address in
 * numbers or "localhost"; port 0 is any free port, and *port (may be NULL) says
 * which. It listens from now on until the configuration and all programs set
 * up with it are gone; those share the connections that come. False with errno
 * set (EINVAL: no such address) when that cannot be had.
 *
 * Directories have the descriptors from 3 on, in the order they were added,
 * sockets those behind them. */
WASI_API_EXTERN bool wasi_config_add_tcp_listener(wasi_config_t *config,
                                                  const char *address,
                                                  uint16_t *port);
/* Any socket of this process, listening or connected. It stays the caller's,
 * who keeps it open until programs are set up: each has a duplicate. False
 * also when `fd` is no socket. */
WASI_API_EXTERN bool wasi_config_add_socket(wasi_config_t *config, int fd);

/* ------------------------------------------------------------------ limits
 * What a program may make this process hold besides its own memory. What it is
 * given from the start does not count, nor do directories and buffers in
 * memory: those have limits of their own. */

/* Memory for descriptors (about 1 KiB each), directories that are being listed
 * (about 33 KiB each) and calls in progress, estimated on the high side. A
 * program that wants more gets the error "out of memory". 64 MiB, if not
 * set. */
WASI_API_EXTERN void wasi_config_limit_memory(wasi_config_t *config,
                                              size_t bytes);
/* Descriptors open at a time, those it is given included: then the error is
 * "too many files open". 65,536, if not set, and no more. */
WASI_API_EXTERN void wasi_config_limit_descriptors(wasi_config_t *config,
                                                   uint32_t count);
/* Threads at a time besides the first one, for programs that are allowed any
 * (wasmc.h); each has a store with its stack and tables. 4,096, if not set,
 * and no more. */
WASI_API_EXTERN void wasi_config_limit_threads(wasi_config_t *config,
                                               uint32_t count);

/* With `on`, a program can write nothing but text to a terminal, be it a
 * standard stream or in a directory: escape sequences and other control
 * characters (but backspace, tab, line feed and carriage return) are shown,
 * not obeyed, ESC as ^[, and what is not UTF-8 as U+FFFD. Off, if not set:
 * colours and cursor movements work, and whatever else the terminal can be
 * asked to do. What is no terminal is never filtered. */
WASI_API_EXTERN void wasi_config_filter_escapes(wasi_config_t *config,
                                                bool on);

/* -------------------------------------------------------- standard streams */

typedef enum {
    WASI_STDIN = 0,
    WASI_STDOUT = 1,
    WASI_STDERR = 2,
} wasi_stdio_t;

/* Nothing to read; what is written is discarded. */
WASI_API_EXTERN void wasi_config_stdio_null(wasi_config_t *config,
                                            wasi_stdio_t which);
/* The stream of this process. It stays open when the program closes it. */
WASI_API_EXTERN void wasi_config_stdio_inherit(wasi_config_t *config,
                                               wasi_stdio_t which);
/* Any file descriptor of this process: file, pipe, terminal, socket. It is
 * duplicated when a program is set up, and stays the caller's. */
WASI_API_EXTERN bool wasi_config_stdio_fd(wasi_config_t *config,
                                          wasi_stdio_t which, int fd);

/* Standard input reads these bytes (a copy), then is at its end. Each program
 * set up with the configuration reads them from the start. */
WASI_API_EXTERN bool wasi_config_stdin_bytes(wasi_config_t *config,
                                             const void *data, size_t size);

/* Memory that a standard stream is written to. One buffer may take stdout and
 * stderr of many programs. */
typedef struct wasi_buffer_t wasi_buffer_t;

/* A program that writes more than `limit` bytes gets the error "no space". */
WASI_API_EXTERN own wasi_buffer_t *wasi_buffer_new(size_t limit);
/* The streams that write to it keep it alive. NULL is allowed. */
WASI_API_EXTERN void wasi_buffer_delete(own wasi_buffer_t *buffer);
/* The bytes written so far; valid until a program writes more. */
WASI_API_EXTERN const void *wasi_buffer_data(const wasi_buffer_t *buffer,
                                             size_t *size);
WASI_API_EXTERN void wasi_buffer_clear(wasi_buffer_t *buffer);

/* Sends a standard output stream to a buffer. False for WASI_STDIN. */
WASI_API_EXTERN bool wasi_config_stdio_buffer(wasi_config_t *config,
                                              wasi_stdio_t which,
                                              wasi_buffer_t *buffer);

/* The callbacks of a program that has threads (wasmc.h) may be called on
 * several at once.
 *
 * Called when the program reads: puts up to `size` bytes at `data` and returns
 * their number; 0 is the end of the stream, -1 an input error. It may run
 * guest code. */
typedef ptrdiff_t (*wasi_read_callback_t)(void *env, void *data, size_t size);
/* Called when the program writes: takes up to `size` bytes and returns their
 * number, at least 1; -1 is an output error. It may run guest code. */
typedef ptrdiff_t (*wasi_write_callback_t)(void *env, const void *data,
                                           size_t size);

/* `finalizer` (may be NULL) is called with `env` once neither the
 * configuration nor a program needs it any more; at once on failure. */
WASI_API_EXTERN bool wasi_config_stdin_callback(wasi_config_t *config,
                                                wasi_read_callback_t read,
                                                void *env,
                                                void (*finalizer)(void *));
WASI_API_EXTERN bool wasi_config_stdio_callback(wasi_config_t *config,
                                                wasi_stdio_t which,
                                                wasi_write_callback_t write,
                                                void *env,
                                                void (*finalizer)(void *));

#ifdef __cplusplus
}
#endif

#ifdef WASI_H_OWN
#undef own
#undef WASI_H_OWN
#endif

#endif
