;; What is no module, in either format, and why.

(assert_malformed (module binary "") "unexpected end")
(assert_malformed (module binary "asm\00") "magic header not detected")
(assert_malformed (module binary "\00asm\02\00\00\00") "unknown binary version")
;; Sections: length past the end, out of order, twice, unknown.
(assert_malformed
  (module binary "\00asm\01\00\00\00" "\01\f0\ff\ff\ff\0f")
  "length out of bounds")
(assert_malformed
  (module binary "\00asm\01\00\00\00" "\03\01\00" "\01\01\00")
  "unexpected content after last section")
(assert_malformed
  (module binary "\00asm\01\00\00\00" "\01\01\00" "\01\01\00")
  "unexpected content after last section")
(assert_malformed
  (module binary "\00asm\01\00\00\00" "\20\01\00")
  "malformed section id")
;; LEB128 numbers: too long, unused bits set.
(assert_malformed
  (module binary "\00asm\01\00\00\00" "\01\81\80\80\80\80\00\00")
  "integer representation too long")
(assert_malformed
  (module binary "\00asm\01\00\00\00" "\01\81\80\80\80\70\00")
  "integer too large")
;; Functions without bodies.
(assert_malformed
  (module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00")
  "function and code section have inconsistent lengths")
;; Locals that add up to more than there can be.
(assert_malformed
  (module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
    "\0a\0e\01\0c\03" "\ff\ff\ff\ff\0f\7f" "\02\7e" "\01\7d" "\0b")
  "too many locals")
;; An export name that is not UTF-8.
(assert_malformed
  (module binary "\00asm\01\00\00\00" "\05\03\01\00\00" "\07\06\01\02\c0\80\02\00")
  "malformed UTF-8 encoding")
;; A bad name section is no reason to refuse a module.
(module binary "\00asm\01\00\00\00" "\00\08\04name\01\ff\ff")

(assert_malformed (module quote "(func (i32.bogus))") "unknown operator")
(assert_malformed (module quote "(func (local.get $x))") "unknown local")
(assert_malformed (module quote "(func br $l)") "unknown label")
(assert_malformed (module quote "(func block $a end $b)") "mismatching label")
(assert_malformed (module quote "(func (i32.const 0x1_0000_0000) drop)")
  "constant out of range")
(assert_malformed (module quote "(func (f32.const 1e39) drop)")
  "constant out of range")
(assert_malformed (module quote "(func $f) (func $f)") "duplicate func")
(assert_malformed (module quote "(memory 1) (import \"a\" \"b\" (func))")
  "import after memory")

(assert_invalid (module (func (result i32))) "type mismatch")
(assert_invalid (module (func (drop))) "type mismatch")
(assert_invalid (module (func (i32.add (i32.const 1) (i64.const 1)) drop))
  "type mismatch")
(assert_invalid (module (func (local.get 0) drop)) "unknown local")
(assert_invalid (module (func (br 1))) "unknown label")
(assert_invalid (module (func (call 1))) "unknown function")
(assert_invalid (module (func (i32.load (i32.const 0)) drop)) "unknown memory")
(assert_invalid
  (module (memory 1) (func (i32.load align=8 (i32.const 0)) drop))
  "alignment must not be larger than natural")
(assert_invalid
  (module (global i32 (i32.const 0)) (func (global.set 0 (i32.const 1))))
  "immutable global")
(assert_invalid (module (func $f) (func (ref.func $f) drop))
  "undeclared function reference")
(assert_invalid
  (module (func) (export "a" (func 0)) (export "a" (func 0)))
  "duplicate export name")
(assert_invalid (module (memory 65537)) "memory size")
(assert_invalid (module (memory 2 1))
  "size minimum must not be greater than maximum")
(assert_invalid (module (func (param i32)) (start 0)) "start function")
(assert_invalid
  (module (func (block (br_table 0 1 (i32.const 1) (i32.const 0))) drop))
  "type mismatch")
(assert_invalid
  (module (func (result i32) (i32.const 1) (block (param i32) (i32.eqz)) ))
  "type mismatch")
