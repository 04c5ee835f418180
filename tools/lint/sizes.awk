# Files of at most 800 lines (tests may be longer), functions of at most 70. A
# function that is mostly labels of a switch is a table and may be longer, and so
# may one with the word "dispatch" in the comment above it. Lines of at most 80
# columns.
function report(line, what)
{
    printf "%s:%d: %s\n", file, line, what
    bad++
}
function end_file()
{
    if (lines > 800 && file !~ /\.def$|\/tests\//)
        report(lines, "a file of more than 800 lines")
}
FNR == 1 {
    if (file != "")
        end_file()
    file = FILENAME
    start = 0
    dispatch = -9
}
{ lines = FNR }
length($0) > 80 && file !~ /\.def$/ { report(FNR, "more than 80 columns") }
/dispatch/ { dispatch = FNR }
/^\{/ { start = FNR; labels = FNR - dispatch < 8 ? FNR : 0 }
start && /^[ \t]*(case |default:|OP\(|\[|#|\{|"|[A-Z_]+\()/ { labels++ }
/^\}/ {
    if (start && FNR - start - 1 > 70 && labels * 3 < FNR - start)
        report(start, "a function of " FNR - start - 1 " lines")
    start = 0
}
END { end_file(); exit bad > 0 }
