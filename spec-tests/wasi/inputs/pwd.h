/* Nobody has a home in WASI. */
#ifndef WASI_PWD_H
#define WASI_PWD_H

struct passwd {
    char *pw_dir;
};

#define getpwuid(user) ((struct passwd *)NULL)

#endif
