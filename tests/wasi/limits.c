/* Opens its directory until that is refused; lists each with "list". Says how
 * often it worked and which error there was. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    bool list = argc > 1 && strcmp(argv[1], "list") == 0;
    int n = 0;
    for (;; n++) {
        int fd = open(".", O_RDONLY | O_DIRECTORY);
        if (fd == -1)
            break;
        DIR *dir = list ? fdopendir(fd) : NULL;
        if (list && (dir == NULL || readdir(dir) == NULL))
            break;
    }
    printf("%d %s\n", n,
           errno == ENFILE   ? "ENFILE"
           : errno == ENOMEM ? "ENOMEM"
                             : strerror(errno));
}
