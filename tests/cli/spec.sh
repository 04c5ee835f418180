#!/bin/sh
# wasmc-spec: what it counts, reports, skips; scripts that do not end.
. "$srcdir/tests/cli/lib.sh"
spec=${WASMC_SPEC:-$(program wasmc-spec)}

cat >"$tmp/good.wast" <<'END'
(module (func (export "one") (result i32) (i32.const 1))
  (func (export "nan") (result f32) (f32.const nan)))
(assert_return (invoke "one") (i32.const 1))
(assert_return (invoke "nan") (f32.const nan:canonical))
(assert_invalid (module (func (result i32))) "type mismatch")
END
cat >"$tmp/bad.wast" <<'END'
(module (func (export "one") (result i32) (i32.const 1)))
(assert_return (invoke "one") (i32.const 2))
(assert_trap (invoke "one") "unreachable")
(assert_return (invoke "two") (i32.const 2))
(assert_invalid (module (func (result i32))) "unknown label")
(assert_malformed (module quote "(func)") "unknown operator")
(assert_return (invoke "one") (i32.const 1))
END
cat >"$tmp/hang.wast" <<'END'
(module (func (export "one") (result i32) (i32.const 1))
  (func (export "loop") (loop (br 0))))
(assert_return (invoke "one") (i32.const 1))
(assert_return (invoke "loop"))
(assert_return (invoke "one") (i32.const 1))
END
echo '(assert_return' >"$tmp/broken.wast"

check "a file that passes" 0 "3 passed, 0 failed, 0 skipped" "" \
    "$spec" -q "$tmp/good.wast"
check "in this process" 0 "3 passed, 0 failed, 0 skipped" "" \
    "$spec" -q --jobs=0 "$tmp/good.wast"
check "a file that fails" 1 "$tmp/bad.wast:2: assert_return (invoke \"one\")
    expected  i32.const 2 (0x00000002)
    got       i32.const 1 (0x00000001)
$tmp/bad.wast:3: assert_trap (invoke \"one\")
    expected  trap: unreachable
    got       i32.const 1 (0x00000001)
$tmp/bad.wast:4: assert_return (invoke \"two\")
    expected  i32.const 2 (0x00000002)
    got       no such export: \"two\"
$tmp/bad.wast:5: assert_invalid
    expected  invalid: unknown label
    got       invalid: type mismatch$("$wasmc" validate - 2>&1 <<'END' |
(module (func (result i32)))
END
        sed 's/.*type mismatch//')
$tmp/bad.wast:6: assert_malformed
    expected  malformed: unknown operator
    got       a valid module
$(printf %-44s "$tmp/bad.wast") 1 passed, 5 failed, 0 skipped
1 passed, 5 failed, 0 skipped" "" "$spec" -q "$tmp/bad.wast"
# How much CPU it got is not known before.
timed() {
    "$spec" "$@" >"$tmp/timed"
    code=$?
    sed 's/[0-9.]* of them on/some of them on/' "$tmp/timed"
    return $code
}
check "a script that hangs" 1 "$tmp/hang.wast:4: no answer after 1 seconds, some of them on a CPU
$(printf %-44s "$tmp/hang.wast") 1 passed, 2 failed, 0 skipped
1 passed, 2 failed, 0 skipped" "" timed -q --timeout=1 "$tmp/hang.wast"
check "no script at all" 1 "$tmp/broken.wast:2:1: syntax error: unexpected token: end of text
$(printf %-44s "$tmp/broken.wast") 0 passed, 1 failed, 0 skipped
0 passed, 1 failed, 0 skipped" "" "$spec" -q "$tmp/broken.wast"
check "TAP" 1 "TAP version 13
1..2
ok 1 - $tmp/good.wast # 3 passed, 0 failed, 0 skipped
not ok 2 - $tmp/hang.wast # 1 passed, 2 failed, 0 skipped
# $tmp/hang.wast:4: no answer after 1 seconds, some of them on a CPU
# 4 passed, 2 failed, 0 skipped" "" \
    timed --tap --timeout=1 "$tmp/good.wast" "$tmp/hang.wast"

"$spec" -q --json="$tmp/counts.json" "$tmp/good.wast" >/dev/null
check "JSON" 0 '{
  "passed": 3, "failed": 0, "skipped": 0,
  "left_out": [],
  "files": [
    {"file": "'"$tmp/good.wast"'", "passed": 3, "failed": 0, "skipped": 0}
  ]
}' "" cat "$tmp/counts.json"

# Folders are run with the features they are for, or not at all.
mkdir -p "$tmp/tree/threads" "$tmp/tree/stack-switching"
cp "$tmp/good.wast" "$tmp/tree"
cp "$tmp/broken.wast" "$tmp/tree/stack-switching"
echo '(module (memory 1 1 shared))
(assert_invalid (module (func (drop))) "type mismatch")' \
    >"$tmp/tree/threads/shared.wast"
check "folders" 0 "stack-switching left out: beyond what this version has
4 passed, 0 failed, 0 skipped" "" "$spec" -q "$tmp/tree"
check "a folder by name" 1 "broken.wast:2:1: syntax error: unexpected token: end of text
$(printf %-44s broken.wast) 0 passed, 1 failed, 0 skipped
0 passed, 1 failed, 0 skipped" "" "$spec" -q "$tmp/tree/stack-switching"

cat >"$tmp/skip.list" <<END
# known
$tmp/bad.wast:2 a reason
$tmp/hang.wast never ends
END
check "a skip list" 1 "1 passed, 4 failed, 4 skipped" "" \
    sh -c "'$spec' -q --skip-list='$tmp/skip.list' '$tmp/bad.wast' \
        '$tmp/hang.wast' | tail -n 1 | grep . && exit 1"
echo "$tmp/bad.wast:2" >"$tmp/skip.list"
check "a skip without a reason" 2 "" "a reason is required" \
    "$spec" --skip-list="$tmp/skip.list" "$tmp/bad.wast"

echo "some 3 0" >"$tmp/totals"
check "expected totals" 0 "3 passed, 0 failed, 0 skipped" "" \
    "$spec" -q --expect="$tmp/totals" --label=some "$tmp/good.wast"
echo "some 4 0" >"$tmp/totals"
check "lost tests" 1 "3 passed, 0 failed, 0 skipped" \
    "4 passed and 0 skipped are expected" \
    "$spec" -q --expect="$tmp/totals" --label=some "$tmp/good.wast"
for totals in 2 =3; do
    echo "some $totals 0" >"$tmp/totals"
    check "totals of $totals" 0 "3 passed, 0 failed, 0 skipped" "" \
        "$spec" -q --expect="$tmp/totals" --label=some "$tmp/good.wast"
done
echo "some =2 0" >"$tmp/totals"
check "tests that were not counted" 1 "3 passed, 0 failed, 0 skipped" \
    "2 passed and 0 skipped are expected" \
    "$spec" -q --expect="$tmp/totals" --label=some "$tmp/good.wast"
check "unknown totals" 1 "3 passed, 0 failed, 0 skipped" "no totals of 'other'" \
    "$spec" -q --expect="$tmp/totals" --label=other "$tmp/good.wast"

cat >"$tmp/meta.wast" <<'END'
(script $s (assert_invalid (module (func (drop))) "type mismatch"))
(input "good.wast")
(module $m (func))
(output $m "m.wasm")
END
check "scripts in scripts" 0 "4 passed, 0 failed, 0 skipped" "" \
    "$spec" -q "$tmp/meta.wast"
check "output" 0 "" "" "$wasmc" validate "$tmp/m.wasm"
check "a suite that is not there" 1 "" "$tmp/none" "$spec" --suite "$tmp/none"
check "an unknown engine" 2 "" "unknown engine 'steam'" "$spec" --engine=steam
check "where the suite is" 0 "$tmp" "" "$spec" --suite "$tmp" --print-suite
finish
