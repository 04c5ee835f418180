# Is every error message asserted? First come tests; behind "sources=1" come the
# files whose messages these are: string literals of two words or more, and
# "unknown" with each word that calls of a function with that end give it. Each
# must stand whole in a literal of some test, with anything where a conversion
# is. Literals are joined as in C, also around PRIu64 and the like.
function place() {
    return FILENAME ":" FNR
}
function want(text) {
    if (!(text in wanted))
        wanted[text] = at
}
function flush() {
    gsub(/\\./, "~", joined) # escapes, which need more of them in patterns
    if (joined != "" && !sources)
        all = all joined "\n"
    else if (joined ~ /[a-z][a-z] [a-z%]/)
        want(joined)
    if (sources && joined ~ /^[a-z ]+$/ && call ~ /unknown$/)
        want("unknown " joined)
    joined = ""
}
# Where C stands, a regular expression for what may come of a literal.
function pattern(text) {
    gsub(/[][(){}.*+?^$|]/, "[&]", text)
    gsub(/\[\^\]/, "\\^", text)
    gsub(/%[-0-9]*([[]\.\][0-9]*([[]\*\])?)?(ll|l|z)?[a-zA-Z]/, "[^\n]*", text)
    return text
}
/_Static_assert/ { next }
{
    for (line = $0; line != ""; line = substr(line, RLENGTH + 1)) {
        if (comment) {
            comment = !match(line, /\*\//)
            if (comment)
                next
            RLENGTH += RSTART - 1
        } else if (match(line, /^[ \t]+/)) {
            continue
        } else if (match(line, /^"([^"\\]|\\.)*"/)) {
            if (joined == "")
                at = place()
            joined = joined substr(line, 2, RLENGTH - 2)
        } else if (match(line, /^PRI[a-zX0-9]+/)) {
            joined = joined "u"
        } else if (match(line, /^\/\*/)) {
            comment = 1
        } else if (match(line, /^(\/\/|;;)/)) {
            next
        } else {
            flush()
            if (match(line, /^[A-Za-z_0-9]+/))
                name = substr(line, 1, RLENGTH)
            else if (match(line, /^\(/))
                call = name
            else
                match(line, /^('([^'\\]|\\.)*'|.)/)
        }
    }
}
END {
    flush()
    for (text in wanted)
        if (!index(all, text) && all !~ pattern(text)) {
            printf "%s: no test of \"%s\"\n", wanted[text], text
            bad++
        }
    exit bad > 0
}
