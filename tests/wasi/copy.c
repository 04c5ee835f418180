/* Copies its input to its output, through buffers of a size that is asked for;
 * "yes" writes for as long as somebody listens. */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

int main(int argc, char **argv)
{
    static char buffer[1 << 20];
    if (argc == 2 && strcmp(argv[1], "yes") == 0) {
        while (write(1, "yes\n", 4) == 4)
            ;
        return errno == EPIPE ? 0 : 1;
    }
    size_t size = argc == 2 ? (size_t)atoi(argv[1]) : sizeof buffer;
    ssize_t n;
    while ((n = read(0, buffer, size)) > 0)
        for (ssize_t done = 0, w; done < n; done += w)
            if ((w = write(1, buffer + done, (size_t)(n - done))) <= 0)
                return 2;
    return n != 0;
}
