/* Arguments, environment, exit codes. */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "exit") == 0)
        exit(atoi(argv[2]));
    if (argc == 2 && strcmp(argv[1], "abort") == 0)
        abort();
    if (argc == 2 && strcmp(argv[1], "escape") == 0)
        return puts("\33[31mred\33[0m") < 0;
    CHECK(argc == 4);
    CHECK(strcmp(argv[1], "one") == 0);
    CHECK(strcmp(argv[2], "") == 0);
    CHECK(strcmp(argv[3], "two words \xc3\xa9") == 0);
    CHECK(argv[4] == NULL);
    CHECK(strcmp(getenv("NAME"), "a value=with more") == 0);
    CHECK(getenv("HOME") == NULL);
    unsigned char random[256] = {0};
    CHECK(getentropy(random, sizeof random) == 0);
    int zeros = 0;
    for (int i = 0; i < 256; i++)
        zeros += random[i] == 0;
    CHECK(zeros < 20);
    return failures;
}
