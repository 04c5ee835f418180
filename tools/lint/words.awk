# Nothing is left undone; no line ends in blanks or has a tab.
/TODO|FIXME|HACK|(^|[^X])XXX([^X]|$)/ {
    printf "%s:%d: say it in an issue, not in the source\n", FILENAME, FNR
    bad++
}
/[ \t]+$/ {
    printf "%s:%d: blanks at the end\n", FILENAME, FNR
    bad++
}
/\t/ {
    printf "%s:%d: a tab\n", FILENAME, FNR
    bad++
}
END { exit bad > 0 }
