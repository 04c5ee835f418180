;; Functions that declare very many locals and name few of them: those are 0 at
;; entry whatever lay on the stack, and keep what they are given. The module is
;; binary, where a declaration has a count; in text, with `i32*5000` for that:
;;
;; (module
;;   (type $box (struct (field i32)))
;;   (func $garbage (drop (struct.new $box (i32.const -1))))
;;   ;; Leaves something else than 0 in many slots of the stack.
;;   (func $dirty (export "dirty") (param i32 i64 i64 i64 i64 v128 v128 v128)
;;     (if (i32.eqz (local.get 0)) (then (return)))
;;     (call $dirty (i32.sub (local.get 0) (i32.const 1)) (i64.const -1)
;;       (i64.const -1) (i64.const -1) (i64.const -1)
;;       (v128.const i64x2 -1 -1) (v128.const i64x2 -1 -1)
;;       (v128.const i64x2 -1 -1))
;;     (local.set 1 (i64.add (local.get 1) (i64.add (local.get 2)
;;       (i64.add (local.get 3) (local.get 4)))))
;;     (drop (v128.and (local.get 5)
;;       (v128.and (local.get 6) (local.get 7)))))
;;   (func $many (export "many") (param i32) (result i32)
;;     (local i32*5000 v128*3000 f32*4000 f64*3000 i64*5000 anyref*2000
;;       i32*3000 funcref*1)
;;     ;; All that the code names are 0 at entry
;;     (i32.or (local.get 1) (i32.or (local.get 2501) (i32.or (local.get 5000)
;;       (local.get 25000))))
;;     (i32.or (v128.any_true (local.get 7999)) (v128.any_true
;;       (local.get 8000)))
;;     (i32.or (i32.reinterpret_f32 (local.get 8001)) (i32.reinterpret_f32
;;       (local.get 12000)))
;;     (i64.or (i64.reinterpret_f64 (local.get 12002)) (i64.reinterpret_f64
;;       (local.get 15000)))
;;     (i64.or (i64.or (local.get 15001) (local.get 20000)))
;;     (i64.ne (i64.const 0))
;;     (i32.eqz (ref.is_null (local.get 20001)))
;;     (i32.eqz (ref.is_null (local.get 22000)))
;;     (i32.eqz (ref.is_null (local.get 25001)))
;;     i32.or i32.or i32.or i32.or i32.or i32.or
;;     (if (then (return (i32.const -1))))
;;     ;; ... and keep what they are given while others come and go below.
;;     (local.set 1 (local.get 0))
;;     (local.set 2501 (i32.mul (local.get 0) (i32.const 3)))
;;     (local.set 5000 (i32.mul (local.get 0) (i32.const 5)))
;;     (local.set 25000 (i32.mul (local.get 0) (i32.const 7)))
;;     (local.set 7999 (i32x4.splat (local.get 0)))
;;     (local.set 8000 (i32x4.splat (i32.mul (local.get 0) (i32.const 9))))
;;     (local.set 8001 (f32.convert_i32_s (local.get 0)))
;;     (local.set 12000 (f32.neg (local.get 8001)))
;;     (local.set 12002 (f64.convert_i32_s (local.get 0)))
;;     (local.set 15000 (f64.neg (local.get 12002)))
;;     (local.set 15001 (i64.extend_i32_s (local.get 0)))
;;     (local.set 20000 (i64.shl (local.get 15001) (i64.const 32)))
;;     (local.set 20001 (struct.new $box (local.get 0)))
;;     (local.set 22000 (struct.new $box (i32.mul (local.get 0)
;;       (i32.const 11))))
;;     (local.set 25001 (ref.func $garbage))
;;     (call $garbage)
;;     (if (local.get 0)
;;       (then
;;         (if (i32.ne (call $many (i32.sub (local.get 0) (i32.const 1)))
;;           (i32.const 0))
;;           (then (return (i32.const -2))))))
;;     (call $garbage)
;;     ;; 0 if nothing has changed
;;     (i32.xor (local.get 1) (local.get 0))
;;     (i32.sub (local.get 2501) (i32.mul (local.get 0) (i32.const 3)))
;;     (i32.sub (local.get 5000) (i32.mul (local.get 0) (i32.const 5)))
;;     (i32.sub (local.get 25000) (i32.mul (local.get 0) (i32.const 7)))
;;     (i32.xor (local.get 0) (i32x4.extract_lane 3 (local.get 7999)))
;;     (i32.sub (i32.mul (local.get 0) (i32.const 9)) (i32x4.extract_lane 2
;;       (local.get 8000)))
;;     (f32.ne (local.get 8001) (f32.convert_i32_s (local.get 0)))
;;     (f32.ne (f32.neg (local.get 8001)) (local.get 12000))
;;     (f64.ne (local.get 12002) (f64.convert_i32_s (local.get 0)))
;;     (f64.ne (f64.neg (local.get 12002)) (local.get 15000))
;;     (i64.ne (local.get 15001) (i64.extend_i32_s (local.get 0)))
;;     (i64.ne (local.get 20000) (i64.shl (local.get 15001) (i64.const 32)))
;;     (i32.xor (local.get 0) (struct.get $box 0 (ref.cast (ref $box)
;;       (local.get 20001))))
;;     (i32.sub (i32.mul (local.get 0) (i32.const 11))
;;       (struct.get $box 0 (ref.cast (ref $box) (local.get 22000))))
;;     (ref.is_null (local.get 25001))
;;     i32.or i32.or i32.or i32.or i32.or i32.or i32.or
;;     i32.or i32.or i32.or i32.or i32.or i32.or i32.or)
;;   ;; The few that are used in a loop live in registers there.
;;   (func (export "loop") (param i32) (result i64)
;;     (local i32*5000 v128*3000 f32*4000 f64*3000 i64*5000 anyref*2000
;;       i32*3000 funcref*1)
;;     (loop $l
;;       (local.set 15078 (i64.add (local.get 15078) (i64.extend_i32_u
;;         (local.get 22006))))
;;       (local.set 22006 (i32.add (local.get 22006) (i32.const 1)))
;;       (local.set 8010 (f32.add (local.get 8010) (f32.const 0.5)))
;;       (br_if $l (i32.lt_u (local.get 22006) (local.get 0))))
;;     (i64.add (local.get 15078) (i64.trunc_f32_s (local.get 8010))))
;;   (elem declare func $garbage)
;; )
(module binary
  "\00\61\73\6d\01\00\00\00\01\1d\05\5f\01\7f\00\60\00\00\60\08\7f\7e\7e\7e"
  "\7e\7b\7b\7b\00\60\01\7f\01\7f\60\01\7f\01\7e\03\05\04\01\02\03\04\07\17"
  "\03\05\64\69\72\74\79\00\01\04\6d\61\6e\79\00\02\04\6c\6f\6f\70\00\03\09"
  "\05\01\03\00\01\00\0a\d7\04\04\08\00\41\7f\fb\00\00\1a\0b\66\00\20\00\45"
  "\04\40\0f\0b\20\00\41\01\6b\42\7f\42\7f\42\7f\42\7f\fd\0c\ff\ff\ff\ff\ff"
  "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\fd\0c\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff"
  "\ff\ff\ff\ff\ff\fd\0c\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\10"
  "\01\20\01\20\02\20\03\20\04\7c\7c\7c\21\01\20\05\20\06\20\07\fd\4e\fd\4e"
  "\1a\0b\93\03\08\88\27\7f\b8\17\7b\a0\1f\7d\b8\17\7c\88\27\7e\d0\0f\6e\b8"
  "\17\7f\01\70\20\01\20\c5\13\20\88\27\20\a8\c3\01\72\72\72\20\bf\3e\fd\53"
  "\20\c0\3e\fd\53\72\20\c1\3e\bc\20\e0\5d\bc\72\20\e2\5d\bd\20\98\75\bd\84"
  "\20\99\75\20\a0\9c\01\84\84\42\00\52\20\a1\9c\01\d1\45\20\f0\ab\01\d1\45"
  "\20\a9\c3\01\d1\45\72\72\72\72\72\72\04\40\41\7f\0f\0b\20\00\21\01\20\00"
  "\41\03\6c\21\c5\13\20\00\41\05\6c\21\88\27\20\00\41\07\6c\21\a8\c3\01\20"
  "\00\fd\11\21\bf\3e\20\00\41\09\6c\fd\11\21\c0\3e\20\00\b2\21\c1\3e\20\c1"
  "\3e\8c\21\e0\5d\20\00\b7\21\e2\5d\20\e2\5d\9a\21\98\75\20\00\ac\21\99\75"
  "\20\99\75\42\20\86\21\a0\9c\01\20\00\fb\00\00\21\a1\9c\01\20\00\41\0b\6c"
  "\fb\00\00\21\f0\ab\01\d2\00\21\a9\c3\01\10\00\20\00\04\40\20\00\41\01\6b"
  "\10\02\41\00\47\04\40\41\7e\0f\0b\0b\10\00\20\01\20\00\73\20\c5\13\20\00"
  "\41\03\6c\6b\20\88\27\20\00\41\05\6c\6b\20\a8\c3\01\20\00\41\07\6c\6b\20"
  "\00\20\bf\3e\fd\1b\03\73\20\00\41\09\6c\20\c0\3e\fd\1b\02\6b\20\c1\3e\20"
  "\00\b2\5c\20\c1\3e\8c\20\e0\5d\5c\20\e2\5d\20\00\b7\62\20\e2\5d\9a\20\98"
  "\75\62\20\99\75\20\00\ac\52\20\a0\9c\01\20\99\75\42\20\86\52\20\00\20\a1"
  "\9c\01\fb\16\00\fb\02\00\00\73\20\00\41\0b\6c\20\f0\ab\01\fb\16\00\fb\02"
  "\00\00\6b\20\a9\c3\01\d1\72\72\72\72\72\72\72\72\72\72\72\72\72\72\0b\50"
  "\08\88\27\7f\b8\17\7b\a0\1f\7d\b8\17\7c\88\27\7e\d0\0f\6e\b8\17\7f\01\70"
  "\03\40\20\e6\75\20\f6\ab\01\ad\7c\21\e6\75\20\f6\ab\01\41\01\6a\21\f6\ab"
  "\01\20\ca\3e\43\00\00\00\3f\92\21\ca\3e\20\f6\ab\01\20\00\49\0d\00\0b\20"
  "\e6\75\20\ca\3e\ae\7c\0b\00\2e\04\6e\61\6d\65\01\17\03\00\07\67\61\72\62"
  "\61\67\65\01\05\64\69\72\74\79\02\04\6d\61\6e\79\03\06\01\03\01\00\01\6c"
  "\04\06\01\00\03\62\6f\78")

(assert_return (invoke "dirty" (i32.const 3000) (i64.const -1) (i64.const -1) (i64.const -1)
  (i64.const -1) (v128.const i64x2 -1 -1) (v128.const i64x2 -1 -1)
  (v128.const i64x2 -1 -1)))
(assert_return (invoke "many" (i32.const 0)) (i32.const 0))
(assert_return (invoke "dirty" (i32.const 3000) (i64.const -1) (i64.const -1) (i64.const -1)
  (i64.const -1) (v128.const i64x2 -1 -1) (v128.const i64x2 -1 -1)
  (v128.const i64x2 -1 -1)))
(assert_return (invoke "many" (i32.const 3)) (i32.const 0))
(assert_return (invoke "loop" (i32.const 1000)) (i64.const 500000))
(assert_return (invoke "dirty" (i32.const 3000) (i64.const -1) (i64.const -1) (i64.const -1)
  (i64.const -1) (v128.const i64x2 -1 -1) (v128.const i64x2 -1 -1)
  (v128.const i64x2 -1 -1)))
(assert_return (invoke "loop" (i32.const 3)) (i64.const 4))

;; Functions that declare 10,000 locals in a few bytes and name a few of them:
;; 3000 i32, 0 f64, 2000 v128, 1 f32, 4000 i64, 1000 externref, 0 i32, behind
;; two parameters. Each is zero at entry, and apart from all others.

(module binary "\00asm\01\00\00\00"
  ;; (func (param i32 i64) (result i64))
  "\01\07\01\60\02\7f\7e\01\7e"
  "\03\05\04\00\00\00\00"
  "\07\1f\04"
    "\04zero\00\00"
    "\05apart\00\01"
    "\05alias\00\02"
    "\04deep\00\03"
  "\0a\f3\02\04"
  ;; zero
  "\56\07\b8\17\7f\00\7c\d0\0f\7b\01\7d\a0\1f\7e\e8\07\6f\00\7f"
    "\20\8b\27\20\8c\27\7c\20\aa\46\7c\20\02\ad\7c\20\b9\17\ad\7c\20\8a\27\bc"
    "\ad\7c\20\ba\17\fd\1d\00\7c\20\ba\17\fd\1d\01\7c\20\89\27\fd\1d\00\7c\20"
    "\89\27\fd\1d\01\7c\20\ab\46\d1\ad\7c\20\92\4e\d1\ad\7c\0b"
  ;; apart
  "\83\01\07\b8\17\7f\00\7c\d0\0f\7b\01\7d\a0\1f\7e\e8\07\6f\00\7f"
    "\fd\0c\01\00\00\00\00\00\00\00\0a\00\00\00\00\00\00\00\21\ba\17\fd\0c\64"
    "\00\00\00\00\00\00\00\e8\03\00\00\00\00\00\00\21\bb\17\41\90\ce\00\21\b9"
    "\17\42\a0\8d\06\21\8b\27\42\c0\84\3d\21\aa\46\20\ba\17\fd\1d\00\20\ba\17"
    "\fd\1d\01\7c\20\bb\17\fd\1d\00\7c\20\bb\17\fd\1d\01\7c\20\b9\17\ad\7c\20"
    "\8b\27\7c\20\aa\46\7c\20\8c\27\7c\20\02\ad\7c\0b"
  ;; alias
  "\5f\07\b8\17\7f\00\7c\d0\0f\7b\01\7d\a0\1f\7e\e8\07\6f\00\7f"
    "\20\01\21\db\36\20\db\36\20\db\36\42\05\7c\22\db\36\20\db\36\7c\42\e8\07"
    "\7e\7c"
    "\fd\0c\01\00\00\00\00\00\00\00\07\00\00\00\00\00\00\00\21\ba\17\20\ba\17"
    "\fd\0c\02\00\00\00\00\00\00\00\09\00\00\00\00\00\00\00\21\ba\17\fd\1d\01"
    "\7c\0b"
  ;; deep
  "\35\07\b8\17\7f\00\7c\d0\0f\7b\01\7d\a0\1f\7e\e8\07\6f\00\7f"
    "\20\00\45\04\7e\20\a9\46\05\20\a9\46\42\7f\21\a9\46\42\7f\21\8b\27\20\00"
    "\41\01\6b\20\01\10\03\7c\0b\0b")

(assert_return (invoke "zero" (i32.const 0) (i64.const 0)) (i64.const 2))
(assert_return (invoke "apart" (i32.const 0) (i64.const 0))
               (i64.const 1111111))
(assert_return (invoke "alias" (i32.const 0) (i64.const 3)) (i64.const 16010))
(assert_return (invoke "deep" (i32.const 9) (i64.const 0)) (i64.const 0))
(assert_return (invoke "zero" (i32.const 0) (i64.const 0)) (i64.const 2))
