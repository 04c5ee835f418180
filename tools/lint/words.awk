# Nothing is left undone, and no line ends in blanks.
/TODO|FIXME|HACK|(^|[^X])XXX([^X]|$)/ {
    printf "%s:%d: say it in an issue, not in the source\n", FILENAME, FNR
    bad++
}
/[ \t]+$/ {
    printf "%s:%d: blanks at the end\n", FILENAME, FNR
    bad++
}
END { exit bad > 0 }
