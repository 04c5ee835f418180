;; Groups of imports: what the proposal's own tests leave out.

(module
  (func (export "f") (param i32) (result i32) (local.get 0))
  (func (export "g") (param i32) (result i32) (i32.const 2))
  (global (export "x") (mut i32) (i32.const 10))
  (global (export "y") (mut i32) (i32.const 20))
  (memory (export "m") 1)
  (table (export "t") 3 funcref)
  (tag (export "e") (param i32))
)
(register "m")

;; Indices of all kinds go on behind a group, and singles stand between.
(module
  (import "m" (item "f" (func $f (param $x i32) (result i32)))
              (item "m" (memory $m 1)) (item "x" (global (mut i32))))
  (import "m" "g" (func $g (param i32) (result i32)))
  (import "m" (item "f") (item "g") (func (param i32) (result i32)))
  (import "m" (item "y") (item "x") (item "y") (global (mut i32)))
  (import "m" (item "t") (table 1 funcref))
  (import "m" (item "t" (table $t 1 funcref)))
  (import "m" (item "e") (tag (param i32)))
  (global $own i32 (i32.const 7))
  (func $h (result i32) (i32.const 3))
  (func (export "own") (result i32) (i32.add (global.get 4) (global.get $own)))
  (func (export "h") (result i32) (call 4))
  (func (export "globals") (result i32 i32 i32 i32)
    (global.get 0) (global.get 1) (global.get 2) (global.get 3))
  (func (export "funcs") (result i32 i32 i32 i32)
    (call $f (i32.const 1)) (call $g (i32.const 1))
    (call 2 (i32.const 1)) (call 3 (i32.const 1)))
  (func (export "size") (result i32) (table.size $t))
)
(assert_return (invoke "own") (i32.const 14))
(assert_return (invoke "h") (i32.const 3))
(assert_return (invoke "globals")
  (i32.const 10) (i32.const 20) (i32.const 10) (i32.const 20))
(assert_return (invoke "funcs")
  (i32.const 1) (i32.const 2) (i32.const 1) (i32.const 2))
(assert_return (invoke "size") (i32.const 3))

(assert_unlinkable
  (module (import "m" (item "x") (item "y") (global i32)))
  "incompatible import type")
(assert_unlinkable
  (module (import "m" (item "x" (global (mut i32))) (item "z" (global i32))))
  "unknown import")
(assert_invalid
  (module binary "\00asm" "\01\00\00\00"
    "\02\08\01\00\00\7e\00\05\01\00")
  "unknown type")

;; Both forms cannot be mixed, and a group is not empty.
(assert_malformed
  (module quote "(import \"m\")")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (func))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"x\"))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"x\" (func)) (func))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"x\" (func)) (item \"y\") (func))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"x\") (item \"y\" (func)) (func))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"x\") (func) (func))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"x\" $x) (func))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item) (func))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"x\" (func $f)) (item \"x\" (func $f)))")
  "duplicate func")
(assert_malformed
  (module quote "(func) (import \"m\" (item \"x\" (func)))")
  "import after function")

;; Without the feature bit of a group, and with a wrong one.
(assert_malformed
  (module binary "\00asm" "\01\00\00\00" "\02\05\01\00\00\7d\00")
  "malformed import kind")
