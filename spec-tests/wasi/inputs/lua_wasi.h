/* Included first in all of Lua: what its platform layer takes for granted and
 * wasi-libc has not. */
#include <stdio.h>
#include <stdlib.h>

#define L_tmpnam 20
#define system(command) ((command) != NULL ? -1 : 0)
#define tmpnam(name) ((char *)NULL)
#define tmpfile() ((FILE *)NULL)
