/* How much of the host one guest can take, in one place. What goes beyond is
 * an error number for the guest, never an allocation. */
#ifndef WASI_LIMITS_H
#define WASI_LIMITS_H

#define WASI_FDS_MAX 65536u            /* open descriptors: NFILE */
#define WASI_MEMORY_BYTES (64u << 20)  /* of a program's quota: NOMEM */
#define WASI_IOVS_MAX 1024u            /* vectors of one call; more: INVAL */
#define WASI_PATH_BYTES_MAX 4095u      /* NAMETOOLONG */
#define WASI_NAME_BYTES_MAX 255u       /* one component: NAMETOOLONG */
#define WASI_LINKS_MAX 40u             /* links in one path: LOOP */
#define WASI_PATH_DEPTH_MAX 512u       /* directories the fallback holds open */
#define WASI_SUBSCRIPTIONS_MAX 4096u   /* of one poll: INVAL */
#define WASI_BOUNCE_BYTES_MAX 65536u   /* copied around an embedder callback */
#define WASI_STRINGS_BYTES_MAX 0x7fffffffu /* arguments, environment */

#define WASI_THREADS_MAX 4096u         /* of one program: AGAIN */

/* What is taken from the quota, the C library's and the kernel's part in it
 * estimated: an open descriptor with its node, and a directory that is being
 * listed. */
#define WASI_FD_BYTES 1024u
#define WASI_LISTING_BYTES (33u << 10)

/* How long a wait goes on before it looks whether the store was interrupted
 * or the wall clock was set. */
#define WASI_WAIT_SLICE_NS UINT64_C(50000000)

#endif
