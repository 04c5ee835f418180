# Includes go downward only. A folder may include what its row names; headers
# without a folder, and folders without a row, are not looked at.
BEGIN {
    may["base"] = "base"
    may["syntax"] = "base syntax"
    may["numeric"] = "base syntax numeric"
    may["binary"] = "base syntax binary"
    may["valid"] = "base syntax numeric binary valid"
    may["text"] = "base syntax numeric binary text"
    may["runtime"] = "base syntax numeric binary valid runtime"
    may["host"] = may["runtime"] " host"
    may["wasi"] = may["runtime"] " host wasi"
    may["interp"] = may["runtime"] " interp"
    may["jit"] = may["runtime"] " jit"
    may["api"] = may["runtime"] " text host wasi interp jit api"
}
FNR == 1 {
    layer = FILENAME
    sub(/^.*\/lib\//, "", layer)
    sub(/^.*\/interp\//, "interp/", layer)
    sub(/^.*\/jit\//, "jit/", layer)
    sub(/\/.*/, "", layer)
}
/^[ \t]*#[ \t]*include "[a-z0-9_]+\// {
    split($0, part, "\"")
    folder = part[2]
    sub(/\/.*/, "", folder)
    if (!(layer in may) || !(folder in may))
        next
    if (index(" " may[layer] " ", " " folder " ") == 0) {
        printf "%s:%d: %s must not include %s\n", FILENAME, FNR, layer, part[2]
        bad++
    }
}
END { exit bad > 0 }
